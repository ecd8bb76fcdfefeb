#include "event/event_test.h"

#include <algorithm>

namespace tripline {

bool EventTest::passes(const Program::Test& test) {
  const auto selected = [this](const auto& selector) { return all_hold(selector); };
  const auto holds_one = [this](Program::Index condition) { return holds(condition); };
  return (test.selectors.empty() ||
          std::any_of(test.selectors.begin(), test.selectors.end(), selected)) &&
         all_hold(test.all) &&
         (test.any.empty() || std::any_of(test.any.begin(), test.any.end(), holds_one));
}

bool EventTest::all_hold(const List<Program::Index>& conditions) {
  return std::all_of(conditions.begin(), conditions.end(),
                     [this](Program::Index condition) { return holds(condition); });
}

bool EventTest::holds(Program::Index index) {
  Answer& answer = answers_[index];
  if (answer.round != round_) {
    const Program::Condition& condition = program_.conditions[index];
    answer = {round_, filter_holds(condition.comparison, input(condition.input), search_)};
  }
  return answer.holds;
}

}  // namespace tripline
