#include "support/text.h"

#include <algorithm>
#include <cstring>

namespace tripline {

Text& Text::operator+=(std::string_view text) {
  const std::size_t size = size_ + text.size();
  if (size > capacity_) make_room(std::max<std::size_t>(size, 2 * capacity_), 1);
  if (!text.empty()) std::memcpy(static_cast<char*>(items_) + size_, text.data(), text.size());
  size_ = static_cast<std::uint32_t>(size);
  return *this;
}

Text& Text::operator+=(char c) {
  *static_cast<char*>(add_place(1)) = c;
  return *this;
}

namespace {

void append_number(std::int64_t number, Text& text) {
  char digits[20];
  char* first = digits + sizeof digits;
  auto rest = static_cast<std::uint64_t>(number);
  if (number < 0) rest = 0 - rest;
  do {
    *--first = static_cast<char>('0' + rest % 10);
    rest /= 10;
  } while (rest != 0);
  if (number < 0) text += '-';
  text += {first, static_cast<std::size_t>(digits + sizeof digits - first)};
}

}  // namespace

void TextPart::append_to(Text& text) const {
  switch (kind_) {
    case Kind::literal:
      text += literal_;
      break;
    case Kind::view:
      text += *view_;
      break;
    case Kind::text:
      text += *text_;
      break;
    case Kind::number:
      append_number(number_, text);
      break;
  }
}

void append_hex(Text& text, std::uint64_t number, int digits) {
  while (digits-- > 0) text += "0123456789abcdef"[number >> (4 * digits) & 15];
}

Text concat(std::initializer_list<TextPart> parts) {
  Text text;
  for (const TextPart& part : parts) part.append_to(text);
  return text;
}

}  // namespace tripline
