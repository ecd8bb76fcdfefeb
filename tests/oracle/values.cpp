#include "values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>
#include <regex>

#include "../core/mean_twin.h"

namespace oracle {
namespace {

constexpr Time kDay = 86'400'000;

Time floor_divide(Time a, Time b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

bool is_leap(Time year) {
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int days_in_month(Time year, int month) {
  constexpr std::array days = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : days[static_cast<std::size_t>(month - 1)];
}

struct Date {
  Time year;
  int month;
  int day;
};

/// Counts year by year and month by month, which is slow and obviously right.
Date date_of(Time days_since_1970) {
  Date date{1970, 1, 1};
  Time left = days_since_1970;
  while (left < 0) left += is_leap(--date.year) ? 366 : 365;
  while (left >= (is_leap(date.year) ? 366 : 365)) left -= is_leap(date.year++) ? 366 : 365;
  while (left >= days_in_month(date.year, date.month)) {
    left -= days_in_month(date.year, date.month++);
  }
  date.day += static_cast<int>(left);
  return date;
}

Time days_of(const Date& date) {
  Time days = date.day - 1;
  for (Time year = 1970; year < date.year; ++year) days += is_leap(year) ? 366 : 365;
  for (Time year = date.year; year < 1970; ++year) days -= is_leap(year) ? 366 : 365;
  for (int month = 1; month < date.month; ++month) days += days_in_month(date.year, month);
  return days;
}

std::string date_text(Time days) {
  const Date date = date_of(days);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s%04d-%02d-%02d", date.year < 0 ? "-" : "",
                std::abs(static_cast<int>(date.year)), date.month, date.day);
  return text.data();
}

bool is_list_type(const std::string& type) {
  return type.ends_with("_list");
}

bool is_text_type(const std::string& type) {
  return type == "string" || type == "bytes" || type == "dict";
}

std::vector<std::string> code_points(const std::string& text) {
  std::vector<std::string> points;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0) == 0x80 && !points.empty()) {
      points.back() += c;
    } else {
      points.emplace_back(1, c);
    }
  }
  return points;
}

bool like_from(const std::vector<std::string>& text, std::size_t i,
               const std::vector<std::string>& pattern, std::size_t j) {
  if (j == pattern.size()) return i == text.size();
  if (pattern[j] == "%") {
    for (std::size_t k = i; k <= text.size(); ++k) {
      if (like_from(text, k, pattern, j + 1)) return true;
    }
    return false;
  }
  return i < text.size() && (pattern[j] == "_" || pattern[j] == text[i]) &&
         like_from(text, i + 1, pattern, j + 1);
}

bool like(const std::string& text, const std::string& pattern) {
  return like_from(code_points(text), 0, code_points(pattern), 0);
}

/// The generator only makes patterns on which RE2 and std::regex agree.
bool rlike(const std::string& text, const std::string& pattern) {
  return std::regex_search(text, std::regex(pattern));
}

bool same_kind(const json& a, const json& b) {
  return (a.is_number() && b.is_number()) || (a.is_string() && b.is_string()) ||
         (a.is_boolean() && b.is_boolean());
}

bool equal(const json& a, const json& b) {
  return same_kind(a, b) && a == b;
}

/// A positive operator on one scalar.
bool scalar_holds(const json& value, const std::string& op, const json& literal) {
  if (op == "=" || op == "==") return equal(value, literal);
  if (op == "in") {
    if (!literal.is_array()) return equal(value, literal);
    return std::any_of(literal.begin(), literal.end(),
                       [&](const json& each) { return equal(value, each); });
  }
  if (op == "like" || op == "rlike") {
    if (!value.is_string() || !literal.is_string()) return false;
    return op == "like" ? like(value.get<std::string>(), literal.get<std::string>())
                        : rlike(value.get<std::string>(), literal.get<std::string>());
  }
  if (!same_kind(value, literal) || value.is_boolean()) return false;
  if (op == "<") return value < literal;
  if (op == ">") return literal < value;
  if (op == "<=") return !(literal < value);
  return !(value < literal);  // >=
}

std::string positive(const std::string& op) {
  if (op == "!=") return "=";
  return op.starts_with("not ") ? op.substr(4) : op;
}

