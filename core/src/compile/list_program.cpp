// Program → stable text.

#include "definitions/words.h"
#include "support/text.h"
#include "tripline/program.h"
#include "value/json_writer.h"

namespace tripline {
namespace {

Text comparison_text(Operator op, const ValueView& literal) {
  Text text = concat({" ", name_of<Operator>(kOperators, op)});
  if (!literal.is_missing()) text += concat({" ", JsonWriter().value(literal).finish()});
  return text;
}

Text input_text(Program::Index input) {
  if (input < Program::kCalculated) return concat({"input ", input});
  return concat({"calculation ", input - Program::kCalculated});
}

Text number_list(const Items<Program::Index>& numbers) {
  Text text;
  for (const Program::Index number : numbers) text += concat({" ", number});
  return text;
}

void append_rows(const char* title, const Program::Rows& rows, Text& text) {
  bool begins = true;
  for (const Program::Index condition : rows) {
    if (begins) text += title;
    begins = condition == Program::kNone;
    if (begins) {
      title = " or";
    } else {
      text += concat({" ", condition});
    }
  }
}

Text test_text(const Program::Test& test) {
  Text text;
  append_rows(" event", test.selectors, text);
  append_rows(" all", test.all, text);
  append_rows(" any", test.any, text);
  return text.empty() ? " always" : text;
}

Text aggregate_text(const Program& program, const Program::Aggregate& aggregate) {
  Text text = concat({" ", program.keys[aggregate.key].name, ".", aggregate.name, " = "});
  if (aggregate.is_external) {
    text += concat({"external ", name_of<ValueType>(kValueTypes, aggregate.type)});
    return text;
  }
  text += name_of<Aggregation>(kAggregations, aggregate.aggregation);
  if (aggregate.input != Program::kNone) text += concat({" of ", input_text(aggregate.input)});
  if (aggregate.date_part != DatePart::none) {
    text += concat({" ", name_of<DatePart>(kDateParts, aggregate.date_part)});
  }
  text += concat({" as ", name_of<ValueType>(kValueTypes, aggregate.type)});
  text += concat({" if test ", aggregate.test});
  if (aggregate.period != 0) text += concat({" within ", aggregate.period, " ms"});
  if (aggregate.ttl != 0) text += concat({" for ", aggregate.ttl, " ms"});
  if (aggregate.time_unit != TimeUnit::none) {
    text += concat({" in ", name_of<TimeUnit>(kTimeUnits, aggregate.time_unit)});
  }
  return text;
}

Text criteria_text(const Program& program, Program::Index index) {
  const Program::Node& node = program.nodes[index];
  if (node.kind == Criterion::Kind::leaf) return concat({"leaf ", node.leaf});
  Text text = node.kind == Criterion::Kind::all   ? "all("
              : node.kind == Criterion::Kind::any ? "any("
                                                  : "none(";
  for (Program::Index child = index + 1; child < node.end; child = program.nodes[child].end) {
    if (child != index + 1) text += ", ";
    text += criteria_text(program, child);
  }
  return concat({text, ")"});
}

class Lister {
 public:
  template <typename Sequence, typename Describe>
  void section(const char* title, const Sequence& items, Describe describe) {
    text_ += title;
    text_ += '\n';
    std::size_t number = 0;
    for (const auto& item : items) {
      text_ += concat({"  ", number++, ":", describe(item), "\n"});
    }
  }
  Text finish() { return std::move(text_); }

 private:
  Text text_;
};

}  // namespace

Text describe_input(const Property& input) {
  if (input.source == Property::Source::atomic) return Text(input.name);
  const bool entity = input.source == Property::Source::entity;
  Text text = concat(
      {entity ? "entity " : "event ", input.vendor, "/", input.name, "/", input.major_version});
  if (entity && input.index == Property::kEach) {
    text += "[*]";
  } else if (entity) {
    text += concat({"[", input.index, "]"});
  }
  text += " $";
  for (const PathStep& step : input.path) {
    text += step.name.empty() ? concat({"[", step.index, "]"}) : concat({".", step.name});
  }
  return text;
}

Text describe_input(const Program& program, Program::Index input) {
  if (input < Program::kCalculated) return describe_input(program.inputs[input]);
  const Program::Calculation& calculation = program.calculations[input - Program::kCalculated];
  JsonWriter json;
  json.begin_array();
  if (calculation.operation != Operation::none) {
    json.string(name_of<Operation>(kOperations, calculation.operation));
    json.string(calculation.separator);
  }
  for (const Program::Operand& operand : calculation.operands) {
    json.string(describe_input(program.inputs[operand.input]));
    json.string(name_of<DatePart>(kDateParts, operand.date_part));
  }
  return json.end_array().finish();
}

Text list_program(const Program& program) {
  Lister lister;
  lister.section("inputs", program.inputs, [](const Property& input) {
    return concat({" ", describe_input(input)});
  });
  if (!program.calculations.empty()) {
    Program::Index calculation = Program::kCalculated;
    lister.section("calculations", program.calculations, [&](const Program::Calculation&) {
      return concat({" ", describe_input(program, calculation++)});
    });
  }
  lister.section("keys", program.keys, [](const Program::Key& key) {
    return key.input == Program::kNone ? concat({" ", key.name, " from set attributes"})
                                       : concat({" ", key.name, " from input ", key.input});
  });
  lister.section("conditions", program.conditions, [](const Program::Condition& condition) {
    return concat({" ", input_text(condition.input),
                   comparison_text(condition.comparison.op, condition.comparison.literal)});
  });
  lister.section("tests", program.tests, test_text);
  lister.section("aggregates", program.aggregates, [&](const Program::Aggregate& aggregate) {
    return aggregate_text(program, aggregate);
  });
  lister.section("attributes", program.attributes, [&](const Program::Attribute& attribute) {
    const Program::Group& group = program.groups[attribute.group];
    Text text = concat({" ", group.name, " v", group.version, ":", attribute.name, " = "});
    text += attribute.aggregate == Program::kNone ? "missing"
                                                  : concat({"aggregate ", attribute.aggregate});
    if (attribute.default_value.is_missing() && attribute.reads_zero) text += " or 0";
    if (!attribute.default_value.is_missing()) {
      text += concat({" or ", JsonWriter().value(attribute.default_value).finish()});
    }
    return text;
  });
  lister.section("leaves", program.leaves, [](const Program::Leaf& leaf) {
    return concat({" attribute ", leaf.attribute,
                   comparison_text(leaf.comparison.op, leaf.comparison.literal)});
  });
  lister.section("interventions", program.interventions,
                 [&](const Program::Intervention& intervention) {
                   return concat({" ", intervention.name, " v", intervention.version, " when ",
                                  criteria_text(program, intervention.root), " to keys",
                                  number_list(intervention.targets), " with attributes",
                                  number_list(intervention.attributes)});
                 });
  return lister.finish();
}

}  // namespace tripline
