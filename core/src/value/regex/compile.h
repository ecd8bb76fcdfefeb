#pragma once

#include <tl/expected.hpp>

#include "value/regex/program.h"
#include "value/regex/syntax.h"

namespace tripline::regex {

/// Fails if the program would have more than 2,000 instructions.
[[nodiscard]] tl::expected<Program, Error> compile(Syntax syntax);

}  // namespace tripline::regex
