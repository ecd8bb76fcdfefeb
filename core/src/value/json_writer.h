// Writes JSON; a third of the size of a document model.
#pragma once

#include <string_view>

#include "tripline/detail/text.h"
#include "tripline/value.h"

namespace tripline {

/// Appends to a string. Commas and colons come by themselves; nesting is the caller's business.
class JsonWriter {
 public:
  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view name);
  JsonWriter& string(std::string_view text);
  JsonWriter& number(double number);
  JsonWriter& boolean(bool flag) { return raw(flag ? "true" : "false"); }
  JsonWriter& null() { return raw("null"); }
  JsonWriter& value(const Value& value);
  /// A time as a string in ISO 8601.
  JsonWriter& value(const ValueView& value);
  /// Text that is JSON already.
  JsonWriter& raw(std::string_view json);

  /// Returns the JSON that was written since the last call.
  Text finish();

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void separate();
  void quote(std::string_view text);

  Text text_;
  bool needs_comma_ = false;
};

}  // namespace tripline
