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

  // The highest 64 bits, the lowest of which also stands for all that follow: a double has fewer,
  // so the conversion rounds as it would with all of them.
  const std::size_t size = magnitude.size();
  const auto limb = [&](std::size_t i) {
    return std::uint64_t{i < size ? magnitude[size - 1 - i] : 0};
  };
  const int zeros = std::countl_zero(magnitude.back());
  const std::uint64_t third = limb(2) << zeros;
  std::uint64_t bits = (limb(0) << 32 | limb(1)) << zeros | third >> 32;
  bool more = static_cast<std::uint32_t>(third) != 0;
  for (std::size_t i = 3; i < size; ++i) more |= limb(i) != 0;
  bits |= static_cast<std::uint64_t>(more);
  const int exponent = 32 * static_cast<int>(first_ + size - 2) - zeros - 1074;
  const double result = std::ldexp(static_cast<double>(bits), exponent);
  return negative ? -result : result;
}

void ExactSum::pass(Archive& archive) {
  archive.number(first_);
  archive.list(limbs_, 4, kMostLimbs, [&](std::uint32_t& limb) { archive.number(limb); });
  archive.require(first_ + std::uint64_t{limbs_.size()} <= kMostLimbs);
  trim();
}

}  // namespace tripline
