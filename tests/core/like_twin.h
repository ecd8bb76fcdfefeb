// SQL's LIKE by its definition, in exponential time. The tests compare like_matches with it.
#pragma once

#include <string_view>

#include "support/utf8.h"

namespace tripline::test {

inline bool naive_like(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '%') {
    if (naive_like(pattern.substr(1), text)) return true;
    return !text.empty() && naive_like(pattern, text.substr(decode_utf8(text).size));
  }
  if (text.empty()) return false;
  const CodePoint wanted = decode_utf8(pattern);
  const CodePoint found = decode_utf8(text);
  return (wanted.value == '_' || wanted.value == found.value) &&
         naive_like(pattern.substr(wanted.size), text.substr(found.size));
}

}  // namespace tripline::test
