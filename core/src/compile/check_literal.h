// Checks that a comparison can hold at all, given its left side (rules 7 and 8).
#pragma once

#include "tripline/definitions.h"
#include "tripline/diagnostic.h"

namespace tripline {

/// A leaf of an intervention's criteria on an attribute of that type.
void check_criterion_literal(const Criterion& leaf, ValueType type, Diagnostics& diagnostics);

/// A criterion of an attribute's event filter. What a field of an event or of an entity holds is
/// not known; an atomic field, a date part and most calculated properties have a type. True if it
/// compares an atomic time.
bool check_filter_criterion(const FilterCriterion& criterion, Diagnostics& diagnostics);

}  // namespace tripline
