// most_frequent, least_frequent, category_count: how often each of at most 100 values was seen
// (rule 27).

#include <algorithm>

#include "attributes/aggregate.h"
#include "attributes/window.h"
#include "value/value_bytes.h"

namespace tripline {
namespace {

class Frequency final : public Aggregate {
 public:
  using Aggregate::Aggregate;

  void record(Value& value, Time time, Time now) override {
    erase_if(tallies_, [&](const Tally& tally) { return count_of(tally, now) == 0; });
    Tally* tally = std::find_if(tallies_.begin(), tallies_.end(),
                                [&](const Tally& known) { return known.value == value; });
    if (tally == tallies_.end()) {
      if (tallies_.size() == kMostValues) drop_rarest(now);
      tally = &tallies_.emplace_back(definition_);
      tally->value = std::move(value);
    }
    tally->last_counted = ++clock_;
    ++tally->count;
    Value mark = Value::boolean(true);
    if (definition_.period != 0) tally->window.add(mark, time, now);
  }

  Value stored(Time now) const override {
    if (definition_.aggregation == Aggregation::category_count) return counts(now);
    const bool most = definition_.aggregation == Aggregation::most_frequent;
    const Value* best = nullptr;
    std::uint64_t best_count = 0;
    for (const Tally& tally : tallies_) {  // in the order in which they were first seen
      const std::uint64_t count = count_of(tally, now);
      if (count == 0) continue;
      if (best != nullptr && (most ? count <= best_count : count >= best_count)) continue;
      best = &tally.value;
      best_count = count;
    }
    return best == nullptr ? Value() : *best;
  }

  void drop_left(Time now) override {
    for (Tally& tally : tallies_) tally.window.drop_left(now);
  }

  Time oldest(Time now) const override {
    Time oldest = kNever;
    for (const Tally& tally : tallies_) oldest = std::min(oldest, tally.window.oldest(now));
    return oldest;
  }

  void visit(Archive& archive) override {
    archive.number(clock_);
    const std::size_t size = archive.count(tallies_.size(), 21, kMostValues);
    while (tallies_.size() < size) tallies_.emplace_back(definition_);
    for (Tally& tally : tallies_) {
      visit_scalar(tally.value, archive);
      archive.number(tally.last_counted);
      archive.number(tally.count);
      tally.window.visit(archive);
      archive.require(!tally.value.is_null() && tally.last_counted <= clock_ && tally.count != 0);
    }
  }

 private:
  struct Tally {
    explicit Tally(const Program::Aggregate& definition) : window(definition, 1024) {}

    Value value;
    std::uint64_t last_counted = 0;  // by clock_
    std::uint64_t count = 0;         // without a window
    Window window;                   // with one
  };

  std::uint64_t count_of(const Tally& tally, Time now) const {
    return definition_.period == 0 ? tally.count : tally.window.count(now);
  }

  void drop_rarest(Time now) {
    tallies_.erase(
        std::min_element(tallies_.begin(), tallies_.end(), [&](const Tally& a, const Tally& b) {
          const std::uint64_t first = count_of(a, now), second = count_of(b, now);
          return first != second ? first < second : a.last_counted < b.last_counted;
        }));
  }

  Value counts(Time now) const {
    List<Value> counts;
    for (const Tally& tally : tallies_) {
      const std::uint64_t count = count_of(tally, now);
      if (count == 0) continue;
      counts.push_back(tally.value);
      counts.push_back(Value::number(static_cast<double>(count)));
    }
    return counts.empty() ? Value() : Value::counts(std::move(counts));
  }

  List<Tally> tallies_;
  std::uint64_t clock_ = 0;  // values counted so far
};

}  // namespace

std::unique_ptr<Aggregate> make_frequency(const Program::Aggregate& definition) {
  return std::make_unique<Frequency>(definition);
}

}  // namespace tripline
