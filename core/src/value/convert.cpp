#include "value/convert.h"

#include <algorithm>
#include <cmath>

#include "support/number_text.h"
#include "value/enumerations.h"
#include "value/time_text.h"

namespace tripline {
namespace {

/// The end of int64 is not a double; as in JavaScript it reads as the nearest one, 2^63.
double clamp_to_range(double number, ValueType type) {
  const double whole = std::trunc(number);
  if (type == ValueType::int32) return std::clamp(whole, -2147483648.0, 2147483647.0);
  if (type == ValueType::int64) {
    return std::clamp(whole, -9223372036854775808.0, 9223372036854775807.0);
  }
  return number;
}

Value as_text(const ValueView& scalar) {
  switch (scalar.kind()) {
    case ValueView::Kind::string:
      return Value::string(Text(scalar.text()));
    case ValueView::Kind::number:
      return Value::string(number_text(scalar.number()));
    case ValueView::Kind::boolean:
      return Value::string(scalar.flag() ? "true" : "false");
    case ValueView::Kind::time:
      return Value::string(format_time(scalar.as_time()));
    default:
      return {};
  }
}

Value as_number(const ValueView& scalar, ValueType type) {
  if (scalar.kind() == ValueView::Kind::time && type == ValueType::unix_timestamp) {
    return Value::number(std::floor(scalar.number() / 1000));
  }
  if (scalar.kind() != ValueView::Kind::number) return {};
  return Value::number(clamp_to_range(scalar.number(), type));
}

}  // namespace

Value convert(const ValueView& scalar, ValueType type) {
  if (is_text_type(type)) return as_text(scalar);
  if (is_numeric_type(type)) return as_number(scalar, type);
  if (type == ValueType::boolean && scalar.kind() == ValueView::Kind::boolean) {
    return Value::boolean(scalar.flag());
  }
  return {};
}

}  // namespace tripline
