// Tests what a conformance case cannot express: input that is not valid JSON, upper bounds, views.

#include <catch2/catch.hpp>
#include <limits>

#include "../fuzz/rich_definitions.h"
#include "support/hash.h"
#include "support/text.h"
#include "tripline/tripline.h"

using namespace tripline;

namespace {

constexpr const char* kCounting = R"({
  "attribute_groups": [{"name": "g", "attribute_key": {"name": "domain_userid"},
    "attributes": [{"name": "n", "type": "int32", "aggregation": "counter"}]}],
  "interventions": [{"name": "hit", "criteria": {"attribute": "g:n", "operator": ">", "value": 1}}]})";

std::shared_ptr<const Program> load(std::string_view json) {
  Diagnostics diagnostics;
  auto program = load_program(json, diagnostics);
  for (const Diagnostic& diagnostic : diagnostics.entries()) {
    INFO(diagnostic.pointer << ": " << diagnostic.message);
    CHECK(diagnostic.severity == Diagnostic::Severity::warning);
  }
  REQUIRE(program != nullptr);
  return program;
}

/// Sends events that carry an id for `domain_userid`, the only key of `kCounting`.
class Visit {
 public:
  explicit Visit(const Program& program) : inputs_(program.inputs.size()), program_(program) {}

  std::span<const TriggeredIntervention> send(Engine& engine, std::string_view event_id,
                                              std::string_view user, Time now) {
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      if (program_.inputs[i].name == "domain_userid") inputs_[i] = ValueView::string(user);
    }
    return engine.process({event_id, now, inputs_}, now);
  }

 private:
  std::vector<ValueView> inputs_;
  const Program& program_;
};

/// Returns the snapshot of an engine after one event. The event's time, and every time among its
/// inputs, is `time`.
std::string snapshot_after(std::optional<Time> time, Time now) {
  const auto program = fuzz::rich_program();
  std::vector<ValueView> inputs;
  for (const Property& input : program->inputs) {
    const bool is_time = input.name == "derived_tstamp";
    inputs.push_back(!is_time           ? ValueView::string("u")
                     : time.has_value() ? ValueView::time(*time)
                                        : ValueView());
  }
  Engine engine(program);
  (void)engine.process({"e", time, inputs}, now);
  return engine.snapshot();
}

bool restores(std::string_view snapshot) {
  return Engine(fuzz::rich_program()).restore(snapshot).has_value();
}

std::string first_error(std::string_view json) {
  Diagnostics diagnostics;
  CHECK(load_program(json, diagnostics) == nullptr);
  for (const Diagnostic& diagnostic : diagnostics.entries()) {
    if (diagnostic.severity == Diagnostic::Severity::error) {
      return concat({diagnostic.pointer, ": ", diagnostic.message});
    }
  }
  return "";
}

}  // namespace

TEST_CASE("of duplicate JSON keys the last wins", "[definitions][rule1]") {
  Diagnostics diagnostics;
  const Definitions definitions = read_definitions(
      R"({"services": 1, "services": [{"name": "a", "name": "b", "attribute_groups": [{"name": "g"}]}]})",
      diagnostics);
  CHECK(!diagnostics.has_errors());
  REQUIRE(definitions.services.size() == 1);
  CHECK(definitions.services[0].name == "b");
}

TEST_CASE("definitions that are not JSON, too deep or too large are refused with a message",
          "[definitions][rule26]") {
  CHECK(first_error("{").find("not JSON") != std::string::npos);
  CHECK(first_error("[]").find("object") != std::string::npos);
  CHECK(first_error(std::string(300, '[')).find("256 levels") != std::string::npos);
  CHECK(first_error(std::string(2'000'001, ' ')).find("2 MB") != std::string::npos);
  std::string many = "{";
  for (int i = 0; i <= 1000; ++i) many += '"' + std::to_string(i) + "\":0,";
  CHECK(first_error(many + "\"x\":0}").find("1,000 members") != std::string::npos);
}

