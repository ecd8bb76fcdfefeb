// UTF-8 to code points.
#pragma once

#include <cstddef>
#include <string_view>

namespace tripline {

struct CodePoint {
  char32_t value;
  /// Bytes that it takes.
  std::size_t size;
};

/// The code point at the start of the string `text`, which must not be empty. A byte that begins no
/// well-formed sequence (surrogates and overlong forms are none) reads as U+FFFD of size 1; the
/// real U+FFFD has size 3.
[[nodiscard]] CodePoint decode_utf8(std::string_view text);

/// True if all of `text` is well-formed.
[[nodiscard]] bool is_utf8(std::string_view text);

/// The number of code points of a well-formed string.
[[nodiscard]] std::size_t count_code_points(std::string_view text);

}  // namespace tripline
