// Whether a comparison can ever hold, given what is on its left side (rules 7 and 8).
#pragma once

#include "tripline/definitions.h"
#include "tripline/diagnostic.h"

namespace tripline {

/// A leaf of an intervention's criteria on an attribute of that type.
void check_criterion_literal(const Criterion& leaf, ValueType type, Diagnostics& diagnostics);

/// A criterion of an attribute's event filter. What an event's properties hold is not known.
void check_filter_criterion(const FilterCriterion& criterion, Diagnostics& diagnostics);

}  // namespace tripline
