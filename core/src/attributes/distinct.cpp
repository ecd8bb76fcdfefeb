// approx_count_distinct: how many different values were seen (rule 28).

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "attributes/aggregate.h"
#include "support/hash.h"
#include "value/value_bytes.h"

namespace tripline {
namespace {

/// Values of different types are different: 1 is not "1".
std::uint64_t hash_of(Value& value) {
  if (const double* number = value.as_number()) value = Value::number(*number + 0.0);  // -0 is 0
  Archive archive;
  visit_scalar(value, archive);
  return hash64(archive.saved());
}

/// The estimator of HyperLogLog by Ertl, "New cardinality estimation algorithms for HyperLogLog
/// sketches" (2017), algorithm 6: from how many registers have which rank. It needs no correction
/// for small counts and no logarithm, and square roots are correctly rounded everywhere, so every
/// host computes the same.
class RankCounts {
 public:
  explicit RankCounts(int bits) : bits_(bits) { counts_[0] = std::ldexp(1, bits); }

  void add(int rank) {
    --counts_[0];
    ++counts_[rank];
  }

  double estimate() const {
    const double m = std::ldexp(1, bits_);
    const int q = 64 - bits_;
    double z = m * tau(1 - counts_[q + 1] / m);
    for (int k = q; k >= 1; --k) z = 0.5 * (z + counts_[k]);
    z += m * sigma(counts_[0] / m);
    constexpr double alpha = 0.72134752044448170368;  // 1 / (2 ln 2)
    return std::floor(alpha * m * m / z + 0.5);
  }

 private:
  static double sigma(double x) {
    if (x == 1) return HUGE_VAL;
    double y = 1, z = x, before;
    do {
      x *= x;
      before = z;
      z += x * y;
      y += y;
    } while (z != before);
    return z;
  }
  static double tau(double x) {
    if (x == 0 || x == 1) return 0;
    double y = 1, z = 1 - x, before;
    do {
      x = std::sqrt(x);
      before = z;
      y *= 0.5;
      z -= (1 - x) * (1 - x) * y;
    } while (z != before);
    return z / 3;
  }

  int bits_;
  double counts_[66] = {};
};

/// Remembers the hashes of up to 256 values, in a window of 4,096, and when each was last seen. Of
/// more it keeps a HyperLogLog (Flajolet and others, 2007; over a window Chabchoub and Hébrail,
/// 2010): the first bits of a hash name its register, and the zeros that follow, and one, are its
/// rank. Only the highest rank of a register counts, so a hash is dropped once a smaller one, which
/// has no lower rank, was seen no earlier. That takes 16 bytes for each register, 256 KB in all,
/// once there are a hundred thousand values.
class Distinct final : public Aggregate {
 public:
  using Aggregate::Aggregate;

  void record(Value& value, Time time, Time now) override {
    const std::uint64_t hash = hash_of(value);
    if (!is_windowed()) time = 0;
    const Seen seen{hash, time};
    Seen* place = std::lower_bound(seen_.begin(), seen_.end(), seen, has_smaller_hash);
    if (place != seen_.end() && place->hash == hash) {
      if (place->last >= time) return;
      place->last = time;
    } else {
      if (is_sketch_ != 0 && place != seen_.begin() && hides(place[-1], seen)) return;
      const std::ptrdiff_t index = place - seen_.begin();
      seen_.insert(place, seen);
      place = seen_.begin() + index;
    }
    oldest_ = std::min(oldest_, time);
    if (is_sketch_ != 0) {
      Seen* next = ++place;
      while (next != seen_.end() && hides(seen, *next)) ++next;
      seen_.erase(place, next);
      if (has_left(oldest_, now)) drop_hidden(now);
    } else if (seen_.size() > most_exact()) {
      drop_hidden(now);
      is_sketch_ = seen_.size() > most_exact();
      if (is_sketch_ != 0) drop_hidden(now);
    }
  }

  Value stored(Time now) const override {
    RankCounts ranks(bits());
    std::uint64_t count = 0, before = kNoRegister;
    for (const Seen& seen : seen_) {
      if (has_left(seen.last, now)) continue;
      ++count;
      if (register_of(seen) == before) continue;
      before = register_of(seen);
      ranks.add(std::min(std::countl_zero(seen.hash << bits()), 64 - bits()) + 1);
    }
    const double number = is_sketch_ != 0 ? ranks.estimate() : static_cast<double>(count);
    return count == 0 ? Value() : result(number);
  }

  Time oldest(Time now) const override {
    Time oldest = kNever;
    for (const Seen& seen : seen_) {
      if (!has_left(seen.last, now)) oldest = std::min(oldest, seen.last);
    }
    return oldest;
  }

  void visit(Archive& archive) override {
    oldest_ = kUnknown;
    archive.number(is_sketch_);
    archive.list(seen_, 8, 0xffffffff, [&](Seen& seen) {
      archive.number(seen.hash);
      if (is_windowed()) archive.time(seen.last);
      archive.require(&seen == seen_.begin() || (&seen)[-1].hash < seen.hash);
    });
  }

 private:
  struct Seen {
    std::uint64_t hash = 0;
    Time last = 0;
  };
  static constexpr std::uint64_t kNoRegister = ~std::uint64_t{0};
  static constexpr Time kUnknown = std::numeric_limits<Time>::min();

  bool is_windowed() const { return definition_.period != 0; }
  std::size_t most_exact() const { return is_windowed() ? 4096 : 256; }
  int bits() const { return is_windowed() ? 10 : 14; }
  std::uint64_t register_of(const Seen& seen) const { return seen.hash >> (64 - bits()); }

  static bool has_smaller_hash(const Seen& one, const Seen& other) { return one.hash < other.hash; }

  /// For two neighbours in the order of their hashes.
  bool hides(const Seen& smaller, const Seen& larger) const {
    return register_of(smaller) == register_of(larger) && smaller.last >= larger.last;
  }

  /// Drops what has left the window, and of a sketch what can no longer count.
  void drop_hidden(Time now) {
    std::uint64_t before = kNoRegister;
    Time latest = 0;
    oldest_ = kNever;
    erase_if(seen_, [&](const Seen& seen) {
      if (has_left(seen.last, now)) return true;
      if (is_sketch_ != 0 && register_of(seen) == before && seen.last <= latest) return true;
      before = register_of(seen);
      latest = seen.last;
      oldest_ = std::min(oldest_, latest);
      return false;
    });
  }

  List<Seen> seen_;  // by hash
  Time oldest_ =
      kUnknown;  // no value was last seen before; tells when going through all is in vain
  std::uint8_t is_sketch_ = 0;
};

}  // namespace

std::unique_ptr<Aggregate> make_distinct(const Program::Aggregate& definition) {
  return std::make_unique<Distinct>(definition);
}

}  // namespace tripline
