// last: the value of the latest event by its own time; of equal times the one that came last.

#include "attributes/aggregate.h"
#include "value/convert.h"
#include "value/value_bytes.h"

namespace tripline {
namespace {

class Last final : public Aggregate {
 public:
  explicit Last(ValueType type) : type_(type) {}

  bool update(const ValueView& input, Time time) override {
    Value value = convert(input, type_);
    if (value.is_null()) return false;
    if (value_.is_null() || time >= time_) {
      value_ = std::move(value);
      time_ = time;
    }
    return true;
  }
  Value value(Time) const override { return value_; }
  void save(ByteWriter& bytes) const override {
    bytes.i64(time_);
    save_scalar(value_, bytes);
  }
  void load(ByteReader& bytes) override {
    time_ = bytes.i64();
    value_ = load_scalar(bytes);
  }

 private:
  Value value_;
  Time time_ = 0;
  ValueType type_;
};

}  // namespace

std::unique_ptr<Aggregate> make_last(const Program::Aggregate& definition) {
  return std::make_unique<Last>(definition.type);
}

}  // namespace tripline
