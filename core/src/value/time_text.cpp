#include "value/time_text.h"

#include <algorithm>
#include <cstdlib>

#include "support/text.h"

namespace tripline {
namespace {

constexpr std::int64_t kSecond = 1000, kMinute = 60 * kSecond, kHour = 60 * kMinute,
                       kDay = 24 * kHour;

class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  bool done() const { return text_.empty(); }
  bool skip(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool skip(std::string_view word) {
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }
  /// Exactly `width` digits.
  std::optional<int> digits(int width) {
    int number = 0;
    for (int i = 0; i < width; ++i) {
      if (!at_digit()) return std::nullopt;
      number = number * 10 + next_digit();
    }
    return number;
  }
  bool at_digit() const { return !text_.empty() && text_.front() >= '0' && text_.front() <= '9'; }
  int next_digit() {
    const int digit = text_.front() - '0';
    text_.remove_prefix(1);
    return digit;
  }

 private:
  std::string_view text_;
};

/// Days since 1970-01-01 (Howard Hinnant, "chrono-compatible low-level date algorithms").
std::int64_t day_of_date(const Date& date) {
  const std::int64_t year = date.month <= 2 ? date.year - 1 : date.year;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t shifted_month = date.month > 2 ? date.month - 3 : date.month + 9;
  const std::int64_t day_of_year = (153 * shifted_month + 2) / 5 + date.day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
         719468;
}

int days_in_month(int year, int month) {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/// A year of four to six digits, month and day, as days since 1970-01-01.
std::optional<std::int64_t> parse_date(Cursor& cursor) {
  const bool negative = cursor.skip('-');
  if (!negative) cursor.skip('+');
  auto year = cursor.digits(4);
  if (!year) return std::nullopt;
  for (int more = 2; more > 0 && cursor.at_digit(); --more) {
    year = *year * 10 + cursor.next_digit();
  }
  if (negative) {
    if (*year == 0) return std::nullopt;
    year = -*year;
  }
  if (!cursor.skip('-')) return std::nullopt;
  const auto month = cursor.digits(2);
  if (!month || !cursor.skip('-')) return std::nullopt;
  const auto day = cursor.digits(2);
  if (!day || *month < 1 || *month > 12 || *day < 1 || *day > days_in_month(*year, *month)) {
    return std::nullopt;
  }
  return day_of_date({*year, *month, *day});
}

/// `hh:mm`, `hh:mm:ss` or that with a fraction, as milliseconds. 24:00 ends the day, and :60 counts
/// on into the next minute, as POSIX time has it.
std::optional<std::int64_t> parse_clock(Cursor& cursor) {
  const auto hour = cursor.digits(2);
  if (!hour || !cursor.skip(':')) return std::nullopt;
  const auto minute = cursor.digits(2);
  if (!minute || *minute > 59) return std::nullopt;
  std::int64_t clock = *hour * kHour + *minute * kMinute;
  if (cursor.skip(':')) {
    const auto second = cursor.digits(2);
    if (!second || *second > 60) return std::nullopt;
    clock += *second * kSecond;
    if (cursor.skip('.') || cursor.skip(',')) {
      if (!cursor.at_digit()) return std::nullopt;
      for (std::int64_t weight = 100; cursor.at_digit(); weight /= 10) {
        clock += weight * cursor.next_digit();
      }
    }
  }
  if (*hour > 23 && clock != kDay) return std::nullopt;
  return clock;
}

/// Nothing, `Z`, `UTC`, `+hh`, `+hhmm` or `+hh:mm`, as the milliseconds to subtract.
std::optional<std::int64_t> parse_zone(Cursor& cursor) {
  if (cursor.done()) return 0;
  cursor.skip(' ');
  if (cursor.skip('Z') || cursor.skip('z') || cursor.skip("UTC")) return 0;
  const bool west = cursor.skip('-');
  if (!west && !cursor.skip('+')) return std::nullopt;
  const auto hours = cursor.digits(2);
  if (!hours || *hours > 23) return std::nullopt;
  std::int64_t offset = *hours * kHour;
  if (!cursor.done()) {
    cursor.skip(':');
    const auto minutes = cursor.digits(2);
    if (!minutes || *minutes > 59) return std::nullopt;
    offset += *minutes * kMinute;
  }
  return west ? -offset : offset;
}

void append_padded(Text& text, std::int64_t number, std::size_t width, std::string_view after) {
  const Text digits = concat({number});
  for (std::size_t size = digits.size(); size < width; ++size) text += '0';
  text += digits;
  text += after;
}

}  // namespace

std::optional<Time> parse_time(std::string_view text) {
  Cursor cursor(text);
  const auto day = parse_date(cursor);
  if (!day) return std::nullopt;
  Time time = *day * kDay;
  if (!cursor.done()) {
    if (!cursor.skip('T') && !cursor.skip('t') && !cursor.skip(' ')) return std::nullopt;
    const auto clock = parse_clock(cursor);
    if (!clock) return std::nullopt;
    const auto zone = parse_zone(cursor);
    if (!zone || !cursor.done()) return std::nullopt;
    time += *clock - *zone;
  }
  if (!is_time(time)) return std::nullopt;
  return time;
}

Date date_of_day(std::int64_t days) {
  days += 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const std::int64_t day_of_era = days - era * 146097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;
  const int month = static_cast<int>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  const std::int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  return {static_cast<int>(year), month,
          static_cast<int>(day_of_year - (153 * shifted_month + 2) / 5 + 1)};
}

Text format_time(Time time) {
  const std::int64_t days = (time >= 0 ? time : time - kDay + 1) / kDay;
  const std::int64_t rest = time - days * kDay;
  const Date date = date_of_day(days);
  Text text;
  if (date.year < 0) text += '-';
  append_padded(text, std::abs(date.year), 4, "-");
  append_padded(text, date.month, 2, "-");
  append_padded(text, date.day, 2, "T");
  append_padded(text, rest / kHour, 2, ":");
  append_padded(text, rest / kMinute % 60, 2, ":");
  append_padded(text, rest / kSecond % 60, 2, ".");
  append_padded(text, rest % kSecond, 3, "Z");
  return text;
}

std::optional<std::int64_t> parse_duration(std::string_view text) {
  // In the order in which they may come; M means months before the T and minutes after it.
  constexpr std::string_view letters = "YMWDTHMS";
  constexpr std::int32_t seconds[] = {31'536'000, 2'592'000, 604'800, 86'400, 0, 3600, 60, 1};
  constexpr std::size_t time_mark = 4;
  constexpr double longest = 1e15;

  Cursor cursor(text);
  const bool negative = cursor.skip('-');
  if (!negative) cursor.skip('+');
  if (!cursor.skip('P')) return std::nullopt;

  double total = 0;
  std::size_t next = 0;
  do {
    if (next <= time_mark && cursor.skip('T')) next = time_mark + 1;
    if (!cursor.at_digit()) return std::nullopt;
    double number = 0, divisor = 1;
    while (cursor.at_digit()) number = number * 10 + cursor.next_digit();
    if (cursor.skip('.') || cursor.skip(',')) {
      if (!cursor.at_digit()) return std::nullopt;
      for (; cursor.at_digit(); divisor *= 10) number = number * 10 + cursor.next_digit();
    }
    const std::size_t end = next <= time_mark ? time_mark : letters.size();
    while (next < end && !cursor.skip(letters[next])) ++next;
    if (next == end) return std::nullopt;
    total += number * 1000 * seconds[next++] / divisor;
    if (!(total <= longest)) return std::nullopt;
  } while (!cursor.done());
  const auto milliseconds = static_cast<std::int64_t>(total);
  return negative ? -milliseconds : milliseconds;
}

}  // namespace tripline
