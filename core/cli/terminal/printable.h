#pragma once

#include <string>
#include <string_view>

namespace tripline::cli {

/// A text that may come from outside, for a terminal: control characters, which could move the
/// cursor or change what is shown, are written as in JSON (`\u001b`), but for those in `kept`;
/// bytes that are not UTF-8 become U+FFFD. JSON stays the same JSON.
[[nodiscard]] std::string printable(std::string_view text, std::string_view kept = {});

/// Prints JSON on stdout, as a line of its own, or as the lines that it has.
void print_json(std::string_view json);

}  // namespace tripline::cli
