#include "compile/check_attribute.h"

#include "definitions/names.h"
#include "support/text.h"
#include "value/convert.h"

namespace tripline {
namespace {

bool is_numeric_aggregation(Aggregation aggregation) {
  return aggregation == Aggregation::sum || aggregation == Aggregation::min ||
         aggregation == Aggregation::max || aggregation == Aggregation::mean;
}

bool is_time_since(Aggregation aggregation) {
  return aggregation == Aggregation::time_since_last ||
         aggregation == Aggregation::time_since_first;
}

/// What the type must be instead, or nothing where it fits.
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

/// Whether the value is of the type, element by element in a list.
bool fits(const Value& value, ValueType type) {
  if (const std::vector<Value>* list = value.as_list()) {
    if (!is_list_type(type)) return false;
    for (const Value& element : *list) {
      if (!fits(element, element_type(type))) return false;
    }
    return true;
  }
  if (is_numeric_type(type)) return value.as_number() != nullptr;
  if (is_text_type(type)) return value.as_string() != nullptr;
  return type == ValueType::boolean && value.as_boolean() != nullptr;
}

bool is_supported(Aggregation aggregation) {
  return aggregation == Aggregation::counter || aggregation == Aggregation::sum ||
         aggregation == Aggregation::last;
}

/// What this version of the engine cannot do yet.
void check_supported(const Attribute& attribute, Diagnostics& diagnostics) {
  if (!is_supported(*attribute.aggregation)) {
    diagnostics.error(
        concat({attribute.pointer, "/aggregation"}),
        concat({"the aggregation '", name_of<Aggregation>(kAggregations, *attribute.aggregation),
                "' is not supported yet; counter, sum and last are"}));
  }
  if (attribute.period) {
    diagnostics.error(concat({attribute.pointer, "/period"}), "windows are not supported yet");
  }
  if (attribute.ttl) {
    diagnostics.error(concat({attribute.pointer, "/ttl"}), "a time to live is not supported yet");
  }
  if (attribute.property && attribute.property->date_part != DatePart::none) {
    diagnostics.error(concat({attribute.pointer, "/property/date_part"}),
                      "date parts are not supported yet");
  }
}

}  // namespace

bool needs_property(Aggregation aggregation) {
  return aggregation != Aggregation::counter && !is_time_since(aggregation);
}

bool reads_zero_by_default(Aggregation aggregation) {
  return aggregation == Aggregation::counter || aggregation == Aggregation::approx_count_distinct;
}

void check_attribute(const Attribute& attribute, Diagnostics& diagnostics) {
  if (!attribute.type || !attribute.aggregation) return;
  const std::string aggregation(name_of<Aggregation>(kAggregations, *attribute.aggregation));
  if (needs_property(*attribute.aggregation) && !attribute.property) {
    diagnostics.error(attribute.pointer, concat({"the aggregation '", aggregation,
                                                 "' requires a 'property' to be set"}));
  }
  if (const std::string_view needed = wrong_type(*attribute.aggregation, *attribute.type);
      !needed.empty()) {
    diagnostics.error(concat({attribute.pointer, "/type"}),
                      concat({"the result of '", aggregation, "' needs ", needed, " as its type"}));
  } else if (!attribute.default_value.is_null() &&
             !fits(attribute.default_value, *attribute.type)) {
    diagnostics.error(concat({attribute.pointer, "/default_value"}),
                      concat({"the default is not of the attribute's type '",
                              name_of<ValueType>(kValueTypes, *attribute.type), "'"}));
  }
  if (attribute.period && attribute.ttl) {
    diagnostics.error(concat({attribute.pointer, "/ttl"}),
                      "'ttl' is for lifetime attributes; with 'period' leave it out");
  }
  if (is_time_since(*attribute.aggregation) && attribute.time_unit == TimeUnit::none) {
    diagnostics.error(attribute.pointer,
                      concat({"'", aggregation, "' needs a 'time_unit': s, min, h or d"}));
  }
  check_supported(attribute, diagnostics);
}

}  // namespace tripline
