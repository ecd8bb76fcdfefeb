// min and max of a numeric property.

#include "attributes/aggregate.h"
#include "attributes/window.h"
#include "value/convert.h"
#include "value/value_bytes.h"

namespace tripline {
namespace {

class Extreme final : public Aggregate {
 public:
  explicit Extreme(const Program::Aggregate& definition)
      : is_min_(definition.aggregation == Aggregation::min), type_(definition.type) {}

  bool update(const ValueView& input, Time, Time) override {
    if (input.kind() != ValueView::Kind::number) return false;
    const double* best = best_.as_number();
    if (best == nullptr || (is_min_ ? input.number() < *best : input.number() > *best)) {
      best_ = Value::number(input.number());
    }
    return true;
  }
  Value value(Time) const override { return convert(ValueView::of(best_), type_); }
  void save(ByteWriter& bytes) const override { save_scalar(best_, bytes); }
  void load(ByteReader& bytes) override {
    best_ = load_scalar(bytes);
    if (!best_.is_null() && best_.as_number() == nullptr) bytes.fail();
  }

 private:
  Value best_;
  bool is_min_;
  ValueType type_;
};

class WindowExtreme final : public Aggregate {
 public:
  explicit WindowExtreme(const Program::Aggregate& definition)
      : window_(definition.period, definition.aggregation == Aggregation::min
                                       ? Window::Kind::least
                                       : Window::Kind::greatest),
        type_(definition.type) {}

  bool update(const ValueView& input, Time time, Time now) override {
    if (input.kind() != ValueView::Kind::number) return false;
    return window_.add(time, Value::number(input.number()), now);
  }
  Value value(Time now) const override {
    const auto entries = window_.at(now);
    return entries.empty() ? Value() : convert(ValueView::of(entries.front().value), type_);
  }
  Time next_change(Time now) const override { return window_.next_leaving(now); }
  void rebase(Time now) override { window_.rebase(now); }
  void save(ByteWriter& bytes) const override { window_.save(bytes); }
  void load(ByteReader& bytes) override { window_.load(bytes); }

 private:
  Window window_;
  ValueType type_;
};

}  // namespace

std::unique_ptr<Aggregate> make_extreme(const Program::Aggregate& definition) {
  if (definition.period != 0) return std::make_unique<WindowExtreme>(definition);
  return std::make_unique<Extreme>(definition);
}

}  // namespace tripline
