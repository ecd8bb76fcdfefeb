// Criteria → true or false.
#pragma once

#include "tripline/program.h"

namespace tripline {

/// Evaluates the subtree at `index`; `leaf_holds(leaf index)` answers for its leaves and is asked
/// no more than it takes. Recursion is bounded by the depth that definitions may have (32).
template <typename LeafHolds>
[[nodiscard]] bool criteria_hold(const Program& program, Program::Index index,
                                 LeafHolds& leaf_holds) {
  const Program::Node& node = program.nodes[index];
  if (node.kind == Criterion::Kind::leaf) return leaf_holds(node.leaf);
  // `all` is decided by a child that does not hold, `any` and `none` by one that does.
  const bool decisive = node.kind != Criterion::Kind::all;
  for (Program::Index at = index + 1; at < node.end; at = program.nodes[at].end) {
    const Program::Node& child = program.nodes[at];
    const bool child_holds = child.kind == Criterion::Kind::leaf
                                 ? leaf_holds(child.leaf)
                                 : criteria_hold(program, at, leaf_holds);
    if (child_holds == decisive) return node.kind == Criterion::Kind::any;
  }
  return node.kind != Criterion::Kind::any;
}

}  // namespace tripline
