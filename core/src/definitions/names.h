// The words of the definition format, each written once.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tripline/definitions.h"

namespace tripline {

template <typename Enum>
struct Name {
  std::string_view text;
  Enum value;
};

/// The first name of a value is the one that is written.
inline constexpr Name<ValueType> kValueTypes[] = {
    {"bytes", ValueType::bytes_},
    {"string", ValueType::string_},
    {"int32", ValueType::int32},
    {"int64", ValueType::int64},
    {"double", ValueType::double_},
    {"float", ValueType::float_},
    {"bool", ValueType::boolean},
    {"unix_timestamp", ValueType::unix_timestamp},
    {"timestamp", ValueType::unix_timestamp},
    {"dict", ValueType::dict},
    {"bytes_list", ValueType::bytes_list},
    {"string_list", ValueType::string_list},
    {"int32_list", ValueType::int32_list},
    {"int64_list", ValueType::int64_list},
    {"double_list", ValueType::double_list},
    {"float_list", ValueType::float_list},
    {"bool_list", ValueType::boolean_list},
    {"unix_timestamp_list", ValueType::unix_timestamp_list},
    {"timestamp_list", ValueType::unix_timestamp_list},
};

inline constexpr Name<Aggregation> kAggregations[] = {
    {"counter", Aggregation::counter},
    {"sum", Aggregation::sum},
    {"min", Aggregation::min},
    {"max", Aggregation::max},
    {"mean", Aggregation::mean},
    {"first", Aggregation::first},
    {"last", Aggregation::last},
    {"most_frequent", Aggregation::most_frequent},
    {"least_frequent", Aggregation::least_frequent},
    {"approx_count_distinct", Aggregation::approx_count_distinct},
    {"category_count", Aggregation::category_count},
    {"unique_list", Aggregation::unique_list},
    {"time_since_last", Aggregation::time_since_last},
    {"time_since_first", Aggregation::time_since_first},
};

/// `==` stands in many tutorials though the format has only `=` (rule 8).
inline constexpr Name<Operator> kOperators[] = {
    {"=", Operator::equal},
    {"==", Operator::equal},
    {"!=", Operator::not_equal},
    {"<", Operator::less},
    {">", Operator::greater},
    {"<=", Operator::less_equal},
    {">=", Operator::greater_equal},
    {"like", Operator::like},
    {"not like", Operator::not_like},
    {"rlike", Operator::rlike},
    {"not rlike", Operator::not_rlike},
    {"in", Operator::in},
    {"not in", Operator::not_in},
    {"is null", Operator::is_null},
    {"is not null", Operator::is_not_null},
    {"changed", Operator::changed},
};

inline constexpr Name<TimeUnit> kTimeUnits[] = {
    {"s", TimeUnit::second},
    {"min", TimeUnit::minute},
    {"h", TimeUnit::hour},
    {"d", TimeUnit::day},
};

inline constexpr Name<DatePart> kDateParts[] = {
    {"hour_of_day", DatePart::hour_of_day},     {"day_of_week", DatePart::day_of_week},
    {"month_of_year", DatePart::month_of_year}, {"active_day", DatePart::active_day},
    {"active_week", DatePart::active_week},     {"active_month", DatePart::active_month},
};

inline constexpr Name<Property::Source> kSources[] = {
    {"atomic", Property::Source::atomic},
    {"event", Property::Source::event},
    {"entity", Property::Source::entity},
};

template <typename Enum>
std::optional<Enum> value_of(std::span<const Name<Enum>> names, std::string_view text) {
  for (const Name<Enum>& name : names) {
    if (name.text == text) return name.value;
  }
  return std::nullopt;
}

template <typename Enum>
std::string_view name_of(std::span<const Name<Enum>> names, Enum value) {
  for (const Name<Enum>& name : names) {
    if (name.value == value) return name.text;
  }
  return {};
}

/// The canonical fields of a Snowplow event (facts of the Analytics SDK), ascending.
[[nodiscard]] std::span<const std::string_view> atomic_fields();
[[nodiscard]] bool is_atomic_field(std::string_view name);
/// Atomic fields that the collector or an enrichment fills in, so that a page never has them.
[[nodiscard]] bool is_unknown_to_browsers(std::string_view name);
/// Atomic fields that hold a time.
[[nodiscard]] bool is_time_field(std::string_view name);

/// `; did you mean 'x'?` for the candidate with the fewest edits, or nothing where none is close.
[[nodiscard]] std::string suggestion(std::string_view word,
                                     std::span<const std::string_view> candidates);

}  // namespace tripline
