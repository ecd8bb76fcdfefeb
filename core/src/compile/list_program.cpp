// Program → stable text.

#include "definitions/names.h"
#include "support/json_writer.h"
#include "tripline/program.h"

namespace tripline {
namespace {

std::string comparison_text(Operator op, const Value& literal) {
  std::string text = ' ' + std::string(name_of<Operator>(kOperators, op));
  if (!literal.is_null()) text += ' ' + JsonWriter().value(literal).take();
  return text;
}

std::string number_list(const std::vector<Program::Index>& numbers) {
  std::string text;
  for (const Program::Index number : numbers) text += ' ' + std::to_string(number);
  return text;
}

std::string test_text(const Program::Test& test) {
  std::string text;
  for (const auto& selector : test.selectors) {
    text += (text.empty() ? " event" : " or") + number_list(selector);
  }
  if (!test.all.empty()) text += " all" + number_list(test.all);
  if (!test.any.empty()) text += " any" + number_list(test.any);
  return text.empty() ? " always" : text;
}

std::string aggregate_text(const Program& program, const Program::Aggregate& aggregate) {
  std::string text = ' ' + program.keys[aggregate.key].name + '.' + aggregate.name + " = ";
  text += name_of<Aggregation>(kAggregations, aggregate.aggregation);
  if (aggregate.input) text += " of input " + std::to_string(*aggregate.input);
  if (aggregate.date_part != DatePart::none) {
    text += ' ' + std::string(name_of<DatePart>(kDateParts, aggregate.date_part));
  }
  text += " as " + std::string(name_of<ValueType>(kValueTypes, aggregate.type));
  text += " if test " + std::to_string(aggregate.test);
  if (aggregate.period != 0) text += " within " + std::to_string(aggregate.period) + " ms";
  if (aggregate.ttl != 0) text += " for " + std::to_string(aggregate.ttl) + " ms";
  if (aggregate.time_unit != TimeUnit::none) {
    text += " in " + std::string(name_of<TimeUnit>(kTimeUnits, aggregate.time_unit));
  }
  return text;
}

std::string criteria_text(const Program& program, Program::Index index) {
  const Program::Node& node = program.nodes[index];
  if (node.kind == Criterion::Kind::leaf) return "leaf " + std::to_string(node.leaf);
  std::string text = node.kind == Criterion::Kind::all   ? "all("
                     : node.kind == Criterion::Kind::any ? "any("
                                                         : "none(";
  for (Program::Index child = index + 1; child < node.end; child = program.nodes[child].end) {
    if (child != index + 1) text += ", ";
    text += criteria_text(program, child);
  }
  return text + ')';
}

class Lister {
 public:
  template <typename Things, typename Describe>
  void section(const char* title, const Things& things, Describe describe) {
    text_ += title;
    text_ += '\n';
    std::size_t number = 0;
    for (const auto& thing : things) {
      text_ += "  " + std::to_string(number++) + ':' + describe(thing) + '\n';
    }
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace

std::string describe_input(const Property& input) {
  if (input.source == Property::Source::atomic) return input.name;
  const bool entity = input.source == Property::Source::entity;
  std::string text = entity ? "entity " : "event ";
  text += input.vendor + '/' + input.name + '/' + std::to_string(input.major_version);
  if (entity) text += '[' + std::to_string(input.index) + ']';
  text += " $";
  for (const PathStep& step : input.path) {
    text += step.name.empty() ? '[' + std::to_string(step.index) + ']' : '.' + step.name;
  }
  return text;
}

std::string list_program(const Program& program) {
  Lister lister;
  lister.section("inputs", program.inputs,
                 [](const Property& input) { return ' ' + describe_input(input); });
  lister.section("keys", program.keys, [](const Program::Key& key) {
    return ' ' + key.name + " from input " + std::to_string(key.input);
  });
  lister.section("conditions", program.conditions, [](const Program::Condition& condition) {
    return " input " + std::to_string(condition.input) +
           comparison_text(condition.op, condition.literal);
  });
  lister.section("tests", program.tests, test_text);
  lister.section("aggregates", program.aggregates, [&](const Program::Aggregate& aggregate) {
    return aggregate_text(program, aggregate);
  });
  lister.section("attributes", program.attributes, [&](const Program::Attribute& attribute) {
    const Program::Group& group = program.groups[attribute.group];
    std::string text =
        ' ' + group.name + " v" + std::to_string(group.version) + ':' + attribute.name + " = ";
    text += attribute.aggregate ? "aggregate " + std::to_string(*attribute.aggregate) : "missing";
    if (!attribute.default_value.is_null()) {
      text += " or " + JsonWriter().value(attribute.default_value).take();
    }
    return text;
  });
  lister.section("leaves", program.leaves, [](const Program::Leaf& leaf) {
    return " attribute " + std::to_string(leaf.attribute) + comparison_text(leaf.op, leaf.literal);
  });
  lister.section("interventions", program.interventions,
                 [&](const Program::Intervention& intervention) {
                   return ' ' + intervention.name + " v" + std::to_string(intervention.version) +
                          " when " + criteria_text(program, intervention.root) + " to keys" +
                          number_list(intervention.targets) + " with attributes" +
                          number_list(intervention.payload);
                 });
  return lister.take();
}

}  // namespace tripline
