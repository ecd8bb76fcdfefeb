// A value against what an operator asks of it, in criteria and in event filters (rules 5 to 8).
// Types never mix: of a number and a numeric string none is equal to, less or greater than the
// other. Strings order by code point.
#pragma once

#include <memory>
#include <optional>

#include "patterns/regex.h"
#include "tripline/program.h"
#include "tripline/value.h"
#include "value/enumerations.h"

namespace tripline {

/// An attribute as criteria see it. `is_set` tells a value, or a default that stands in for it,
/// from the 0 that a counter reads before it has counted.
struct Reading {
  Value value;
  bool is_set = false;
};

/// True if the order of two values satisfies `op`, one of the six comparisons. `order` is 1 for
/// less, 2 for greater, 3 for equal and 0 for none of these; an operator is the set of those that
/// satisfy it.
[[nodiscard]] inline bool order_satisfies(Operator op, int order) {
  constexpr std::uint8_t satisfied_by[] = {0, 0b1000, 0b0110, 0b0010, 0b0100, 0b1010, 0b1100};
  static_assert(sizeof satisfied_by == static_cast<std::size_t>(Operator::greater_equal) + 1);
  return (satisfied_by[static_cast<std::size_t>(op)] >> order & 1) != 0;
}

/// Compares two numbers; by far the most common case. NaN, which stands for a missing value,
/// satisfies none. No branch depends on the numbers, since nobody could predict it.
[[nodiscard]] inline bool number_holds(Operator op, double value, double literal) {
  return order_satisfies(
      op, static_cast<int>(value <= literal) + 2 * static_cast<int>(value >= literal));
}

/// Limits the cost of searches for patterns (rule 26), and holds the memory that they share. It is
/// made when a pattern is first searched for.
class PatternSearch {
 public:
  /// As many steps as one event may cost.
  void begin() { budget_ = 2'000'000; }
  /// Nothing if the steps are used up.
  std::optional<bool> find(const Regex& regex, std::string_view text);
  /// As find(), of a pattern of `like`.
  std::optional<bool> find_like(std::string_view pattern, std::string_view text);
  bool is_used_up() const { return budget_ == 0; }

 private:
  std::uint64_t budget_ = 2'000'000;
  std::unique_ptr<Regex::Scratch> scratch_;
};

/// As criterion_holds, of what is not two numbers.
[[nodiscard]] bool other_criterion_holds(const Program::Comparison& comparison,
                                         const Reading& attribute, PatternSearch& search);

/// An intervention's leaf: a missing attribute satisfies only `is null`. `changed` is none of its
/// business.
[[nodiscard]] inline bool criterion_holds(const Program::Comparison& comparison,
                                          const Reading& attribute, PatternSearch& search) {
  const double* number = attribute.value.as_number();
  if (number != nullptr && comparison.literal.kind() == ValueView::Kind::number &&
      is_comparison(comparison.op)) {
    return number_holds(comparison.op, *number, comparison.literal.number());
  }
  return other_criterion_holds(comparison, attribute, search);
}

/// An attribute's event filter: a missing property satisfies `is null` and `!=`.
[[nodiscard]] bool filter_holds(const Program::Comparison& comparison, const ValueView& property,
                                PatternSearch& search);

}  // namespace tripline
