#include "attributes/exact_sum.h"

#include <bit>
#include <cmath>

#include "support/bits.h"

namespace tripline {
namespace {

/// Limbs that 2^64 of the largest doubles fill, with room for the sign.
constexpr std::uint32_t kMostLimbs = 70;

/// A finite double as ± significand × 2^(exponent - 1074).
struct Parts {
  std::uint64_t significand;
  std::uint32_t exponent;
  bool negative;
};

Parts split(double number) {
  const auto bits = bit_cast<std::uint64_t>(number);
  const std::uint64_t fraction = bits & ((std::uint64_t{1} << 52) - 1);
  const auto biased = static_cast<std::uint32_t>(bits >> 52 & 0x7ff);
  const bool negative = bits >> 63 != 0;
  if (biased == 0) return {fraction, 0, negative};
  return {fraction | std::uint64_t{1} << 52, biased - 1, negative};
}

/// `count` bits of a magnitude from bit `at` on; count ≤ 64.
std::uint64_t bits_at(const List<std::uint32_t>& limbs, std::uint64_t at, std::uint32_t count) {
  std::uint64_t bits = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint64_t position = at + i;
    const std::uint64_t bit = limbs[position / 32] >> (position % 32) & 1;
    bits |= bit << i;
  }
  return bits;
}

bool any_bit_below(const List<std::uint32_t>& limbs, std::uint64_t end) {
  for (std::size_t i = 0; i < end / 32; ++i) {
    if (limbs[i] != 0) return true;
  }
  const std::uint32_t rest = end % 32;
  return rest != 0 && (limbs[end / 32] & ((std::uint32_t{1} << rest) - 1)) != 0;
}

}  // namespace

void ExactSum::add(double number) {
  const auto [significand, exponent, negative] = split(number);
  if (significand == 0) return;
  const std::uint32_t first = exponent / 32, shift = exponent % 32;
  extend_to(first, first + 4);

  const std::uint32_t parts[3] = {
      static_cast<std::uint32_t>(significand << shift),
      static_cast<std::uint32_t>(significand >> (32 - shift)),
      shift == 0 ? 0 : static_cast<std::uint32_t>(significand >> (64 - shift))};
  std::int64_t carry = 0;
  for (std::size_t i = first - first_; i < limbs_.size(); ++i) {
    const std::size_t part = i - (first - first_);
    if (part >= 3 && carry == 0) break;
    const std::int64_t addend = part < 3 ? parts[part] : 0;
    carry += limbs_[i] + (negative ? -addend : addend);
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
}

double ExactSum::value() const {
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

  const std::uint64_t width =
      32 * magnitude.size() - static_cast<std::uint64_t>(std::countl_zero(magnitude.back()));
  const std::uint64_t dropped = width > 53 ? width - 53 : 0;
  std::uint64_t significand =
      bits_at(magnitude, dropped, static_cast<std::uint32_t>(width - dropped));
  if (dropped > 0) {
    const bool half = bits_at(magnitude, dropped - 1, 1) != 0;
    const bool more = any_bit_below(magnitude, dropped - 1);
    if (half && (more || significand % 2 != 0)) ++significand;
  }
  const int exponent = static_cast<int>(dropped + 32 * std::uint64_t{first_}) - 1074;
  const double result = std::ldexp(static_cast<double>(significand), exponent);
  return negative ? -result : result;
}

void ExactSum::pass(Archive& archive) {
  archive.number(first_);
  archive.list(limbs_, 4, kMostLimbs, [&](std::uint32_t& limb) { archive.number(limb); });
  archive.require(first_ + std::uint64_t{limbs_.size()} <= kMostLimbs);
  trim();
}

}  // namespace tripline
