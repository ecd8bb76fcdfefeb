#include "input/atomic_value.h"

#include "support/number_text.h"
#include "value/convert.h"

namespace tripline::cli {
namespace {

Value number_in(const Text& text) {
  return is_number(text) ? Value::number(parse_number(text)) : Value();
}

Value boolean_in(const Text& text) {
  if (text == "true" || text == "1") return Value::boolean(true);
  if (text == "false" || text == "0") return Value::boolean(false);
  return {};
}

}  // namespace

void convert_atomic(Value& value, ValueType type) {
  const bool is_number = type == ValueType::double_ || type == ValueType::int64;
  if (is_number && value.as_number() == nullptr) {
    const Text* text = value.as_string();
    value = text == nullptr ? Value() : number_in(*text);
  }
  if (type != ValueType::string_ && type != ValueType::boolean) return;
  if (value.as_string() == nullptr) value = convert(ValueView::of(value), ValueType::string_);
  const Text* text = value.as_string();
  if (type == ValueType::boolean && text != nullptr) value = boolean_in(*text);
}

}  // namespace tripline::cli
