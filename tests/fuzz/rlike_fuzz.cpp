// Compares `rlike` with RE2: it must accept the same patterns, except for the documented refusals,
// and match the same strings.
#include "pattern_and_text.h"
#include "re2_twin.h"

using namespace tripline;
using namespace tripline::test;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const PatternAndText input(data, size);
  Twins twins{std::string(input.pattern)};
  if (const auto disagreement = twins.disagreement()) report(*disagreement);
  if (!twins.comparable()) return 0;
  const std::string text = well_formed(input.text);
  if (twins.ours(input.text) != twins.theirs(text) && !twins.differ_by_right(text)) {
    report("RE2 says " + std::to_string(twins.theirs(text)));
  }
  return 0;
}
