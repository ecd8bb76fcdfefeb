// A value of an external group: what was pushed last.

#include "attributes/aggregate.h"
#include "value/convert.h"
#include "value/value_bytes.h"

namespace tripline {
namespace {

class Pushed final : public Aggregate {
 public:
  explicit Pushed(ValueType type) : type_(type) {}

  bool update(const ValueView& input, Time, Time) override {
    Value value = converted(input);
    if (value.is_null() && !input.is_missing()) return false;
    value_ = std::move(value);
    return true;
  }
  Value value(Time) const override { return value_; }
  void save(ByteWriter& bytes) const override {
    const List<Value>* list = value_.as_list();
    bytes.u8(list != nullptr);
    if (list == nullptr) return save_scalar(value_, bytes);
    bytes.u32(static_cast<std::uint32_t>(list->size()));
    for (const Value& element : *list) save_scalar(element, bytes);
  }
  void load(ByteReader& bytes) override {
    if (bytes.u8() == 0) {
      value_ = load_scalar(bytes);
      return;
    }
    List<Value> list;
    for (std::uint32_t count = bytes.count(1); count > 0 && bytes.ok(); --count) {
      list.push_back(load_scalar(bytes));
    }
    value_ = Value::list(std::move(list));
  }

 private:
  Value converted(const ValueView& input) const {
    if (!is_list_type(type_)) return convert(input, type_);
    if (input.kind() != ValueView::Kind::list) return {};
    List<Value> list;
    for (const ValueView& element : input.elements()) {
      Value value = convert(element, element_type(type_));
      if (!value.is_null()) list.push_back(std::move(value));
    }
    return Value::list(std::move(list));
  }

  Value value_;
  ValueType type_;
};

}  // namespace

std::unique_ptr<Aggregate> make_pushed(const Program::Aggregate& definition) {
  return std::make_unique<Pushed>(definition.type);
}

}  // namespace tripline
