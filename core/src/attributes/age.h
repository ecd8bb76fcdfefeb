// Ages in an attribute's time unit.
#pragma once

#include "tripline/program.h"

namespace tripline {

[[nodiscard]] inline double milliseconds_in(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::second:
      return 1000;
    case TimeUnit::minute:
      return 60'000;
    case TimeUnit::hour:
      return 3'600'000;
    case TimeUnit::day:
      return 86'400'000;
    case TimeUnit::none:
      break;
  }
  return 1;
}

/// How old `from` is at `now`, never below 0.
[[nodiscard]] inline Value age_value(Time from, Time now, const Program::Aggregate& definition) {
  const double age = from < now ? static_cast<double>(now - from) : 0;
  return Value::number(age / milliseconds_in(definition.time_unit));
}

}  // namespace tripline
