#include "compile/tests.h"

#include "compile/check_literal.h"
#include "definitions/json_tree.h"
#include "definitions/limits.h"
#include "definitions/words.h"
#include "patterns/regex.h"
#include "support/utf8.h"
#include "value/enumerations.h"
#include "value/json_writer.h"

namespace tripline {
namespace {

using Index = Program::Index;

constexpr Index kNone = Program::kNone;

/// Adds a condition to the last row, and its description to that of the test.
void add_condition(Compilation& compilation, Index input, Operator op, const ValueView& literal,
                   const JsonNode* pointer, Program::Rows& rows, JsonWriter& description) {
  JsonWriter writer;
  writer.string(describe_input(compilation.program, input));
  writer.string(name_of<Operator>(kOperators, op)).value(literal);
  const Text text = writer.finish();
  description.raw(text);
  Program::Condition& condition =
      compilation.program.conditions.emplace_back(input, Program::Comparison{op, literal, nullptr});
  compile_pattern(compilation, condition.comparison, pointer);
  compilation.add_to(rows, compilation.intern(compilation.program.conditions,
                                              compilation.symbols.conditions, text));
}

void add_conditions(Compilation& compilation, const char* title,
                    const Items<FilterCriterion>& criteria, bool are_rows, Program::Rows& rows,
                    JsonWriter& description) {
  description.string(title).begin_array();
  for (const FilterCriterion& criterion : criteria) {
    const bool is_time = check_filter_criterion(criterion, compilation.diagnostics);
    add_condition(compilation, add_value(compilation, criterion.property), criterion.op,
                  value_of(criterion.literal, compilation.program.memory, is_time),
                  criterion.pointer, rows, description);
    if (are_rows || &criterion + 1 == criteria.end()) compilation.add_to(rows, kNone);
  }
  description.end_array();
}

/// Adds a condition on a part of the event's schema, if the selector names it.
void add_part(Compilation& compilation, const char* field, std::string_view text,
              Program::Rows& rows, JsonWriter& description) {
  if (text.empty()) return;
  add_condition(compilation, add_atomic_input(compilation, field), Operator::equal,
                ValueView::string(text), {}, rows, description);
}

/// Where events have the id of the specification that they follow: Snowplow's plugin and the code
/// that its tools generate attach such an entity.
Property specification_property() {
  static PathStep step{"id"};
  Property property;
  property.source = Property::Source::entity;
  property.vendor = "com.snowplowanalytics.snowplow";
  property.name = "event_specification";
  property.major_version = 1;
  property.index = Property::kEach;
  property.path = {&step, 1};
  return property;
}

}  // namespace

Index add_input(Compilation& compilation, const Property& property) {
  Property& input = compilation.program.inputs.emplace_back(property);
  input.date_part = DatePart::none;
  return compilation.intern(compilation.program.inputs, compilation.symbols.inputs,
                            describe_input(input));
}

Index add_value(Compilation& compilation, const Property& property) {
  const bool is_calculated = property.source == Property::Source::calculated;
  if (!is_calculated && property.date_part == DatePart::none) {
    return add_input(compilation, property);
  }
  Program& program = compilation.program;
  Program::Calculation& calculation = program.calculations.emplace_back();
  calculation.operation = property.operation;
  calculation.type = property_type(property);
  calculation.separator = property.separator;
  std::span<const Property> operands(&property, 1);
  if (is_calculated) operands = {property.properties.begin(), property.properties.size()};
  for (const Property& operand : operands) {
    compilation.add_to(calculation.operands,
                       Program::Operand{add_input(compilation, operand), operand.date_part});
  }
  const auto last = static_cast<Index>(program.calculations.size() - 1);
  return Program::kCalculated +
         compilation.intern(program.calculations, compilation.symbols.calculations,
                            describe_input(program, Program::kCalculated + last));
}

Index add_atomic_input(Compilation& compilation, const char* name) {
  Property property;
  property.source = Property::Source::atomic;
  property.name = name;
  return add_input(compilation, property);
}

void compile_pattern(Compilation& compilation, Program::Comparison& comparison,
                     const JsonNode* pointer) {
  const Operator op = comparison.op;
  const std::string_view pattern = comparison.literal.text();
  if (!is_pattern(op)) return;
  if (count_code_points(pattern) > kLongestPattern) {
    compilation.error(pointer, "/value", "a pattern has at most 1,000 characters");
  } else if (is_regex(op)) {
    Regex::Error reason;
    comparison.regex = Regex::compile(pattern, compilation.program.memory, reason);
    if (comparison.regex == nullptr) {
      compilation.error(pointer, "/value", "position % of the pattern: %",
                        {reason.position, reason.message});
    }
  }
}

Index add_test(Compilation& compilation, const Attribute& attribute, Text& description) {
  Program::Test& test = compilation.program.tests.emplace_back();
  JsonWriter text;
  bool selects_all = false;
  for (const EventSelector& selector : attribute.events) {
    text.begin_array();
    add_part(compilation, "event_vendor", selector.vendor, test.selectors, text);
    add_part(compilation, "event_name", selector.name, test.selectors, text);
    add_part(compilation, "event_version", selector.version, test.selectors, text);
    if (!selector.specification_id.empty()) {
      add_condition(compilation, add_input(compilation, specification_property()), Operator::equal,
                    ValueView::string(selector.specification_id), {}, test.selectors, text);
    }
    text.end_array();
    selects_all |= test.selectors.empty() || test.selectors[test.selectors.size() - 1] == kNone;
    compilation.add_to(test.selectors, kNone);
  }
  // A selector without parts matches every event, and so does a list that contains one.
  if (selects_all) {
    test.selectors = {};
    (void)text.finish();
  }
  add_conditions(compilation, "all", attribute.criteria.all, false, test.all, text);
  add_conditions(compilation, "any", attribute.criteria.any, true, test.any, text);
  description = text.finish();
  return compilation.intern(compilation.program.tests, compilation.symbols.tests, description);
}

}  // namespace tripline
