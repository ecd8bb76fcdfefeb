// The state of one attribute of one profile. One small class per aggregation; make_aggregate() is
// the place where a new one joins.
#pragma once

#include <memory>

#include "support/bytes.h"
#include "tripline/program.h"
#include "tripline/value.h"

namespace tripline {

class Aggregate {
 public:
  virtual ~Aggregate() = default;

  /// Takes in an event that counts. `input` is the property that the attribute reads (missing where
  /// the aggregation reads none); `time` is the event's, `now` the clock's. False if there was
  /// nothing to take: a value that does not fit, an event that has left the window.
  virtual bool update(const ValueView& input, Time time, Time now) = 0;
  /// The attribute's value, null where nothing counts.
  virtual Value value(Time now) const = 0;
  /// What `changed` looks at: the value, but for an age the instant that it is counted from.
  virtual Value stored(Time now) const { return value(now); }
  /// The first moment after `now` at which value() may be another without an event; kNever if none.
  /// For an age see ages_from().
  virtual Time next_change(Time now) const;
  /// Of a value that grows with time: the instant from which it is counted.
  virtual std::optional<Time> ages_from(Time now) const;
  /// Takes stored times that lie in the future as `now`: the host's clock was set back.
  virtual void rebase(Time now);

  /// load() reads what save() wrote, from bytes that may be hostile: it leaves the reader failed or
  /// the aggregate whole.
  virtual void save(ByteWriter& bytes) const = 0;
  virtual void load(ByteReader& bytes) = 0;
};

/// An aggregate that has seen nothing. `definition` must outlive it.
[[nodiscard]] std::unique_ptr<Aggregate> make_aggregate(const Program::Aggregate& definition);

// Each in the file of its name.
std::unique_ptr<Aggregate> make_counter(const Program::Aggregate& definition);
std::unique_ptr<Aggregate> make_distinct(const Program::Aggregate& definition);
std::unique_ptr<Aggregate> make_extreme(const Program::Aggregate& definition);
std::unique_ptr<Aggregate> make_first(const Program::Aggregate& definition);
std::unique_ptr<Aggregate> make_frequency(const Program::Aggregate& definition);
std::unique_ptr<Aggregate> make_last(const Program::Aggregate& definition);
std::unique_ptr<Aggregate> make_pushed(const Program::Aggregate& definition);
std::unique_ptr<Aggregate> make_sum(const Program::Aggregate& definition);
std::unique_ptr<Aggregate> make_time_since(const Program::Aggregate& definition);
std::unique_ptr<Aggregate> make_unique_list(const Program::Aggregate& definition);

}  // namespace tripline
