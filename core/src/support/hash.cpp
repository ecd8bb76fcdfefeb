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

  void absorb(std::uint64_t word) {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }

  std::uint64_t squeeze(std::uint64_t& tweaked, std::uint64_t tweak) {
    tweaked ^= tweak;
    for (int i = 0; i < 4; ++i) round();
    return v0 ^ v1 ^ v2 ^ v3;
  }
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
  const std::uint64_t size = bytes.size();
  bool is_last = false;
  while (!is_last) {
    const std::string_view part = bytes.substr(0, 8);
    is_last = part.size() < 8;
    sip.absorb(read_word(part) | (is_last ? size << 56 : 0));
    bytes.remove_prefix(part.size());
  }
  Hash128 hash;
  hash.low = sip.squeeze(sip.v2, 0xee);
  hash.high = sip.squeeze(sip.v1, 0xdd);
  return hash;
}

}  // namespace tripline
