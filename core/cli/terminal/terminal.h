#pragma once

#include <cstddef>
#include <optional>

namespace tripline::cli {

/// How many columns the terminal behind a file descriptor has; nothing if there is none.
[[nodiscard]] std::optional<std::size_t> terminal_width(int descriptor);

}  // namespace tripline::cli
