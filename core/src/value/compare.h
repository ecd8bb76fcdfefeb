// A value against what an operator asks of it, in criteria and in event filters (rules 5 to 8).
#pragma once

#include "tripline/program.h"
#include "tripline/value.h"

namespace tripline {

/// An attribute as criteria see it. `is_set` tells a value, or a default that stands in for it,
/// from the 0 that a counter reads before it has counted.
struct Reading {
  Value value;
  bool is_set = false;
};

/// Whether a scalar stands in the relation to a literal. Types never mix: of a number and a numeric
/// string none is equal to, less or greater than the other. Strings order by code point.
[[nodiscard]] bool scalar_holds(const Program::Comparison& comparison, const ValueView& scalar);

/// An intervention's leaf: a missing attribute satisfies only `is null`. `changed` is none of its
/// business.
[[nodiscard]] bool criterion_holds(const Program::Comparison& comparison, const Reading& attribute);

/// An attribute's event filter: a missing property satisfies `is null` and `!=`.
[[nodiscard]] bool filter_holds(const Program::Comparison& comparison, const ValueView& property);

}  // namespace tripline
