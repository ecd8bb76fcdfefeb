// first: the value of the earliest event by its own time; of equal times the one that came first.

#include "attributes/aggregate.h"
#include "attributes/input.h"
#include "attributes/window.h"
#include "value/value_bytes.h"

namespace tripline {
namespace {

class First final : public Aggregate {
 public:
  explicit First(const Program::Aggregate& definition) : definition_(definition) {}

  bool update(const ValueView& input, Time time, Time) override {
    Value value = convert_input(input, definition_);
    if (value.is_null()) return false;
    if (value_.is_null() || time < time_) {
      value_ = std::move(value);
      time_ = time;
    }
    return true;
  }
  Value value(Time) const override { return value_; }
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
  const Program::Aggregate& definition_;
  Value value_;
  Time time_ = 0;
};

/// Keeps every value of the window: when the first leaves, the next one is first.
class WindowFirst final : public Aggregate {
 public:
  explicit WindowFirst(const Program::Aggregate& definition)
      : definition_(definition), window_(definition.period, Window::Kind::first) {}

  bool update(const ValueView& input, Time time, Time now) override {
    Value value = convert_input(input, definition_);
    return !value.is_null() && window_.add(time, std::move(value), now);
  }
  Value value(Time now) const override {
    const auto entries = window_.at(now);
    return entries.empty() ? Value() : entries.front().value;
  }
  Time next_change(Time now) const override { return window_.next_leaving(now); }
  void rebase(Time now) override { window_.rebase(now); }
  void save(ByteWriter& bytes) const override { window_.save(bytes); }
  void load(ByteReader& bytes) override { window_.load(bytes); }

 private:
  const Program::Aggregate& definition_;
  Window window_;
};

}  // namespace

std::unique_ptr<Aggregate> make_first(const Program::Aggregate& definition) {
  if (definition.period != 0) return std::make_unique<WindowFirst>(definition);
  return std::make_unique<First>(definition);
}

}  // namespace tripline
