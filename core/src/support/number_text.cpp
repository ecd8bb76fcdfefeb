#include "support/number_text.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "support/bit_cast.h"
#include "support/double_parts.h"
#include "support/text.h"

namespace tripline {
namespace {

/// number = 0.DIGITS × 10^point, without zeros at either end of the digits.
struct Decimal {
  Text digits;
  int point = 0;
};

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
    // NOLINTNEXTLINE(bugprone-incorrect-roundings): if it rounds wrongly, the next line refuses it.
    const auto m = static_cast<std::uint64_t>(scaled + 0.5);
    if (m == 0 || static_cast<double>(m) / power != number) continue;
    decimal.digits = concat({m});
    decimal.point = static_cast<int>(decimal.digits.size()) - k;
    trim_zeros(decimal);
    return true;
  }
  return false;
}

/// significand × 2^exponent, exactly: every double has finitely many decimals.
Decimal exact_decimal(std::uint64_t significand, int exponent) {
  Text digits = concat({significand});
  const unsigned base = exponent < 0 ? 5 : 2;  // 2^-n is 5^n × 10^-n
  for (int left = std::abs(exponent); left > 0;) {
    std::uint32_t factor = 1;
    for (int i = 0; i < 12 && left > 0; ++i, --left) factor *= base;
    std::uint32_t carry = 0;
    for (std::size_t i = digits.size(); i-- > 0;) {
      carry += factor * static_cast<std::uint32_t>(digits[i] - '0');
      digits[i] = static_cast<char>('0' + carry % 10);
      carry /= 10;
    }
    if (carry != 0) digits = concat({carry, digits});
  }
  const int point = static_cast<int>(digits.size()) + std::min(exponent, 0);
  Decimal decimal{std::move(digits), point};
  trim_zeros(decimal);
  return decimal;
}

/// Negative, 0 or positive, as the first is less, equal or greater.
int compare(const Decimal& a, const Decimal& b) {
  return a.point != b.point ? a.point - b.point : a.digits.view().compare(b.digits);
}

/// One more in the last place.
Decimal next_above(Decimal decimal) {
  while (!decimal.digits.empty() && decimal.digits.back() == '9') decimal.digits.pop_back();
  if (decimal.digits.empty()) return {"1", decimal.point + 1};
  ++decimal.digits[decimal.digits.size() - 1];
  return decimal;
}

