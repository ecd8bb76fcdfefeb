// Aggregations that need all values in their window: counter, sum, mean, min, max, first and
// time_since_first.
// When the first has left, the next one is first.

#include "attributes/aggregate.h"
#include "attributes/window.h"

namespace tripline {
namespace {

class Windowed final : public Aggregate {
 public:
  explicit Windowed(const Program::Aggregate& definition)
      : Aggregate(definition), window_(definition, 4096) {}

  void record(Value& value, Time time, Time now) override { window_.add(value, time, now); }
  Value stored(Time now) const override {
    if (window_.oldest(now) == kNever) return {};
    const std::uint64_t count = window_.count(now);
    switch (definition_.aggregation) {
      case Aggregation::counter:
        return result(static_cast<double>(count));
      case Aggregation::sum:
      case Aggregation::mean:
        return result(window_.sum(now, divisor(count)));
      default:
        return result(window_.at(now)->value, window_.at(now)->first);
    }
  }
  void drop_left(Time now) override { window_.drop_left(now); }
  Time oldest(Time now) const override { return window_.oldest(now); }
  void visit(Archive& archive) override { window_.visit(archive); }

 private:
  Window window_;
};

}  // namespace

std::unique_ptr<Aggregate> make_windowed(const Program::Aggregate& definition) {
  return std::make_unique<Windowed>(definition);
}

}  // namespace tripline
