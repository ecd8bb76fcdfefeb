#include "program/criteria_steps.h"

#include <utility>

#include "tripline/detail/list.h"
#include "value/convert.h"
#include "value/enumerations.h"

namespace tripline {
namespace {

using Index = Program::Index;

Index add_leaf_step(Program& program, Index leaf, Index if_true, Index if_false) {
  const auto& [attribute, comparison, interventions] = program.leaves[leaf];
  const bool is_number = comparison.literal.kind() == ValueView::Kind::number;
  const bool compares_numbers = is_number && is_comparison(comparison.op) &&
                                is_numeric_type(program.attributes[attribute].type);
  program.steps.push_back({is_number ? comparison.literal.number() : 0, attribute, leaf, if_true,
                           if_false, comparison.op, compares_numbers});
  return static_cast<Index>(program.steps.size() - 1);
}

/// Steps that end at one of two others: short-circuit code, made from the last child to the first,
/// since each child leads on to the next. Recursion is bounded by the depth that definitions may
/// have (32).
Index add_subtree(Program& program, Index index, Index if_true, Index if_false) {
  const Program::Node node = program.nodes[index];
  if (node.kind == Criterion::Kind::leaf) {
    return add_leaf_step(program, node.leaf, if_true, if_false);
  }
  // `none` is `any` with the outcomes exchanged.
  if (node.kind == Criterion::Kind::none) std::swap(if_true, if_false);
  const bool is_all = node.kind == Criterion::Kind::all;
  List<Index> children;
  for (Index child = index + 1; child < node.end; child = program.nodes[child].end) {
    children.push_back(child);
  }
  Index next = is_all ? if_true : if_false;
  for (std::size_t i = children.size(); i-- > 0;) {
    next = add_subtree(program, children[i], is_all ? next : if_true, is_all ? if_false : next);
  }
  return next;
}

}  // namespace

Index add_steps(Program& program, Index root) {
  return add_subtree(program, root, Program::kHolds, Program::kFails);
}

}  // namespace tripline
