#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "tripline/detail/text.h"

namespace tripline {

/// A text or a whole number, to be handed to concat() at once: it may look at a temporary.
class TextPart {
 public:
  TextPart(const char* text) : literal_(text), kind_(Kind::literal) {}
  TextPart(const std::string_view& text) : view_(&text), kind_(Kind::view) {}
  TextPart(const Text& text) : text_(&text), kind_(Kind::text) {}
  template <std::integral Number>
  TextPart(Number number) : number_(static_cast<std::int64_t>(number)), kind_(Kind::number) {}

  void append_to(Text& text) const;

 private:
  enum class Kind : std::uint8_t { literal, view, text, number };

  union {  // an address is the least that a caller can hand over
    const char* literal_;
    const std::string_view* view_;
    const Text* text_;
    std::int64_t number_;
  };
  Kind kind_;
};

/// A capital letter of ASCII in lower case; any other character as it is.
[[nodiscard]] constexpr char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Appends the lowest `digits` hexadecimal digits of a number, in lower case.
void append_hex(Text& text, std::uint64_t number, int digits);

/// The parts one after the other. A chain of `+` would say the same in ten times the machine code,
/// which every page would have to load.
[[nodiscard]] Text concat(std::initializer_list<TextPart> parts);

}  // namespace tripline
