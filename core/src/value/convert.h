// A property's value as the declared type of an attribute (rules 1 and 2).
#pragma once

#include "tripline/definitions.h"
#include "tripline/value.h"

namespace tripline {

/// The scalar as a value of scalar type `type`, or a null where it cannot become one. Integer types
/// truncate towards zero and clamp to their range; string types take numbers and booleans as
/// strings and times in ISO 8601; `unix_timestamp` takes a time as seconds.
[[nodiscard]] Value convert(const ValueView& scalar, ValueType type);

}  // namespace tripline
