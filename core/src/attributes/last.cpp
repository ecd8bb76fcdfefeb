// last: the value of the latest event by its own time; of equal times the one that came last.

#include "attributes/aggregate.h"
#include "attributes/input.h"
#include "value/value_bytes.h"

namespace tripline {
namespace {

/// In a window one value is enough: when the latest has left, so has every other.
class Last final : public Aggregate {
 public:
  explicit Last(const Program::Aggregate& definition) : definition_(definition) {}

  bool update(const ValueView& input, Time time, Time now) override {
    Value value = convert_input(input, definition_);
    if (value.is_null() || has_left(time, now)) return false;
    if (value_.is_null() || time >= time_) {
      value_ = std::move(value);
      time_ = time;
    }
    return true;
  }
  Value value(Time now) const override { return has_left(time_, now) ? Value() : value_; }
  Time next_change(Time now) const override {
    const bool waits = definition_.period != 0 && !value_.is_null() && !has_left(time_, now);
    return waits ? time_ + definition_.period : kNever;
  }
  void rebase(Time now) override { time_ = std::min(time_, now); }
  void save(ByteWriter& bytes) const override {
    bytes.i64(time_);
    save_scalar(value_, bytes);
  }
  void load(ByteReader& bytes) override {
    time_ = bytes.time();
    value_ = load_scalar(bytes);
  }

 private:
  bool has_left(Time time, Time now) const {
    return definition_.period != 0 && time <= now - definition_.period;
  }

  const Program::Aggregate& definition_;
  Value value_;
  Time time_ = 0;
};

}  // namespace

std::unique_ptr<Aggregate> make_last(const Program::Aggregate& definition) {
  return std::make_unique<Last>(definition);
}

}  // namespace tripline
