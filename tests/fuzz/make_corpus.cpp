// Writes the first inputs of the targets `definitions`, `events` and `snapshots`:
//
//   fuzz-make-corpus CASES_FOLDER CORPUS_FOLDER
//
// Definitions and events come from the conformance cases. Each snapshot is that of an engine with
// the rich definitions after the events of a case.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "input/enriched_event.h"
#include "rich_definitions.h"

namespace {

using nlohmann::json;

void write(const std::filesystem::path& path, const std::string& bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

/// Replaces the vendors and schemas of a case by those of the rich definitions.
std::string as_rich(std::string line) {
  for (const auto& [from, to] : {std::pair{"unstruct_event_acme_probe_1", "unstruct_event_a_b_1"},
                                 {"domain_userid", "user_id"},
                                 {"\"value\"", "\"v\""}}) {
    for (std::size_t at = line.find(from); at != line.npos; at = line.find(from, at + 1)) {
      line.replace(at, std::string_view(from).size(), to);
    }
  }
  return line;
}

std::string snapshot_after(const std::string& lines) {
  const auto program = fuzz::rich_program();
  tripline::Engine engine(program);
  tripline::cli::EnrichedReader reader(*program);
  std::istringstream stream(lines);
  tripline::Time now = 1767225600000;
  for (std::string line; std::getline(stream, line);) {
    const auto event = reader.read(line);
    if (!event) continue;
    now = std::max(now, event->time.value_or(now));
    (void)engine.process(*event, now);
  }
  return engine.snapshot();
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    std::cerr << "usage: fuzz-make-corpus CASES_FOLDER CORPUS_FOLDER\n";
    return 2;
  }
  const std::filesystem::path corpus = arguments[2];
  for (const auto& entry : std::filesystem::directory_iterator(arguments[1])) {
    std::ifstream stream(entry.path());
    const json file = json::parse(stream);
    const std::string name = entry.path().stem().string();
    if (file.contains("definitions") && file["definitions"].is_object()) {
      write(corpus / "definitions" / name, file["definitions"].dump());
    }
    std::string lines;
    for (const json& test : file["tests"]) {
      if (!test.contains("steps")) continue;
      for (const json& step : test["steps"]) {
        if (!step.contains("event") || lines.size() > 2000) continue;
        json event = file.value("event_defaults", json::object());
        event.update(step["event"]);
        lines += as_rich(event.dump()) + '\n';
      }
    }
    if (lines.empty()) continue;
    write(corpus / "events" / name, lines);
    write(corpus / "snapshots" / name, snapshot_after(lines));
  }
}
