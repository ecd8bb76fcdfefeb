// What an attribute's aggregation, type, property and times must be to one another.
#pragma once

#include "tripline/definitions.h"
#include "tripline/diagnostic.h"
#include "tripline/value.h"

namespace tripline {

/// Whether the aggregation reads a property of the event.
[[nodiscard]] bool needs_property(Aggregation aggregation);
/// Whether a missing value without `default_value` reads 0 (rule 9).
[[nodiscard]] bool reads_zero_by_default(Aggregation aggregation);

/// `default_value` is the attribute's.
void check_attribute(const Attribute& attribute, const ValueView& default_value,
                     Diagnostics& diagnostics);

}  // namespace tripline
