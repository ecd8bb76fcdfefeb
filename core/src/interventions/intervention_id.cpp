#include "interventions/intervention_id.h"

#include "support/text.h"

namespace tripline {

Text intervention_id(const Hash128& hash) {
  const std::uint64_t high = (hash.high & ~std::uint64_t{0xf000}) | 0x8000;  // version 8
  const std::uint64_t low = (hash.low & ~(std::uint64_t{3} << 62)) | std::uint64_t{2}
                                                                         << 62;  // RFC variant
  Text text;
  append_hex(text, high >> 32, 8);
  text += '-';
  append_hex(text, high >> 16, 4);
  text += '-';
  append_hex(text, high, 4);
  text += '-';
  append_hex(text, low >> 48, 4);
  text += '-';
  append_hex(text, low, 12);
  return text;
}

}  // namespace tripline
