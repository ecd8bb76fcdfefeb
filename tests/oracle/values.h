// The values of the slow twin: rules 1 to 8 in their most literal form. A value is JSON; null is
// missing.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oracle {

using nlohmann::json;

/// Whole milliseconds since 1970.
using Time = std::int64_t;

/// A property of an event. JSON has no time, so an atomic field that is a time has `time` set.
struct Raw {
  json value;
  std::optional<Time> time;
};

// Text (rules 1, 2)
std::string number_text(double number);                 // as JavaScript's String
std::string time_text(Time time);                       // 2026-01-01T00:00:00.000Z
std::optional<Time> parse_time(std::string_view text);  // the forms of rule 10
Time parse_duration(std::string_view text);             // ISO 8601; a year is 365 days, a month 30

// Conversion (rule 2)
/// Converts `raw` to a scalar of `type`; null if it does not fit.
json convert(const Raw& raw, const std::string& type);
/// Converts a result of sum, min, max or mean.
json convert_number(double number, const std::string& type);
/// Returns the element type of a list type, and any other type unchanged.
std::string element_type(const std::string& type);
/// Returns the part of a date (rule 14); null if `raw` is not a time.
json date_part(const Raw& raw, const std::string& part);

/// Return the exact sum of the doubles, and that sum divided by their count, rounded once (rule 3).
double exact_sum(const std::vector<double>& numbers);
double exact_mean(const std::vector<double>& numbers);

// Comparison (rules 5 to 8)
/// True for null, "", [] and {}.
bool is_empty(const json& value);
/// True if `value operator literal` holds for an attribute. `op` is not `changed`.
bool holds(const json& value, const std::string& op, const json& literal);
/// The same for a property in an event filter, where a missing property also satisfies !=.
bool filter_holds(const Raw& raw, const std::string& op, const json& literal);

}  // namespace oracle
