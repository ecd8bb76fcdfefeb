#include "interventions/sent_marks.h"

namespace tripline {

Hash128 sent_mark(const Hash128& intervention, const Hash128& target) {
  char bytes[32];
  const std::uint64_t words[] = {intervention.low, intervention.high, target.low, target.high};
  for (std::size_t i = 0; i < sizeof bytes; ++i) {
    bytes[i] = static_cast<char>(words[i / 8] >> (8 * (i % 8)) & 0xff);
  }
  return hash128({bytes, sizeof bytes});
}

}  // namespace tripline
