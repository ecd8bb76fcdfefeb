#include "criteria/flipped_leaves.h"

#include <algorithm>
#include <limits>

namespace tripline {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

class Collector {
 public:
  Collector(const Program& program, const Reading& before, const Reading& after,
            PatternSearch& search, SparseSet& interventions)
      : program_(program),
        before_(before),
        after_(after),
        search_(search),
        interventions_(interventions) {}

  /// Looks at one leaf and takes its interventions if it flipped.
  void visit(Program::Index index) {
    const Program::Leaf& leaf = program_.leaves[index];
    if (criterion_holds(leaf.comparison, before_, search_) ==
        criterion_holds(leaf.comparison, after_, search_)) {
      return;
    }
    for (const Program::Index intervention : leaf.interventions) interventions_.add(intervention);
  }

  /// The leaves with a threshold in [low, high], of a list sorted by threshold.
  void visit_between(const std::vector<Program::Index>& leaves, double low, double high) {
    auto leaf = std::lower_bound(
        leaves.begin(), leaves.end(), low,
        [this](Program::Index index, double number) { return threshold(index) < number; });
    for (; leaf != leaves.end() && threshold(*leaf) <= high; ++leaf) visit(*leaf);
  }

 private:
  double threshold(Program::Index leaf) const {
    return *program_.leaves[leaf].comparison.literal.as_number();
  }

  const Program& program_;
  const Reading& before_;
  const Reading& after_;
  PatternSearch& search_;
  SparseSet& interventions_;
};

}  // namespace

void collect_flipped(const Program& program, Program::Index attribute, const Reading& before,
                     const Reading& after, PatternSearch& search, SparseSet& interventions) {
  const Program::Leaves& leaves = program.leaves_of_attribute[attribute];
  Collector collector(program, before, after, search, interventions);
  for (const Program::Index leaf : leaves.others) collector.visit(leaf);

  const double* from = before.value.as_number();
  const double* to = after.value.as_number();
  const bool lists = before.value.as_list() != nullptr || after.value.as_list() != nullptr;
  if (lists || (from == nullptr && to == nullptr)) {
    // No two numbers to look between.
    for (const auto* list : {&leaves.above, &leaves.below, &leaves.equal}) {
      for (const Program::Index leaf : *list) collector.visit(leaf);
    }
    return;
  }
  // A missing value is false for `>` as minus infinity would be, and for `<` as infinity would be.
  const auto visit_sorted = [&](const std::vector<Program::Index>& list, double missing) {
    const double a = from ? *from : missing;
    const double b = to ? *to : missing;
    collector.visit_between(list, std::min(a, b), std::max(a, b));
  };
  visit_sorted(leaves.above, -kInfinity);
  visit_sorted(leaves.below, kInfinity);
  if (from == nullptr || to == nullptr) {
    for (const Program::Index leaf : leaves.equal) collector.visit(leaf);
  } else {
    collector.visit_between(leaves.equal, *from, *from);
    collector.visit_between(leaves.equal, *to, *to);
  }
}

}  // namespace tripline
