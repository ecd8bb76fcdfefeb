// Questions about the enumerations of definitions.h, each in one place. Where the order of the
// enumerators gives the result, since that is the shortest code, a static_assert checks the order.
#pragma once

#include "tripline/definitions.h"

namespace tripline {

/// The enumerator that stands `steps` behind this one.
template <typename Enum>
[[nodiscard]] constexpr Enum moved(Enum value, int steps) {
  return static_cast<Enum>(static_cast<int>(value) + steps);
}

// ---- operators ------------------------------------------------------------------------------

/// True for the six that order_satisfies() decides (compare.h).
[[nodiscard]] constexpr bool is_comparison(Operator op) {
  return op <= Operator::greater_equal;
}
[[nodiscard]] constexpr bool is_order(Operator op) {
  return op >= Operator::less && op <= Operator::greater_equal;
}
[[nodiscard]] constexpr bool is_pattern(Operator op) {
  return op >= Operator::like && op <= Operator::not_rlike;
}
[[nodiscard]] constexpr bool is_regex(Operator op) {
  return op == Operator::rlike || op == Operator::not_rlike;
}
[[nodiscard]] constexpr bool is_membership(Operator op) {
  return op == Operator::in || op == Operator::not_in;
}
[[nodiscard]] constexpr bool takes_no_value(Operator op) {
  return op >= Operator::is_null;
}
static_assert(Operator::equal == Operator{1} && Operator::not_equal == Operator{2} &&
              Operator::less == Operator{3} && Operator::greater == Operator{4} &&
              Operator::less_equal == Operator{5} && Operator::greater_equal == Operator{6});
static_assert(moved(Operator::greater_equal, 1) == Operator::like &&
              moved(Operator::like, 3) == Operator::not_rlike &&
              moved(Operator::not_rlike, 1) == Operator::in &&
              moved(Operator::not_in, 1) == Operator::is_null &&
              moved(Operator::is_null, 3) == Operator::end_);

/// True for the opposite of another operator (rule 7).
[[nodiscard]] constexpr bool is_negated(Operator op) {
  return op == Operator::not_equal || op == Operator::not_like || op == Operator::not_rlike ||
         op == Operator::not_in;
}
/// The operator of which this is the opposite, or itself.
[[nodiscard]] constexpr Operator positive_of(Operator op) {
  return moved(op, is_negated(op) ? -1 : 0);
}
static_assert(positive_of(Operator::not_equal) == Operator::equal &&
              positive_of(Operator::not_like) == Operator::like &&
              positive_of(Operator::not_rlike) == Operator::rlike &&
              positive_of(Operator::not_in) == Operator::in);

/// The comparison that `in` and `not in` make with each item of their list;
/// others are themselves.
[[nodiscard]] constexpr Operator item_comparison(Operator op) {
  if (op == Operator::in) return Operator::equal;
  return op == Operator::not_in ? Operator::not_equal : op;
}

// ---- types ----------------------------------------------------------------------------------

[[nodiscard]] constexpr bool is_list_type(ValueType type) {
  return type >= ValueType::bytes_list;
}
/// `int32_list` → `int32`; a scalar type is its own.
[[nodiscard]] constexpr ValueType element_type(ValueType type) {
  constexpr int distance =
      static_cast<int>(ValueType::bytes_) - static_cast<int>(ValueType::bytes_list);
  return moved(type, is_list_type(type) ? distance : 0);
}
static_assert(element_type(ValueType::bytes_list) == ValueType::bytes_ &&
              element_type(ValueType::string_list) == ValueType::string_ &&
              element_type(ValueType::int32_list) == ValueType::int32 &&
              element_type(ValueType::int64_list) == ValueType::int64 &&
              element_type(ValueType::double_list) == ValueType::double_ &&
              element_type(ValueType::float_list) == ValueType::float_ &&
              element_type(ValueType::boolean_list) == ValueType::boolean &&
              element_type(ValueType::unix_timestamp_list) == ValueType::unix_timestamp);
static_assert(moved(ValueType::dict, 1) == ValueType::bytes_list &&
              moved(ValueType::unix_timestamp_list, 1) == ValueType::end_);

[[nodiscard]] constexpr bool is_numeric_type(ValueType type) {
  return type == ValueType::int32 || type == ValueType::int64 || type == ValueType::double_ ||
         type == ValueType::float_ || type == ValueType::unix_timestamp;
}
[[nodiscard]] constexpr bool is_text_type(ValueType type) {
  return type == ValueType::string_ || type == ValueType::bytes_;
}

// ---- aggregations ---------------------------------------------------------------------------

[[nodiscard]] constexpr bool is_numeric_aggregation(Aggregation aggregation) {
  return aggregation == Aggregation::sum || aggregation == Aggregation::min ||
         aggregation == Aggregation::max || aggregation == Aggregation::mean;
}
[[nodiscard]] constexpr bool is_time_since(Aggregation aggregation) {
  return aggregation == Aggregation::time_since_last ||
         aggregation == Aggregation::time_since_first;
}
/// True if a list counts as its elements (rule 4).
[[nodiscard]] constexpr bool takes_elements(Aggregation aggregation) {
  return aggregation == Aggregation::most_frequent || aggregation == Aggregation::least_frequent ||
         aggregation == Aggregation::approx_count_distinct ||
         aggregation == Aggregation::category_count || aggregation == Aggregation::unique_list;
}
/// True if the aggregation reads a property of the event.
[[nodiscard]] constexpr bool needs_property(Aggregation aggregation) {
  return aggregation != Aggregation::counter && !is_time_since(aggregation);
}
/// True if a missing value without `default_value` reads 0 (rule 9).
[[nodiscard]] constexpr bool reads_zero_by_default(Aggregation aggregation) {
  return aggregation == Aggregation::counter || aggregation == Aggregation::approx_count_distinct;
}

// ---- operations -----------------------------------------------------------------------------

/// True for an operation on numbers.
[[nodiscard]] constexpr bool is_arithmetic(Operation operation) {
  return operation >= Operation::sum && operation <= Operation::max;
}
static_assert(moved(Operation::sum, 1) == Operation::product &&
              moved(Operation::min, 1) == Operation::max &&
              moved(Operation::sum, 3) == Operation::max);

// ---- parts of dates -------------------------------------------------------------------------

/// True for a part that is a number; the others are the first day of a period,
/// as a string.
[[nodiscard]] constexpr bool is_numeric_part(DatePart part) {
  return part == DatePart::hour_of_day || part == DatePart::day_of_week ||
         part == DatePart::month_of_year;
}

}  // namespace tripline
