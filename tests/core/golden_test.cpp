// Compares listings of compiled programs, and explanations, with golden/*.txt. Intended changes:
//
//   .build/native/bin/tripline-tests '[approve]'
//
// rewrites golden/*.txt; `git diff` then shows the changes.

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "input/enriched_event.h"
#include "tripline/tripline.h"

using namespace tripline;

namespace {

using nlohmann::json;
using std::filesystem::path;

std::string read(const path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// Lists golden/*.json: {"definitions", "events", "explain": [{"intervention", "key", "id"}]}.
std::vector<path> golden_cases() {
  std::vector<path> files;
  for (const auto& entry : std::filesystem::directory_iterator(TRIPLINE_GOLDEN)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// Returns the listing of the program, then the explanations after the events.
std::string listing(const json& golden) {
  Diagnostics diagnostics;
  const auto program = load_program(golden["definitions"].dump(), diagnostics);
  REQUIRE(program != nullptr);
  std::string text = list_program(*program);
  Engine engine(program);
  cli::EnrichedReader reader(*program);
  for (const json& line : golden["events"]) {
    const std::string event_text = line.dump();
    const auto event = reader.read(event_text);
    REQUIRE(event.has_value());
    (void)engine.process(*event, event->time.value_or(0));
  }
  for (const json& each : golden["explain"]) {
    const std::string name = each["intervention"].get<std::string>();
    const std::string explanation =
        engine.explain(name, {each["key"].get<std::string>(), each["id"].get<std::string>()});
    text += "\nexplain " + each.dump() + "\n" + nlohmann::ordered_json::parse(explanation).dump(2) +
            "\n";
  }
  return text;
}

path text_of(path golden_case) {
  return golden_case.replace_extension(".txt");
}

}  // namespace

TEST_CASE("programs and explanations print as in the golden files", "[golden]") {
  CHECK(!golden_cases().empty());
  for (const path& file : golden_cases()) {
    INFO(file.filename().string() << "; if the change is meant, run tripline-tests '[approve]'");
    CHECK(listing(json::parse(read(file))) == read(text_of(file)));
  }
}

// Hidden, since it checks nothing: a person who has looked at a change accepts it by this.
TEST_CASE("rewrite the golden files", "[.][approve]") {
  for (const path& file : golden_cases()) {
    std::ofstream(text_of(file), std::ios::binary) << listing(json::parse(read(file)));
  }
}
