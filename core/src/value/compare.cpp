#include "value/compare.h"

#include <optional>

#include "support/time_text.h"
#include "value/like.h"

namespace tripline {
namespace {

enum class Order { less, equal, greater, none };

Order order_of(double a, double b) {
  return a < b ? Order::less : a > b ? Order::greater : Order::equal;
}

/// UTF-8 orders by code point when it orders by byte.
Order order_of(std::string_view a, std::string_view b) {
  const int order = a.compare(b);
  return order < 0 ? Order::less : order > 0 ? Order::greater : Order::equal;
}

/// How a scalar stands to a literal; `none` where their types differ.
Order compare(const ValueView& scalar, const ValueView& literal) {
  // To its readers an atomic time is text.
  const bool is_time = scalar.kind() == ValueView::Kind::time;
  if ((is_time ? ValueView::Kind::string : scalar.kind()) != literal.kind()) return Order::none;
  switch (scalar.kind()) {
    case ValueView::Kind::number:
      return order_of(scalar.number(), literal.number());
    case ValueView::Kind::string:
      return order_of(scalar.text(), literal.text());
    case ValueView::Kind::boolean:
      return literal.flag() == scalar.flag() ? Order::equal : Order::none;
    case ValueView::Kind::time:
      return order_of(format_time(scalar.as_time()), literal.text());
    default:
      return Order::none;
  }
}

/// The positive operator that a negated one is the opposite of, or nothing for a positive one.
std::optional<Operator> opposite(Operator op) {
  switch (op) {
    case Operator::not_equal:
      return Operator::equal;
    case Operator::not_like:
      return Operator::like;
    case Operator::not_rlike:
      return Operator::rlike;
    case Operator::not_in:
      return Operator::in;
    default:
      return std::nullopt;
  }
}

/// Whether the positive operator holds; nothing if a search became too expensive.
std::optional<bool> matches(Operator op, const Program::Comparison& comparison,
                            const ValueView& scalar, PatternSearch& search) {
  const ValueView& literal = comparison.literal;
  const auto is = [&](Order a, Order b) {
    const Order order = compare(scalar, literal);
    return order == a || order == b;
  };
  switch (op) {
    case Operator::equal:
      return is(Order::equal, Order::equal);
    case Operator::less:
      return is(Order::less, Order::less);
    case Operator::greater:
      return is(Order::greater, Order::greater);
    case Operator::less_equal:
      return is(Order::less, Order::equal);
    case Operator::greater_equal:
      return is(Order::greater, Order::equal);
    case Operator::in: {
      if (literal.kind() != ValueView::Kind::list) return is(Order::equal, Order::equal);
      for (const ValueView& element : literal.elements()) {
        if (compare(scalar, element) == Order::equal) return true;
      }
      return false;
    }
    case Operator::like:
      return scalar.kind() == ValueView::Kind::string &&
             like_matches(literal.text(), scalar.text());
    case Operator::rlike:
      if (scalar.kind() != ValueView::Kind::string) return false;
      return search.find(*comparison.regex, scalar.text());
    default:
      return false;
  }
}

/// On one scalar or the elements of a list: a positive operator holds if some element satisfies it,
/// a negated one if none satisfies its opposite (rule 7). Neither holds beyond the budget (rule
/// 26).
template <typename Scalars, typename ViewOf>
bool holds(const Program::Comparison& comparison, const Scalars& scalars, ViewOf view_of,
           PatternSearch& search) {
  const auto positive = opposite(comparison.op);
  for (const auto& scalar : scalars) {
    const auto match =
        matches(positive.value_or(comparison.op), comparison, view_of(scalar), search);
    if (!match) return false;
    if (*match) return !positive;
  }
  return positive.has_value();
}

}  // namespace

std::optional<bool> PatternSearch::find(const Regex& regex, std::string_view text) {
  if (!scratch_) scratch_ = std::make_unique<Regex::Scratch>();
  return regex.search(text, budget_, *scratch_);
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
