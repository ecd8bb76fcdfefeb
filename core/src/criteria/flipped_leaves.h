// Which criteria can an update have changed?
#pragma once

#include "support/sparse_set.h"
#include "tripline/program.h"
#include "value/compare.h"

namespace tripline {

/// Adds to `interventions` those with a leaf on `attribute` whose truth differs between the two
/// values. Costs a binary search and then only the leaves that flip (numeric comparisons; all other
/// leaves of the attribute are looked at), however many there are: truth is not stored, it follows
/// from the two values.
void collect_flipped(const Program& program, Program::Index attribute, const Reading& before,
                     const Reading& after, PatternSearch& search, SparseSet& interventions);

}  // namespace tripline
