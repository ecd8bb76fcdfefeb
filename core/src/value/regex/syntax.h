// A pattern as read: tokens in which flags and escapes are resolved.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "support/fixed_vector.h"
#include "value/regex/program.h"

namespace tripline::regex {

inline constexpr std::size_t kMostCharacters = 1000;
inline constexpr std::uint16_t kUnlimited = 0xFFFF;

struct Token {
  enum class Kind : std::uint8_t {
    characters,   // the set at `operand`
    condition,    // one of the conditions in `operand`
    open,         // of a group
    alternative,  // "|"
    close,
    repeat,  // what is before: at least `least`, at most `most` times, which may be kUnlimited
  };
  Kind kind;
  /// Where in the pattern it stands, in bytes.
  std::uint16_t position;
  std::uint16_t least;
  std::uint16_t most;
  std::uint32_t operand;
};

/// Groups are balanced, and something to repeat is before each repetition. Each token is at least
/// one character of the pattern. (12 KB: for the heap.)
using Tokens = FixedVector<Token, kMostCharacters>;

/// What is wrong with a pattern, and at which of its bytes. The message is a constant.
struct Error {
  std::size_t position;
  std::string_view message;
};

}  // namespace tripline::regex
