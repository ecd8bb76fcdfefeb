// Checks that an attribute's aggregation, type, property and times fit one another.
#pragma once

#include "tripline/definitions.h"
#include "tripline/diagnostic.h"
#include "tripline/value.h"

namespace tripline {

/// `default_value` is the attribute's.
void check_attribute(const Attribute& attribute, const ValueView& default_value,
                     Diagnostics& diagnostics);

}  // namespace tripline