bool some_element_holds(const json& value, const std::string& op, const json& literal) {
  if (!value.is_array()) return scalar_holds(value, op, literal);
  return std::any_of(value.begin(), value.end(),
                     [&](const json& each) { return scalar_holds(each, op, literal); });
}

json plain(const Raw& raw) {
  return raw.time ? json(time_text(*raw.time)) : raw.value;
}

/// Reads the literals of a criterion on a time, which are strings of rule 10.
json times_in(const json& literal) {
  if (literal.is_string()) return json(*parse_time(literal.get<std::string>()));
  json times = json::array();
  for (const json& each : literal) times.push_back(times_in(each));
  return times;
}

json truncate(double number, double lowest, double highest) {
  return std::clamp(std::trunc(number), lowest, highest);
}

}  // namespace

std::string number_text(double number) {
  if (number == 0) return "0";
  std::array<char, 64> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::fabs(number),
                                 std::chars_format::scientific)
                       .ptr;
  const std::string scientific(buffer.data(), end);
  const std::size_t e = scientific.find('e');
  std::string digits;
  for (const char c : scientific.substr(0, e)) {
    if (c != '.') digits += c;
  }
  const int exponent = std::atoi(scientific.c_str() + e + 1);
  const int count = static_cast<int>(digits.size());
  const std::string sign = number < 0 ? "-" : "";
  if (exponent >= 21 || exponent < -6) {
    const std::string fraction = count > 1 ? "." + digits.substr(1) : "";
    return sign + digits.substr(0, 1) + fraction + "e" + (exponent < 0 ? "-" : "+") +
           std::to_string(std::abs(exponent));
  }
  if (exponent < 0) {
    return sign + "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  }
  if (count <= exponent + 1) {
    return sign + digits + std::string(static_cast<std::size_t>(exponent + 1 - count), '0');
  }
  const auto point = static_cast<std::size_t>(exponent + 1);
  return sign + digits.substr(0, point) + "." + digits.substr(point);
}

std::string time_text(Time time) {
  const Time days = floor_divide(time, kDay);
  const int rest = static_cast<int>(time - days * kDay);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "T%02d:%02d:%02d.%03dZ", rest / 3'600'000,
                rest / 60'000 % 60, rest / 1000 % 60, rest % 1000);
  return date_text(days) + text.data();
}

