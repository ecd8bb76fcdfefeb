// Does an event count? Each condition is looked at no more than once an event, however many tests
// contain it.
#pragma once

#include <cstdint>

#include "tripline/detail/list.h"
#include "tripline/event.h"
#include "tripline/program.h"
#include "value/compare.h"

namespace tripline {

class EventTest {
 public:
  EventTest(const Program& program, PatternSearch& search)
      : program_(program),
        search_(search),
        results_(program.conditions.size() + program.calculations.size()),
        values_(program.calculations.size()) {}

  /// Starts on another event. O(1): older results are recognized by their round.
  void begin(const Event& event) {
    event_ = &event;
    ++round_;
  }
  [[nodiscard]] bool passes(const Program::Test& test);
  /// The value of an input or of a calculation; none of kNone.
  [[nodiscard]] ValueView input(Program::Index index) {
    return index < event_->inputs.size() ? event_->inputs[index] : calculated_input(index);
  }

 private:
  bool holds(Program::Index index);
  bool some_row_holds(const Program::Rows& rows);
  bool comparison_holds(const Program::Condition& condition);
  ValueView calculated_input(Program::Index index);
  const Value& calculated(Program::Index calculation);

  struct Result {
    std::uint64_t round = 0;
    bool holds = false;
  };

  const Program& program_;
  PatternSearch& search_;
  /// One for each condition, then one for each calculation, whose value is in `values_`.
  List<Result> results_;
  List<Value> values_;
  const Event* event_ = nullptr;
  std::uint64_t round_ = 0;
};

}  // namespace tripline
