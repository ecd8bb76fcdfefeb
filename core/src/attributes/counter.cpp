// counter: how many events counted.

#include "attributes/aggregate.h"
#include "attributes/input.h"
#include "attributes/window.h"

namespace tripline {
namespace {

class Counter final : public Aggregate {
 public:
  explicit Counter(ValueType type) : type_(type) {}

  bool update(const ValueView&, Time, Time) override {
    ++count_;
    return true;
  }
  Value value(Time) const override { return count_value(static_cast<double>(count_), type_); }
  void save(ByteWriter& bytes) const override { bytes.u64(count_); }
  void load(ByteReader& bytes) override { count_ = bytes.u64(); }

 private:
  std::uint64_t count_ = 0;
  ValueType type_;
};

class WindowCounter final : public Aggregate {
 public:
  WindowCounter(ValueType type, Duration period)
      : window_(period, Window::Kind::count), type_(type) {}

  bool update(const ValueView&, Time time, Time now) override { return window_.add(time, {}, now); }
  Value value(Time now) const override {
    return count_value(static_cast<double>(window_.count(now)), type_);
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

std::unique_ptr<Aggregate> make_counter(const Program::Aggregate& definition) {
  if (definition.period != 0) {
    return std::make_unique<WindowCounter>(definition.type, definition.period);
  }
  return std::make_unique<Counter>(definition.type);
}

}  // namespace tripline
