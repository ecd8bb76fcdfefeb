// Criteria → true or false.
#pragma once

#include "tripline/program.h"

namespace tripline {

/// Goes through an intervention's steps, from the first; `holds(step)` answers for the leaf of each
/// and is asked no more than it takes. A loop without recursion, whatever the depth of the
/// criteria.
template <typename Holds>
[[nodiscard]] bool criteria_hold(const Program& program, Program::Index first, Holds holds) {
  Program::Index index = first;
  while (index < Program::kFails) {
    const Program::Step& step = program.steps[index];
    index = holds(step) ? step.if_true : step.if_false;
  }
  return index == Program::kHolds;
}

}  // namespace tripline