TEST_CASE("10,000 interventions load and 10,001 do not", "[definitions][rule26]") {
  const auto bundle = [](int count) {
    std::string json = R"({"attribute_groups": [{"name": "g", "attribute_key": {"name": "user_id"},
      "attributes": [{"name": "n", "type": "int32", "aggregation": "counter"}]}], "interventions": [)";
    for (int i = 0; i < count; ++i) {
      json += i == 0 ? "" : ",";
      json += R"({"name":"i)" + std::to_string(i) +
              R"(","criteria":{"attribute":"g:n","operator":">","value":)" +
              std::to_string(i % 50) + "}}";
    }
    return json + "]}";
  };
  CHECK(load(bundle(10'000))->interventions.size() == 10'000);
  CHECK(first_error(bundle(10'001)).find("/interventions") == 0);
}

TEST_CASE("an engine keeps the profiles used last, up to its limit", "[engine][rule26]") {
  const auto program = load(kCounting);
  Limits limits;
  limits.profiles = 5;
  Engine engine(program, limits);
  Visit visit(*program);
  for (int i = 0; i < 20; ++i)
    (void)visit.send(engine, "e" + std::to_string(i), "u" + std::to_string(i), i);
  const List<Target> profiles = engine.profiles();
  REQUIRE(profiles.size() == 5);
  CHECK(profiles.front().id == "u15");
  CHECK(profiles.back().id == "u19");
}

TEST_CASE("forgetting an id removes its profile, its marks, and the id in other profiles",
          "[engine][forget]") {
  const auto program = load(R"({
    "attribute_groups": [
      {"name": "g", "attribute_key": {"name": "domain_userid"},
       "attributes": [{"name": "n", "type": "int32", "aggregation": "counter", "period": "PT1M"}]},
      {"name": "h", "attribute_key": {"name": "user_id"},
       "attributes": [{"name": "n", "type": "int32", "aggregation": "counter"}]}],
    "interventions": [{"name": "hit", "criteria": {"attribute": "g:n", "operator": ">", "value": 0},
                       "target_attribute_keys": [{"name": "user_id"}, {"name": "domain_userid"}]}]})");
  Engine engine(program);
  std::vector<ValueView> inputs(program->inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (program->inputs[i].name == "domain_userid") inputs[i] = ValueView::string("u");
    if (program->inputs[i].name == "user_id") inputs[i] = ValueView::string("known");
  }
  CHECK(engine.process({"e1", 1000, inputs}, 1000).size() == 2);
  CHECK(!engine.forget({"user_id", "other"}));
  CHECK(!engine.forget({"network_userid", "u"}));
  CHECK(engine.forget({"user_id", "known"}));
  CHECK(!engine.forget({"user_id", "known"}));
  CHECK(engine.snapshot().view().find("known") == std::string::npos);
  CHECK(engine.forget({"domain_userid", "u"}));
  CHECK(engine.profiles().empty());
  CHECK(engine.next_deadline() == kNever);
  CHECK(engine.process({"e2", 2000, inputs}, 2000).size() == 2);
}

// The engine once took values read from the forgotten profile for those of a new profile that was
// allocated at the same address.
TEST_CASE("an id that returns after being forgotten starts from zero", "[engine][forget]") {
  const auto program = load(R"({
    "attribute_groups": [
      {"name": "g", "attribute_key": {"name": "domain_userid"},
       "attributes": [{"name": "n", "type": "int32", "aggregation": "counter"}]}],
    "interventions": [{"name": "hit",
                       "criteria": {"attribute": "g:n", "operator": ">", "value": 0}}]})");
  Engine engine(program);
  Visit visit(*program);
  for (const char* event : {"e1", "e2", "e3"}) {
    CHECK(visit.send(engine, event, "u", 1000).size() == 1);
    CHECK(engine.forget({"domain_userid", "u"}));
  }
}

// Ids with several deadlines each, named in an order that is not theirs, and more than once.
TEST_CASE("deadlines of held ids come in the order of time, however the ids are named",
          "[engine][rule12]") {
  const auto program = load(R"({
    "attribute_groups": [
      {"name": "g", "attribute_key": {"name": "domain_userid"}, "attributes": [
        {"name": "idle", "type": "double", "aggregation": "time_since_last", "time_unit": "s"}]}],
    "interventions": [
      {"name": "i3", "criteria": {"attribute": "g:idle", "operator": ">=", "value": 3}},
      {"name": "i5", "criteria": {"attribute": "g:idle", "operator": ">=", "value": 5}},
      {"name": "i8", "criteria": {"attribute": "g:idle", "operator": ">=", "value": 8}}]})");
  const List<std::string_view> ids{"c", "a", "c", "e", "b", "a", "d", "c", "e", "e", "b", "d", "a"};
  List<Target> held;
  for (const std::string_view id : ids) held.push_back({Text("domain_userid"), Text(id)});
  const auto triggered = [&](HeldIds those) {
    Engine engine(program);
    Visit visit(*program);
    Time now = 0;
    for (const char* id : {"d", "b", "e", "a", "c"}) {
      visit.send(engine, id, id, now);
      now += 700;
    }
    CHECK(engine.next_deadline(those) == engine.next_deadline());
    std::vector<std::string> all;
    for (const TriggeredIntervention& each : engine.advance(60'000, those)) {
      all.push_back(std::string(each.target.id) + " " + std::string(each.name) + " " +
                    std::to_string(each.triggered_at));
    }
    return all;
  };
  const auto expected = triggered(nullptr);
  CHECK(expected.size() == 15);
  CHECK(triggered(&held) == expected);
}

TEST_CASE("an id that is not held keeps its deadline when attributes are set for another one",
          "[engine][rule12]") {
  const auto program = load(R"({
    "attribute_groups": [
      {"name": "g", "attribute_key": {"name": "domain_sessionid"}, "attributes": [
        {"name": "idle", "type": "double", "aggregation": "time_since_last", "time_unit": "s"}]},
      {"name": "x", "attribute_key": {"name": "user_id"}, "fields": [{"name": "plan", "type": "string"}]}],
    "interventions": [{"name": "away", "criteria": {"attribute": "g:idle", "operator": ">=", "value": 2}}]})");
  Engine engine(program);
  std::vector<ValueView> inputs(program->inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (program->inputs[i].name == "user_id") inputs[i] = ValueView::string("u");
    if (program->inputs[i].name == "domain_sessionid") inputs[i] = ValueView::string("s");
  }
  (void)engine.process({"e", 0, inputs}, 0);
  const List<Target> held{{"user_id", "u"}};
  CHECK(engine.advance(3000, &held).empty());
  const AttributeValue plan{1, ValueView::string("pro")};
  CHECK(engine.set_attributes(held[0], {&plan, 1}, 3000, {}, &held)->empty());
  CHECK(engine.next_deadline() <= 3000);
  CHECK(engine.advance(3000).size() == 1);
}

TEST_CASE("a time beyond the range of times counts as absent", "[engine][rule10]") {
  constexpr Time now = 1767225600000;
  const std::string without = snapshot_after({}, now);
  CHECK(restores(without));
  for (const Time time :
       {kEarliestTime - 1, -99'999'999'999'999'999, std::numeric_limits<Time>::min(),
        kLatestTime + 1, kNever, std::numeric_limits<Time>::max()}) {
    INFO(time);
    CHECK(snapshot_after(time, now) == without);
  }
  for (const Time time : {kEarliestTime, kLatestTime, Time{0}}) {
    INFO(time);
    CHECK(snapshot_after(time, now) != without);
    CHECK(restores(snapshot_after(time, now)));
    CHECK(restores(snapshot_after(time, time)));
  }
}

TEST_CASE("a snapshot restores whatever the host's clock was", "[engine][rule10]") {
  for (const Time now : {std::numeric_limits<Time>::min(), kEarliestTime, kLatestTime - 1,
                         kLatestTime, kLatestTime + 1, std::numeric_limits<Time>::max()}) {
    INFO(now);
    CHECK(restores(snapshot_after({}, now)));
    CHECK(restores(snapshot_after(now, now)));
    Engine engine(fuzz::rich_program());
    REQUIRE(engine.restore(snapshot_after({}, 0)).has_value());
    (void)engine.advance(now);
    CHECK(engine.clock() <= kLatestTime);
    CHECK(engine.next_deadline() > engine.clock());
    CHECK(restores(engine.snapshot()));
    engine.rebase(now);
    CHECK(engine.next_deadline() > engine.clock());
    CHECK(restores(engine.snapshot()));
  }
}

TEST_CASE("set_attributes at a time beyond the range of times has no time", "[engine][rule10]") {
  const auto program =
      load(R"({"attribute_groups": [{"name": "x", "attribute_key": {"name": "user_id"},
      "ttl": "P100000D", "fields": [{"name": "plan", "type": "string"}]}]})");
  const auto state_after = [&](std::optional<Time> time, Time now) {
    Engine engine(program);
    const AttributeValue value{0, ValueView::string("pro")};
    CHECK(engine.set_attributes({"user_id", "u"}, {&value, 1}, now, time).has_value());
    return std::string(engine.snapshot());
  };
  for (const Time time : {std::numeric_limits<Time>::min(), kEarliestTime - 1, kLatestTime + 1,
                          std::numeric_limits<Time>::max()}) {
    CHECK(state_after(time, 1000) == state_after({}, 1000));
  }
  Engine engine(program);
  CHECK(engine.restore(state_after(kLatestTime, kLatestTime)).has_value());
  CHECK(engine.next_deadline() == kNever);
}

