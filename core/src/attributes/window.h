// The events of a rolling window (t - period, t], oldest first.
#pragma once

#include "attributes/exact_sum.h"
#include "support/archive.h"
#include "tripline/detail/list.h"
#include "tripline/program.h"
#include "tripline/value.h"

namespace tripline {

/// Exact while it holds no more than `capacity` entries. Beyond that, neighbours within a slice of
/// one another become one entry, which leaves the window when its latest event does: an event may
/// then count up to a slice too long. There are a quarter as many slices in a period as entries.
///
///   before   |a b   c|d        |   e f g |      with slices of this width
///   after    | abc   |d        |   efg   |
///
/// Adding costs amortised O(1) for events in order, and O(entries) for late ones.
class Window {
 public:
  struct Entry {
    Time first = 0;
    Time last = 0;
    std::uint64_t count = 0;
    /// The earliest of merged values; for sums, a string that holds the bytes of their sum.
    Value value;
  };

  Window(const Program::Aggregate& definition, std::uint32_t capacity)
      : definition_(&definition), capacity_(capacity) {}

  /// Adds an event that is in the window at `now`. For a minimum or a maximum, entries are dropped
  /// that can never be it.
  void add(Value& value, Time time, Time now);

  /// Lets go of what has left at `now`: no earlier moment can be asked for any more.
  void drop_left(Time now);
  /// The oldest entry that is in the window at `now`; the end of all if none is.
  [[nodiscard]] const Entry* at(Time now) const;
  /// How many events are in it; not of a minimum or a maximum.
  [[nodiscard]] std::uint64_t count(Time now) const;
  /// The sum of the numbers over `divisor`, rounded once.
  [[nodiscard]] double sum(Time now, std::uint64_t divisor) const;
  /// When the oldest entry was; kNever if none is in.
  [[nodiscard]] Time oldest(Time now) const;

  void visit(Archive& archive);

 private:
  bool is_in(const Entry& entry, Time now) const { return entry.last > now - definition_->period; }
  bool keeps_sum() const;
  bool keeps_extreme() const;
  bool dominates(const Entry& a, const Entry& b) const;
  void drop_gone();
  void merge_neighbours();
  void add_to_totals(const Entry& entry);
  /// True if an entry may have this value.
  bool is_right(const Value& value) const;

  const Program::Aggregate* definition_;
  std::uint32_t capacity_;
  List<Entry> entries_;  // those before head_ have left
  std::size_t head_ = 0;
  std::uint64_t count_ = 0;  // of all that were added and have not left
  ExactSum sum_;             // likewise
};

}  // namespace tripline
