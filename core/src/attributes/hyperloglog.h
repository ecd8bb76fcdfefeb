// HyperLogLog (Flajolet and others, 2007) over 64-bit hashes, with the estimator of Ertl (2017),
// which needs no correction for small counts and no logarithm, so that every host computes the
// same.
#pragma once

#include <cstdint>

#include "support/bytes.h"
#include "tripline/definitions.h"
#include "tripline/list.h"
#include "tripline/value.h"

namespace tripline {

/// 2^14 registers: a standard error of 0.8 %. 16 KB once something was added.
class HyperLogLog {
 public:
  bool empty() const { return registers_.empty(); }
  void add(std::uint64_t hash);
  [[nodiscard]] double estimate() const;
  void save(ByteWriter& bytes) const;
  void load(ByteReader& bytes);

 private:
  List<std::uint8_t> registers_;
};

/// 2^10 registers over a rolling window (Chabchoub and Hébrail, 2010): a standard error of 3.3 %. A
/// register keeps those ranks that can still become its highest: later ones are lower.
class SlidingHyperLogLog {
 public:
  explicit SlidingHyperLogLog(Duration period) : period_(period) {}

  bool empty() const { return registers_.empty(); }
  void add(std::uint64_t hash, Time time, Time now);
  [[nodiscard]] double estimate(Time now) const;
  /// When the next rank leaves.
  [[nodiscard]] Time next_change(Time now) const;
  void rebase(Time now);
  void save(ByteWriter& bytes) const;
  void load(ByteReader& bytes);

 private:
  struct Rank {
    Time time;
    std::uint8_t rank;
  };
  bool has_left(Time time, Time now) const { return time <= now - period_; }

  Duration period_;
  List<List<Rank>> registers_;  // each by time, with falling ranks
};

}  // namespace tripline
