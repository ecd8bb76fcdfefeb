// How long something takes, to be compared with how long something else takes in the same run.
#pragma once

#include <algorithm>
#include <chrono>

namespace tripline::test {

/// The shortest of several runs, which is the one that others disturbed least. The result of `run`
/// is kept, so that the compiler keeps the call.
template <typename Run>
double shortest_duration(Run run) {
  using Clock = std::chrono::steady_clock;
  double shortest = 1e300;
  for (int i = 0; i < 7; ++i) {
    const auto begin = Clock::now();
    [[maybe_unused]] const volatile auto result = run();
    const std::chrono::duration<double> duration = Clock::now() - begin;
    shortest = std::min(shortest, duration.count());
  }
  return shortest;
}

}  // namespace tripline::test
