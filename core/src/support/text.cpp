#include "support/text.h"

namespace tripline {

void TextPart::append_to(std::string& text) const {
  if (size_ == kString) {
    text += *string_;
    return;
  }
  if (size_ != kNumber) {
    text.append(text_, size_);
    return;
  }
  char digits[20];
  char* first = digits + sizeof digits;
  auto rest = static_cast<std::uint64_t>(number_);
  if (number_ < 0) rest = 0 - rest;
  do {
    *--first = static_cast<char>('0' + rest % 10);
    rest /= 10;
  } while (rest != 0);
  if (number_ < 0) text += '-';
  text.append(first, static_cast<std::size_t>(digits + sizeof digits - first));
}

std::string concat(std::initializer_list<TextPart> parts) {
  std::string text;
  for (const TextPart& part : parts) part.append_to(text);
  return text;
}

}  // namespace tripline
