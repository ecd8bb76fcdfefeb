// A tree of criteria as the row of questions by which it is decided.
#pragma once

#include "tripline/program.h"

namespace tripline {

/// Adds the steps of the criteria at node `root` to the program, and returns the first of them, or
/// kHolds or kFails where no question is needed.
[[nodiscard]] Program::Index add_steps(Program& program, Program::Index root);

}  // namespace tripline
