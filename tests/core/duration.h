// How long something takes, to be compared with how long something else takes in the same run.
#pragma once

#include <algorithm>
#include <ctime>

namespace tripline::test {

/// The shortest of so many runs, which is the one that others disturbed least, in processor time.
/// The result of `run` is kept, so that the compiler keeps the call.
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
