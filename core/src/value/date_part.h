// Parts of a time, in UTC (rule 14).
#pragma once

#include "tripline/definitions.h"
#include "tripline/value.h"

namespace tripline {

/// hour_of_day 0 to 23, day_of_week 1 (Monday) to 7, month_of_year 1 to 12; active_day, active_week
/// (its Monday) and active_month (its first day) as `2024-03-15`. Takes a time or an ISO 8601
/// string; all else gives a null.
[[nodiscard]] Value date_part(const ValueView& scalar, DatePart part);

}  // namespace tripline
