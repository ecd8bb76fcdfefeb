// Computes means by their definition, with fractions of whole numbers of any size.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <vector>

namespace tripline::test {

/// A natural number of any size, its lowest 32 bits first.
class Whole {
 public:
  Whole() = default;
  /// number × 2^shift.
  Whole(std::uint64_t number, int shift) : digits_(static_cast<std::size_t>(shift / 32), 0) {
    for (int i = 0; i < 3; ++i) {
      const int at = 32 * i - shift % 32;  // of the digit's lowest bit in the number
      digits_.push_back(static_cast<std::uint32_t>(at < 0     ? number << -at
                                                   : at >= 64 ? 0
                                                              : number >> at));
    }
    trim();
  }

  Whole plus(const Whole& other) const {
    Whole sum;
    std::uint64_t carry = 0;
    for (std::size_t i = 0; i < std::max(size(), other.size()) || carry != 0; ++i) {
      carry += std::uint64_t{digit(i)} + other.digit(i);
      sum.digits_.push_back(static_cast<std::uint32_t>(carry));
      carry >>= 32;
    }
    return sum;
  }
  /// `other` must not be larger.
  Whole minus(const Whole& other) const {
    Whole difference;
    std::int64_t carry = 0;
    for (std::size_t i = 0; i < size(); ++i) {
      carry += std::int64_t{digit(i)} - other.digit(i);
      difference.digits_.push_back(static_cast<std::uint32_t>(carry));
      carry >>= 32;
    }
    difference.trim();
    return difference;
  }
  Whole times(std::uint64_t factor) const {
    const Whole low = times_digit(static_cast<std::uint32_t>(factor));
    Whole high = times_digit(static_cast<std::uint32_t>(factor >> 32));
    high.digits_.insert(high.digits_.begin(), 0);
    high.trim();
    return low.plus(high);
  }
  bool is_zero() const { return digits_.empty(); }
  friend bool operator<(const Whole& a, const Whole& b) {
    if (a.size() != b.size()) return a.size() < b.size();
    return std::lexicographical_compare(a.digits_.rbegin(), a.digits_.rend(), b.digits_.rbegin(),
                                        b.digits_.rend());
  }

 private:
  std::size_t size() const { return digits_.size(); }
  std::uint32_t digit(std::size_t i) const { return i < size() ? digits_[i] : 0; }
  void trim() {
    while (!digits_.empty() && digits_.back() == 0) digits_.pop_back();
  }
  Whole times_digit(std::uint32_t factor) const {
    Whole product;
    std::uint64_t carry = 0;
    for (std::size_t i = 0; i < size() || carry != 0; ++i) {
      carry += std::uint64_t{digit(i)} * factor;
      product.digits_.push_back(static_cast<std::uint32_t>(carry));
      carry >>= 32;
    }
    product.trim();
    return product;
  }

  std::vector<std::uint32_t> digits_;
};

/// Returns the double with these bits, which is not negative, in units of 2^-1074. The bits of
/// infinity stand for 2^1024.
inline Whole whole_of(std::uint64_t bits) {
  const std::uint64_t fraction = bits & ((std::uint64_t{1} << 52) - 1);
  const int exponent = static_cast<int>(bits >> 52);
  if (exponent == 0) return {fraction, 0};
  return {fraction | std::uint64_t{1} << 52, exponent - 1};
}

/// Returns the double that is nearest to the sum of the numbers divided by `divisor`. Ties go to
/// the double with an even last bit. Returns infinity beyond the range of doubles.
inline double nearest_quotient(const std::vector<double>& numbers, std::uint64_t divisor) {
  Whole sums[2];  // of the numbers >= 0, and of the magnitudes of the negative ones
  for (const double number : numbers) {
    const auto bits = std::bit_cast<std::uint64_t>(number);
    Whole& sum = sums[bits >> 63];
    sum = sum.plus(whole_of(bits & ~(std::uint64_t{1} << 63)));
  }
  const bool is_negative = sums[0] < sums[1];
  const Whole sum = is_negative ? sums[1].minus(sums[0]) : sums[0].minus(sums[1]);
  // Doubles are ordered as their bits: searches the last double that is not above the quotient.
  std::uint64_t below = 0, above = std::uint64_t{0x7ff} << 52;
  while (above - below > 1) {
    const std::uint64_t middle = below + (above - below) / 2;
    (sum < whole_of(middle).times(divisor) ? above : below) = middle;
  }
  const Whole midpoint = whole_of(below).plus(whole_of(below + 1)).times(divisor);
  const Whole twice = sum.plus(sum);
  const bool is_tie = !(twice < midpoint) && !(midpoint < twice);
  const bool rounds_up = is_tie ? below % 2 != 0 : midpoint < twice;
  const double nearest = std::bit_cast<double>(below + (rounds_up ? 1 : 0));
  return is_negative ? -nearest : nearest;
}

}  // namespace tripline::test
