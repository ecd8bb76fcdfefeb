#include "tripline/value.h"

#include <cmath>

namespace tripline {

Value Value::boolean(bool flag) {
  Value value;
  value.kind_ = Kind::boolean;
  value.content_.flag = flag;
  return value;
}

Value Value::number(double number) {
  Value value;
  if (!std::isfinite(number)) return value;
  value.kind_ = Kind::number;
  value.content_.number = number;
  return value;
}

Value Value::string(Text text) {
  Value value;
  value.content_.text = new Text(std::move(text));
  value.kind_ = Kind::string;
  return value;
}

Value Value::list(List<Value> scalars) {
  Value value;
  value.content_.list = new List<Value>(std::move(scalars));
  value.kind_ = Kind::list;
  return value;
}

Value Value::counts(List<Value> texts_and_numbers) {
  Value value = list(std::move(texts_and_numbers));
  value.kind_ = Kind::counts;
  return value;
}

Value Value::of(const ValueView& view) {
  switch (view.kind()) {
    case ValueView::Kind::boolean:
      return boolean(view.flag());
    case ValueView::Kind::number:
      return number(view.number());
    case ValueView::Kind::string:
      return string(Text(view.text()));
    case ValueView::Kind::list: {
      List<Value> scalars;
      for (const ValueView& element : view.elements()) scalars.push_back(of(element));
      return list(std::move(scalars));
    }
    default:
      return {};
  }
}

void Value::copy_content() {
  switch (kind_) {
    case Kind::string:
      content_.text = new Text(*content_.text);
      break;
    case Kind::list:
    case Kind::counts:
      content_.list = new List<Value>(*content_.list);
      break;
    default:
      break;
  }
}

void Value::delete_content() {
  switch (kind_) {
    case Kind::string:
      delete content_.text;
      break;
    case Kind::list:
    case Kind::counts:
      delete content_.list;
      break;
    default:
      break;
  }
}

bool Value::is_empty() const {
  switch (kind_) {
    case Kind::null:
      return true;
    case Kind::string:
      return content_.text->empty();
    case Kind::list:
    case Kind::counts:
      return content_.list->empty();
    default:
      return false;
  }
}

bool operator==(const Value& a, const Value& b) {
  if (a.kind_ != b.kind_) return false;
  switch (a.kind_) {
    case Value::Kind::boolean:
      return a.content_.flag == b.content_.flag;
    case Value::Kind::number:
      return a.content_.number == b.content_.number;
    case Value::Kind::string:
      return *a.content_.text == *b.content_.text;
    case Value::Kind::list:
    case Value::Kind::counts:
      return *a.content_.list == *b.content_.list;
    default:
      return true;
  }
}

ValueView ValueView::of(const Value& value) {
  if (const bool* flag = value.as_boolean()) return boolean(*flag);
  if (const double* number = value.as_number()) return ValueView::number(*number);
  if (const Text* text = value.as_string()) return string(*text);
  return {};
}

}  // namespace tripline
