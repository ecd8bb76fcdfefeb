// Atomic fields as the types that they have (rule 2).
#pragma once

#include "tripline/definitions.h"
#include "tripline/value.h"

namespace tripline::cli {

/// Turns a value into one of the type of an atomic field that is not a time (definitions/words.h):
/// reads a number or a boolean that is written as a string, and writes as a string what stands
/// where a string belongs. Null where that is not possible. Costs nothing where the type fits.
void convert_atomic(Value& value, ValueType type);

}  // namespace tripline::cli
