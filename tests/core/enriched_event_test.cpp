// Tests enriched lines that a conformance case cannot express.

#include "input/enriched_event.h"

#include <catch2/catch.hpp>

using namespace tripline;

namespace {

std::shared_ptr<const Program> reading_values() {
  Diagnostics diagnostics;
  auto program = load_program(
      R"({"attribute_groups": [{"name": "g", "attribute_key": {"name": "user_id"}, "attributes": [
          {"name": "value", "type": "string", "aggregation": "last", "property":
            {"type": "event", "vendor": "acme", "name": "probe", "major_version": 1, "path": "value"}},
          {"name": "list", "type": "string_list", "aggregation": "unique_list", "property":
            {"type": "event", "vendor": "acme", "name": "probe", "major_version": 1, "path": "list"}}]}]})",
      diagnostics);
  REQUIRE(program != nullptr);
  return program;
}

std::string line_with(const std::string& value, const std::string& list = "[]") {
  return R"({"user_id": "u", "unstruct_event_acme_probe_1": {"list": )" + list + R"(, "value": )" +
         value + "}}";
}

/// Returns the attributes after the event of this line, or the reader's error.
std::string attributes_after(const std::string& line) {
  const auto program = reading_values();
  Engine engine(program);
  cli::EnrichedReader reader(*program);
  const auto event = reader.read(line);
  if (!event) return event.error();
  (void)engine.process(*event, 0);
  return attributes_json(engine.attributes("user_id", "u"));
}

std::string with_value(const std::string& json) {
  return R"({"g":{"value":)" + json + R"(,"list":null}})";
}

}  // namespace

TEST_CASE("lone surrogates become U+FFFD, pairs one code point", "[events][rule1]") {
  CHECK(attributes_after(line_with(R"("a\ud800b")")) == with_value("\"a\uFFFDb\""));
  CHECK(attributes_after(line_with(R"("\udc00")")) == with_value("\"\uFFFD\""));
  CHECK(attributes_after(line_with(R"("\ud83d\ud83d\ude00")")) == with_value("\"\uFFFD😀\""));
  CHECK(attributes_after(line_with(R"("\uD800\u0041")")) == with_value("\"\uFFFDA\""));
  CHECK(attributes_after(line_with(R"("\\ud800 \ud800")")) == with_value("\"\\\\ud800 \uFFFD\""));
}

TEST_CASE("a number beyond the range of doubles is missing, and its event still counts",
          "[events][rule1]") {
  CHECK(attributes_after(line_with("1e999")) == with_value("null"));
  CHECK(attributes_after(line_with("-1.5e+400", R"(["a", 1e999, "1e999"])")) ==
        R"({"g":{"value":null,"list":["a","1e999"]}})");
  CHECK(attributes_after(line_with("0.1E999")) == with_value("null"));
  CHECK(attributes_after(line_with("1e-999")) == with_value("\"0\""));
}

TEST_CASE("a line that is not a JSON object is refused", "[events]") {
  for (const char* wrong : {"", "{", "[1]", "\"x\"", "{\"user_id\": \"\\ud800\"", "{\"a\": 1e999",
                            "{\"a\": 01}", "{\"a\": 01e999}", "{\"a\": 1.e999}", "{\"a\": 1e9e999}",
                            "{\"a\": 1e+}", "{\"a\": --1e999}", "{\"a\": \"\\u12\"}"}) {
    const std::string error = attributes_after(wrong);
    CHECK((error.starts_with("not JSON") || error.starts_with("an event is a JSON object")));
  }
}

TEST_CASE("strings are cut at 8 KB, between two code points", "[events][rule26]") {
  const std::string exact(8'192, 'x');
  CHECK(attributes_after(line_with('"' + exact + '"')) == with_value('"' + exact + '"'));
  CHECK(attributes_after(line_with('"' + exact + "y\"")) == with_value('"' + exact + '"'));
  const std::string shorter(8'190, 'x');
  CHECK(attributes_after(line_with('"' + shorter + "€\"")) == with_value('"' + shorter + '"'));
  CHECK(attributes_after(line_with("null", "[\"" + exact + "y\"]")) ==
        R"({"g":{"value":null,"list":[")" + exact + "\"]}}");
}

TEST_CASE("an array counts with its first 1,000 elements, including skipped ones",
          "[events][rule26]") {
  std::string first = "null, {\"a\": \"x\"}, [\"y\"], ";
  for (int i = 0; i < 996; ++i) first += "\"a\", ";
  const auto with_list = [](const std::string& json) {
    return R"({"g":{"value":null,"list":)" + json + "}}";
  };
  CHECK(attributes_after(line_with("null", "[" + first + "\"b\"]")) == with_list(R"(["a","b"])"));
  CHECK(attributes_after(line_with("null", "[" + first + "\"b\", \"c\"]")) ==
        with_list(R"(["a","b"])"));
}

TEST_CASE("a number is a valid event id, and replaces the id of the line before",
          "[events][rule2][rule15]") {
  const auto program = reading_values();
  cli::EnrichedReader reader(*program);
  CHECK(reader.read(R"({"event_id": "e1", "user_id": "u"})")->id == "e1");
  CHECK(reader.read(R"({"event_id": 7, "user_id": "u"})")->id == "7");
  CHECK(reader.read(R"({"event_id": ["e1"], "user_id": "u"})")->id.starts_with("line-"));
  CHECK(reader.read(R"({"event_id": {}, "user_id": "u"})")->id.starts_with("line-"));
}
