// Which criteria can an update have changed?
#pragma once

#include "support/sparse_set.h"
#include "tripline/program.h"
#include "value/compare.h"

namespace tripline {

/// Adds to `interventions` those that may have become true through a leaf on `attribute` whose
/// truth differs between the two values. From one number to another it costs a binary search and
/// then only the comparisons with a number between the two, however many there are; from or to a
/// missing value, and for all other leaves of the attribute, it looks at each. Truth is not stored:
/// it follows from the two values.
void collect_flipped(const Program& program, Program::Index attribute, const Reading& before,
                     const Reading& after, PatternSearch& search, SparseSet& interventions);

}  // namespace tripline
