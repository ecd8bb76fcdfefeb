#include "attributes/exact_sum.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "support/double_parts.h"

namespace tripline {
namespace {

/// Limbs that 2^64 of the largest doubles fill, with room for the sign.
constexpr std::uint32_t kMostLimbs = 70;

/// The double nearest to `bits`, of which the highest is set, and if there are more a little above,
/// × 2^(exponent - 1074).
double nearest(std::uint64_t bits, int exponent, bool more) {
  // A double has fewer bits, so the lowest one may also stand for all that follow: the conversion
  // rounds as it would with all of them.
  constexpr int lowest = 52 - 63;
  if (exponent >= lowest) {
    return std::ldexp(static_cast<double>(bits | static_cast<std::uint64_t>(more)),
                      exponent + DoubleParts::kLowestExponent);
  }
  // The smallest doubles are whole multiples of 2^-1074. Two bits below that tell how to round.
  const int shift = std::min(-exponent - 2, 63);
  more |= bits << (64 - shift) != 0;
  bits = bits >> shift | static_cast<std::uint64_t>(more);
  return std::ldexp(static_cast<double>((bits + 1 + (bits >> 2 & 1)) >> 2),
                    DoubleParts::kLowestExponent);
}

}  // namespace

void ExactSum::add(double number) {
  const auto [significand, exponent, negative] = parts_of(number);
  if (significand == 0) return;
  const std::uint32_t shift = exponent % 32;
  const std::uint32_t limbs[3] = {
      static_cast<std::uint32_t>(significand << shift),
      static_cast<std::uint32_t>(significand >> (32 - shift)),
      shift == 0 ? 0 : static_cast<std::uint32_t>(significand >> (64 - shift))};
  add(exponent / 32, limbs, negative);
}

void ExactSum::add(std::uint32_t first, Limbs limbs, bool negated) {
  if (limbs.empty()) return;
  const auto count = static_cast<std::uint32_t>(limbs.size());
  extend_to(first, first + count + 1);
  const std::int64_t sign = limbs.back() >> 31 != 0 ? 0xffffffff : 0;
  std::int64_t carry = 0;
  for (std::size_t i = first - first_; i < limbs_.size(); ++i) {
    const std::size_t part = i - (first - first_);
    if (part >= count && carry == 0 && sign == 0) break;
    const std::int64_t addend = part < count ? limbs[part] : sign;
    carry += limbs_[i] + (negated ? -addend : addend);
    limbs_[i] = static_cast<std::uint32_t>(carry);
    carry >>= 32;
  }
  trim();
}

/// Makes the limbs cover [first, end) and leaves a limb of sign above whatever comes.
void ExactSum::extend_to(std::uint32_t first, std::uint32_t end) {
  if (limbs_.empty()) first_ = first;
  for (; first_ > first; --first_) limbs_.insert(limbs_.begin(), std::uint32_t{0});
  const std::uint32_t sign = is_negative() ? 0xffffffff : 0;
  while (first_ + limbs_.size() < end) limbs_.push_back(sign);
  limbs_.push_back(sign);
}

/// Drops limbs that say nothing, so that equal sums are equal bytes.
void ExactSum::trim() {
  while (limbs_.size() > 1) {
    const std::uint32_t sign = limbs_[limbs_.size() - 2] >> 31 != 0 ? 0xffffffff : 0;
    if (limbs_.back() != sign) break;
    limbs_.pop_back();
  }
  std::size_t zeros = 0;
  while (zeros < limbs_.size() && limbs_[zeros] == 0) ++zeros;
  limbs_.erase(limbs_.begin(), limbs_.begin() + static_cast<std::ptrdiff_t>(zeros));
  first_ = limbs_.empty() ? 0 : first_ + static_cast<std::uint32_t>(zeros);
  // Only a snapshot that somebody forged gets there. What is saved must load (engine/snapshot.cpp).
  while (first_ + limbs_.size() > kMostLimbs) limbs_.pop_back();
}

double ExactSum::value(std::uint64_t divisor) const {
  List<std::uint32_t> magnitude = limbs_;
  const bool negative = is_negative();
  if (negative) {
    std::uint64_t carry = 1;
    for (std::uint32_t& limb : magnitude) {
      carry += ~limb;
      limb = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
  }
  while (!magnitude.empty() && magnitude.back() == 0) magnitude.pop_back();
  if (magnitude.empty()) return 0;

  const std::size_t size = magnitude.size();
  const auto limb = [&](std::size_t i) {
    return std::uint64_t{i < size ? magnitude[size - 1 - i] : 0};
  };
  // The highest 64 bits, how many limbs they are from, and whether more follow.
  std::uint64_t bits = 0;
  std::size_t used = 3;
  bool more = false;
  int exponent = 32 * static_cast<int>(first_ + size);
  if (divisor == 1) {
    const int zeros = std::countl_zero(magnitude.back());
    const std::uint64_t third = limb(2) << zeros;
    bits = (limb(0) << 32 | limb(1)) << zeros | third >> 32;
    more = static_cast<std::uint32_t>(third) != 0;
    exponent -= 64 + zeros;
  } else {
    // Long division, a bit after the other.
    std::uint64_t rest = 0;
    std::size_t next = 0;
    for (; bits >> 63 == 0; ++next) {
      const bool is_beyond = rest >> 63 != 0;
      rest = rest << 1 | (limb(next / 32) >> (31 - next % 32) & 1);
      const bool fits = is_beyond || rest >= divisor;
      if (fits) rest -= divisor;
      bits = bits << 1 | static_cast<std::uint64_t>(fits);
    }
    used = (next + 31) / 32;
    more = rest != 0 ||
           (next % 32 != 0 && static_cast<std::uint32_t>(limb(used - 1) << next % 32) != 0);
    exponent -= static_cast<int>(next);
  }
  for (std::size_t i = used; i < size; ++i) more |= limb(i) != 0;
  const double result = nearest(bits, exponent, more);
  return negative ? -result : result;
}

void ExactSum::visit(Archive& archive) {
  archive.number(first_);
  archive.list(limbs_, 4, kMostLimbs, [&](std::uint32_t& limb) { archive.number(limb); });
  archive.require(first_ + std::uint64_t{limbs_.size()} <= kMostLimbs);
  if (archive.is_loading() && !archive.ok()) *this = {};  // trim() needs limbs at their place
  trim();
}

}  // namespace tripline
