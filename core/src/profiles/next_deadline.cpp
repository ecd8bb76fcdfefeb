#include "profiles/next_deadline.h"

#include <algorithm>
#include <cmath>

#include "support/archive.h"

namespace tripline {
namespace {

using Index = Program::Index;

/// The moment at which to look first whether an age counted from `from` passes the threshold. An
/// age is compared with a threshold in its unit; the millisecond before and after the exact
/// crossing are looked at too, so that rounding never makes it late.
Time first_look(Time from, double threshold, double unit) {
  const double crossing = std::floor(static_cast<double>(from) + threshold * unit) - 1;
  constexpr double earliest = static_cast<double>(kEarliest), never = static_cast<double>(kNever);
  return static_cast<Time>(std::clamp(crossing, earliest, never));
}

/// The first moment after `now` at which an age passes a threshold. They are passed in their order.
Time next_crossing(const Items<Program::Threshold>& thresholds, Time from, double unit, Time now) {
  const auto is_behind = [&](const Program::Threshold& threshold, Time) {
    return first_look(from, threshold.number, unit) + 3 <= now;
  };
  const auto* next = std::lower_bound(thresholds.begin(), thresholds.end(), now, is_behind);
  if (next == thresholds.end()) return kNever;
  return std::max(first_look(from, next->number, unit), now + 1);
}

/// The first moment after `now` at which time alone may flip a leaf on an attribute of the slot.
Time next_deadline(const Program& program, const Program::Aggregate& aggregate, const Slot& slot,
                   Time now) {
  if (!slot.is_alive(now)) return kNever;
  Time next = std::min(slot.expires, slot.aggregate->next_change(now));
  const Time from = slot.aggregate->ages_from(now);
  if (from == kNever) return next;
  const double unit = milliseconds_in(aggregate.time_unit);
  for (const Index attribute : aggregate.attributes) {
    const auto& thresholds = program.leaves_of_attribute[attribute].thresholds;
    next = std::min(next, next_crossing(thresholds, from, unit, now));
  }
  return next;
}

}  // namespace

void Slot::rebase(const Program::Aggregate& definition, Time now) {
  Archive rebasing(now);
  aggregate->visit(rebasing);
  if (definition.ttl != 0) expires = std::min(expires, now + definition.ttl);
  deadline = kEarliest;
}

Time next_deadline(const Program& program, Profile& profile, Time now) {
  Time next = kNever;
  const Program::Key& key = program.keys[profile.name->key];
  for (const Index index : key.timed) {
    Slot& slot = profile.slots[index];
    if (slot.deadline <= now) {
      const Program::Aggregate& aggregate = program.aggregates[key.aggregates[index]];
      slot.deadline = next_deadline(program, aggregate, slot, now);
    }
    next = std::min(next, slot.deadline);
  }
  return next > kLatestTime ? kNever : next;  // the clock never gets there
}

}  // namespace tripline
