// ISO 8601 times and durations.
#pragma once

#include <optional>
#include <string_view>

#include "tripline/text.h"
#include "tripline/value.h"

namespace tripline {

/// `2026-11-23T01:41:24.367Z`; a space for the T, fewer or more digits of a second, a missing zone
/// (UTC) and `+hh:mm` are read too. Digits below a millisecond are cut off.
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
