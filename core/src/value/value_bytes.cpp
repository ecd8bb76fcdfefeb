#include "value/value_bytes.h"

namespace tripline {
namespace {

enum Tag : std::uint8_t { kNull, kFalse, kTrue, kNumber, kString };

}  // namespace

void save_scalar(const Value& value, ByteWriter& bytes) {
  if (const bool* flag = value.as_boolean()) {
    bytes.u8(*flag ? kTrue : kFalse);
  } else if (const double* number = value.as_number()) {
    bytes.u8(kNumber);
    bytes.f64(*number);
  } else if (const Text* text = value.as_string()) {
    bytes.u8(kString);
    bytes.text(*text);
  } else {
    bytes.u8(kNull);
  }
}

Value load_scalar(ByteReader& bytes) {
  switch (bytes.u8()) {
    case kNull:
      return {};
    case kFalse:
      return Value::boolean(false);
    case kTrue:
      return Value::boolean(true);
    case kNumber:
      return Value::number(bytes.f64());
    case kString:
      return Value::string(Text(bytes.text()));
    default:
      bytes.fail();
      return {};
  }
}

}  // namespace tripline
