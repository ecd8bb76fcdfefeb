#include "value/compare.h"

#include <optional>

#include "patterns/like.h"

namespace tripline {
namespace {

// The order of two values, as order_satisfies() expects it.
constexpr int kNone = 0, kEqual = 3;

int order_of(double a, double b) {
  return static_cast<int>(a <= b) + 2 * static_cast<int>(a >= b);
}

/// UTF-8 orders by code point when it orders by byte.
int order_of(std::string_view a, std::string_view b) {
  return order_of(a.compare(b), 0);
}

/// The order of a scalar and a literal; kNone where their types differ.
int compare(const ValueView& scalar, const ValueView& literal) {
  if (scalar.kind() != literal.kind()) return kNone;
  switch (scalar.kind()) {
    case ValueView::Kind::number:
    case ValueView::Kind::time:  // in ms
      return order_of(scalar.number(), literal.number());
    case ValueView::Kind::string:
      return order_of(scalar.text(), literal.text());
    case ValueView::Kind::boolean:
      return literal.flag() == scalar.flag() ? kEqual : kNone;
    default:
      return kNone;
  }
}

/// Returns whether the positive operator holds; nothing if a search became too expensive.
std::optional<bool> matches(Operator op, const Program::Comparison& comparison,
                            const ValueView& scalar, PatternSearch& search) {
  const ValueView& literal = comparison.literal;
  if (op == Operator::like || op == Operator::rlike) {
    if (scalar.kind() != ValueView::Kind::string) return false;
    if (op == Operator::rlike) return search.find(*comparison.regex, scalar.text());
    return search.find_like(literal.text(), scalar.text());
  }
  for (const ValueView& element : literal.elements()) {  // of `in`
    if (compare(scalar, element) == kEqual) return true;
  }
  return order_satisfies(item_comparison(op), compare(scalar, literal));
}

/// On one scalar or the elements of a list: a positive operator holds if some element satisfies it,
/// a negated one if none satisfies its opposite (rule 7). Neither holds beyond the budget (rule
/// 26).
template <typename Scalars, typename ViewOf>
bool holds(const Program::Comparison& comparison, const Scalars& scalars, ViewOf view_of,
           PatternSearch& search) {
  const bool negated = is_negated(comparison.op);
  const Operator positive = positive_of(comparison.op);
  for (const auto& scalar : scalars) {
    const auto match = matches(positive, comparison, view_of(scalar), search);
    if (!match) return false;
    if (*match) return !negated;
  }
  return negated;
}

}  // namespace

std::optional<bool> PatternSearch::find(const Regex& regex, std::string_view text) {
  if (!scratch_) scratch_ = std::make_unique<Regex::Scratch>();
  return regex.search(text, budget_, *scratch_);
}

std::optional<bool> PatternSearch::find_like(std::string_view pattern, std::string_view text) {
  return like_matches(pattern, text, budget_);
}

bool other_criterion_holds(const Program::Comparison& comparison, const Reading& attribute,
                           PatternSearch& search) {
  const auto& [value, is_set] = attribute;
  if (comparison.op == Operator::is_null) return !is_set || value.is_empty();
  if (comparison.op == Operator::is_not_null) return is_set && !value.is_empty();
  if (value.is_null() || value.as_counts() != nullptr) return false;
  const auto view_of = [](const Value& each) { return ValueView::of(each); };
  if (const List<Value>* list = value.as_list()) {
    return holds(comparison, *list, view_of, search);
  }
  return holds(comparison, std::span(&value, 1), view_of, search);
}

bool filter_holds(const Program::Comparison& comparison, const ValueView& property,
                  PatternSearch& search) {
  const Operator op = comparison.op;
  const bool is_list = property.kind() == ValueView::Kind::list;
  if (op == Operator::is_null || op == Operator::is_not_null) {
    const bool is_empty = property.is_missing() || (is_list && property.elements().empty()) ||
                          (property.kind() == ValueView::Kind::string && property.text().empty());
    return is_empty == (op == Operator::is_null);
  }
  if (property.is_missing()) return op == Operator::not_equal;
  const auto itself = [](const ValueView& each) { return each; };
  return holds(comparison, is_list ? property.elements() : std::span(&property, 1), itself, search);
}

}  // namespace tripline
