#pragma once

#include <cstddef>
#include <string_view>

#include "patterns/regex/program.h"

namespace tripline::regex {

/// A mistake in a pattern, and the byte where it is. The message is a constant.
struct Error {
  std::size_t position = 0;
  const char* message = nullptr;
};

/// Reads a pattern in the syntax that patterns/regex.h describes into a program's instructions and
/// sets, which lie in `memory`. False, and the reason in `error`, if it is none.
[[nodiscard]] bool parse(std::string_view pattern, Arena& memory, Program& program, Error& error);

}  // namespace tripline::regex
