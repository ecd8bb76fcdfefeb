#include "engine/state_size.h"

#include <algorithm>

#include "attributes/aggregate.h"
#include "support/text.h"
#include "value/enumerations.h"

namespace tripline {
namespace {

constexpr std::size_t kIdBytes = 36;  // a UUID's
constexpr Time kNow = 1'800'000'000'000;

// As snapshot.cpp writes them.
constexpr std::size_t kTextBytes = 4;
constexpr std::size_t kProfileBytes = 4 + kTextBytes + kIdBytes + 8 + 8 + 4 + 4;
constexpr std::size_t kSlotBytes = 4 + 8 + 4;
constexpr std::size_t kMarkBytes = 24;

/// Values that an aggregate takes in, each another one.
class Values {
 public:
  explicit Values(const Program::Aggregate& definition) : definition_(definition) {}

  /// Falls where a maximum is wanted, so that no value makes an earlier one superfluous.
  ValueView next(Time time) {
    ++count_;
    const ValueType type = element_type(definition_.type);
    const bool counts_strings = definition_.aggregation == Aggregation::category_count;
    const bool falls = definition_.aggregation == Aggregation::max;
    if (definition_.date_part != DatePart::none) return ValueView::time(time);
    if (type == ValueType::boolean) return ValueView::boolean(true);
    if (is_numeric_type(type) && !counts_strings) {
      return ValueView::number((falls ? -1.5 : 1.5) * static_cast<double>(count_));
    }
    text_ = concat({"value ", 1'000'000'000 + count_});
    return ValueView::string(text_);
  }
  /// Begins again with the first value.
  void restart() { count_ = 0; }

 private:
  const Program::Aggregate& definition_;
  std::int64_t count_ = 0;
  Text text_;
};

std::size_t bytes_of(Aggregate& aggregate) {
  Archive archive;
  aggregate.visit(archive);
  return archive.saved().size();
}

/// A list of values for a field that holds one.
void fill_field(Aggregate& aggregate, const Program::Aggregate& definition, std::size_t count) {
  Values values(definition);
  List<Value> kept;
  List<ValueView> views;
  for (std::size_t i = 0; i < count; ++i) kept.push_back(Value::of(values.next(kNow)));
  for (const Value& value : kept) views.push_back(ValueView::of(value));
  const bool is_list = is_list_type(definition.type);
  (void)aggregate.update(is_list ? ValueView::list(views) : views[0], kNow, kNow);
}

/// Counts as many events as are asked for, spread over the window, and returns the most bytes on
/// the way.
std::size_t fill(const Program::Aggregate& definition, std::int64_t events, bool tallies) {
  constexpr std::int64_t look = 4096;
  const auto aggregate = make_aggregate(definition);
  Values values(definition);
  std::size_t most = 0;
  for (std::int64_t i = 1; i <= events; ++i) {
    if (tallies && i % kMostValues == 1) values.restart();
    const auto period = static_cast<double>(definition.period);
    const auto left =
        static_cast<Time>(period * static_cast<double>(events - i) / static_cast<double>(events));
    (void)aggregate->update(values.next(kNow - left), kNow - left, kNow);
    if (i % look == 0 || i == events) most = std::max(most, bytes_of(*aggregate));
  }
  return most;
}

std::size_t bytes_of_field(const Program::Aggregate& definition, std::size_t values) {
  const auto aggregate = make_aggregate(definition);
  fill_field(*aggregate, definition, values);
  return bytes_of(*aggregate);
}

StateSize size_of(const Program::Aggregate& definition) {
  if (definition.is_external) {
    return {kSlotBytes + bytes_of_field(definition, 1),
            kSlotBytes + bytes_of_field(definition, kMostValues)};
  }
  const bool tallies = definition.aggregation == Aggregation::most_frequent ||
                       definition.aggregation == Aggregation::least_frequent ||
                       definition.aggregation == Aggregation::category_count;
  const bool is_distinct = definition.aggregation == Aggregation::approx_count_distinct;
  // As many as fill every window, and every register of the estimate.
  const std::int64_t events = tallies ? 1024 * Time{kMostValues} : is_distinct ? 200'000 : 8192;
  return {kSlotBytes + fill(definition, 1, tallies),
          kSlotBytes + fill(definition, events, tallies)};
}

bool are_alike(const Program::Aggregate& a, const Program::Aggregate& b) {
  return a.is_external == b.is_external && a.aggregation == b.aggregation && a.type == b.type &&
         a.date_part == b.date_part && a.period == b.period;
}

}  // namespace

StateSize state_size(const Program& program) {
  StateSize sum{0, 0};
  const std::size_t ids =
      program.keys.size() > 1 ? program.keys.size() * (kTextBytes + kIdBytes) : 0;
  for (const Program::Key& key : program.keys) {
    if (key.aggregates.empty()) continue;
    sum.first += kProfileBytes + ids;
    sum.most += kProfileBytes + ids;
  }
  List<StateSize> sizes;
  for (const Program::Aggregate& aggregate : program.aggregates) {
    const auto known =
        std::find_if(program.aggregates.begin(), program.aggregates.begin() + sizes.size(),
                     [&](const Program::Aggregate& other) { return are_alike(aggregate, other); });
    const auto place = static_cast<std::size_t>(known - program.aggregates.begin());
    sizes.push_back(place < sizes.size() ? StateSize(sizes[place]) : size_of(aggregate));
    sum.first += sizes.back().first;
    sum.most += sizes.back().most;
  }
  for (const Program::Intervention& intervention : program.interventions) {
    sum.most += intervention.targets.size() * kMarkBytes;
  }
  return sum;
}

}  // namespace tripline
