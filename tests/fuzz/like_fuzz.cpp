// Compares `like` with its definition.
#include <algorithm>
#include <limits>

#include "like_twin.h"
#include "pattern_and_text.h"
#include "patterns/like.h"

using namespace tripline;
using namespace tripline::test;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const PatternAndText input(data, size);
  std::uint64_t budget = std::numeric_limits<std::uint64_t>::max();
  const bool matches = like_matches(input.pattern, input.text, budget).value();
  if (like_automaton_matches(input.pattern, input.text, budget) != matches) {
    report("the two ways of like differ");
  }
  // The twin takes time exponential in the number of `%`.
  if (input.text.size() > 40 || std::count(input.pattern.begin(), input.pattern.end(), '%') > 4) {
    return 0;
  }
  if (matches != naive_like(input.pattern, input.text)) report("like differs from its definition");
  return 0;
}
