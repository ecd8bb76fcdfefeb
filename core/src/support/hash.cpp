#include "support/hash.h"

#include <bit>
#include <cstddef>

namespace tripline {
namespace {

struct SipState {
  std::uint64_t v0, v1, v2, v3;

  void round() {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  }
  std::uint64_t sum() const { return v0 ^ v1 ^ v2 ^ v3; }
};

/// Little-endian on every host.
std::uint64_t read_word(std::string_view bytes) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    word |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  return word;
}

}  // namespace

Hash128 hash128(std::string_view bytes) {
  constexpr std::uint64_t key0 = 0x656e696c70697274, key1 = 0x736c616e67697320;
  SipState sip{key0 ^ 0x736f6d6570736575, key1 ^ 0x646f72616e646f6d ^ 0xee,
               key0 ^ 0x6c7967656e657261, key1 ^ 0x7465646279746573};
  // Two rounds for each word of eight bytes, the last of which holds the size too; then twice four
  // rounds for each half of the hash.
  const std::size_t words = bytes.size() / 8 + 1;
  Hash128 hash;
  for (std::size_t step = 0; step < words + 2; ++step) {
    std::uint64_t word = 0;
    if (step < words) {
      word = read_word(bytes.substr(8 * step, 8));
      if (step + 1 == words) word |= std::uint64_t{bytes.size()} << 56;
      sip.v3 ^= word;
    } else if (step == words) {
      sip.v2 ^= 0xee;
    } else {
      hash.low = sip.sum();
      sip.v1 ^= 0xdd;
    }
    for (int left = step < words ? 2 : 4; left > 0; --left) sip.round();
    sip.v0 ^= word;
  }
  hash.high = sip.sum();
  return hash;
}

}  // namespace tripline
