#include "attributes/input.h"

#include "value/convert.h"
#include "value/date_part.h"

namespace tripline {

Value convert_input(const ValueView& scalar, const Program::Aggregate& definition) {
  const ValueType type =
      definition.type == ValueType::dict ? ValueType::string_ : element_type(definition.type);
  if (definition.date_part == DatePart::none) return convert(scalar, type);
  const Value part = date_part(scalar, definition.date_part);
  return convert(ValueView::of(part), type);
}

Value count_value(double count, ValueType type) {
  return count == 0 ? Value() : convert(ValueView::number(count), type);
}

}  // namespace tripline
