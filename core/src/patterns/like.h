// SQL's LIKE, as Snowflake and BigQuery read it without an ESCAPE clause (rule 6).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tripline {

/// True if the whole of `text` has the form of `pattern`: `%` stands for any run of characters,
/// also an empty one, `_` for exactly one code point, everything else for itself. Both are UTF-8;
/// case counts; newlines are characters like any other; there is no escape character. A malformed
/// byte reads as U+FFFD.
///
/// Linear in the text. In practice it costs no memory and about |text| comparisons; a text that
/// nearly matches again and again goes to like_automaton_matches().
///
/// Each step, eight characters compared, takes one from `budget`, and each call at least one;
/// nothing when it is used up before the result is known. The count is the same on every host.
[[nodiscard]] std::optional<bool> like_matches(std::string_view pattern, std::string_view text,
                                               std::uint64_t& budget);

/// The same, by a search that never goes back in the text. A step is 64 characters of the pattern
/// for one byte of the text, or for one character of the pattern. Needs memory, at most 128 KB for
/// a pattern of 1,000 characters.
[[nodiscard]] std::optional<bool> like_automaton_matches(std::string_view pattern,
                                                         std::string_view text,
                                                         std::uint64_t& budget);

}  // namespace tripline
