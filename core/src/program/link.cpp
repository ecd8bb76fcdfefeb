#include "program/link.h"

#include "program/criteria_steps.h"
#include "support/heap_sort.h"
#include "value/convert.h"
#include "value/enumerations.h"

namespace tripline {
namespace {

using Index = Program::Index;

constexpr Index kNone = Program::kNone;

/// Lists for each aggregate the attributes that read it, and for each key and test its aggregates.
void link_readers(Program& program) {
  for (Index i = 0; i < program.attributes.size(); ++i) {
    const Index aggregate = program.attributes[i].aggregate;
    if (aggregate != kNone) program.memory.add(program.aggregates[aggregate].attributes, i);
  }
  for (Index i = 0; i < program.aggregates.size(); ++i) {
    Program::Aggregate& aggregate = program.aggregates[i];
    Items<Index>& slots = program.keys[aggregate.key].aggregates;
    aggregate.slot = static_cast<Index>(slots.size());
    program.memory.add(slots, i);
    if (!aggregate.is_external) program.memory.add(program.tests[aggregate.test].aggregates, i);
  }
}

/// Lists an intervention with the leaves of its criteria, and notes of what kind these are.
void link_criteria(Program& program, Index index) {
  Program::Intervention& intervention = program.interventions[index];
  const Index end = program.nodes[intervention.root].end;
  for (Index i = intervention.root; i < end; ++i) {
    const Program::Node& node = program.nodes[i];
    intervention.has_none |= node.kind == Criterion::Kind::none;
    if (node.kind != Criterion::Kind::leaf) continue;
    Program::Leaf& leaf = program.leaves[node.leaf];
    intervention.repeats |= leaf.comparison.op == Operator::changed;
    Items<Index>& users = leaf.interventions;
    if (users.empty() || users[users.size() - 1] != index) program.memory.add(users, index);
  }
}

/// Puts a leaf where updates of its attribute find it.
void arrange(Program& program, Index index) {
  const Program::Leaf& leaf = program.leaves[index];
  const ValueView& literal = leaf.comparison.literal;
  Program::Leaves& leaves = program.leaves_of_attribute[leaf.attribute];
  Operator op = leaf.comparison.op;
  if (op == Operator::changed) return program.memory.add(leaves.changed, index);
  std::span<const ValueView> numbers;
  if (is_numeric_type(program.attributes[leaf.attribute].type)) {
    // The result of `in` changes where a number is equal to one of the list's.
    numbers = literal.elements();
    op = item_comparison(op);
    if (literal.kind() == ValueView::Kind::number) numbers = std::span(&literal, 1);
  }
  if (numbers.size() != 1) program.memory.add(leaves.others, index);
  // One of several numbers says when time may turn the leaf, but not that it does.
  if (numbers.size() > 1) op = Operator::none;
  for (const ValueView& number : numbers) {
    for (const Index intervention : leaf.interventions) {
      const bool has_none = program.interventions[intervention].has_none;
      program.memory.add(leaves.thresholds,
                         Program::Threshold{number.number(), op, has_none, intervention});
    }
  }
}

void arrange_leaves(Program& program) {
  program.leaves_of_attribute.resize(program.attributes.size());
  for (Index i = 0; i < program.leaves.size(); ++i) {
    arrange(program, i);
    const Program::Leaf& leaf = program.leaves[i];
    const auto aggregate = program.attributes[leaf.attribute].aggregate;
    if (aggregate == kNone) continue;
    program.aggregates[aggregate].watched = true;
    program.aggregates[aggregate].asked_for_change |= leaf.comparison.op == Operator::changed;
  }
  for (Index i = 0; i < program.aggregates.size(); ++i) {
    const Program::Aggregate& aggregate = program.aggregates[i];
    if (aggregate.watched && aggregate.changes_with_time()) {
      program.memory.add(program.keys[aggregate.key].timed, aggregate.slot);
    }
  }
  for (Program::Leaves& leaves : program.leaves_of_attribute) {
    heap_sort(std::span(leaves.thresholds.begin(), leaves.thresholds.size()),
              [](const auto& a, const auto& b) { return a.number < b.number; });
  }
}

}  // namespace

void link(Program& program) {
  link_readers(program);
  for (Index i = 0; i < program.interventions.size(); ++i) link_criteria(program, i);
  arrange_leaves(program);
  for (Program::Intervention& intervention : program.interventions) {
    intervention.first_step = add_steps(program, intervention.root);
  }
}

}  // namespace tripline
