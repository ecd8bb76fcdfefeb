// ISO 8601 times and durations.
#pragma once

#include <optional>
#include <string_view>

#include "tripline/detail/text.h"
#include "tripline/value.h"

namespace tripline {

/// A time in ISO 8601, RFC 3339, or as BigQuery, Snowflake, Postgres, Redshift and Spark print it
/// (rule 10): `2026-11-23T01:41:24.367Z`. `t` or a space may stand for the `T`; seconds, or the
/// whole time of day, may be absent; the zone is `Z`, `z`, `UTC`, `+hh`, `+hhmm` or `+hh:mm`, also
/// after a space; without one it is UTC. Digits below a millisecond are cut off. Nothing if the
/// text as a whole is not such a time, or beyond the range of times. Reads each character once.
[[nodiscard]] std::optional<Time> parse_time(std::string_view text);

/// `2026-11-23T01:41:24.367Z`.
[[nodiscard]] Text format_time(Time time);

/// `P1Y2M3W4DT5H6M7.5S` in milliseconds: any part may carry a fraction, a leading minus negates. A
/// year is 365 days, a month 30. Below a millisecond is cut off.
[[nodiscard]] std::optional<std::int64_t> parse_duration(std::string_view text);

/// A day of the proleptic Gregorian calendar.
struct Date {
  int year;
  int month;  // 1..12
  int day;    // 1..31
};

/// The UTC day that `days` after 1970-01-01 is.
[[nodiscard]] Date date_of_day(std::int64_t days);

}  // namespace tripline
