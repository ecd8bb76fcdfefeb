#include "support/utf8.h"

namespace tripline {

CodePoint decode_utf8(std::string_view text) {
  constexpr CodePoint malformed{0xFFFD, 1};
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {lead, 1};
  if (lead < 0xC0 || lead >= 0xF8) return malformed;
  const std::size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (size > text.size()) return malformed;
  char32_t value = lead & (0x7F >> size);
  for (std::size_t i = 1; i < size; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0) != 0x80) return malformed;
    value = value << 6 | (byte & 0x3F);
  }
  const char32_t smallest = size == 2 ? 0x80 : size == 3 ? 0x800 : 0x10000;
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  return value < smallest || value > 0x10FFFF || surrogate ? malformed : CodePoint{value, size};
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const CodePoint first = decode_utf8(text);
    if (first.value == 0xFFFD && first.size == 1) return false;
    text.remove_prefix(first.size);
  }
  return true;
}

std::size_t count_code_points(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (c & 0xC0) != 0x80;
  return count;
}

}  // namespace tripline
