// sum: the exact sum of a numeric property; values that are no numbers do not count.

#include "attributes/aggregate.h"
#include "attributes/exact_sum.h"
#include "value/convert.h"

namespace tripline {
namespace {

class Sum final : public Aggregate {
 public:
  explicit Sum(ValueType type) : type_(type) {}

  bool update(const ValueView& input, Time) override {
    if (input.kind() != ValueView::Kind::number) return false;
    sum_.add(input.number());
    has_value_ = true;
    return true;
  }
  Value value(Time) const override {
    return has_value_ ? convert(ValueView::number(sum_.value()), type_) : Value();
  }
  void save(ByteWriter& bytes) const override {
    bytes.u8(has_value_);
    sum_.save(bytes);
  }
  void load(ByteReader& bytes) override {
    has_value_ = bytes.u8() != 0;
    sum_.load(bytes);
  }

 private:
  ExactSum sum_;
  bool has_value_ = false;
  ValueType type_;
};

}  // namespace

std::unique_ptr<Aggregate> make_sum(const Program::Aggregate& definition) {
  return std::make_unique<Sum>(definition.type);
}

}  // namespace tripline
