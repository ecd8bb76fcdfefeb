#include "tripline/value.h"

#include <cmath>

namespace tripline {

Value Value::number(double number) {
  return std::isfinite(number) ? Value(Data(number + 0.0)) : Value();
}

bool Value::is_empty() const {
  if (const std::string* text = as_string()) return text->empty();
  if (const std::vector<Value>* list = as_list()) return list->empty();
  if (const Counts* counts = as_counts()) return counts->empty();
  return is_null();
}

ValueView ValueView::number(double number) {
  if (!std::isfinite(number)) return {};
  return {Kind::number, number, {}, {}};
}

ValueView ValueView::of(const Value& value) {
  if (const bool* flag = value.as_boolean()) return boolean(*flag);
  if (const double* number = value.as_number()) return ValueView::number(*number);
  if (const std::string* text = value.as_string()) return string(*text);
  return {};
}

}  // namespace tripline
