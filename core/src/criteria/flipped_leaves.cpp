#include "criteria/flipped_leaves.h"

#include <algorithm>

namespace tripline {
namespace {

using Threshold = Program::Threshold;

/// An update from one number to another flips none but comparisons with a number between them.
void collect_between(std::span<const Threshold> thresholds, double from, double to,
                     SparseSet& interventions) {
  const double high = std::max(from, to);
  const auto lies_below = [](const Threshold& each, double number) { return each.number < number; };
  auto threshold =
      std::lower_bound(thresholds.begin(), thresholds.end(), std::min(from, to), lies_below);
  for (; threshold != thresholds.end() && threshold->number <= high; ++threshold) {
    const bool before = number_holds(threshold->op, from, threshold->number);
    const bool after = number_holds(threshold->op, to, threshold->number);
    if (before != after && (after || threshold->has_none)) {
      interventions.add(threshold->intervention);
    }
  }
}

/// A missing value satisfies no comparison: what the number satisfies flips when it comes or goes.
void collect_satisfied(std::span<const Threshold> thresholds, double number, bool comes,
                       SparseSet& interventions) {
  for (const Threshold& threshold : thresholds) {
    if (number_holds(threshold.op, number, threshold.number) && (comes || threshold.has_none)) {
      interventions.add(threshold.intervention);
    }
  }
}

}  // namespace

void collect_flipped(const Program& program, Program::Index attribute, const Reading& before,
                     const Reading& after, PatternSearch& search, SparseSet& interventions) {
  const Program::Leaves& leaves = program.leaves_of_attribute[attribute];
  const double* from = before.value.as_number();
  const double* to = after.value.as_number();
  if (from != nullptr && to != nullptr) {
    collect_between(leaves.thresholds, *from, *to, interventions);
  } else if (from != nullptr || to != nullptr) {
    collect_satisfied(leaves.thresholds, from ? *from : *to, to != nullptr, interventions);
  }
  for (const Program::Index index : leaves.others) {
    const Program::Leaf& leaf = program.leaves[index];
    if (criterion_holds(leaf.comparison, before, search) !=
        criterion_holds(leaf.comparison, after, search)) {
      for (const Program::Index intervention : leaf.interventions) interventions.add(intervention);
    }
  }
}

}  // namespace tripline
