#include "support/number_text.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "support/bits.h"
#include "support/text.h"
#include "tripline/list.h"

namespace tripline {
namespace {

/// number = 0.DIGITS × 10^point, without zeros at either end of the digits.
struct Decimal {
  Text digits;
  int point = 0;
};

/// A natural number as large as it needs to be; 32-bit limbs, least significant first.
class Natural {
 public:
  explicit Natural(std::uint64_t value) {
    for (; value != 0; value >>= 32) limbs_.push_back(static_cast<std::uint32_t>(value));
  }

  void multiply(std::uint32_t factor, std::uint32_t carry_in = 0) {
    std::uint64_t carry = carry_in;
    for (std::uint32_t& limb : limbs_) {
      carry += std::uint64_t{limb} * factor;
      limb = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
    if (carry != 0) limbs_.push_back(static_cast<std::uint32_t>(carry));
  }

  void shift_left(int bits) {
    for (; bits >= 31; bits -= 31) multiply(std::uint32_t{1} << 31);
    multiply(std::uint32_t{1} << bits);
  }

  Natural operator+(const Natural& other) const {
    Natural sum(0);
    std::uint64_t carry = 0;
    for (std::size_t i = 0; i < limbs_.size() || i < other.limbs_.size() || carry != 0; ++i) {
      carry += std::uint64_t{limb(i)} + other.limb(i);
      sum.limbs_.push_back(static_cast<std::uint32_t>(carry));
      carry >>= 32;
    }
    return sum;
  }

  /// Subtracts a number that is not larger.
  void subtract(const Natural& other) {
    std::int64_t borrow = 0;
    for (std::size_t i = 0; i < limbs_.size(); ++i) {
      borrow += std::int64_t{limbs_[i]} - other.limb(i);
      limbs_[i] = static_cast<std::uint32_t>(borrow);
      borrow >>= 32;
    }
    while (!limbs_.empty() && limbs_.back() == 0) limbs_.pop_back();
  }

  int bit_width() const {
    const auto bits = static_cast<int>(32 * limbs_.size());
    return limbs_.empty() ? 0 : bits - std::countl_zero(limbs_.back());
  }

  int compare(const Natural& other) const {
    for (std::size_t i = std::max(limbs_.size(), other.limbs_.size()); i-- > 0;) {
      if (limb(i) != other.limb(i)) return limb(i) < other.limb(i) ? -1 : 1;
    }
    return 0;
  }

 private:
  std::uint32_t limb(std::size_t i) const { return i < limbs_.size() ? limbs_[i] : 0; }
  List<std::uint32_t> limbs_;
};

/// A double's exponent is never below this one: the smallest double is 2^-1074.
constexpr int kLowestExponent = -1074;

void trim_zeros(Decimal& decimal) {
  while (decimal.digits.size() > 1 && decimal.digits.back() == '0') decimal.digits.pop_back();
}

/// Numbers m / 10^k with a small m: the division is correctly rounded (both are exact doubles), so
/// equality proves that m's digits read back as the number; the first k that works has the fewest.
bool short_decimal(double number, Decimal& decimal) {
  constexpr double limit = 562949953421312;  // 2^49: m is then the only candidate for its k
  double power = 1;
  for (int k = 0; k <= 22; ++k, power *= 10) {
    const double scaled = number * power;
    if (scaled >= limit) return false;
    const auto m = static_cast<std::uint64_t>(scaled + 0.5);
    if (m == 0 || static_cast<double>(m) / power != number) continue;
    decimal.digits = concat({m});
    decimal.point = static_cast<int>(decimal.digits.size()) - k;
    return true;
  }
  return false;
}

/// Steele and White's free-format algorithm as Burger and Dybvig (1996) give it, on exact integers:
/// number = r / s, and every decimal within low below and high above it reads back the same.
Decimal exact_decimal(double number) {
  const auto bits = bit_cast<std::uint64_t>(number);
  const std::uint64_t fraction = bits & ((std::uint64_t{1} << 52) - 1);
  const int biased = static_cast<int>(bits >> 52 & 0x7ff);
  const std::uint64_t significand = biased == 0 ? fraction : fraction | std::uint64_t{1} << 52;
  const int exponent = (biased == 0 ? 1 : biased) - 1075;
  const bool uneven = fraction == 0 && biased > 1;  // the gap below is half the gap above
  const bool closed = significand % 2 == 0;         // a tie reads back as the even number

  Natural r(significand), s(1), low(1), high(1);
  r.shift_left(1 + uneven + std::max(exponent, 0));
  s.shift_left(1 + uneven + std::max(-exponent, 0));
  low.shift_left(std::max(exponent, 0));
  high.shift_left(uneven + std::max(exponent, 0));

  const auto reaches = [closed](const Natural& a, const Natural& b) {
    return closed ? a.compare(b) >= 0 : a.compare(b) > 0;
  };
  Decimal decimal;
  for (; reaches(r + high, s); ++decimal.point) s.multiply(10);
  for (;; --decimal.point) {
    Natural next = r + high;
    next.multiply(10);
    if (reaches(next, s)) break;
    r.multiply(10);
    low.multiply(10);
    high.multiply(10);
  }
  for (;;) {
    r.multiply(10);
    low.multiply(10);
    high.multiply(10);
    char digit = '0';
    for (; r.compare(s) >= 0; ++digit) r.subtract(s);
    const bool may_stop_here = reaches(low, r);
    const bool may_stop_above = reaches(r + high, s);
    if (may_stop_here || may_stop_above) {
      const bool up = may_stop_above && (!may_stop_here || (r + r).compare(s) >= 0);
      decimal.digits += static_cast<char>(digit + up);
      return decimal;
    }
    decimal.digits += digit;
  }
}

/// No midpoint between two doubles has more digits than 768, so what follows the 800th only tells
/// that a number is above a midpoint.
constexpr std::size_t kMostDigits = 800;

/// The sign is the caller's.
Decimal read_decimal(std::string_view text) {
  Decimal decimal;
  bool after_point = false, more = false;
  std::size_t i = 0;
  for (; i < text.size() && (text[i] | 0x20) != 'e'; ++i) {
    if (text[i] == '.') {
      after_point = true;
      continue;
    }
    const bool leading_zero = decimal.digits.empty() && text[i] == '0';
    if (!leading_zero && decimal.digits.size() < kMostDigits) {
      decimal.digits += text[i];
    } else {
      more |= text[i] != '0';
    }
    if (!leading_zero && !after_point) ++decimal.point;
    if (leading_zero && after_point) --decimal.point;
  }
  if (more) decimal.digits += '1';
  if (++i >= text.size()) return decimal;

  constexpr int longest = 100'000'000;  // a text has at most 2 million digits before its exponent
  const bool negative = text[i] == '-';
  if (negative || text[i] == '+') ++i;
  int exponent = 0;
  for (; i < text.size() && exponent < longest; ++i) exponent = exponent * 10 + (text[i] - '0');
  decimal.point += negative ? -exponent : exponent;
  return decimal;
}

/// Numbers of at most 15 digits times or over a power of ten that a double holds exactly: one
/// operation, so one rounding.
bool short_number(const Decimal& decimal, double& number) {
  constexpr int highest_exact_power = 22;
  const int exponent = decimal.point - static_cast<int>(decimal.digits.size());
  number = 0;
  if (decimal.digits.empty()) return true;
  if (decimal.digits.size() > 15 || std::abs(exponent) > highest_exact_power) return false;
  double power = 1;
  for (int i = std::abs(exponent); i > 0; --i) power *= 10;
  for (const char digit : decimal.digits) number = number * 10 + (digit - '0');
  number = exponent < 0 ? number / power : number * power;
  return true;
}

/// number = r / s; divides until one bit more than the double has is known, and whether a rest is
/// left.
double exact_number(const Decimal& decimal) {
  const int exponent = decimal.point - static_cast<int>(decimal.digits.size());
  Natural r(0), s(1);
  for (const char digit : decimal.digits) r.multiply(10, static_cast<std::uint32_t>(digit - '0'));
  for (int i = 0; i < exponent; ++i) r.multiply(10);
  for (int i = exponent; i < 0; ++i) s.multiply(10);

  // 2^53 < r / s < 2^55 then, but for numbers so small that a double has fewer bits for them.
  const int shift = std::min(54 + s.bit_width() - r.bit_width(), 1 - kLowestExponent);
  (shift > 0 ? r : s).shift_left(std::abs(shift));
  s.shift_left(54);
  std::uint64_t quotient = 0;
  for (int bit = 54; bit >= 0; --bit) {
    quotient <<= 1;
    if (r.compare(s) >= 0) {
      r.subtract(s);
      quotient |= 1;
    }
    r.shift_left(1);
  }
  const int width = 64 - std::countl_zero(quotient);
  const int dropped = std::max(width - 53, shift + kLowestExponent);
  std::uint64_t significand = quotient >> dropped;
  const std::uint64_t rest = quotient - (significand << dropped);
  const std::uint64_t half = std::uint64_t{1} << (dropped - 1);
  const bool more = r.bit_width() != 0;
  if (rest > half || (rest == half && (more || significand % 2 != 0))) ++significand;
  return std::ldexp(static_cast<double>(significand), dropped - shift);
}

}  // namespace

double parse_number(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const Decimal decimal = read_decimal(text);
  double number = 0;
  if (!decimal.digits.empty() && decimal.point > 310) {
    number = std::numeric_limits<double>::infinity();
  } else if (decimal.point > -330 && !short_number(decimal, number)) {
    number = exact_number(decimal);
  }
  return negative ? -number : number;
}

Text number_text(double number) {
  if (number == 0) return "0";
  const std::string_view sign = number < 0 ? "-" : "";
  number = std::fabs(number);
  Decimal decimal;
  if (!short_decimal(number, decimal)) decimal = exact_decimal(number);
  trim_zeros(decimal);

  const std::string_view digits = decimal.digits;
  const int point = decimal.point;
  const int count = static_cast<int>(digits.size());
  const std::string_view zeros = "000000000000000000000";  // 21
  if (count <= point && point <= 21) return concat({sign, digits, zeros.substr(0, point - count)});
  if (0 < point && point <= 21) {
    return concat({sign, digits.substr(0, point), ".", digits.substr(point)});
  }
  if (-6 < point && point <= 0) return concat({sign, "0.", zeros.substr(0, -point), digits});
  const int exponent = point - 1;
  return concat({sign, digits.substr(0, 1), count == 1 ? "" : ".", digits.substr(1),
                 exponent < 0 ? "e-" : "e+", std::abs(exponent)});
}

}  // namespace tripline
