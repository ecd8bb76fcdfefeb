#pragma once

#include <string>

namespace tripline {

/// A finite number as JavaScript's String(x) writes it: the shortest digits that read back as the
/// same double (ECMA-262, Number::toString). Costs well under a microsecond for numbers of up to 14
/// digits, a few for others.
[[nodiscard]] std::string number_text(double number);

}  // namespace tripline
