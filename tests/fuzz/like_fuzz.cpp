// Compares `like` with its definition.
#include <algorithm>

#include "like_twin.h"
#include "pattern_and_text.h"
#include "patterns/like.h"

using namespace tripline;
using namespace tripline::test;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const PatternAndText input(data, size);
  const bool matches = like_matches(input.pattern, input.text);
  if (matches != like_automaton_matches(input.pattern, input.text)) {
    report("the two ways of like differ");
  }
  // The twin takes time exponential in the number of `%`.
  if (input.text.size() > 40 || std::count(input.pattern.begin(), input.pattern.end(), '%') > 4) {
    return 0;
  }
  if (matches != naive_like(input.pattern, input.text)) report("like differs from its definition");
  return 0;
}
