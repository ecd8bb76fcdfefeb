#include "event/event_test.h"

#include "event/calculate.h"

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
    result = {round_, comparison_holds(condition)};
  }
  return result.holds;
}

bool EventTest::comparison_holds(const Program::Condition& condition) {
  const Program::Comparison& comparison = condition.comparison;
  if (condition.input < Program::kCalculated) {
    return filter_holds(comparison, input(condition.input), search_);
  }
  const Value& value = calculated(condition.input - Program::kCalculated);
  if (value.is_null() && comparison.op == Operator::not_equal) return true;  // rule 5
  return other_criterion_holds(comparison, {value, true}, search_);
}

ValueView EventTest::calculated_input(Program::Index index) {
  const Program::Index calculation = index - Program::kCalculated;
  return calculation < values_.size() ? ValueView::of(calculated(calculation)) : ValueView();
}

const Value& EventTest::calculated(Program::Index calculation) {
  Result& result = results_[program_.conditions.size() + calculation];
  if (result.round != round_) {
    result.round = round_;
    values_[calculation] = calculate(program_.calculations[calculation], *event_);
  }
  return values_[calculation];
}

}  // namespace tripline
