#include "event/calculate.h"

#include "value/date_part.h"

namespace tripline {
namespace {

/// The part of a time; of a list, those of its elements that are times.
Value part_of(const ValueView& value, DatePart part) {
  if (value.kind() != ValueView::Kind::list) return date_part(value, part);
  List<Value> parts;
  for (const ValueView& element : value.elements()) {
    Value each = date_part(element, part);
    if (!each.is_null()) parts.push_back(std::move(each));
  }
  return Value::list(std::move(parts));
}

}  // namespace

Value calculate(const Program::Calculation& calculation, const Event& event) {
  const Program::Operand& operand = calculation.operands[0];
  if (operand.input >= event.inputs.size()) return {};
  return part_of(event.inputs[operand.input], operand.date_part);
}

}  // namespace tripline
