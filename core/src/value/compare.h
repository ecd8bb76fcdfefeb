// `value operator literal`, in criteria and in event filters (rules 5 to 8).
#pragma once

#include "tripline/definitions.h"
#include "tripline/value.h"

namespace tripline {

/// Whether a scalar stands in the relation to a literal. Types never mix: of a number and a numeric
/// string none is equal to, less or greater than the other. Strings order by code point.
[[nodiscard]] bool scalar_holds(Operator op, const ValueView& scalar, const Value& literal);

/// An intervention's leaf: a missing attribute satisfies only `is null`.
[[nodiscard]] bool criterion_holds(Operator op, const Value& value, const Value& literal);

/// An attribute's event filter: a missing property satisfies `is null` and `!=`.
[[nodiscard]] bool filter_holds(Operator op, const ValueView& property, const Value& literal);

}  // namespace tripline
