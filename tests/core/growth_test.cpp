// The cost of a call grows linearly with the number of conditions, events or profiles that change
// in it. Each test runs with a few and with ten times as many, and compares the two durations:
// their ratio is about 10 for a linear cost and about 100 for a quadratic one.

#include <catch2/catch.hpp>

#include "duration.h"
#include "tripline/tripline.h"

using namespace tripline;
using namespace tripline::test;

namespace {

constexpr std::size_t kMany = 9000;

/// Repeats `text` for each number from 1 to `count`, joined by commas. `#` stands for the number.
std::string repeated(std::string_view text, std::size_t count) {
  std::string all;
  for (std::size_t i = 1; i <= count; ++i) {
    if (i > 1) all += ',';
    for (const char c : text) c == '#' ? all += std::to_string(i) : all += c;
  }
  return all;
}

std::string bundle(const std::string& attributes, const std::string& interventions) {
  return R"({"attribute_groups": [{"name": "g", "attribute_key": {"name": "user_id"}, "attributes": [)" +
         attributes + R"(]}], "interventions": [)" + interventions + "]}";
}

const std::string kAge =
    R"({"name": "age", "type": "double", "aggregation": "time_since_last", "time_unit": "s"})";

/// Returns one intervention for each number from 1 to `count`, which replaces `#` in `criterion`.
std::string interventions(const std::string& criterion, std::size_t count) {
  return repeated(
      R"({"name": "i#", "payload_attribute_groups": [], "criteria": )" + criterion + "}", count);
}

/// An engine whose limits are large enough for these tests.
class Session {
 public:
  explicit Session(const std::string& definitions) {
    Diagnostics diagnostics;
    program_ = load_program(definitions, diagnostics);
    for (const Diagnostic& diagnostic : diagnostics.entries()) {
      UNSCOPED_INFO(diagnostic.pointer << ": " << diagnostic.message);
    }
    REQUIRE(program_ != nullptr);
    engine_.emplace(program_, Limits{kMany + 2, kMany + 2, 1});
  }

  void send(std::string_view user, Time now) {
    std::vector<ValueView> inputs;
    for (const Property& input : program_->inputs) {
      inputs.push_back(input.name == "user_id"    ? ValueView::string(user)
                       : input.name == "se_value" ? ValueView::number(static_cast<double>(now))
                                                  : ValueView());
    }
    (void)engine_->process({{}, now, inputs}, now);
  }

  std::size_t advance(Time now, HeldIds held = nullptr) {
    return engine_->advance(now, held).size();
  }

 private:
  std::shared_ptr<const Program> program_;
  std::optional<Engine> engine_;
};

Session after_event(const std::string& definitions) {
  Session session(definitions);
  session.send("u", 1000);
  return session;
}

/// Advances to a time long after the event at 1 s. Returns the number of triggered interventions.
std::size_t advance_far(Session& session, std::size_t) {
  return session.advance(100'000'000);
}

/// Returns the shortest duration of `act` in sessions that `prepare` makes.
template <typename Prepare, typename Act>
double duration_of(std::size_t count, std::size_t triggered, Prepare prepare, Act act) {
  double shortest = 1e300;
  for (int i = 0; i < 3; ++i) {
    Session session = prepare(count);
    std::size_t result = 0;
    const double duration = shortest_duration(1, [&] { return result = act(session, count); });
    REQUIRE(result == triggered);
    shortest = std::min(shortest, duration);
  }
  return shortest;
}

/// Expects `act` to trigger one intervention if `is_one`, else as many as its argument.
template <typename Prepare, typename Act>
void check_growth(std::size_t many, bool is_one, Prepare prepare, Act act) {
  const std::size_t few = many / 10;
  double short_time = 0, long_time = 0;
  // Repeated up to five times, since other programs may disturb a comparison.
  for (int i = 0; i < 5 && !(long_time < 40 * short_time); ++i) {
    short_time = duration_of(few, is_one ? 1 : few, prepare, act);
    long_time = duration_of(many, is_one ? 1 : many, prepare, act);
  }
  CHECK(long_time < 40 * short_time);
}

}  // namespace

TEST_CASE("growth: thresholds on an age that are passed one by one", "[growth][rule12]") {
  for (const char* criterion : {R"({"attribute": "g:age", "operator": ">=", "value": #})",
                                R"({"attribute": "g:age", "operator": "=", "value": #})",
                                R"({"attribute": "g:age", "operator": "in", "value": [#]})"}) {
    INFO(criterion);
    check_growth(
        kMany, false,
        [&](std::size_t count) {
          return after_event(bundle(kAge, interventions(criterion, count)));
        },
        advance_far);
  }
}

TEST_CASE("growth: thresholds on an age within one intervention", "[growth][rule12]") {
  check_growth(
      kMany, true,
      [&](std::size_t count) {
        std::string children;
        for (std::size_t i = 0; i < count; ++i) {
          children += i == 0 ? R"({"any": [)" : i % 90 == 0 ? R"(]}, {"any": [)" : ",";
          children +=
              R"({"attribute": "g:age", "operator": ">=", "value": )" + std::to_string(i + 1) + "}";
        }
        return after_event(
            bundle(kAge, R"({"name": "i", "criteria": {"any": [)" + children + "]}]}}"));
      },
      advance_far);
}

TEST_CASE("growth: windows that end one by one", "[growth][rule12]") {
  check_growth(
      600, false,
      [&](std::size_t count) {
        return after_event(bundle(
            repeated(
                R"({"name": "a#", "type": "int32", "aggregation": "counter", "period": "PT#S"})",
                count),
            interventions(R"({"attribute": "g:a#", "operator": "=", "value": 0})", count)));
      },
      advance_far);
}

TEST_CASE("growth: events that leave a window one by one", "[growth][rule12]") {
  const char* const value = R"(, "property": {"type": "atomic", "name": "se_value"})";
  for (const std::string& aggregation :
       {std::string(R"("type": "int32", "aggregation": "counter")"),
        R"("type": "double", "aggregation": "sum")" + std::string(value),
        R"("type": "double", "aggregation": "first")" + std::string(value)}) {
    INFO(aggregation);
    check_growth(
        4000, true,
        [&](std::size_t count) {
          Session session(bundle(R"({"name": "a", "period": "PT4000S", )" + aggregation + "}",
                                 R"({"name": "i", "criteria": {"none": [
                         {"attribute": "g:a", "operator": ">", "value": 0}]}})"));
          for (std::size_t i = 1; i <= count; ++i) session.send("u", 1000 * static_cast<Time>(i));
          return session;
        },
        advance_far);
  }
}

TEST_CASE("growth: events between the thresholds of an age", "[growth][rule12]") {
  const auto advance_to_first = [](Session& session, std::size_t count) {
    const auto last = static_cast<Time>(count);
    for (Time i = 1; i <= last; ++i) session.send("u", 1000 + i);
    return session.advance(2000 + last);
  };
  check_growth(
      kMany, true,
      [&](std::size_t count) {
        return after_event(bundle(
            kAge, interventions(R"({"attribute": "g:age", "operator": ">=", "value": #})", count)));
      },
      advance_to_first);
}

TEST_CASE("growth: profiles that are due together, and one by one", "[growth][rule12]") {
  for (const Time distance : {0, 1}) {
    for (const bool is_held : {false, true}) {
      INFO(distance << " ms apart, " << is_held);
      List<Target> ids;
      for (std::size_t i = 1; i <= kMany; ++i) {
        ids.push_back({Text("user_id"), Text("u" + std::to_string(i))});
      }
      check_growth(
          kMany, false,
          [&](std::size_t count) {
            Session session(bundle(kAge, R"({"name": "i", "criteria": {
                          "attribute": "g:age", "operator": ">=", "value": 10000}})"));
            for (std::size_t i = 0; i < count; ++i) {
              session.send(ids[i].id, 1000 + distance * static_cast<Time>(i));
            }
            return session;
          },
          [&](Session& session, std::size_t) {
            return session.advance(100'000'000, is_held ? &ids : nullptr);
          });
    }
  }
}