/// The shortest decimal between the midpoints to the double's neighbours; of two such the nearer,
/// or the even one.
Decimal shortest_decimal(double number) {
  const DoubleParts parts = parts_of(number);
  const std::uint64_t significand = parts.significand;
  const int exponent = static_cast<int>(parts.exponent) + DoubleParts::kLowestExponent;
  const bool uneven =  // half the gap below
      significand == DoubleParts::kHiddenBit && parts.exponent > 0;
  const Decimal exact = exact_decimal(significand, exponent);
  const Decimal low = exact_decimal(4 * significand - (uneven ? 1 : 2), exponent - 2);
  const Decimal high = exact_decimal(4 * significand + 2, exponent - 2);
  const int closed = significand % 2 == 0;  // a midpoint reads back as the even number
  for (std::size_t size = 1;; ++size) {
    Decimal below{Text(exact.digits.view().substr(0, size)), exact.point};
    const std::string_view rest = exact.digits.view().substr(below.digits.size());
    const bool is_odd = below.digits.back() % 2 != 0;
    const bool is_above_nearer = rest > "5" || (rest == "5" && is_odd);
    Decimal above = next_above(below);
    trim_zeros(below);
    const bool below_fits = compare(low, below) < closed;
    const bool above_fits = compare(above, high) < closed;
    if (above_fits && (is_above_nearer || !below_fits)) return above;
    if (below_fits) return below;
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
  if (!more) trim_zeros(decimal);
  if (++i >= text.size()) return decimal;

  constexpr int longest = 100'000'000;  // a text has at most 2 million digits before its exponent
  const bool negative = text[i] == '-';
  if (negative || text[i] == '+') ++i;
  int exponent = 0;
  for (; i < text.size() && exponent < longest; ++i) exponent = exponent * 10 + (text[i] - '0');
  decimal.point += negative ? -exponent : exponent;
  return decimal;
}

/// The number, but for roundings; exactly it if it has at most 15 digits and is that whole number
/// times or over a power of ten that a double holds.
double approximate_number(const Decimal& decimal) {
  double number = 0;
  int exponent = decimal.point;
  for (std::size_t i = 0; i < decimal.digits.size() && i < 17; ++i, --exponent) {
    number = number * 10 + (decimal.digits[i] - '0');
  }
  while (exponent != 0) {
    const int step = std::clamp(exponent, -22, 22);
    double power = 1;
    for (int i = std::abs(step); i > 0; --i) power *= 10;
    number = step < 0 ? number / power : number * power;
    exponent -= step;
  }
  return number;
}

/// True if the decimal is nearer to the next double than to that of these bits.
bool is_beyond(const Decimal& decimal, std::uint64_t bits) {
  const DoubleParts parts = parts_of(bit_cast<double>(bits));
  const int exponent = static_cast<int>(parts.exponent) + DoubleParts::kLowestExponent;
  const int order = compare(decimal, exact_decimal(2 * parts.significand + 1, exponent - 1));
  return order > 0 || (order == 0 && bits % 2 != 0);
}

/// Doubles above 0 are in the order of their bits, with infinity as the one after the largest.
double nearest_number(const Decimal& decimal) {
  const double number = approximate_number(decimal);
  const int exponent = decimal.point - static_cast<int>(decimal.digits.size());
  if (decimal.digits.size() <= 15 && std::abs(exponent) <= 22) return number;
  constexpr std::uint64_t infinity = std::uint64_t{0x7ff} << 52;
  auto bits = bit_cast<std::uint64_t>(number);
  while (bits < infinity && is_beyond(decimal, bits)) ++bits;
  while (bits > 0 && !is_beyond(decimal, bits - 1)) --bits;
  return bit_cast<double>(bits);
}

bool consume_digits(std::string_view& text) {
  const std::size_t size = std::min(text.find_first_not_of("0123456789"), text.size());
  text.remove_prefix(size);
  return size != 0;
}

}  // namespace

bool is_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const std::string_view whole = text;
  if (!consume_digits(text)) return false;
  if (whole.starts_with('0') && whole.size() - text.size() > 1) return false;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (!consume_digits(text)) return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    if (!consume_digits(text)) return false;
  }
  return text.empty();
}

double parse_number(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const Decimal decimal = read_decimal(text);
  double number = 0;
  if (!decimal.digits.empty() && decimal.point > 310) {
    number = std::numeric_limits<double>::infinity();
  } else if (!decimal.digits.empty() && decimal.point > -330) {
    number = nearest_number(decimal);
  }
  return negative ? -number : number;
}

Text number_text(double number) {
  if (number == 0) return "0";
  const std::string_view sign = number < 0 ? "-" : "";
  number = std::fabs(number);
  Decimal decimal;
  if (!short_decimal(number, decimal)) decimal = shortest_decimal(number);

  int point = decimal.point;
  Text power;
  if (point <= -6 || point > 21) {
    power = concat({point > 0 ? "e+" : "e-", std::abs(point - 1)});
    point = 1;
  }
  const std::string_view zeros = "000000000000000000000";  // 21
  const int size = static_cast<int>(decimal.digits.size());
  const Text padded = concat({zeros.substr(0, std::max(1 - point, 0)), decimal.digits,
                              zeros.substr(0, std::max(point - size, 0))});
  const std::string_view whole = padded.view().substr(0, std::max(point, 1));
  const std::string_view fraction = padded.view().substr(whole.size());
  return concat({sign, whole, fraction.empty() ? "" : ".", fraction, power});
}

}  // namespace tripline
