#include "compile/check_literal.h"

#include <algorithm>

#include "definitions/json_tree.h"
#include "definitions/names.h"
#include "support/text.h"
#include "value/convert.h"

namespace tripline {
namespace {

bool is_membership(Operator op) {
  return op == Operator::in || op == Operator::not_in;
}
bool is_order(Operator op) {
  return op == Operator::less || op == Operator::greater || op == Operator::less_equal ||
         op == Operator::greater_equal;
}
bool is_comparison(Operator op) {
  return is_order(op) || op == Operator::equal || op == Operator::not_equal;
}
bool takes_no_value(Operator op) {
  return op == Operator::is_null || op == Operator::is_not_null || op == Operator::changed;
}

Text quoted(Operator op) {
  return concat({"'", name_of<Operator>(kOperators, op), "'"});
}

/// The kind of literal that can match, in words; nothing where the literal is of it.
std::string_view mismatch(const Value& literal, ValueType element) {
  if (is_numeric_type(element)) return literal.as_number() ? "" : "a number";
  if (is_text_type(element)) return literal.as_string() ? "" : "a string";
  return literal.as_boolean() ? "" : "true or false";
}

}  // namespace

void check_criterion_literal(const Criterion& leaf, const Value& literal, ValueType type,
                             Diagnostics& diagnostics) {
  if (takes_no_value(leaf.op) || literal.is_null()) return;
  const std::string_view type_name = name_of<ValueType>(kValueTypes, type);
  if (type == ValueType::dict) {
    diagnostics.error(leaf.pointer, "/operator",
                      "a dict takes 'is null', 'is not null' and 'changed' only");
    return;
  }
  const ValueType element = element_type(type);
  if (element == ValueType::boolean && !is_membership(leaf.op) && leaf.op != Operator::equal &&
      leaf.op != Operator::not_equal) {
    diagnostics.error(leaf.pointer, "/operator", "% can never hold on a %",
                      {quoted(leaf.op), type_name});
    return;
  }
  const bool is_pattern = !is_comparison(leaf.op) && !is_membership(leaf.op);
  if (is_pattern && !is_text_type(element)) {
    diagnostics.error(leaf.pointer, "/operator", "% needs strings; the attribute is %",
                      {quoted(leaf.op), type_name});
    return;
  }
  const List<Value>* list = literal.as_list();
  if (is_membership(leaf.op) && list == nullptr && !is_list_type(type)) {
    diagnostics.error(leaf.pointer, "/value",
                      "% needs a list here, since the attribute is a single %",
                      {quoted(leaf.op), type_name});
    return;
  }
  const auto check = [&](const Value& scalar) {
    const std::string_view needed = mismatch(scalar, element);
    if (needed.empty()) return true;
    diagnostics.error(leaf.pointer, "/value",
                      "this can never match: the attribute is %, so the value must be %",
                      {type_name, needed});
    return false;
  };
  if (list == nullptr) {
    check(literal);
  } else {
    if (list->empty() && is_membership(leaf.op)) {
      diagnostics.warning(leaf.pointer, "/value", "nothing is in an empty list");
    }
    std::all_of(list->begin(), list->end(), check);  // one report is enough
  }
}

void check_filter_criterion(const FilterCriterion& criterion, Diagnostics& diagnostics) {
  if (criterion.literal != nullptr && criterion.literal->kind == JsonNode::Kind::boolean &&
      is_order(criterion.op)) {
    diagnostics.error(criterion.pointer, "/operator", "% can never hold on true or false",
                      {quoted(criterion.op)});
  }
}

}  // namespace tripline
