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

/// On a list a positive operator holds if some element satisfies it, a negated one if none
/// satisfies its opposite (rule 7).
template <typename List, typename ViewOf>
bool list_holds(Operator op, const List& list, const Value& literal, ViewOf view_of) {
  const auto positive = opposite(op);
  const bool some = std::any_of(list.begin(), list.end(), [&](const auto& element) {
    return scalar_holds(positive.value_or(op), view_of(element), literal);
  });
  return positive ? !some : some;
}

}  // namespace

bool scalar_holds(Operator op, const ValueView& scalar, const Value& literal) {
  if (const auto positive = opposite(op)) return !scalar_holds(*positive, scalar, literal);
  const Order order = compare(scalar, literal);
  switch (op) {
    case Operator::equal:
      return order == Order::equal;
    case Operator::less:
      return order == Order::less;
    case Operator::greater:
      return order == Order::greater;
    case Operator::less_equal:
      return order == Order::less || order == Order::equal;
    case Operator::greater_equal:
      return order == Order::greater || order == Order::equal;
    default:
      return false;
  }
}

bool criterion_holds(Operator op, const Value& value, const Value& literal) {
  if (value.is_null()) return op == Operator::is_null;
  if (const std::vector<Value>* list = value.as_list()) {
    return list_holds(op, *list, literal,
                      [](const Value& element) { return ValueView::of(element); });
  }
  return scalar_holds(op, ValueView::of(value), literal);
}

bool filter_holds(Operator op, const ValueView& property, const Value& literal) {
  if (property.is_missing()) return op == Operator::is_null || op == Operator::not_equal;
  if (property.kind() == ValueView::Kind::list) {
    return list_holds(op, property.elements(), literal,
                      [](const ValueView& element) { return element; });
  }
  return scalar_holds(op, property, literal);
}

}  // namespace tripline
