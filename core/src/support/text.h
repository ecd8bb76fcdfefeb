#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "tripline/text.h"

namespace tripline {

/// A text or a whole number, to be handed to concat() at once: it may look at a temporary.
class TextPart {
 public:
  TextPart(const char* text) : TextPart(std::string_view(text)) {}
  TextPart(std::string_view text) : text_(text.data()), size_(text.size()) {}
  TextPart(const std::string& text) : TextPart(std::string_view(text)) {}
  TextPart(const Text& text) : string_(&text), size_(kString) {}
  template <std::integral Number>
  TextPart(Number number) : number_(static_cast<std::int64_t>(number)), size_(kNumber) {}

  void append_to(Text& text) const;

 private:
  static constexpr std::size_t kString = std::string_view::npos, kNumber = kString - 1;
  union {
    const char* text_;
    const Text* string_;
    std::int64_t number_;
  };
  std::size_t size_;  // or what it is instead of a text
};

/// The parts one after the other. A chain of `+` would say the same in ten times the machine code,
/// which every page would have to load.
[[nodiscard]] Text concat(std::initializer_list<TextPart> parts);

}  // namespace tripline
