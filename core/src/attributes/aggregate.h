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
  /// the aggregation reads none); what it cannot use it leaves alone. False if nothing was taken.
  virtual bool update(const ValueView& input, Time time) = 0;
  /// The attribute's value, null until an event has counted. `type` as the attribute declares it.
  virtual Value value(Time now) const = 0;
  /// The first moment after `now` at which value() is another without an event; kNever if never.
  virtual Time next_change(Time now) const;

  /// load() reads what save() wrote, from bytes that may be hostile: it leaves the reader failed or
  /// the aggregate whole.
  virtual void save(ByteWriter& bytes) const = 0;
  virtual void load(ByteReader& bytes) = 0;
};

/// An aggregate that has seen nothing. `definition` must outlive it.
[[nodiscard]] std::unique_ptr<Aggregate> make_aggregate(const Program::Aggregate& definition);

std::unique_ptr<Aggregate> make_counter(const Program::Aggregate& definition);
std::unique_ptr<Aggregate> make_sum(const Program::Aggregate& definition);
std::unique_ptr<Aggregate> make_last(const Program::Aggregate& definition);

}  // namespace tripline
