// A property as an aggregation takes it: its date part where one is asked for, converted to the
// attribute's type.
#pragma once

#include <span>

#include "tripline/program.h"

namespace tripline {

/// A scalar in the attribute's (element) type; null where it does not fit. For a dict, text.
[[nodiscard]] Value convert_input(const ValueView& scalar, const Program::Aggregate& definition);

/// A count in the attribute's type; null for 0.
[[nodiscard]] Value count_value(double count, ValueType type);

/// The elements of a list, or the value itself (rule 4).
[[nodiscard]] inline std::span<const ValueView> scalars_of(const ValueView& input) {
  return input.kind() == ValueView::Kind::list ? input.elements() : std::span(&input, 1);
}

}  // namespace tripline
