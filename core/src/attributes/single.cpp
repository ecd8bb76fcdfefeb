// Aggregations that need one value and its time: min, max, first, last and the ages without a
// window; last and time_since_last in a window, too: when the latest value has left it, so has
// every other.

#include "attributes/aggregate.h"
#include "value/value_bytes.h"

namespace tripline {
namespace {

class Single final : public Aggregate {
 public:
  using Aggregate::Aggregate;

  void record(Value& value, Time time, Time) override {
    if (!value_.is_null() && !replaces(value, time)) return;
    value_ = std::move(value);
    time_ = time;
  }
  Value stored(Time now) const override {
    return has_left(time_, now) || value_.is_null() ? Value() : result(value_, time_);
  }
  Time oldest(Time now) const override {
    return has_left(time_, now) || value_.is_null() ? kNever : time_;
  }
  void visit(Archive& archive) override {
    archive.time(time_);
    visit_scalar(value_, archive);
    archive.require(value_.is_null() || !is_extreme() || value_.as_number() != nullptr);
  }

 private:
  bool is_extreme() const {
    return definition_.aggregation == Aggregation::min ||
           definition_.aggregation == Aggregation::max;
  }

  /// If times are equal, the value that came first is first, and the one that came last is last.
  bool replaces(const Value& value, Time time) const {
    switch (definition_.aggregation) {
      case Aggregation::min:
        return *value.as_number() < *value_.as_number();
      case Aggregation::max:
        return *value.as_number() > *value_.as_number();
      case Aggregation::first:
      case Aggregation::time_since_first:
        return time < time_;
      default:
        return time >= time_;
    }
  }

  Value value_;
  Time time_ = 0;
};

}  // namespace

std::unique_ptr<Aggregate> make_single(const Program::Aggregate& definition) {
  return std::make_unique<Single>(definition);
}

}  // namespace tripline
