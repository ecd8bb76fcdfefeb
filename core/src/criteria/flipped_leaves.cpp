#include "criteria/flipped_leaves.h"

#include <algorithm>
#include <cmath>

namespace tripline {

using Threshold = Program::Threshold;

void collect_passed(const Items<Threshold>& thresholds, double from, double to, bool alone,
                    std::uint32_t& last_threshold, SparseSet& interventions) {
  const bool comes_or_goes = std::isnan(from) || std::isnan(to);
  const double low = comes_or_goes ? -HUGE_VAL : std::min(from, to);
  const double high = comes_or_goes ? HUGE_VAL : std::max(from, to);
  const auto lies_below = [](const Threshold& each, double number) { return each.number < number; };
  const Threshold* const begin = thresholds.begin();
  const Threshold* const end = thresholds.end();
  const Threshold* threshold = begin + last_threshold;
  const bool is_there = (threshold == begin || threshold[-1].number <= from) &&
                        (threshold == end || threshold->number >= from);
  if (!is_there) threshold = std::lower_bound(begin, end, low, lies_below);
  while (threshold != begin && threshold[-1].number >= low) --threshold;

  const Threshold* const first = threshold;
  for (; threshold != end && threshold->number <= high; ++threshold) {
    const bool before = number_holds(threshold->op, from, threshold->number);
    const bool after = number_holds(threshold->op, to, threshold->number);
    interventions.add_if((before != after) & (after | threshold->has_none | !alone),
                         threshold->intervention);
  }
  last_threshold = static_cast<std::uint32_t>((from < to ? threshold : first) - begin);
}

void collect_flipped(const Program& program, const Items<Program::Index>& leaves,
                     const Reading& before, const Reading& after, PatternSearch& search,
                     SparseSet& interventions) {
  for (const Program::Index index : leaves) {
    const Program::Leaf& leaf = program.leaves[index];
    if (criterion_holds(leaf.comparison, before, search) !=
        criterion_holds(leaf.comparison, after, search)) {
      for (const Program::Index intervention : leaf.interventions) interventions.add(intervention);
    }
  }
}

}  // namespace tripline
