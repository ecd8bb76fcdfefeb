#pragma once

#include <cstdint>

#include "support/bit_cast.h"

namespace tripline {

/// A finite double as ± significand × 2^(exponent - 1074).
struct DoubleParts {
  /// The bit that a double above the smallest ones has, but does not store.
  static constexpr std::uint64_t kHiddenBit = std::uint64_t{1} << 52;
  static constexpr int kLowestExponent = -1074;

  std::uint64_t significand;
  std::uint32_t exponent;
  bool negative;
};

[[nodiscard]] inline DoubleParts parts_of(double number) {
  const auto bits = bit_cast<std::uint64_t>(number);
  const std::uint64_t fraction = bits % DoubleParts::kHiddenBit;
  const auto biased = static_cast<std::uint32_t>(bits >> 52 & 0x7ff);
  const bool negative = bits >> 63 != 0;
  if (biased == 0) return {fraction, 0, negative};
  return {fraction + DoubleParts::kHiddenBit, biased - 1, negative};
}

}  // namespace tripline
