// Scalars in snapshots.
#pragma once

#include "support/archive.h"
#include "tripline/value.h"

namespace tripline {

/// Names the parts of a null, a boolean, a number or a string.
void visit_scalar(Value& value, Archive& archive);

}  // namespace tripline
