// The exact sum of doubles (rule 3).
#pragma once

#include <cstdint>
#include <span>

#include "support/archive.h"
#include "tripline/detail/list.h"

namespace tripline {

/// Every finite double is a whole multiple of 2^-1074, so their sum is one large integer. It is
/// kept in two's complement, 32 bits a limb, only as many limbs as it needs: two or three for
/// prices. Adding costs a few additions, never rounds and never overflows, so order does not matter
/// and what was added can be taken out again. (The idea is Kulisch's accumulator; Python's fsum
/// gives the same.)
class ExactSum {
 public:
  /// `number` is finite.
  void add(double number);
  /// Adds another sum, or takes it out.
  void add(const ExactSum& other, bool negated) { add(other.first_, other.limbs_, negated); }

  /// The sum, or its quotient, rounded once to the nearest double, ties to even; infinite beyond
  /// the doubles. `divisor` is not 0. A division costs a step for each bit of divisor and result.
  [[nodiscard]] double value(std::uint64_t divisor = 1) const;

  void visit(Archive& archive);

 private:
  using Limbs = std::span<const std::uint32_t>;

  bool is_negative() const { return !limbs_.empty() && limbs_.back() >> 31 != 0; }
  /// Adds limbs of which the first weighs 2^(32 first - 1074) and the last carries the sign.
  void add(std::uint32_t first, Limbs limbs, bool negated);
  void extend_to(std::uint32_t first, std::uint32_t end);
  void trim();

  /// limbs_[i] weighs 2^(32 (first_ + i) - 1074); the highest one carries the sign.
  List<std::uint32_t> limbs_;
  std::uint32_t first_ = 0;
};

}  // namespace tripline