TEST_CASE("the listing of a program is stable", "[compile]") {
  CHECK(list_program(*load(kCounting)) ==
        "inputs\n"
        "  0: event_vendor\n"
        "  1: domain_userid\n"
        "keys\n"
        "  0: domain_userid from input 1\n"
        "conditions\n"
        "tests\n"
        "  0: always\n"
        "aggregates\n"
        "  0: domain_userid.n = counter as int32 if test 0\n"
        "attributes\n"
        "  0: g v1:n = aggregate 0 or 0\n"
        "leaves\n"
        "  0: attribute 0 > 1\n"
        "interventions\n"
        "  0: hit v1 when leaf 0 to keys 0 with attributes 0\n");
}

TEST_CASE("explain gives a leaf's value and, after sending, the time of sending", "[explain]") {
  const auto program = load(kCounting);
  Engine engine(program);
  Visit visit(*program);
  (void)visit.send(engine, "e1", "u", 1000);
  CHECK(
      engine.explain("hit", {"domain_userid", "u"}) ==
      R"({"intervention":"hit","version":1,"at":"1970-01-01T00:00:01.000Z","holds":false,)"
      R"("criteria":{"attribute":"g:n","group_version":1,"operator":">","value":1,"current":1,"holds":false},)"
      R"("targets":[{"name":"domain_userid","id":"u","sent":false}],)"
      R"("why":"the criteria do not hold; it fires when they become true"})");
  CHECK(visit.send(engine, "e2", "u", 2000).size() == 1);
  const std::string after = engine.explain("hit", {"domain_userid", "u"});
  CHECK(after.find(R"("sent":true,"sent_at":"1970-01-01T00:00:02.000Z")") != std::string::npos);
  CHECK(after.find("it was sent") != std::string::npos);
  CHECK(engine.explain("nothing", {"domain_userid", "u"}).empty());
  CHECK(engine.explain("hit", {"nothing", "u"}).empty());
}

