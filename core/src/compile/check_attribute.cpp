#include "compile/check_attribute.h"

#include "definitions/json_tree.h"
#include "definitions/words.h"
#include "support/text.h"
#include "value/convert.h"
#include "value/enumerations.h"

namespace tripline {
namespace {

bool is_event_time(const Property& property) {
  return property.source == Property::Source::atomic && property.name == "derived_tstamp";
}

/// Returns the types that the aggregation allows, for the message; nothing if the type fits.
std::string_view wrong_type(Aggregation aggregation, ValueType type) {
  if (is_time_since(aggregation)) {
    return type == ValueType::float_ || type == ValueType::double_ ? "" : "float or double";
  }
  if (aggregation == Aggregation::counter || aggregation == Aggregation::approx_count_distinct ||
      is_numeric_aggregation(aggregation)) {
    return is_numeric_type(type) ? "" : "a numeric type such as int32 or double";
  }
  if (aggregation == Aggregation::category_count) return type == ValueType::dict ? "" : "dict";
  if (aggregation == Aggregation::unique_list) {
    return is_list_type(type) ? "" : "a list type such as string_list";
  }
  return is_list_type(type) || type == ValueType::dict ? "a scalar type such as string" : "";
}

/// True if the value belongs to the type, element by element in a list.
bool fits(const ValueView& value, ValueType type) {
  if (value.kind() != ValueView::Kind::list) return convert(value, type) == Value::of(value);
  for (const ValueView& element : value.elements()) {
    if (!fits(element, element_type(type))) return false;
  }
  return is_list_type(type);
}

/// True if the attribute's type is not that of the property's values.
bool takes_any_type(Aggregation aggregation) {
  return aggregation == Aggregation::category_count ||
         aggregation == Aggregation::approx_count_distinct;
}

/// Where a date part may stand, and what type it then needs.
void check_date_part(const Attribute& attribute, Diagnostics& diagnostics) {
  const Property& property = attribute.property;
  if (property.date_part == DatePart::none) return;
  const Aggregation aggregation = attribute.aggregation;
  if (is_numeric_aggregation(aggregation) || is_time_since(aggregation) ||
      aggregation == Aggregation::counter) {
    diagnostics.error(attribute.pointer, "/property/date_part", "a date part does not go with '%'",
                      {name_of<Aggregation>(kAggregations, aggregation)});
    return;
  }
  const bool is_number = is_numeric_part(property.date_part);
  const ValueType type = element_type(attribute.type);
  const bool fits =
      is_number ? type == ValueType::int32 || type == ValueType::int64 : type == ValueType::string_;
  if (!fits && !takes_any_type(aggregation)) {
    diagnostics.error(attribute.pointer, "/type", "the date part '%' needs % here",
                      {name_of<DatePart>(kDateParts, property.date_part),
                       is_number ? "int32 or int64" : "string"});
  }
}

/// Warns of a calculated string where the type takes none (rule 2): an atomic time is one, too.
void check_calculated_type(const Attribute& attribute, Diagnostics& diagnostics) {
  const Operation operation = attribute.property.operation;
  if (operation == Operation::none || property_type(attribute.property) != ValueType::string_ ||
      is_text_type(element_type(attribute.type)) || !needs_property(attribute.aggregation) ||
      takes_any_type(attribute.aggregation)) {
    return;
  }
  diagnostics.warning(attribute.pointer, "/type", "the result of '%' needs % as its type",
                      {name_of<Operation>(kOperations, operation), "string"});
}

}  // namespace

void check_attribute(const Attribute& attribute, const ValueView& default_value,
                     Diagnostics& diagnostics) {
  if (attribute.type == ValueType::none || attribute.aggregation == Aggregation::none) return;
  const std::string_view aggregation = name_of<Aggregation>(kAggregations, attribute.aggregation);
  if (needs_property(attribute.aggregation) && attribute.property.pointer == nullptr) {
    diagnostics.error(attribute.pointer, "", "the aggregation '%' requires a 'property' to be set",
                      {aggregation});
  }
  if (const std::string_view needed = wrong_type(attribute.aggregation, attribute.type);
      !needed.empty()) {
    diagnostics.error(attribute.pointer, "/type", "the result of '%' needs % as its type",
                      {aggregation, needed});
  } else if (!default_value.is_missing() && !fits(default_value, attribute.type)) {
    diagnostics.error(attribute.pointer, "/default_value",
                      "'default_value' does not fit the attribute's type '%'",
                      {name_of<ValueType>(kValueTypes, attribute.type)});
  }
  if (attribute.period != 0 && attribute.ttl != 0) {
    diagnostics.error(attribute.pointer, "/ttl",
                      "'ttl' is for lifetime attributes; with 'period' leave it out");
  }
  if (is_time_since(attribute.aggregation) && attribute.pointer->member("time_unit") == nullptr) {
    diagnostics.error(attribute.pointer, "", "'%' needs a 'time_unit': s, min, h or d",
                      {aggregation});
  } else if (!is_time_since(attribute.aggregation) && attribute.time_unit != TimeUnit::none) {
    diagnostics.error(attribute.pointer, "/time_unit",
                      "'time_unit' goes with time_since_last and time_since_first only");
  }
  if (attribute.property.pointer == nullptr) return;
  if (is_time_since(attribute.aggregation) && !is_event_time(attribute.property)) {
    diagnostics.error(attribute.pointer, "/property",
                      "'%' looks at derived_tstamp; leave 'property' out", {aggregation});
  }
  check_date_part(attribute, diagnostics);
  check_calculated_type(attribute, diagnostics);
}

}  // namespace tripline
