#include "value/json_writer.h"

#include <utility>

#include "support/number_text.h"
#include "support/text.h"
#include "value/time_text.h"

namespace tripline {

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  text_ += bracket;
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  text_ += bracket;
  needs_comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  quote(name);
  text_ += ':';
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::string(std::string_view text) {
  separate();
  quote(text);
  return *this;
}

JsonWriter& JsonWriter::number(double number) {
  return raw(number_text(number));
}

JsonWriter& JsonWriter::raw(std::string_view json) {
  separate();
  text_ += json;
  return *this;
}

JsonWriter& JsonWriter::value(const Value& value) {
  if (const List<Value>* list = value.as_list()) {
    begin_array();
    for (const Value& element : *list) this->value(element);
    return end_array();
  }
  if (const List<Value>* counts = value.as_counts()) {
    begin_object();
    for (std::size_t i = 0; i < counts->size(); i += 2) {
      key(*(*counts)[i].as_string()).value((*counts)[i + 1]);
    }
    return end_object();
  }
  return this->value(ValueView::of(value));
}

JsonWriter& JsonWriter::value(const ValueView& value) {
  switch (value.kind()) {
    case ValueView::Kind::boolean:
      return boolean(value.flag());
    case ValueView::Kind::number:
      return number(value.number());
    case ValueView::Kind::string:
      return string(value.text());
    case ValueView::Kind::time:
      return string(format_time(value.as_time()));
    case ValueView::Kind::list:
      begin_array();
      for (const ValueView& element : value.elements()) this->value(element);
      return end_array();
    default:
      return null();
  }
}

Text JsonWriter::finish() {
  needs_comma_ = false;
  return std::exchange(text_, {});
}

void JsonWriter::separate() {
  if (needs_comma_) text_ += ',';
  needs_comma_ = true;
}

void JsonWriter::quote(std::string_view text) {
  text_ += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      text_ += '\\';
      text_ += c;
    } else if (byte < 0x20) {
      text_ += "\\u";
      append_hex(text_, byte, 4);
    } else {
      text_ += c;
    }
  }
  text_ += '"';
}

}  // namespace tripline
