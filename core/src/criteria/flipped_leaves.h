// Which criteria can an update have changed?
#pragma once

#include "support/sparse_set.h"
#include "tripline/program.h"
#include "value/compare.h"

namespace tripline {

// Both add to `interventions` those that may have become true through a leaf on an attribute whose
// truth differs between two values. Truth is not stored: it follows from the two values.

/// Collects the interventions of the leaves that compare with numbers and flipped. NaN stands for a
/// missing value, which satisfies none. From one number to another it costs the thresholds between
/// the two, however many there are, and a binary search if the attribute was not left at
/// `last_threshold`, of which it keeps note there; from or to a missing value it looks at each. A
/// leaf that became false makes nothing true by itself, so it is left out if nothing else changes
/// in that moment (`alone`), but for interventions with `none`.
void collect_passed(const Items<Program::Threshold>& thresholds, double from, double to, bool alone,
                    std::uint32_t& last_threshold, SparseSet& interventions);

/// Collects the interventions of the other leaves that flipped; looks at each leaf.
void collect_flipped(const Program& program, const Items<Program::Index>& leaves,
                     const Reading& before, const Reading& after, PatternSearch& search,
                     SparseSet& interventions);

}  // namespace tripline
