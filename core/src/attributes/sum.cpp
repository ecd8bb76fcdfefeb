// sum and mean of a numeric property: the exact sum, rounded once (rule 3). Values that are no
// numbers do not count.

#include "attributes/aggregate.h"
#include "attributes/exact_sum.h"
#include "attributes/window.h"
#include "value/convert.h"

namespace tripline {
namespace {

/// What sum and count give, as the attribute's type.
class Result {
 public:
  explicit Result(const Program::Aggregate& definition)
      : type_(definition.type), is_mean_(definition.aggregation == Aggregation::mean) {}

  Value value(double sum, std::uint64_t count) const {
    if (count == 0) return {};
    return convert(ValueView::number(is_mean_ ? sum / static_cast<double>(count) : sum), type_);
  }

 private:
  ValueType type_;
  bool is_mean_;
};

class Sum final : public Aggregate {
 public:
  explicit Sum(const Program::Aggregate& definition) : result_(definition) {}

  bool update(const ValueView& input, Time, Time) override {
    if (input.kind() != ValueView::Kind::number) return false;
    sum_.add(input.number());
    ++count_;
    return true;
  }
  Value value(Time) const override { return result_.value(sum_.value(), count_); }
  void save(ByteWriter& bytes) const override {
    bytes.u64(count_);
    sum_.save(bytes);
  }
  void load(ByteReader& bytes) override {
    count_ = bytes.u64();
    sum_.load(bytes);
  }

 private:
  ExactSum sum_;
  std::uint64_t count_ = 0;
  Result result_;
};

class WindowSum final : public Aggregate {
 public:
  explicit WindowSum(const Program::Aggregate& definition)
      : window_(definition.period, Window::Kind::sum), result_(definition) {}

  bool update(const ValueView& input, Time time, Time now) override {
    if (input.kind() != ValueView::Kind::number) return false;
    return window_.add(time, Value::number(input.number()), now);
  }
  Value value(Time now) const override {
    return result_.value(window_.sum(now), window_.count(now));
  }
  Time next_change(Time now) const override { return window_.next_leaving(now); }
  void rebase(Time now) override { window_.rebase(now); }
  void save(ByteWriter& bytes) const override { window_.save(bytes); }
  void load(ByteReader& bytes) override { window_.load(bytes); }

 private:
  Window window_;
  Result result_;
};

}  // namespace

std::unique_ptr<Aggregate> make_sum(const Program::Aggregate& definition) {
  if (definition.period != 0) return std::make_unique<WindowSum>(definition);
  return std::make_unique<Sum>(definition);
}

}  // namespace tripline
