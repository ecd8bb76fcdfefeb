#pragma once

#include <string_view>

#include "tripline/detail/text.h"

namespace tripline {

/// A finite number as JavaScript's String(x) writes it: the shortest digits that read back as the
/// same double (ECMA-262, Number::toString). Costs well under a microsecond for numbers of up to 14
/// digits, a few for others, and up to 200 for the smallest and largest there are.
[[nodiscard]] Text number_text(double number);

/// True if the string is a number in JSON's grammar, and nothing else.
[[nodiscard]] bool is_number(std::string_view text);

/// The double nearest to a number in JSON's grammar, ties to even; infinite beyond the doubles.
/// Does not check the grammar. Costs a microsecond where 15 digits do not suffice, and
/// up to 150 near the ends of the range.
[[nodiscard]] double parse_number(std::string_view text);

}  // namespace tripline
