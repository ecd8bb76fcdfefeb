// A field of an external group: the value that was set last.

#include "attributes/aggregate.h"
#include "value/convert.h"
#include "value/enumerations.h"
#include "value/value_bytes.h"

namespace tripline {
namespace {

class ExternalField final : public Aggregate {
 public:
  using Aggregate::Aggregate;

  bool update(const ValueView& input, Time time, Time now) override {
    Value value = converted(input);
    if (value.is_null() && !input.is_missing()) return false;
    record(value, time, now);
    return true;
  }
  void record(Value& value, Time, Time) override { value_ = std::move(value); }
  Value stored(Time) const override { return value_; }
  void visit(Archive& archive) override {
    const List<Value>* list = value_.as_list();
    std::uint8_t is_list = list != nullptr;
    archive.number(is_list);
    if (is_list == 0) return visit_scalar(value_, archive);
    List<Value> elements;
    if (list != nullptr) elements = *list;
    archive.list(elements, 1, 0xffffffff, [&](Value& value) { visit_scalar(value, archive); });
    value_ = Value::list(std::move(elements));
  }

 private:
  Value converted(const ValueView& input) const {
    const ValueType type = definition_.type;
    if (!is_list_type(type)) return convert(input, type);
    if (input.kind() != ValueView::Kind::list) return {};
    List<Value> list;
    for (const ValueView& element : input.elements()) {
      Value value = convert(element, element_type(type));
      if (!value.is_null()) list.push_back(std::move(value));
    }
    return Value::list(std::move(list));
  }

  Value value_;
};

}  // namespace

std::unique_ptr<Aggregate> make_external_field(const Program::Aggregate& definition) {
  return std::make_unique<ExternalField>(definition);
}

}  // namespace tripline
