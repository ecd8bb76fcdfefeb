// most_frequent, least_frequent, category_count: how often each of at most 100 values was seen
// (rule 27).

#include <algorithm>

#include "attributes/aggregate.h"
#include "attributes/input.h"
#include "attributes/window.h"
#include "value/value_bytes.h"

namespace tripline {
namespace {

constexpr std::size_t kMostValues = 100;

class Frequency final : public Aggregate {
 public:
  explicit Frequency(const Program::Aggregate& definition) : definition_(definition) {}

  bool update(const ValueView& input, Time time, Time now) override {
    bool taken = false;
    for (const ValueView& scalar : scalars_of(input)) {
      Value value = convert_input(scalar, definition_);
      if (!value.is_null()) taken |= count(std::move(value), time, now);
    }
    return taken;
  }

  Value value(Time now) const override {
    if (definition_.aggregation == Aggregation::category_count) return counts(now);
    const bool most = definition_.aggregation == Aggregation::most_frequent;
    const Tally* best = nullptr;
    std::uint64_t best_count = 0;
    for (const Tally& tally : tallies_) {  // in the order in which they were first seen
      const std::uint64_t count = count_of(tally, now);
      if (count == 0) continue;
      if (best != nullptr && (most ? count <= best_count : count >= best_count)) continue;
      best = &tally;
      best_count = count;
    }
    return best == nullptr ? Value() : best->value;
  }

  Time next_change(Time now) const override {
    Time next = kNever;
    for (const Tally& tally : tallies_) {
      if (definition_.period != 0) next = std::min(next, tally.window.next_leaving(now));
    }
    return next;
  }
  void rebase(Time now) override {
    for (Tally& tally : tallies_) tally.window.rebase(now);
  }

  void save(ByteWriter& bytes) const override {
    bytes.u64(clock_);
    bytes.u32(static_cast<std::uint32_t>(tallies_.size()));
    for (const Tally& tally : tallies_) {
      save_scalar(tally.value, bytes);
      bytes.u64(tally.last_counted);
      bytes.u64(tally.count);
      tally.window.save(bytes);
    }
  }
  void load(ByteReader& bytes) override {
    clock_ = bytes.u64();
    std::uint32_t count = bytes.count(21);
    if (count > kMostValues) bytes.fail();
    for (; count > 0 && bytes.ok(); --count) {
      Tally tally(load_scalar(bytes), definition_.period);
      tally.last_counted = bytes.u64();
      tally.count = bytes.u64();
      tally.window.load(bytes);
      if (tally.value.is_null() || tally.last_counted > clock_) return bytes.fail();
      tallies_.push_back(std::move(tally));
    }
  }

 private:
  struct Tally {
    Tally(Value value, Duration period)
        : value(std::move(value)), window(period, Window::Kind::count, 1024, 256) {}

    Value value;
    std::uint64_t last_counted = 0;  // by clock_
    std::uint64_t count = 0;         // without a window
    Window window;                   // with one
  };

  std::uint64_t count_of(const Tally& tally, Time now) const {
    return definition_.period == 0 ? tally.count : tally.window.count(now);
  }

  bool count(Value value, Time time, Time now) {
    if (definition_.period != 0 && time <= now - definition_.period) return false;
    if (definition_.period != 0) {
      erase_if(tallies_, [&](const Tally& tally) { return tally.window.count(now) == 0; });
    }
    auto tally = std::find_if(tallies_.begin(), tallies_.end(),
                              [&](const Tally& known) { return known.value == value; });
    if (tally == tallies_.end()) {
      if (tallies_.size() == kMostValues) drop_rarest(now);
      tallies_.emplace_back(std::move(value), definition_.period);
      tally = tallies_.end() - 1;
    }
    tally->last_counted = ++clock_;
    if (definition_.period != 0) return tally->window.add(time, {}, now);
    ++tally->count;
    return true;
  }

  void drop_rarest(Time now) {
    const auto rarest =
        std::min_element(tallies_.begin(), tallies_.end(), [&](const Tally& a, const Tally& b) {
          const std::uint64_t first = count_of(a, now), second = count_of(b, now);
          return first != second ? first < second : a.last_counted < b.last_counted;
        });
    tallies_.erase(rarest);
  }

  Value counts(Time now) const {
    Counts counts;
    for (const Tally& tally : tallies_) {
      const std::uint64_t count = count_of(tally, now);
      if (count != 0) counts.emplace_back(*tally.value.as_string(), static_cast<double>(count));
    }
    return counts.empty() ? Value() : Value::counts(std::move(counts));
  }

  const Program::Aggregate& definition_;
  List<Tally> tallies_;
  std::uint64_t clock_ = 0;  // values counted so far
};

}  // namespace

std::unique_ptr<Aggregate> make_frequency(const Program::Aggregate& definition) {
  return std::make_unique<Frequency>(definition);
}

}  // namespace tripline
