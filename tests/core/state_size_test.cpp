// The size that `tripline build` prints is that of snapshots.

#include "engine/state_size.h"

#include <catch2/catch.hpp>

#include "tripline/tripline.h"

using namespace tripline;

namespace {

constexpr std::string_view kId = "9c6d7a65-d4ec-465f-8cdf-ffbfe939e772";
constexpr std::string_view kValue = "sixteen bytes ..";
constexpr Time kNow = 1'800'000'000'000;

std::shared_ptr<const Program> program_of(const std::string& attributes) {
  const std::string json = R"({"attribute_groups": [
    {"name": "g", "attribute_key": {"name": "domain_userid"}, "attributes": [)" +
                           attributes + R"(]},
    {"name": "s", "attribute_key": {"name": "domain_sessionid"},
     "attributes": [{"name": "n", "type": "int32", "aggregation": "counter"}]},
    {"name": "x", "offline": true, "attribute_key": {"name": "domain_userid"},
     "fields": [{"name": "plan", "type": "string"}, {"name": "tags", "type": "string_list"}]}],
    "interventions": [{"name": "i", "criteria": {"attribute": "s:n", "operator": ">", "value": 0}}]})";
  Diagnostics diagnostics;
  auto program = load_program(json, diagnostics);
  for (const Diagnostic& each : diagnostics.entries()) UNSCOPED_INFO(each.message);
  REQUIRE(program != nullptr);
  return program;
}

std::string attribute(const std::string& name, const std::string& rest) {
  return R"({"name": ")" + name + R"(", )" + rest + "}";
}

std::string property(const char* name) {
  return std::string(R"(, "property": {"type": "atomic", "name": ")") + name + R"("})";
}

void send(Engine& engine, const std::string& event_id, Time now) {
  std::vector<ValueView> values;
  for (const Property& input : engine.program().inputs) {
    const bool is_id = input.name.starts_with("domain_") && input.name.ends_with("id");
    values.push_back(is_id                          ? ValueView::string(kId)
                     : input.name == "se_value"     ? ValueView::number(static_cast<double>(now))
                     : input.name == "event_vendor" ? ValueView::string("acme")
                                                    : ValueView::string(kValue));
  }
  (void)engine.process({event_id, now, values}, now);
}

}  // namespace

TEST_CASE("the size of a visitor's state after one event is what a snapshot grows by",
          "[state size]") {
  const auto program = program_of(
      attribute("count", R"("type": "int32", "aggregation": "counter")") + "," +
      attribute("sum", R"("type": "double", "aggregation": "sum", "period": "P1D")" +
                           property("se_value")) +
      "," + attribute("last", R"("type": "string", "aggregation": "last")" + property("page_url")) +
      "," +
      attribute("list",
                R"("type": "string_list", "aggregation": "unique_list")" + property("page_url")) +
      "," +
      attribute("most",
                R"("type": "string", "aggregation": "most_frequent")" + property("page_url")));
  Engine engine(program);
  const std::size_t empty = engine.snapshot().size();
  send(engine, "e1", kNow);
  const ValueView tags[] = {ValueView::string(kValue)};
  std::vector<AttributeValue> fields;
  for (Program::Index i = 0; i < program->attributes.size(); ++i) {
    if (program->attributes[i].name == "plan") fields.push_back({i, ValueView::string(kValue)});
    if (program->attributes[i].name == "tags") fields.push_back({i, ValueView::list(tags)});
  }
  REQUIRE(engine.set_attributes({"domain_userid", kId}, fields, kNow).has_value());
  constexpr std::size_t event_id = 8, sent_mark = 24;
  CHECK(engine.snapshot().size() - empty == state_size(*program).first + event_id + sent_mark);
}

TEST_CASE("the state of a visitor does not grow beyond the most that is stated", "[state size]") {
  const std::string counter =
      attribute("count", R"("type": "int32", "aggregation": "counter", "period": "P1D")");
  const std::string low = attribute(
      "low", R"("type": "double", "aggregation": "min", "period": "P1D")" + property("se_value"));
  for (const std::string& attributes : {counter, low, counter + "," + low}) {
    const auto program = program_of(attributes);
    const StateSize size = state_size(*program);
    CHECK(size.first < size.most);
    Engine engine(program);
    const std::size_t empty = engine.snapshot().size();
    std::size_t most = 0;
    for (int i = 0; i < 5000; ++i) {
      send(engine, "e" + std::to_string(i), kNow + i);
      if (i % 512 == 0 || i == 4095) most = std::max(most, engine.snapshot().size() - empty);
    }
    constexpr std::size_t event_ids = 512 * 8;
    CHECK(most <= size.most + event_ids);
    CHECK(most > size.most / 2);
  }
}
