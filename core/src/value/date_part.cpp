#include "value/date_part.h"

#include "value/time_text.h"

namespace tripline {
namespace {

constexpr std::int64_t kHour = 3'600'000, kDay = 24 * kHour;

std::int64_t day_of(Time time) {
  return (time >= 0 ? time : time - kDay + 1) / kDay;
}

/// 0 is Monday; 1970-01-01 was a Thursday.
std::int64_t weekday(std::int64_t day) {
  return ((day + 3) % 7 + 7) % 7;
}

Value date_text(std::int64_t day) {
  const Text time = format_time(day * kDay);
  return Value::string(Text(time.view().substr(0, time.view().find('T'))));
}

}  // namespace

Value date_part(const ValueView& scalar, DatePart part) {
  std::optional<Time> time;
  if (scalar.kind() == ValueView::Kind::time) time = scalar.as_time();
  if (scalar.kind() == ValueView::Kind::string) time = parse_time(scalar.text());
  if (!time) return {};
  const std::int64_t day = day_of(*time), hour = (*time - day * kDay) / kHour;
  switch (part) {
    case DatePart::hour_of_day:
      return Value::number(static_cast<double>(hour));
    case DatePart::day_of_week:
      return Value::number(static_cast<double>(weekday(day) + 1));
    case DatePart::month_of_year:
      return Value::number(date_of_day(day).month);
    case DatePart::active_day:
      return date_text(day);
    case DatePart::active_week:
      return date_text(day - weekday(day));
    case DatePart::active_month:
      return date_text(day - date_of_day(day).day + 1);
    case DatePart::none:
    case DatePart::end_:
      break;
  }
  return {};
}

}  // namespace tripline
