#include "event/calculate.h"

#include <algorithm>
#include <cmath>

#include "support/text.h"
#include "value/convert.h"
#include "value/date_part.h"
#include "value/enumerations.h"

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

/// True if the operation takes the value of an operand.
bool takes(const Program::Calculation& calculation, const ValueView& value) {
  const ValueType type = calculation.type;
  const bool is_any = type == ValueType::none;
  switch (value.kind()) {
    case ValueView::Kind::boolean:
      return is_any || type == ValueType::boolean;
    case ValueView::Kind::number:
      return is_any || type == ValueType::double_ ||
             ((type == ValueType::int64 || calculation.operation == Operation::concat) &&
              value.number() == std::trunc(value.number()));
    case ValueView::Kind::string:
    case ValueView::Kind::time:
      return is_any || type == ValueType::string_;
    default:
      return false;
  }
}

/// The value as the operation takes it, a time as a string; null if it does not.
Value taken(const Program::Calculation& calculation, const ValueView& value) {
  if (!takes(calculation, value)) return {};
  const bool is_text =
      value.kind() == ValueView::Kind::time || calculation.operation == Operation::concat;
  return is_text ? convert(value, ValueType::string_) : Value::of(value);
}

double combine(Operation operation, double a, double b) {
  switch (operation) {
    case Operation::sum:
      return a + b;
    case Operation::product:
      return a * b;
    case Operation::min:
      return b < a ? b : a;
    default:
      return b > a ? b : a;
  }
}

/// The value of an operand; null if the operation does not take it.
Value operand_value(const Program::Calculation& calculation, const Program::Operand& operand,
                    const Event& event) {
  ValueView view;
  if (operand.input < event.inputs.size()) view = event.inputs[operand.input];
  if (operand.date_part == DatePart::none) return taken(calculation, view);
  Value part = part_of(view, operand.date_part);
  const bool is_part_alone = calculation.operation == Operation::none;
  return is_part_alone ? std::move(part) : taken(calculation, ValueView::of(part));
}

/// Joins the operands. Too long a string is cut between two characters, as hosts cut strings.
Value join(const Program::Calculation& calculation, const Event& event) {
  constexpr std::size_t longest = 8192;  // rule 26
  Text text;
  bool is_first = true;
  for (const Program::Operand& operand : calculation.operands) {
    const Value value = operand_value(calculation, operand, event);
    if (value.is_null()) continue;
    if (!std::exchange(is_first, false)) text += calculation.separator;
    text += *value.as_string();
  }
  if (text.size() > longest) {
    std::size_t size = longest;
    while ((text[size] & 0xc0) == 0x80) --size;
    text = Text(text.view().substr(0, size));
  }
  return is_first ? Value() : Value::string(std::move(text));
}

}  // namespace

Value calculate(const Program::Calculation& calculation, const Event& event) {
  const Operation operation = calculation.operation;
  if (operation == Operation::concat) return join(calculation, event);
  Value result;
  for (const Program::Operand& operand : calculation.operands) {
    Value value = operand_value(calculation, operand, event);
    if (!is_arithmetic(operation)) {
      if (!value.is_null()) return value;
    } else if (value.is_null()) {
      return value;
    } else if (result.is_null()) {
      result = std::move(value);
    } else {
      result = Value::number(combine(operation, *result.as_number(), *value.as_number()));
      if (result.is_null()) return result;
    }
  }
  return result;
}

}  // namespace tripline
