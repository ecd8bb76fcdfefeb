#pragma once

#include <string_view>
#include <tl/expected.hpp>

#include "value/regex/syntax.h"

namespace tripline::regex {

/// Reads a pattern in the syntax that value/regex.h describes. O(n) but for classes of many ranges.
[[nodiscard]] tl::expected<Syntax, Error> parse(std::string_view pattern);

}  // namespace tripline::regex
