#include "value/compare.h"

#include <algorithm>
#include <optional>

#include "support/time_text.h"

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
Order compare(const ValueView& scalar, const Value& literal) {
  const std::string* text = literal.as_string();
  switch (scalar.kind()) {
    case ValueView::Kind::number: {
      const double* number = literal.as_number();
      return number ? order_of(scalar.number(), *number) : Order::none;
    }
    case ValueView::Kind::string:
      return text ? order_of(scalar.text(), *text) : Order::none;
    case ValueView::Kind::boolean: {
      const bool* flag = literal.as_boolean();
      return flag && *flag == scalar.flag() ? Order::equal : Order::none;
    }
    case ValueView::Kind::time:  // to its readers an atomic time is text
      return text ? order_of(format_time(scalar.as_time()), *text) : Order::none;
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

bool is_positive_match(Operator op, const Program::Comparison& comparison,
                       const ValueView& scalar) {
  const auto is = [&](Order a, Order b) {
    const Order order = compare(scalar, comparison.literal);
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
      const std::vector<Value>* list = comparison.literal.as_list();
      if (list == nullptr) return is(Order::equal, Order::equal);
      return std::any_of(list->begin(), list->end(),
                         [&](const Value& each) { return compare(scalar, each) == Order::equal; });
    }
    default:
      return false;
  }
}

/// On a list a positive operator holds if some element satisfies it, a negated one if none
/// satisfies its opposite (rule 7).
template <typename List, typename ViewOf>
bool list_holds(const Program::Comparison& comparison, const List& list, ViewOf view_of) {
  const auto positive = opposite(comparison.op);
  const Operator op = positive.value_or(comparison.op);
  const bool some = std::any_of(list.begin(), list.end(), [&](const auto& element) {
    return is_positive_match(op, comparison, view_of(element));
  });
  return positive ? !some : some;
}

}  // namespace

bool scalar_holds(const Program::Comparison& comparison, const ValueView& scalar) {
  if (const auto positive = opposite(comparison.op)) {
    return !is_positive_match(*positive, comparison, scalar);
  }
  return is_positive_match(comparison.op, comparison, scalar);
}

bool criterion_holds(const Program::Comparison& comparison, const Reading& attribute) {
  const auto& [value, is_set] = attribute;
  if (comparison.op == Operator::is_null) return !is_set || value.is_empty();
  if (comparison.op == Operator::is_not_null) return is_set && !value.is_empty();
  if (value.is_null() || value.as_counts() != nullptr) return false;
  if (const std::vector<Value>* list = value.as_list()) {
    return list_holds(comparison, *list,
                      [](const Value& element) { return ValueView::of(element); });
  }
  return scalar_holds(comparison, ValueView::of(value));
}

bool filter_holds(const Program::Comparison& comparison, const ValueView& property) {
  const Operator op = comparison.op;
  const bool is_list = property.kind() == ValueView::Kind::list;
  if (op == Operator::is_null || op == Operator::is_not_null) {
    const bool is_empty = property.is_missing() || (is_list && property.elements().empty()) ||
                          (property.kind() == ValueView::Kind::string && property.text().empty());
    return is_empty == (op == Operator::is_null);
  }
  if (property.is_missing()) return op == Operator::not_equal;
  if (is_list) {
    return list_holds(comparison, property.elements(),
                      [](const ValueView& element) { return element; });
  }
  return scalar_holds(comparison, property);
}

}  // namespace tripline
