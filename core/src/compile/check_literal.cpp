#include "compile/check_literal.h"

#include "definitions/json_tree.h"
#include "definitions/words.h"
#include "support/text.h"
#include "value/convert.h"
#include "value/enumerations.h"
#include "value/time_text.h"

namespace tripline {
namespace {

Text quoted(Operator op) {
  return concat({"'", name_of<Operator>(kOperators, op), "'"});
}

/// The left side of a comparison with a literal.
struct Subject {
  std::string_view name;  // as a message begins with it
  ValueType type;
  bool is_time = false;  // of an atomic field, whatever `type` is
};

void check_literal(const JsonNode* pointer, Operator op, const JsonNode* literal,
                   const Subject& subject, Diagnostics& diagnostics) {
  if (takes_no_value(op) || literal == nullptr) return;
  const ValueType type = subject.type;
  const std::string_view type_name =
      subject.is_time ? std::string_view("a time") : name_of<ValueType>(kValueTypes, type);
  if (type == ValueType::dict) {
    diagnostics.error(pointer, "/operator",
                      "a dict takes 'is null', 'is not null' and 'changed' only");
    return;
  }
  const ValueType element = element_type(type);
  if (element == ValueType::boolean && !is_membership(op) && op != Operator::equal &&
      op != Operator::not_equal) {
    diagnostics.error(pointer, "/operator", "% can never hold on a %", {quoted(op), type_name});
    return;
  }
  if (is_pattern(op) && !is_text_type(element)) {
    diagnostics.error(
        pointer, "/operator", "% needs strings; % is %%",
        {quoted(op), subject.name, type_name, subject.is_time ? "; use '>=' and '<'" : ""});
    return;
  }
  const bool is_list = literal->kind == JsonNode::Kind::array;
  if (is_membership(op) && !is_list && !is_list_type(type)) {
    diagnostics.error(pointer, "/value", "% needs a list here, since % is %, not a list",
                      {quoted(op), subject.name, type_name});
    return;
  }
  const JsonNode* scalar = is_list ? literal->first : literal;
  if (scalar == nullptr && is_membership(op)) {
    diagnostics.warning(pointer, "/value", "nothing is in an empty list");
  }
  using Kind = JsonNode::Kind;
  const Kind kind = subject.is_time || is_text_type(element) ? Kind::string
                    : is_numeric_type(element)               ? Kind::number
                                                             : Kind::boolean;
  const char* const needed = subject.is_time        ? "a time such as \"2026-01-05\""
                             : kind == Kind::string ? "a string"
                             : kind == Kind::number ? "a number"
                                                    : "true or false";
  for (; scalar != nullptr; scalar = is_list ? scalar->next : nullptr) {
    if (scalar->kind == kind && (!subject.is_time || parse_time(scalar->text))) continue;
    diagnostics.error(pointer, "/value", "this can never match: % is %, so the value must be %",
                      {subject.name, type_name, needed});
    return;  // one report is enough
  }
}

}  // namespace

void check_criterion_literal(const Criterion& leaf, ValueType type, Diagnostics& diagnostics) {
  check_literal(leaf.pointer, leaf.op, leaf.literal, {"the attribute", type}, diagnostics);
}

bool check_filter_criterion(const FilterCriterion& criterion, Diagnostics& diagnostics) {
  const Property& property = criterion.property;
  const ValueType type = property_type(property);
  const bool is_time = type == ValueType::unix_timestamp;
  if (type != ValueType::none) {
    const std::string_view word = property.date_part != DatePart::none
                                      ? name_of<DatePart>(kDateParts, property.date_part)
                                  : property.operation != Operation::none
                                      ? name_of<Operation>(kOperations, property.operation)
                                      : property.name;
    const Text name = concat({"'", word, "'"});
    check_literal(criterion.pointer, criterion.op, criterion.literal, {name, type, is_time},
                  diagnostics);
  } else if (criterion.literal != nullptr && criterion.literal->kind == JsonNode::Kind::boolean &&
             is_order(criterion.op)) {
    diagnostics.error(criterion.pointer, "/operator", "% can never hold on true or false",
                      {quoted(criterion.op)});
  }
  return is_time;
}

}  // namespace tripline
