// The words of the definition format, each written once.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "tripline/definitions.h"
#include "tripline/detail/list.h"
#include "tripline/detail/text.h"

namespace tripline {

/// The words for an enum's values, in their order, with `|` between them. The first one's value is
/// 1; 0 is `none`, for which there is no word. One text and one search for all enums: a table each
/// would weigh more in every page.
template <typename Enum>
struct Words {
  const char* list;
};

inline constexpr Words<ValueType> kValueTypes{
    "bytes|string|int32|int64|double|float|bool|unix_timestamp|dict|bytes_list|string_list|"
    "int32_list|int64_list|double_list|float_list|bool_list|unix_timestamp_list"};

inline constexpr Words<Aggregation> kAggregations{
    "counter|sum|min|max|mean|first|last|most_frequent|least_frequent|approx_count_distinct|"
    "category_count|unique_list|time_since_last|time_since_first"};

inline constexpr Words<Operator> kOperators{
    "=|!=|<|>|<=|>=|like|not like|rlike|not rlike|in|not in|is null|is not null|changed"};

inline constexpr Words<TimeUnit> kTimeUnits{"s|min|h|d"};

inline constexpr Words<DatePart> kDateParts{
    "hour_of_day|day_of_week|month_of_year|active_day|active_week|active_month"};

inline constexpr Words<Property::Source> kSources{"atomic|event|entity"};

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
/// What an atomic field holds: string_, double_, boolean, or unix_timestamp for a time; none if
/// there is no such field.
[[nodiscard]] ValueType atomic_type(std::string_view name);
/// Schemas of entities that only Enrich adds, so that a page never has them.
[[nodiscard]] bool is_entity_of_enrich(std::string_view vendor, std::string_view name);
/// Atomic fields that hold a time.
[[nodiscard]] bool is_time_field(std::string_view name);

/// `; did you mean 'x'?` for the candidate with the fewest edits, or nothing where none is close.
[[nodiscard]] Text suggestion(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace tripline
