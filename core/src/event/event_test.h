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
      : program_(program), search_(search), results_(program.conditions.size()) {}

  /// Starts on another event. O(1): older results are recognized by their round.
  void begin(const Event& event) {
    event_ = &event;
    ++round_;
  }
  [[nodiscard]] bool passes(const Program::Test& test);
  [[nodiscard]] ValueView input(Program::Index index) const {
    return index < event_->inputs.size() ? event_->inputs[index] : ValueView();
  }

 private:
  bool holds(Program::Index condition);
  bool some_row_holds(const Program::Rows& rows);

  struct Result {
    std::uint64_t round = 0;
    bool holds = false;
  };

  const Program& program_;
  PatternSearch& search_;
  List<Result> results_;
  const Event* event_ = nullptr;
  std::uint64_t round_ = 0;
};

}  // namespace tripline
