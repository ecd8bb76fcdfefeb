// The words of the definition format, each written once.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "tripline/definitions.h"
#include "tripline/detail/list.h"
#include "tripline/detail/text.h"

namespace tripline {

/// An enumerator and its word.
template <typename Enum>
struct Word {
  Enum value;
  std::string_view word;
};

/// The words of an enumeration, from its second enumerator on, with `|` between them. One string
/// and one search for all enumerations: a table each would weigh more in every page.
template <typename Enum>
struct Words {
  const char* list;
};

/// True if the rows have each enumerator from 1 on once, in their order.
template <typename Enum, std::size_t size>
constexpr bool is_complete(const Word<Enum> (&rows)[size]) {
  for (std::size_t i = 0; i < size; ++i) {
    if (static_cast<std::size_t>(rows[i].value) != i + 1) return false;
  }
  return static_cast<std::size_t>(Enum::end_) == size + 1;
}

/// The words of the rows with `|` between them and a zero behind the last. The compiler joins them,
/// so a page loads nothing else of a table.
template <const auto& rows>
constexpr auto joined_words() {
  static_assert(is_complete(rows), "a row for each enumerator, in the order of definitions.h");
  constexpr std::size_t size = [] {
    std::size_t sum = 0;
    for (const auto& row : rows) sum += row.word.size() + 1;
    return sum;
  }();
  std::array<char, size> joined{};
  std::size_t end = 0;
  for (const auto& row : rows) {
    if (end != 0) joined[end++] = '|';
    for (const char c : row.word) joined[end++] = c;
  }
  return joined;
}
template <const auto& rows>
inline constexpr auto kJoinedWords = joined_words<rows>();

// A table for each enumeration: the one place of its words.

inline constexpr Word<ValueType> kValueTypeRows[] = {
    {ValueType::bytes_, "bytes"},
    {ValueType::string_, "string"},
    {ValueType::int32, "int32"},
    {ValueType::int64, "int64"},
    {ValueType::double_, "double"},
    {ValueType::float_, "float"},
    {ValueType::boolean, "bool"},
    {ValueType::unix_timestamp, "unix_timestamp"},
    {ValueType::dict, "dict"},
    {ValueType::bytes_list, "bytes_list"},
    {ValueType::string_list, "string_list"},
    {ValueType::int32_list, "int32_list"},
    {ValueType::int64_list, "int64_list"},
    {ValueType::double_list, "double_list"},
    {ValueType::float_list, "float_list"},
    {ValueType::boolean_list, "bool_list"},
    {ValueType::unix_timestamp_list, "unix_timestamp_list"},
};
inline constexpr Words<ValueType> kValueTypes{kJoinedWords<kValueTypeRows>.data()};

inline constexpr Word<Aggregation> kAggregationRows[] = {
    {Aggregation::counter, "counter"},
    {Aggregation::sum, "sum"},
    {Aggregation::min, "min"},
    {Aggregation::max, "max"},
    {Aggregation::mean, "mean"},
    {Aggregation::first, "first"},
    {Aggregation::last, "last"},
    {Aggregation::most_frequent, "most_frequent"},
    {Aggregation::least_frequent, "least_frequent"},
    {Aggregation::approx_count_distinct, "approx_count_distinct"},
    {Aggregation::category_count, "category_count"},
    {Aggregation::unique_list, "unique_list"},
    {Aggregation::time_since_last, "time_since_last"},
    {Aggregation::time_since_first, "time_since_first"},
};
inline constexpr Words<Aggregation> kAggregations{kJoinedWords<kAggregationRows>.data()};

inline constexpr Word<Operator> kOperatorRows[] = {
    {Operator::equal, "="},         {Operator::not_equal, "!="},
    {Operator::less, "<"},          {Operator::greater, ">"},
    {Operator::less_equal, "<="},   {Operator::greater_equal, ">="},
    {Operator::like, "like"},       {Operator::not_like, "not like"},
    {Operator::rlike, "rlike"},     {Operator::not_rlike, "not rlike"},
    {Operator::in, "in"},           {Operator::not_in, "not in"},
    {Operator::is_null, "is null"}, {Operator::is_not_null, "is not null"},
    {Operator::changed, "changed"},
};
inline constexpr Words<Operator> kOperators{kJoinedWords<kOperatorRows>.data()};

inline constexpr Word<TimeUnit> kTimeUnitRows[] = {
    {TimeUnit::second, "s"},
    {TimeUnit::minute, "min"},
    {TimeUnit::hour, "h"},
    {TimeUnit::day, "d"},
};
inline constexpr Words<TimeUnit> kTimeUnits{kJoinedWords<kTimeUnitRows>.data()};

inline constexpr Word<DatePart> kDatePartRows[] = {
    {DatePart::hour_of_day, "hour_of_day"},     {DatePart::day_of_week, "day_of_week"},
    {DatePart::month_of_year, "month_of_year"}, {DatePart::active_day, "active_day"},
    {DatePart::active_week, "active_week"},     {DatePart::active_month, "active_month"},
};
inline constexpr Words<DatePart> kDateParts{kJoinedWords<kDatePartRows>.data()};

inline constexpr Word<Operation> kOperationRows[] = {
    {Operation::concat, "concat"}, {Operation::sum, "sum"}, {Operation::product, "product"},
    {Operation::min, "min"},       {Operation::max, "max"}, {Operation::coalesce, "coalesce"},
};
inline constexpr Words<Operation> kOperations{kJoinedWords<kOperationRows>.data()};

inline constexpr Word<Property::Source> kSourceRows[] = {
    {Property::Source::atomic, "atomic"},
    {Property::Source::event, "event"},
    {Property::Source::entity, "entity"},
    {Property::Source::calculated, "calculated"},
};
inline constexpr Words<Property::Source> kSources{kJoinedWords<kSourceRows>.data()};

inline constexpr Word<Criterion::Kind> kCriterionKindRows[] = {
    {Criterion::Kind::all, "all"},
    {Criterion::Kind::any, "any"},
    {Criterion::Kind::none, "none"},
};
inline constexpr Words<Criterion::Kind> kCriterionKinds{kJoinedWords<kCriterionKindRows>.data()};

/// The words of a list with `|` between them.
[[nodiscard]] List<std::string_view> words_of(std::string_view list);
/// The position of a word in such a list, from 1; 0 if it is not there.
[[nodiscard]] int position_of(std::string_view word, std::string_view list);
/// The word at that position, from 1; nothing for 0.
[[nodiscard]] std::string_view word_at(int position, std::string_view list);

template <typename Enum>
std::string_view name_of(const Words<Enum>& words, Enum value) {
  return word_at(static_cast<int>(value), words.list);
}

/// The canonical fields of a Snowplow event (those of the Analytics SDKs).
[[nodiscard]] List<std::string_view> atomic_fields();
[[nodiscard]] bool is_atomic_field(std::string_view name);
/// Atomic fields that the collector or an enrichment fills in, so that a page never has them.
[[nodiscard]] bool is_unknown_to_browsers(std::string_view name);
/// The type of an atomic field: string_, int64, double_, boolean, or unix_timestamp for a time;
/// none if there is no such field.
[[nodiscard]] ValueType atomic_type(std::string_view name);
/// The type of what a property gives an event filter, unix_timestamp for a time; none if it is not
/// known: that of an event or of an entity without a date part, and of `coalesce` over these alone.
[[nodiscard]] ValueType property_type(const Property& property);
/// The same of a property in a calculated one, where a time counts as a string.
[[nodiscard]] ValueType operand_type(const Property& property);
/// Schemas of entities that only Enrich adds, so that a page never has them.
[[nodiscard]] bool is_entity_of_enrich(std::string_view vendor, std::string_view name);
/// Atomic fields that hold a time.
[[nodiscard]] bool is_time_field(std::string_view name);

/// `; did you mean 'x'?` for the candidate with the fewest edits, or nothing where none is close.
[[nodiscard]] Text suggestion(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace tripline
