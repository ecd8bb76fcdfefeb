#include "attributes/hyperloglog.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace tripline {
namespace {

constexpr int kBits = 14, kSlidingBits = 10;
constexpr int kHighestRank = 64;

std::size_t register_of(std::uint64_t hash, int bits) {
  return static_cast<std::size_t>(hash >> (64 - bits));
}

/// One more than the zeros that follow the register's bits.
std::uint8_t rank_of(std::uint64_t hash, int bits) {
  return static_cast<std::uint8_t>(std::min(std::countl_zero(hash << bits), 64 - bits) + 1);
}

/// Ertl, "New cardinality estimation algorithms for HyperLogLog sketches", algorithm 6: from how
/// many registers have which rank. Square roots are correctly rounded everywhere.
class RankCounts {
 public:
  explicit RankCounts(int bits) : bits_(bits) {}

  void add(int rank) { ++counts_[rank]; }

  double estimate() const {
    const double m = static_cast<double>(std::size_t{1} << bits_);
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
  double counts_[kHighestRank + 2] = {};
};

}  // namespace

void HyperLogLog::add(std::uint64_t hash) {
  if (registers_.empty()) registers_.resize(std::size_t{1} << kBits);
  std::uint8_t& highest = registers_[register_of(hash, kBits)];
  highest = std::max(highest, rank_of(hash, kBits));
}

double HyperLogLog::estimate() const {
  RankCounts counts(kBits);
  for (const std::uint8_t rank : registers_) counts.add(rank);
  return counts.estimate();
}

void HyperLogLog::save(ByteWriter& bytes) const {
  bytes.text({reinterpret_cast<const char*>(registers_.data()), registers_.size()});
}

void HyperLogLog::load(ByteReader& bytes) {
  const std::string_view registers = bytes.text();
  if (!registers.empty() && registers.size() != std::size_t{1} << kBits) return bytes.fail();
  registers_.resize(registers.size());
  std::copy(registers.begin(), registers.end(), registers_.begin());
  const auto too_high = [](std::uint8_t rank) { return rank > 64 - kBits + 1; };
  if (std::any_of(registers_.begin(), registers_.end(), too_high)) bytes.fail();
}

void SlidingHyperLogLog::add(std::uint64_t hash, Time time, Time now) {
  if (registers_.empty()) registers_ = List<List<Rank>>(std::size_t{1} << kSlidingBits);
  const std::uint8_t rank = rank_of(hash, kSlidingBits);
  List<Rank>& ranks = registers_[register_of(hash, kSlidingBits)];
  erase_if(ranks, [&](const Rank& each) {
    return has_left(each.time, now) || (each.time <= time && each.rank <= rank);
  });
  const bool hidden = std::any_of(ranks.begin(), ranks.end(), [&](const Rank& each) {
    return each.time >= time && each.rank >= rank;
  });
  if (hidden) return;
  const auto place = std::upper_bound(ranks.begin(), ranks.end(), time,
                                      [](Time t, const Rank& each) { return t < each.time; });
  ranks.insert(place, {time, rank});
}

double SlidingHyperLogLog::estimate(Time now) const {
  RankCounts counts(kSlidingBits);
  for (const List<Rank>& ranks : registers_) {
    const auto highest = std::find_if(ranks.begin(), ranks.end(),
                                      [&](const Rank& each) { return !has_left(each.time, now); });
    counts.add(highest == ranks.end() ? 0 : highest->rank);
  }
  return counts.estimate();
}

Time SlidingHyperLogLog::next_change(Time now) const {
  Time next = kNever;
  for (const List<Rank>& ranks : registers_) {
    for (const Rank& rank : ranks) {
      if (!has_left(rank.time, now)) next = std::min(next, rank.time + period_);
    }
  }
  return next;
}

void SlidingHyperLogLog::rebase(Time now) {
  for (List<Rank>& ranks : registers_) {
    for (Rank& rank : ranks) rank.time = std::min(rank.time, now);
  }
}

void SlidingHyperLogLog::save(ByteWriter& bytes) const {
  bytes.u8(!registers_.empty());
  for (const List<Rank>& ranks : registers_) {
    bytes.u8(static_cast<std::uint8_t>(ranks.size()));
    for (const Rank& rank : ranks) {
      bytes.i64(rank.time);
      bytes.u8(rank.rank);
    }
  }
}

void SlidingHyperLogLog::load(ByteReader& bytes) {
  if (bytes.u8() == 0) return;
  registers_ = List<List<Rank>>(std::size_t{1} << kSlidingBits);
  for (List<Rank>& ranks : registers_) {
    for (int count = bytes.u8(); count > 0 && bytes.ok(); --count) {
      const Rank rank{bytes.time(), bytes.u8()};
      const bool ordered =
          ranks.empty() || (ranks.back().time <= rank.time && ranks.back().rank > rank.rank);
      if (!ordered || rank.rank == 0 || rank.rank > 64 - kSlidingBits + 1) return bytes.fail();
      ranks.push_back(rank);
    }
  }
}

}  // namespace tripline