TEST_CASE("explain reports that the search for a pattern was given up", "[explain][rule26]") {
  const auto program =
      load(R"({"attribute_groups": [{"name": "g", "attribute_key": {"name": "user_id"},
      "attributes": [{"name": "url", "type": "string", "aggregation": "last",
                      "property": {"type": "atomic", "name": "page_url"}}]}],
    "interventions": [{"name": "slow", "criteria": {"attribute": "g:url", "operator": "rlike",
                       "value": "(?:a?){400}b"}}]})");
  const auto explained = [&](const std::string& url) {
    Engine engine(program);
    std::vector<ValueView> inputs(program->inputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (program->inputs[i].name == "user_id") inputs[i] = ValueView::string("u");
      if (program->inputs[i].name == "page_url") inputs[i] = ValueView::string(url);
    }
    CHECK(engine.process({"e1", 1000, inputs}, 1000).size() == (url == "ab" ? 1 : 0));
    return engine.explain("slow", {"user_id", "u"});
  };
  CHECK(explained("ab").view().find("given up") == std::string::npos);
  CHECK(explained("aaa").view().find("given up") == std::string::npos);
  CHECK(explained(std::string(8'000, 'a')).view().find("given up") != std::string::npos);
}

TEST_CASE("like has the budget of rlike", "[engine][rule26]") {
  const std::string nearly = "%" + std::string(500, 'a') + "_" + std::string(480, 'a') + "b";
  std::string attributes;
  for (int i = 0; i < 20; ++i) {
    const std::string number = std::to_string(i);
    attributes += (i == 0 ? "" : ",") + (R"({"name": "n)" + number + R"(", "type": "int32",
      "aggregation": "counter", "criteria": {"all": [{"property": {"type": "atomic",
      "name": "page_title"}, "operator": "not like", "value": ")" +
                                         nearly + number + "\"}]}}");
  }
  const auto program =
      load(R"({"attribute_groups": [{"name": "g", "attribute_key": {"name": "domain_userid"},
      "attributes": [)" +
           attributes + "]}]}");
  Engine engine(program);
  const std::string title(8000, 'a');
  std::vector<ValueView> inputs;
  for (const Property& input : program->inputs) {
    inputs.push_back(ValueView::string(input.name == "page_title" ? std::string_view(title) : "u"));
  }
  (void)engine.process({"e", 1000, inputs}, 1000);
  int counted = 0;
  for (const AttributeReading& each : engine.attributes("domain_userid", "u")) {
    const double* number = each.value.as_number();
    counted += number != nullptr && *number == 1;
  }
  CHECK(counted > 5);
  CHECK(counted < 20);
}

TEST_CASE("a damaged snapshot is refused and leaves an empty engine", "[snapshot]") {
  const auto program = load(kCounting);
  Engine engine(program);
  Visit visit(*program);
  (void)visit.send(engine, "e1", "u", 1000);
  const std::string snapshot = engine.snapshot();
  for (std::size_t i = 0; i < snapshot.size(); ++i) {
    std::string damaged = snapshot;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    CHECK(!engine.restore(damaged));
    CHECK(engine.profiles().empty());
    CHECK(!engine.restore(std::string_view(snapshot).substr(0, i)));
  }
  CHECK(engine.restore(snapshot).has_value());
  CHECK(engine.snapshot() == snapshot);
  CHECK(visit.send(engine, "e1", "u", 2000).empty());
  CHECK(engine.last_admission() == Admission::duplicate);
  CHECK(visit.send(engine, "e2", "u", 2000).size() == 1);
}

TEST_CASE("restoring a snapshot of another format names the format", "[snapshot]") {
  const auto program = load(kCounting);
  Engine engine(program);
  std::string snapshot = engine.snapshot();
  for (const char format : {2, 9}) {
    snapshot[4] = format;
    const auto restored = engine.restore(snapshot);
    REQUIRE(!restored);
    CHECK(restored.error() ==
          "the snapshot has format " + std::to_string(format) + "; this engine reads format 5");
  }
}

TEST_CASE("set_attributes with an attribute that is not a field changes nothing",
          "[engine][set_attributes]") {
  const auto program = load(R"({"attribute_groups": [
    {"name": "account", "attribute_key": {"name": "user_id"}, "fields": [{"name": "tier", "type": "string"}]},
    {"name": "g", "attribute_key": {"name": "user_id"}, "attributes": [{"name": "n", "type": "int32", "aggregation": "counter"}]}]})");
  Engine engine(program);
  const AttributeValue fine{0, ValueView::string("gold")}, counter{1, ValueView::number(7)},
      beyond{9, {}};
  for (const AttributeValue& wrong : {counter, beyond}) {
    const AttributeValue both[] = {fine, wrong};
    CHECK(!engine.set_attributes({"user_id", "u"}, both, 1000));
    CHECK(engine.profiles().empty());
  }
  CHECK(!engine.set_attributes({"user_id", ""}, std::span(&fine, 1), 1000));
  CHECK(!engine.set_attributes({"nothing", "u"}, std::span(&fine, 1), 1000));
  CHECK(engine.set_attributes({"user_id", "u"}, std::span(&fine, 1), 1000).has_value());
  CHECK(attributes_json(engine.attributes("user_id", "u")) ==
        R"({"account":{"tier":"gold"},"g":{"n":0}})");
}

namespace {

/// Definitions with a counter of each number from `first` on, for one id.
std::shared_ptr<const Program> counters(int first, int count) {
  std::string attributes;
  for (int i = first; i < first + count; ++i) {
    attributes += (i == first ? "" : ",") + (R"({"name": "n)" + std::to_string(i)) +
                  R"(", "type": "int32", "aggregation": "counter"})";
  }
  return load(R"({"attribute_groups": [{"name": "g",
    "attribute_key": {"name": "domain_userid"}, "attributes": [)" +
              attributes + "]}]}");
}

/// The number of attributes that have counted, after the state went through the programs.
int counted_after(const std::vector<std::shared_ptr<const Program>>& programs,
                  bool erases_on_the_way) {
  Engine first(programs.front());
  Visit(*programs.front()).send(first, "e", "u", 1000);
  std::string snapshot(first.snapshot());
  for (std::size_t i = 1; i < programs.size(); ++i) {
    Engine next(programs[i]);
    REQUIRE(next.restore(snapshot));
    if (erases_on_the_way && i + 1 < programs.size()) next.erase_dormant();
    snapshot = std::string(next.snapshot());
  }
  Engine last(programs.back());
  REQUIRE(last.restore(snapshot));
  int counted = 0;
  for (const AttributeReading& each : last.attributes("domain_userid", "u")) {
    counted += each.value == Value::number(1);
  }
  return counted;
}

}  // namespace

TEST_CASE("a host erases what is dormant", "[snapshot][rule40]") {
  const auto all = counters(0, 3), other = counters(0, 1);
  CHECK(counted_after({all, other, all}, false) == 3);
  CHECK(counted_after({all, other, all}, true) == 1);
}

TEST_CASE("100 dormant attributes of an id are kept, those that became dormant last",
          "[snapshot][rule40]") {
  const auto all = counters(0, 130), none = counters(500, 1);
  CHECK(counted_after({all, none, all}, false) == 100);
}

TEST_CASE("dormant bytes of another form begin afresh, and the rest is restored",
          "[snapshot][rule40]") {
  const auto counter = counters(0, 1), other = counters(500, 1);
  const auto list = load(R"({"attribute_groups": [{"name": "g",
    "attribute_key": {"name": "domain_userid"}, "attributes": [{"name": "pages",
      "type": "string_list", "aggregation": "unique_list",
      "property": {"type": "atomic", "name": "page_url"}}]}]})");
  Engine first(counter), second(other);
  Visit(*counter).send(first, "e", "u", 1000);
  REQUIRE(second.restore(first.snapshot()));
  std::string snapshot(second.snapshot());
  const auto bytes_of = [](const std::uint64_t& number) {
    return std::string_view(reinterpret_cast<const char*>(&number), sizeof number);
  };
  const auto identity = bytes_of(counter->aggregates[0].identity);
  snapshot.replace(snapshot.find(identity), identity.size(),
                   bytes_of(list->aggregates[0].identity));
  const std::uint64_t checksum = hash64(std::string_view(snapshot).substr(16));
  snapshot.replace(8, 8, bytes_of(checksum));
  Engine third(list);
  REQUIRE(third.restore(snapshot));
  CHECK(third.clock() == 1000);
  CHECK(third.attributes("domain_userid", "u")[0].value.is_null());
  CHECK(Engine(list).restore(third.snapshot()));
}
