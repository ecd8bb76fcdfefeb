#include "event/event_test.h"

namespace tripline {

bool EventTest::passes(const Program::Test& test) {
  return some_row_holds(test.selectors) && some_row_holds(test.all) && some_row_holds(test.any);
}

bool EventTest::some_row_holds(const Program::Rows& rows) {
  bool row_holds = true;
  for (const Program::Index condition : rows) {
    if (condition != Program::kNone) {
      row_holds = row_holds && holds(condition);
    } else if (row_holds) {
      return true;
    } else {
      row_holds = true;
    }
  }
  return rows.empty();
}

bool EventTest::holds(Program::Index index) {
  Result& result = results_[index];
  if (result.round != round_) {
    const Program::Condition& condition = program_.conditions[index];
    result = {round_, filter_holds(condition.comparison, input(condition.input), search_)};
  }
  return result.holds;
}

}  // namespace tripline
