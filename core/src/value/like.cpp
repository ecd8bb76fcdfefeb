#include "value/like.h"

#include "support/utf8.h"

namespace tripline {

// On a mismatch only the last `%` passed needs to take one character more: whatever an earlier one
// could take, the last can take as well. So there is one place to go back to, never a tree of them.
bool like_matches(std::string_view pattern, std::string_view text) {
  constexpr std::size_t none = std::string_view::npos;
  std::size_t in_pattern = 0;
  std::size_t in_text = 0;
  std::size_t after_percent = none;
  std::size_t percent_ends = 0;  // where in the text the run of the last `%` ends
  while (in_text < text.size()) {
    if (in_pattern < pattern.size()) {
      if (pattern[in_pattern] == '%') {
        after_percent = ++in_pattern;
        percent_ends = in_text;
        continue;
      }
      const CodePoint wanted = decode_utf8(pattern.substr(in_pattern));
      const CodePoint found = decode_utf8(text.substr(in_text));
      if (wanted.value == '_' || wanted.value == found.value) {
        in_pattern += wanted.size;
        in_text += found.size;
        continue;
      }
    }
    if (after_percent == none) return false;
    percent_ends += decode_utf8(text.substr(percent_ends)).size;
    in_text = percent_ends;
    in_pattern = after_percent;
  }
  return pattern.find_first_not_of('%', in_pattern) == none;
}

}  // namespace tripline
