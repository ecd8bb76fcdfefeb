#include "interventions/intervention_id.h"

namespace tripline {

Text intervention_id(const Hash128& hash) {
  constexpr char hexadecimal[] = "0123456789abcdef";
  std::uint64_t words[2] = {hash.high, hash.low};
  words[0] = (words[0] & ~std::uint64_t{0xf000}) | 0x8000;                     // version 8
  words[1] = (words[1] & ~(std::uint64_t{3} << 62)) | std::uint64_t{2} << 62;  // RFC variant
  Text text;
  for (int digit = 0; digit < 32; ++digit) {
    if (digit == 8 || digit == 12 || digit == 16 || digit == 20) text += '-';
    text += hexadecimal[words[digit / 16] >> (60 - 4 * (digit % 16)) & 15];
  }
  return text;
}

}  // namespace tripline
