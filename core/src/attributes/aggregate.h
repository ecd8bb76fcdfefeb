// The state of one attribute of one profile. One small class per way of counting; make_aggregate()
// is the place where a new one joins.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "support/archive.h"
#include "tripline/program.h"
#include "tripline/value.h"

namespace tripline {

/// The number of values that most_frequent, least_frequent, category_count and unique_list keep.
inline constexpr std::size_t kMostValues = 100;

class Aggregate {
 public:
  /// `definition` must outlive it.
  explicit Aggregate(const Program::Aggregate& definition) : definition_(definition) {}
  virtual ~Aggregate() = default;

  /// Takes in an event that counts. `input` is the property that the attribute reads (missing where
  /// the aggregation reads none); `time` is the event's, `now` the clock's. False if there was
  /// nothing to record: a value that does not fit, an event that has left the window.
  virtual bool update(const ValueView& input, Time time, Time now);
  /// The attribute's value, null where nothing counts.
  Value value(Time now) const;
  /// The value that `changed` compares; for an age, the instant that it is counted from.
  virtual Value stored(Time now) const = 0;
  /// For a value that grows with time, the instant from which it is counted; else kNever.
  Time ages_from(Time now) const;
  /// The first moment after `now` at which stored() may be another without an event; kNever if
  /// none.
  Time next_change(Time now) const;
  /// Lets go of what has left the window at `now`, which makes reading cheaper: nobody asks for an
  /// earlier moment any more.
  virtual void drop_left(Time) {}
  /// Names its parts to an archive. One that loads is left failed, or the aggregate whole.
  virtual void visit(Archive& archive) = 0;

 protected:
  /// A value that an event brings, in the attribute's (element) type, never null: to be moved from.
  virtual void record(Value& value, Time time, Time now) = 0;
  /// The time of the value that leaves the window first, of those that are in it at `now`; kNever
  /// if none does.
  virtual Time oldest(Time now) const;

  bool has_left(Time time, Time now) const {
    return definition_.period != 0 && time <= now - definition_.period;
  }
  /// A number as the attribute's type.
  Value result(double number) const;
  /// By what the sum of `count` numbers is divided.
  std::uint64_t divisor(std::uint64_t count) const {
    return definition_.aggregation == Aggregation::mean ? count : 1;
  }
  /// A recorded value as the attribute's type, or of an age its time.
  Value result(const Value& value, Time time) const;

  const Program::Aggregate& definition_;
};

/// An aggregate that has seen nothing.
[[nodiscard]] std::unique_ptr<Aggregate> make_aggregate(const Program::Aggregate& definition);

[[nodiscard]] double milliseconds_in(TimeUnit unit);

// Each in the file of its name.
std::unique_ptr<Aggregate> make_counter(const Program::Aggregate& definition);
std::unique_ptr<Aggregate> make_distinct(const Program::Aggregate& definition);
std::unique_ptr<Aggregate> make_frequency(const Program::Aggregate& definition);
std::unique_ptr<Aggregate> make_external_field(const Program::Aggregate& definition);
std::unique_ptr<Aggregate> make_single(const Program::Aggregate& definition);
std::unique_ptr<Aggregate> make_sum(const Program::Aggregate& definition);
std::unique_ptr<Aggregate> make_unique_list(const Program::Aggregate& definition);
std::unique_ptr<Aggregate> make_windowed(const Program::Aggregate& definition);

}  // namespace tripline
