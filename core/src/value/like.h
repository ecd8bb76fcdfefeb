// SQL's LIKE, as Snowflake and BigQuery read it without an ESCAPE clause (rule 6).
#pragma once

#include <string_view>

namespace tripline {

/// Whether the whole of `text` has the form of `pattern`: `%` stands for any run of characters,
/// also an empty one, `_` for exactly one code point, everything else for itself. Both are UTF-8;
/// case counts; newlines are characters like any other; there is no escape character. A malformed
/// byte reads as U+FFFD.
///
/// Costs no memory and at most |pattern| × |text| comparisons, in practice about |text|.
[[nodiscard]] bool like_matches(std::string_view pattern, std::string_view text);

}  // namespace tripline
