#include "attributes/aggregate.h"

#include <algorithm>
#include <span>

#include "value/convert.h"
#include "value/date_part.h"
#include "value/enumerations.h"

namespace tripline {
namespace {

/// The type in which a value is recorded.
ValueType recorded_type(const ValueView& scalar, const Program::Aggregate& definition) {
  switch (definition.aggregation) {
    case Aggregation::sum:
    case Aggregation::min:
    case Aggregation::max:
    case Aggregation::mean:
      return ValueType::double_;  // the result is converted
    case Aggregation::category_count:
      return ValueType::string_;
    case Aggregation::approx_count_distinct:  // in its own
      if (scalar.kind() == ValueView::Kind::number) return ValueType::double_;
      if (scalar.kind() == ValueView::Kind::boolean) return ValueType::boolean;
      return ValueType::string_;
    default:
      return element_type(definition.type);
  }
}

/// Returns the value to record for a scalar; null where it does not fit. Where only the event
/// itself counts, a mark.
Value recorded_value(const ValueView& scalar, const Program::Aggregate& definition) {
  if (definition.aggregation == Aggregation::counter || definition.time_unit != TimeUnit::none) {
    return Value::boolean(true);
  }
  if (definition.date_part == DatePart::none) {
    return convert(scalar, recorded_type(scalar, definition));
  }
  const Value part = date_part(scalar, definition.date_part);
  return convert(ValueView::of(part), recorded_type(ValueView::of(part), definition));
}

}  // namespace

bool Aggregate::update(const ValueView& input, Time time, Time now) {
  if (has_left(time, now)) return false;
  const bool has_elements =
      input.kind() == ValueView::Kind::list && takes_elements(definition_.aggregation);
  bool recorded = false;
  for (const ValueView& scalar : has_elements ? input.elements() : std::span(&input, 1)) {
    Value value = recorded_value(scalar, definition_);
    if (value.is_null()) continue;
    record(value, time, now);
    recorded = true;
  }
  return recorded;
}

Value Aggregate::value(Time now) const {
  const Time from = ages_from(now);
  if (from == kNever) return stored(now);
  const double age = static_cast<double>(std::max<Time>(now - from, 0));
  return Value::number(age / milliseconds_in(definition_.time_unit));
}

Time Aggregate::ages_from(Time now) const {
  if (definition_.time_unit == TimeUnit::none) return kNever;
  const Value from = stored(now);
  return from.is_null() ? kNever : static_cast<Time>(*from.as_number());
}

Time Aggregate::next_change(Time now) const {
  return definition_.period == 0 ? kNever : std::min(kNever, oldest(now) + definition_.period);
}

Time Aggregate::oldest(Time) const {
  return kNever;
}

Value Aggregate::result(double number) const {
  return convert(ValueView::number(number), definition_.type);
}

Value Aggregate::result(const Value& value, Time time) const {
  if (definition_.time_unit != TimeUnit::none) return Value::number(static_cast<double>(time));
  const double* number = value.as_number();
  return number != nullptr ? result(*number) : value;
}

double milliseconds_in(TimeUnit unit) {
  constexpr double milliseconds[] = {1, 1000, 60'000, 3'600'000, 86'400'000};
  static_assert(std::size(milliseconds) == static_cast<std::size_t>(TimeUnit::end_));
  return milliseconds[static_cast<std::size_t>(unit)];
}

std::unique_ptr<Aggregate> make_aggregate(const Program::Aggregate& definition) {
  if (definition.is_external) return make_external_field(definition);
  const bool is_windowed = definition.period != 0;
  switch (definition.aggregation) {
    case Aggregation::counter:
      return is_windowed ? make_windowed(definition) : make_counter(definition);
    case Aggregation::sum:
    case Aggregation::mean:
      return is_windowed ? make_windowed(definition) : make_sum(definition);
    case Aggregation::min:
    case Aggregation::max:
    case Aggregation::first:
    case Aggregation::time_since_first:
      return is_windowed ? make_windowed(definition) : make_single(definition);
    case Aggregation::last:
    case Aggregation::time_since_last:
      return make_single(definition);
    case Aggregation::most_frequent:
    case Aggregation::least_frequent:
    case Aggregation::category_count:
      return make_frequency(definition);
    case Aggregation::approx_count_distinct:
      return make_distinct(definition);
    case Aggregation::unique_list:
      return make_unique_list(definition);
    case Aggregation::none:
    case Aggregation::end_:
      break;
  }
  return nullptr;
}

}  // namespace tripline
