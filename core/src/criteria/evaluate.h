// Criteria → true or false.
#pragma once

#include "tripline/program.h"

namespace tripline {

/// Goes through an intervention's steps, from the first; `holds(step)` returns the outcome of a
/// step's leaf and is only called while the result is open. A loop without recursion, whatever the
/// depth of the criteria.
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
