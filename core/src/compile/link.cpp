#include "compile/link.h"

#include "compile/criteria_steps.h"
#include "support/heap_sort.h"
#include "value/convert.h"
#include "value/enumerations.h"

namespace tripline {
namespace {

using Index = Program::Index;

constexpr Index kNone = Program::kNone;

/// Lists for each aggregate the attributes that read it, and for each key and test its aggregates.
void link_readers(Compilation& compilation) {
  Program& program = compilation.program;
  for (Index i = 0; i < program.attributes.size(); ++i) {
    const Index aggregate = program.attributes[i].aggregate;
    if (aggregate != kNone) compilation.add_to(program.aggregates[aggregate].attributes, i);
  }
  for (Index i = 0; i < program.aggregates.size(); ++i) {
    Program::Aggregate& aggregate = program.aggregates[i];
    Items<Index>& slots = program.keys[aggregate.key].aggregates;
    aggregate.slot = static_cast<Index>(slots.size());
    compilation.add_to(slots, i);
    if (!aggregate.is_external) compilation.add_to(program.tests[aggregate.test].aggregates, i);
  }
}

/// Puts a leaf where updates of its attribute find it.
void arrange(Compilation& compilation, Index index) {
  Program& program = compilation.program;
  const Program::Leaf& leaf = program.leaves[index];
  const ValueView& literal = leaf.comparison.literal;
  Program::Leaves& leaves = program.leaves_of_attribute[leaf.attribute];
  Operator op = leaf.comparison.op;
  if (op == Operator::changed) return compilation.add_to(leaves.changed, index);
  std::span<const ValueView> numbers;
  if (is_numeric_type(program.attributes[leaf.attribute].type)) {
    // The result of `in` changes where a number is equal to one of the list's.
    numbers = literal.elements();
    op = item_comparison(op);
    if (literal.kind() == ValueView::Kind::number) numbers = std::span(&literal, 1);
  }
  if (numbers.size() != 1) compilation.add_to(leaves.others, index);
  // One of several numbers says when time may turn the leaf, but not that it does.
  if (numbers.size() > 1) op = Operator::none;
  for (const ValueView& number : numbers) {
    for (const Index intervention : leaf.interventions) {
      const bool has_none = program.interventions[intervention].has_none;
      compilation.add_to(leaves.thresholds,
                         Program::Threshold{number.number(), op, has_none, intervention});
    }
  }
}

void arrange_leaves(Compilation& compilation) {
  Program& program = compilation.program;
  program.leaves_of_attribute.resize(program.attributes.size());
  for (Index i = 0; i < program.leaves.size(); ++i) {
    arrange(compilation, i);
    const Program::Leaf& leaf = program.leaves[i];
    const auto aggregate = program.attributes[leaf.attribute].aggregate;
    if (aggregate == kNone) continue;
    program.aggregates[aggregate].watched = true;
    program.aggregates[aggregate].asked_for_change |= leaf.comparison.op == Operator::changed;
  }
  for (Index i = 0; i < program.aggregates.size(); ++i) {
    const Program::Aggregate& aggregate = program.aggregates[i];
    if (aggregate.watched && aggregate.changes_with_time()) {
      compilation.add_to(program.keys[aggregate.key].timed, aggregate.slot);
    }
  }
  for (Program::Leaves& leaves : program.leaves_of_attribute) {
    heap_sort(std::span(leaves.thresholds.begin(), leaves.thresholds.size()),
              [](const auto& a, const auto& b) { return a.number < b.number; });
  }
}

}  // namespace

void link(Compilation& compilation) {
  Program& program = compilation.program;
  link_readers(compilation);
  arrange_leaves(compilation);
  for (Program::Intervention& intervention : program.interventions) {
    intervention.first_step = add_steps(program, intervention.root);
  }
}

}  // namespace tripline