std::optional<Time> parse_time(std::string_view text) {
  static const std::regex form(
      "([+-]?)(\\d{4,6})-(\\d\\d)-(\\d\\d)"
      "(?:[Tt ](\\d\\d):(\\d\\d)(?::(\\d\\d)(?:[.,](\\d+))?)?"
      "(?: ?(?:[Zz]|UTC|([+-])(\\d\\d)(?::?(\\d\\d))?))?)?");
  std::cmatch parts;
  if (!std::regex_match(text.data(), text.data() + text.size(), parts, form)) return std::nullopt;
  const auto number = [&](std::size_t part) {
    return parts[part].matched ? std::stoi(parts[part].str()) : 0;
  };
  const int sign = parts[1] == "-" ? -1 : 1;
  const Date date{sign * number(2), number(3), number(4)};
  if (sign < 0 && date.year == 0) return std::nullopt;
  if (date.month < 1 || date.month > 12) return std::nullopt;
  if (date.day < 1 || date.day > days_in_month(date.year, date.month)) return std::nullopt;
  const int hour = number(5), minute = number(6), second = number(7);
  const int millisecond = std::stoi((parts[8].str() + "000").substr(0, 3));
  const int zone_hour = number(10), zone_minute = number(11);
  const bool ends_day = hour == 24 && minute == 0 && second == 0 && millisecond == 0;
  if ((hour > 23 && !ends_day) || minute > 59 || second > 60) return std::nullopt;
  if (zone_hour > 23 || zone_minute > 59) return std::nullopt;
  const Time offset = (zone_hour * 60 + zone_minute) * Time{60'000} * (parts[9] == "-" ? -1 : 1);
  const Time time = days_of(date) * kDay + hour * Time{3'600'000} + minute * Time{60'000} +
                    second * Time{1000} + millisecond - offset;
  constexpr Time latest = 8'640'000'000'000'000;  // of a JavaScript Date
  if (time < -latest || time > latest) return std::nullopt;
  return time;
}

Time parse_duration(std::string_view text) {
  double total = 0;
  bool in_time = false;
  std::string number;
  for (const char c : text) {
    if ((c >= '0' && c <= '9') || c == '.') {
      number += c;
      continue;
    }
    if (c == 'T') in_time = true;
    if (number.empty()) continue;
    const double amount = std::strtod(number.c_str(), nullptr);
    number.clear();
    const double day = static_cast<double>(kDay);
    if (c == 'Y') total += amount * 365 * day;
    if (c == 'M') total += amount * (in_time ? 60'000 : 30 * day);
    if (c == 'W') total += amount * 7 * day;
    if (c == 'D') total += amount * day;
    if (c == 'H') total += amount * 3'600'000;
    if (c == 'S') total += amount * 1000;
  }
  return static_cast<Time>(std::llround(total));
}

std::string element_type(const std::string& type) {
  return is_list_type(type) ? type.substr(0, type.size() - 5) : type;
}

json convert_number(double number, const std::string& type) {
  if (!std::isfinite(number)) return nullptr;
  if (type == "int32") return truncate(number, -2147483648.0, 2147483647.0);
  if (type == "int64") return truncate(number, -9223372036854775808.0, 9223372036854775807.0);
  return number;
}

json convert(const Raw& raw, const std::string& type) {
  if (raw.time) {
    if (is_text_type(type)) return time_text(*raw.time);
    if (type == "unix_timestamp") return static_cast<double>(floor_divide(*raw.time, 1000));
    return nullptr;
  }
  const json& value = raw.value;
  if (is_text_type(type)) {
    if (value.is_string()) return value;
    if (value.is_number()) return number_text(value.get<double>());
    if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
    return nullptr;
  }
  if (type == "bool") return value.is_boolean() ? value : json();
  return value.is_number() ? convert_number(value.get<double>(), type) : json();
}

json date_part(const Raw& raw, const std::string& part) {
  std::optional<Time> time = raw.time;
  if (!time && raw.value.is_string()) time = parse_time(raw.value.get<std::string>());
  if (!time) return nullptr;
  const Time days = floor_divide(*time, kDay);
  const Time weekday = days - floor_divide(days + 3, 7) * 7 + 3;  // 1970-01-01 was a Thursday
  const Date date = date_of(days);
  if (part == "hour_of_day") return static_cast<double>((*time - days * kDay) / 3'600'000);
  if (part == "day_of_week") return static_cast<double>(weekday + 1);
  if (part == "month_of_year") return static_cast<double>(date.month);
  if (part == "active_week") return date_text(days - weekday);
  if (part == "active_month") return date_text(days - (date.day - 1));
  return date_text(days);  // active_day
}

double exact_sum(const std::vector<double>& numbers) {
  return tripline::test::nearest_quotient(numbers, 1);
}

double exact_mean(const std::vector<double>& numbers) {
  return tripline::test::nearest_quotient(numbers, numbers.size());
}

bool is_empty(const json& value) {
  if (value.is_string()) return value.get_ref<const std::string&>().empty();
  return value.is_null() || ((value.is_array() || value.is_object()) && value.empty());
}

bool holds(const json& value, const std::string& op, const json& literal) {
  if (op == "is null") return is_empty(value);
  if (op == "is not null") return !is_empty(value);
  if (value.is_null() || value.is_object()) return false;
  const bool some = some_element_holds(value, positive(op), literal);
  return op == positive(op) ? some : !some;
}

bool filter_holds(const Raw& raw, const std::string& op, const json& literal) {
  if (raw.time && !literal.is_null()) {  // times compare as numbers of milliseconds (rule 10)
    return holds(json(*raw.time), op, times_in(literal));
  }
  json value = plain(raw);
  if (value.is_object()) value = nullptr;  // rule 4
  if (value.is_array()) {
    json scalars = json::array();
    for (const json& each : value) {
      if (!each.is_null() && !each.is_structured()) scalars.push_back(each);
    }
    value = scalars;
  }
  if (value.is_null() && op == "!=") return true;
  return holds(value, op, literal);
}

}  // namespace oracle
