#pragma once

#include <optional>

#include "value/regex/program.h"
#include "value/regex/syntax.h"

namespace tripline::regex {

/// Completes a program that has its sets already. Fails if it would have more than 2,000
/// instructions.
[[nodiscard]] std::optional<Error> compile(const Tokens& tokens, Program& program);

}  // namespace tripline::regex
