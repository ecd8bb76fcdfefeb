#pragma once

#include <optional>
#include <string_view>

#include "value/regex/syntax.h"

namespace tripline::regex {

/// Reads a pattern in the syntax that value/regex.h describes. Adds to `tokens` and `sets`.
[[nodiscard]] std::optional<Error> parse(std::string_view pattern, Tokens& tokens,
                                         CharacterSets& sets);

}  // namespace tripline::regex
