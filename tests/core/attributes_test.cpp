// Tests the error bounds of aggregates that are no longer exact (merged windows, sketches) against
// a list of all events, and sums and means of numbers of every size. The conformance cases cover
// the exact aggregates.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "attributes/aggregate.h"
#include "attributes/exact_sum.h"
#include "mean_twin.h"

using namespace tripline;
using namespace tripline::test;

namespace {

constexpr Duration kPeriod = 3'600'000;

Program::Aggregate definition_of(Aggregation aggregation, ValueType type, Duration period = 0) {
  Program::Aggregate definition;
  definition.aggregation = aggregation;
  definition.type = type;
  definition.period = period;
  return definition;
}

struct Kept {
  Time time;
  double value;
};

/// Returns the events in (now - span, now].
std::span<const Kept> within(const std::vector<Kept>& events, Duration span, Time now) {
  const auto first = std::find_if(events.begin(), events.end(),
                                  [&](const Kept& event) { return event.time > now - span; });
  return std::span(events).subspan(static_cast<std::size_t>(first - events.begin()));
}

double sum_of(std::span<const Kept> events) {
  double sum = 0;
  for (const Kept& event : events) sum += event.value;
  return sum;
}
double least_of(std::span<const Kept> events) {
  return std::min_element(events.begin(), events.end(),
                          [](const Kept& a, const Kept& b) { return a.value < b.value; })
      ->value;
}

/// Reads an aggregate and its copy through bytes, which must give the same value.
double read_twice(const Program::Aggregate& definition, Aggregate& aggregate, Time now) {
  Archive saving;
  aggregate.visit(saving);
  const auto copy = make_aggregate(definition);
  Archive loading(saving.saved());
  copy->visit(loading);
  CHECK(loading.ok());
  CHECK(loading.rest().empty());
  CHECK(copy->value(now) == aggregate.value(now));
  CHECK(copy->next_change(now) == aggregate.next_change(now));
  return *aggregate.value(now).as_number();
}

/// The root mean square of the relative errors of estimates of `truth`.
class Errors {
 public:
  void add(double estimate, double truth) {
    const double error = (estimate - truth) / truth;
    squares_ += error * error;
    ++count_;
  }
  double root_mean_square() const { return std::sqrt(squares_ / count_); }

 private:
  double squares_ = 0;
  int count_ = 0;
};

/// Counts a value. Equal values of different streams are different.
void see(Aggregate& aggregate, int stream, int value, Time time) {
  const std::string text = std::to_string(stream) + ":" + std::to_string(value);
  aggregate.update(ValueView::string(text), time, time);
}

}  // namespace

