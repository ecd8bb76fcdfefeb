#pragma once

#include <cstring>

namespace tripline {

/// std::bit_cast, which the standard library of older Emscriptens lacks.
template <typename To, typename From>
[[nodiscard]] To bit_cast(const From& from) {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  std::memcpy(&to, &from, sizeof to);
  return to;
}

}  // namespace tripline
