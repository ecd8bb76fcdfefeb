#include "profiles/profile_store.h"

#include <algorithm>
#include <cmath>

namespace tripline {
namespace {

using Index = Program::Index;

/// The first moment after `now` at which an age counted from `from` passes the threshold. An age is
/// compared with a threshold in its unit; the millisecond before and after the exact crossing are
/// looked at too, so that rounding never makes it late.
Time crossing(Time from, double threshold, double unit, Time now) {
  const double crossing = static_cast<double>(from) + threshold * unit;
  if (!(crossing >= static_cast<double>(kEarliest) && crossing < static_cast<double>(kNever) - 2)) {
    return kNever;
  }
  const auto first = static_cast<Time>(std::floor(crossing)) - 1;
  return first + 3 <= now ? kNever : std::max(first, now + 1);
}

Time next_crossing(const Program& program, const Program::Aggregate& aggregate, Time from,
                   Time now) {
  const double unit = milliseconds_in(aggregate.time_unit);
  Time next = kNever;
  const auto look_at = [&](double threshold) {
    next = std::min(next, crossing(from, threshold, unit, now));
  };
  for (const Index attribute : aggregate.attributes) {
    const Program::Leaves& leaves = program.leaves_of_attribute[attribute];
    for (const Program::Threshold& threshold : leaves.thresholds) look_at(threshold.number);
    for (const Index leaf : leaves.others) {
      const ValueView& literal = program.leaves[leaf].comparison.literal;
      if (literal.kind() == ValueView::Kind::number) look_at(literal.number());
      for (const ValueView& element : literal.elements()) {
        if (element.kind() == ValueView::Kind::number) look_at(element.number());
      }
    }
  }
  return next;
}

}  // namespace

Reading read_slot(const Program::Attribute& attribute, const Slot* slot, Time now) {
  if (slot != nullptr && slot->is_alive(now)) {
    Reading reading{slot->aggregate->value(now), true};
    if (!reading.value.is_null()) return reading;
  }
  if (!attribute.default_value.is_missing()) return {Value::of(attribute.default_value), true};
  return {attribute.reads_zero ? Value::number(0) : Value(), false};
}

Reading read_attribute(const Program& program, const Profile* profile, Index index, Time now) {
  const Program::Attribute& attribute = program.attributes[index];
  if (attribute.aggregate == Program::kNone) return {};
  if (profile == nullptr) return read_slot(attribute, nullptr, now);
  return read_slot(attribute, &profile->slots[program.aggregates[attribute.aggregate].slot], now);
}

Time next_deadline(const Program& program, const Profile& profile, Time now) {
  Time next = kNever;
  const Program::Key& key = program.keys[profile.name->key];
  for (const Index index : key.timed) {
    const Slot& slot = profile.slots[program.aggregates[index].slot];
    if (!slot.is_alive(now)) continue;
    next = std::min({next, slot.expires, slot.aggregate->next_change(now)});
    const Time from = slot.aggregate->ages_from(now);
    if (from == kNever) continue;
    next = std::min(next, next_crossing(program, program.aggregates[index], from, now));
  }
  return next > kLatestTime ? kNever : next;  // the clock never gets there
}

}  // namespace tripline
