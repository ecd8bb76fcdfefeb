// Measures durations, for comparison with other durations of the same run.
#pragma once

#include <algorithm>
#include <ctime>

namespace tripline::test {

/// Returns the processor time, in seconds, of the shortest of `runs` runs: other programs disturbed
/// that run least. The result of `run` goes to a volatile, so that the compiler keeps the call.
template <typename Run>
double shortest_duration(int runs, Run run) {
  double shortest = 1e300;
  for (int i = 0; i < runs; ++i) {
    const std::clock_t begin = std::clock();
    [[maybe_unused]] const volatile auto result = run();
    shortest = std::min(shortest, static_cast<double>(std::clock() - begin));
  }
  return shortest / CLOCKS_PER_SEC;
}

}  // namespace tripline::test