TEST_CASE("in a full window an event counts at most period / 1024 too long",
          "[attributes][rule11]") {
  // The window holds 20,000 events at a time, five times as many as it keeps separately.
  const Duration longer = kPeriod + kPeriod / 1024;
  const auto counter = definition_of(Aggregation::counter, ValueType::int64, kPeriod);
  const auto sum = definition_of(Aggregation::sum, ValueType::double_, kPeriod);
  const auto mean = definition_of(Aggregation::mean, ValueType::double_, kPeriod);
  const auto min = definition_of(Aggregation::min, ValueType::double_, kPeriod);
  const auto first = definition_of(Aggregation::first, ValueType::double_, kPeriod);
  std::vector<std::pair<const Program::Aggregate*, std::unique_ptr<Aggregate>>> aggregates;
  for (const auto* definition : {&counter, &sum, &mean, &min, &first}) {
    aggregates.emplace_back(definition, make_aggregate(*definition));
  }
  std::mt19937_64 random(1);
  std::vector<Kept> events;
  Time now = 0;
  for (int i = 1; i <= 50'000; ++i) {
    now += static_cast<Time>(random() % 360);
    // Values rise slowly, so that the minimum is often a value that is about to leave the window.
    const Kept event{now, i * 0.01 + static_cast<double>(random() % 1000)};
    events.push_back(event);
    for (auto& [definition, aggregate] : aggregates) {
      CHECK(aggregate->update(ValueView::number(event.value), event.time, now));
    }
    if (i % 2'500 != 0) continue;
    const auto exact = within(events, kPeriod, now), most = within(events, longer, now);
    const auto reads = [&](std::size_t which) {
      return read_twice(*aggregates[which].first, *aggregates[which].second, now);
    };
    INFO("after " << i << " events, " << exact.size() << " to " << most.size() << " in the window");
    CHECK(exact.size() <= reads(0));
    CHECK(reads(0) <= most.size());
    CHECK(sum_of(exact) <= reads(1) * (1 + 1e-12));
    CHECK(reads(1) <= sum_of(most) * (1 + 1e-12));
    CHECK(sum_of(exact) / static_cast<double>(most.size()) <= reads(2) * (1 + 1e-12));
    CHECK(reads(2) <= sum_of(most) / static_cast<double>(exact.size()) * (1 + 1e-12));
    CHECK(least_of(most) <= reads(3));
    CHECK(reads(3) <= least_of(exact));
    const auto is_first = [&](const Kept& event) { return event.value == reads(4); };
    const auto candidates = most.first(most.size() - exact.size() + 1);
    CHECK(std::any_of(candidates.begin(), candidates.end(), is_first));
  }
  for (auto& [definition, aggregate] : aggregates) {
    INFO(static_cast<int>(definition->aggregation));
    CHECK(aggregate->value(now + longer) == make_aggregate(*definition)->value(now));
  }
}

TEST_CASE("a full window continues when no double can hold the sum", "[attributes][rule11]") {
  const auto sum = definition_of(Aggregation::sum, ValueType::double_, kPeriod);
  const auto aggregate = make_aggregate(sum);
  Time now = 0;
  for (int i = 0; i < 10'000; ++i, ++now) {
    CHECK(aggregate->update(ValueView::number(1e308), now, now));
  }
  CHECK(aggregate->value(now).is_null());
  now += 2 * kPeriod;
  CHECK(aggregate->update(ValueView::number(5), now, now));
  CHECK(*aggregate->value(now).as_number() == 5);
}

TEST_CASE("a mean is the exact sum, divided exactly, rounded once", "[attributes][rule3]") {
  std::mt19937_64 random(3);
  const auto below = [&](std::uint64_t bound) { return random() % bound; };
  // Doubles of every size, doubles of a few sizes (sums cancel, ties occur), and prices.
  const auto any_number = [&](std::uint64_t kind) {
    for (;;) {
      std::uint64_t bits = random();
      if (kind == 1) bits = (bits & 0x800f'ffff'ffff'ffff) | (1020 + below(8)) << 52;
      if (kind == 2) bits &= 0x800f'ffff'ffff'ffff >> below(52);        // the smallest doubles
      if (kind == 3) bits |= 0x7fe0'0000'0000'0000;                     // the largest doubles
      if (kind == 4) return static_cast<double>(below(100'000)) / 100;  // prices
      const double number = std::bit_cast<double>(bits);
      if (std::isfinite(number)) return number;
    }
  };
  for (int i = 0; i < 3'000; ++i) {
    const std::uint64_t kind = below(6);
    std::vector<double> numbers;
    ExactSum sum;
    for (std::uint64_t n = 1 + below(40); n > 0; --n) {
      numbers.push_back(any_number(kind));
      sum.add(numbers.back());
    }
    CHECK(sum.value() == nearest_quotient(numbers, 1));
    CHECK(sum.value(numbers.size()) == nearest_quotient(numbers, numbers.size()));
    // Counts that are too large to reach by updates.
    const std::uint64_t huge = random() >> below(64) | 1;
    CHECK(sum.value(huge) == nearest_quotient(numbers, huge));
  }
}

TEST_CASE("a mean is exact in a full window, even if no double can hold the sum",
          "[attributes][rule3]") {
  constexpr double large = 9.988465674311579e+307;
  const auto mean = definition_of(Aggregation::mean, ValueType::double_, kPeriod);
  const auto sum = definition_of(Aggregation::sum, ValueType::double_, kPeriod);
  const auto means = make_aggregate(mean), sums = make_aggregate(sum);
  // 10,000 events at each millisecond, so that a slice holds many and all leave together.
  for (int i = 0; i < 20'000; ++i) {
    CHECK(means->update(ValueView::number(large), i / 10'000, 1));
    CHECK(sums->update(ValueView::number(i % 2 == 0 ? large : -large), i / 10'000, 1));
  }
  CHECK(read_twice(mean, *means, 1) == large);
  CHECK(read_twice(sum, *sums, 1) == 0);
  CHECK(read_twice(mean, *means, kPeriod) == large);
  CHECK(means->value(kPeriod + 1).is_null());
}

TEST_CASE("the sums and means of a full window are exact for the events in it",
          "[attributes][rule3]") {
  const auto sum = definition_of(Aggregation::sum, ValueType::double_, kPeriod);
  const auto mean = definition_of(Aggregation::mean, ValueType::double_, kPeriod);
  const auto sums = make_aggregate(sum), means = make_aggregate(mean);
  std::vector<double> numbers;
  std::mt19937_64 random(17);
  for (int i = 0; i < 30'000; ++i) {
    numbers.push_back(std::ldexp(static_cast<double>(random() % 2'000'000) - 1e6,
                                 static_cast<int>(random() % 2'000) - 1'000));
    CHECK(sums->update(ValueView::number(numbers.back()), i, i));
    CHECK(means->update(ValueView::number(numbers.back()), i, i));
  }
  CHECK(read_twice(sum, *sums, 30'000) == nearest_quotient(numbers, 1));
  CHECK(read_twice(mean, *means, 30'000) == nearest_quotient(numbers, numbers.size()));
}

TEST_CASE("in a window up to 4,096 entries are exact", "[attributes][rule11]") {
  const auto counter = definition_of(Aggregation::counter, ValueType::int64, kPeriod);
  const auto aggregate = make_aggregate(counter);
  for (Time time = 1; time <= 4'096; ++time) CHECK(aggregate->update({}, time, time));
  for (Time left = 0; left < 4'096; ++left) {
    CHECK(*aggregate->value(kPeriod + left).as_number() == static_cast<double>(4'096 - left));
  }
  CHECK(aggregate->value(kPeriod + 4'096).is_null());
}

TEST_CASE("a value of a window's frequencies counts at most period / 256 too long",
          "[attributes][rule27]") {
  const auto counts = definition_of(Aggregation::category_count, ValueType::dict, kPeriod);
  const auto aggregate = make_aggregate(counts);
  std::vector<Kept> events;
  Time now = 0;
  for (int i = 1; i <= 20'000; ++i) {
    now += 400;
    events.push_back({now, 0});
    CHECK(aggregate->update(ValueView::string("x"), now, now));
    if (i % 2'000 != 0) continue;
    const Value value = aggregate->value(now);
    const double count = *value.as_counts()->back().as_number();
    CHECK(within(events, kPeriod, now).size() <= count);
    CHECK(count <= within(events, kPeriod + kPeriod / 256, now).size());
  }
}

TEST_CASE("up to 256 distinct values are counted exactly, up to 4,096 in a window",
          "[attributes][rule28]") {
  const auto lifetime = definition_of(Aggregation::approx_count_distinct, ValueType::int32);
  const auto window = definition_of(Aggregation::approx_count_distinct, ValueType::int32, kPeriod);
  const auto ever = make_aggregate(lifetime), recently = make_aggregate(window);
  for (int i = 1; i <= 4'096; ++i) {
    for (const auto* aggregate : {&ever, &recently}) {
      CHECK((*aggregate)->update(ValueView::number(i), i, i));
      CHECK((*aggregate)->update(ValueView::number(i), i, i));
    }
    if (i <= 256) CHECK(read_twice(lifetime, *ever, i) == i);
    if (i % 256 == 0) CHECK(read_twice(window, *recently, i) == i);
  }
  CHECK(recently->next_change(4'096) == 1 + kPeriod);
  CHECK(*recently->value(kPeriod + 4'000).as_number() == 96);
  // The values that left make room for new ones, so the count stays exact.
  CHECK(recently->update(ValueView::number(0), kPeriod + 4'000, kPeriod + 4'000));
  CHECK(*recently->value(kPeriod + 4'000).as_number() == 97);
}

TEST_CASE("beyond 256 values the standard error is 0.8 %", "[attributes][rule28]") {
  const auto ever = definition_of(Aggregation::approx_count_distinct, ValueType::int64);
  for (const int truth : {300, 3'000, 30'000}) {
    Errors errors;
    for (int stream = 0; stream < 40; ++stream) {
      const auto sketch = make_aggregate(ever);
      for (int i = 0; i < truth; ++i) see(*sketch, stream, i, 0);
      errors.add(*sketch->value(0).as_number(), truth);
    }
    INFO(truth << " values: " << errors.root_mean_square());
    CHECK(errors.root_mean_square() < 0.01);
  }
}

TEST_CASE("the sketch of a window has a standard error of 3.3 % and forgets values that left",
          "[attributes][rule28]") {
  const auto window = definition_of(Aggregation::approx_count_distinct, ValueType::int64, kPeriod);
  for (const int truth : {5'000, 20'000}) {
    Errors errors;
    for (int stream = 0; stream < 40; ++stream) {
      const auto sketch = make_aggregate(window);
      // One value per millisecond; the first half leaves the window.
      for (int i = 0; i < 2 * truth; ++i) see(*sketch, stream, i, i);
      errors.add(*sketch->value(kPeriod + truth - 1).as_number(), truth);
      CHECK(sketch->value(kPeriod + 2 * truth).is_null());
    }
    INFO(truth << " values: " << errors.root_mean_square());
    CHECK(errors.root_mean_square() < 0.04);
  }
}

TEST_CASE("a window with more than 4,096 distinct values continues in bounded memory",
          "[attributes][rule28]") {
  const auto window = definition_of(Aggregation::approx_count_distinct, ValueType::int64, kPeriod);
  const auto aggregate = make_aggregate(window);
  Time now = 0;
  for (int i = 0; i < 50'000; ++i, now += 100) {
    const std::string value = std::to_string(i);
    CHECK(aggregate->update(ValueView::string(value), now, now));
  }
  now -= 100;
  CHECK(read_twice(window, *aggregate, now) == Approx(36'000).epsilon(0.1));
  Archive saving;
  aggregate->visit(saving);
  CHECK(saving.saved().size() < 100'000);
  const Time next = aggregate->next_change(now);
  CHECK(next > now);
  CHECK(next <= now + kPeriod);
  CHECK(!aggregate->update(ValueView::string("late"), now - kPeriod, now));

  Archive rebase(1'000);
  aggregate->visit(rebase);
  CHECK(*aggregate->value(1'000).as_number() == Approx(36'000).epsilon(0.1));
  CHECK(aggregate->value(1'000 + kPeriod).is_null());
  CHECK(aggregate->next_change(1'000 + kPeriod) == kNever);
}

// Such bytes once made restore() loop without end: it trimmed the limbs before it checked their
// place.
TEST_CASE("an exact sum refuses a place beyond the doubles, whatever its limbs") {
  for (const std::uint32_t first : {70u, 71u, 0x7fff'ffffu, 0xffff'ffffu}) {
    Archive saved;
    std::uint32_t place = first;
    saved.number(place);
    std::uint32_t count = 2;
    saved.number(count);
    for (std::uint32_t limb : {7u, 1u}) saved.number(limb);
    Archive archive(saved.saved());
    ExactSum sum;
    sum.visit(archive);
    CHECK_FALSE(archive.ok());
    CHECK(sum.value() == 0);
    sum.add(2.5);
    CHECK(sum.value() == 2.5);
  }
}
