#include "value/value_bytes.h"

namespace tripline {
namespace {

enum Tag : std::uint8_t { kNull, kFalse, kTrue, kNumber, kString };

Tag tag_of(const ValueView& value) {
  switch (value.kind()) {
    case ValueView::Kind::boolean:
      return value.flag() ? kTrue : kFalse;
    case ValueView::Kind::number:
      return kNumber;
    case ValueView::Kind::string:
      return kString;
    default:
      return kNull;
  }
}

}  // namespace

void visit_scalar(Value& value, Archive& archive) {
  const ValueView view = ValueView::of(value);
  std::uint8_t tag = tag_of(view);
  archive.number(tag);
  archive.require(tag <= kString);
  if (tag == kNumber) {
    double number = view.number();
    archive.number(number);
    value = Value::number(number);
  } else if (tag == kString) {
    Text text(view.text());
    archive.text(text);
    value = Value::string(std::move(text));
  } else if (archive.is_loading()) {
    value = tag == kNull ? Value() : Value::boolean(tag == kTrue);
  }
}

}  // namespace tripline
