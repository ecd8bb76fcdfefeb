#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace tripline::cli {

/// How many columns the terminal behind a file descriptor has; nothing if there is none.
[[nodiscard]] std::optional<std::size_t> terminal_width(int descriptor);

/// Prints a line on stderr, without control characters.
void complain(const std::string& message);

}  // namespace tripline::cli
