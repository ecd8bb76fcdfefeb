#include "compile/check_literal.h"

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

}  // namespace

void check_criterion_literal(const Criterion& leaf, ValueType type, Diagnostics& diagnostics) {
  if (takes_no_value(leaf.op) || leaf.literal == nullptr) return;
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
  const bool is_list = leaf.literal->kind == JsonNode::Kind::array;
  if (is_membership(leaf.op) && !is_list && !is_list_type(type)) {
    diagnostics.error(leaf.pointer, "/value",
                      "% needs a list here, since the attribute is a single %",
                      {quoted(leaf.op), type_name});
    return;
  }
  const JsonNode* scalar = is_list ? leaf.literal->first : leaf.literal;
  if (scalar == nullptr && is_membership(leaf.op)) {
    diagnostics.warning(leaf.pointer, "/value", "nothing is in an empty list");
  }
  const bool is_number = is_numeric_type(element), is_text = is_text_type(element);
  const auto needed = is_number ? JsonNode::Kind::number
                      : is_text ? JsonNode::Kind::string
                                : JsonNode::Kind::boolean;
  for (; scalar != nullptr; scalar = is_list ? scalar->next : nullptr) {
    if (scalar->kind == needed) continue;
    diagnostics.error(leaf.pointer, "/value",
                      "this can never match: the attribute is %, so the value must be %",
                      {type_name, is_number ? "a number"
                                  : is_text ? "a string"
                                            : "true or false"});
    return;  // one report is enough
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
