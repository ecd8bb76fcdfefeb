// The events of a rolling window (t - period, t], oldest first.
#pragma once

#include <span>

#include "attributes/exact_sum.h"
#include "support/bytes.h"
#include "tripline/definitions.h"
#include "tripline/list.h"
#include "tripline/value.h"

namespace tripline {

/// Exact while it holds no more than `capacity` entries. Beyond that, neighbours within
/// period / slices of one another become one entry, which leaves the window when its latest event
/// does: an event may then count up to period / slices too long, and a merged sum is rounded.
///
///   before   |a b   c|d        |   e f g |      with slices of this width
///   after    | abc   |d        |   efg   |
///
/// Adding costs amortised O(1) for events in order, and O(entries) for late ones.
class Window {
 public:
  /// What an entry's value is for, and so what becomes of two that merge.
  enum class Kind : std::uint8_t {
    count,     // none: only how many
    sum,       // number: the sum
    least,     // number: the smaller; entries that can never be the smallest are dropped
    greatest,  // number: the larger; likewise
    first      // the earlier one
  };
  struct Entry {
    Time first;
    Time last;
    std::uint64_t count;
    Value value;
  };

  Window(Duration period, Kind kind, std::uint32_t capacity = 4096, std::uint32_t slices = 1024)
      : period_(period), kind_(kind), capacity_(capacity), slices_(slices) {}

  /// False if the event has left the window at `now`.
  bool add(Time time, Value value, Time now);

  /// The entries that are in the window at `now`, oldest first.
  [[nodiscard]] std::span<const Entry> at(Time now) const;
  [[nodiscard]] std::uint64_t count(Time now) const;
  /// The sum of the numbers, rounded once.
  [[nodiscard]] double sum(Time now) const;
  /// When the next entry leaves; kNever if none is in.
  [[nodiscard]] Time next_leaving(Time now) const;

  void rebase(Time now);
  void save(ByteWriter& bytes) const;
  void load(ByteReader& bytes);

 private:
  bool is_in(const Entry& entry, Time now) const { return entry.last > now - period_; }
  bool dominates(const Entry& a, const Entry& b) const;
  void drop_left(Time now);
  void merge_neighbours();
  void merge(Entry& earlier, const Entry& later);
  void take(const Entry& entry);
  void give(const Entry& entry);

  Duration period_;
  Kind kind_;
  std::uint32_t capacity_;
  std::uint32_t slices_;
  List<Entry> entries_;  // those before head_ have left
  std::size_t head_ = 0;
  std::uint64_t count_ = 0;  // of the entries from head_ on
  ExactSum sum_;             // likewise
};

}  // namespace tripline
