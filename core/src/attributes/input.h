// A property as an aggregation takes it: its date part where one is asked for, converted to the
// attribute's type.
#pragma once

#include "tripline/program.h"
#include "value/convert.h"
#include "value/date_part.h"

namespace tripline {

/// A scalar in the attribute's (element) type; null where it does not fit. For a dict, text.
[[nodiscard]] inline Value convert_input(const ValueView& scalar,
                                         const Program::Aggregate& definition) {
  const ValueType type =
      definition.type == ValueType::dict ? ValueType::string_ : element_type(definition.type);
  if (definition.date_part == DatePart::none) return convert(scalar, type);
  const Value part = date_part(scalar, definition.date_part);
  return convert(ValueView::of(part), type);
}

/// `visit(scalar)` for the elements of a list, or for the value itself (rule 4).
template <typename Visit>
void for_each_scalar(const ValueView& input, Visit visit) {
  if (input.kind() != ValueView::Kind::list) return visit(input);
  for (const ValueView& element : input.elements()) visit(element);
}

}  // namespace tripline
