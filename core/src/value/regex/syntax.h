// A pattern as read: tokens in which flags and escapes are resolved.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "value/regex/program.h"

namespace tripline::regex {

inline constexpr std::uint16_t kUnlimited = 0xFFFF;

struct Token {
  enum class Kind : std::uint8_t {
    characters,   // set number `first`
    condition,    // one of the conditions in `first`
    open,         // of a group
    alternative,  // "|"
    close,
    repeat,  // what is before: at least `first`, at most `second` times, which may be kUnlimited
  };
  Kind kind;
  std::uint16_t first = 0;
  std::uint16_t second = 0;
  /// Where in the pattern it stands, in bytes.
  std::uint16_t position = 0;
};

/// Groups are balanced, and something to repeat is before each repetition.
struct Syntax {
  std::vector<Token> tokens;
  CharacterSets sets;
};

/// What is wrong with a pattern, and at which of its bytes. The message is a constant.
struct Error {
  std::size_t position;
  std::string_view message;
};

}  // namespace tripline::regex
