// SipHash-2-4 (Aumasson and Bernstein, 2012) with a fixed key: one hash for checksums, identities,
// remembered event ids and intervention ids. Not a secret and not a signature.
#pragma once

#include <cstdint>
#include <string_view>

#include "tripline/detail/text.h"

namespace tripline {

struct Hash128 {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  friend bool operator==(const Hash128&, const Hash128&) = default;
};

[[nodiscard]] Hash128 hash128(std::string_view bytes);
[[nodiscard]] inline std::uint64_t hash64(std::string_view bytes) {
  return hash128(bytes).low;
}

/// Hashes a sequence of parts so that ("ab", "c") and ("a", "bc") differ.
template <typename... Part>
[[nodiscard]] Hash128 hash_parts(const Part&... parts) {
  Text text;
  const auto add = [&text](std::string_view part) {
    const auto size = static_cast<std::uint32_t>(part.size());
    for (int shift = 0; shift < 32; shift += 8) text += static_cast<char>(size >> shift & 0xff);
    text += part;
  };
  (add(parts), ...);
  return hash128(text);
}

}  // namespace tripline
