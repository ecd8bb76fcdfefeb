#include "patterns/like.h"

#include <algorithm>
#include <cstdint>

#include "support/utf8.h"
#include "tripline/detail/list.h"

namespace tripline {

// On a mismatch only the last `%` passed needs to take one character more: whatever an earlier one
// could take, the last can take as well. So there is one place to go back to, never a tree of them.
bool like_matches(std::string_view pattern, std::string_view text) {
  constexpr std::size_t none = std::string_view::npos;
  std::size_t in_pattern = 0;
  std::size_t in_text = 0;
  std::size_t after_percent = none;
  std::size_t percent_ends = 0;  // where in the text the run of the last `%` ends
  std::size_t steps = 8 * (pattern.size() + text.size());
  while (in_text < text.size()) {
    if (steps-- == 0) return like_automaton_matches(pattern, text);
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

// The automaton of Baeza-Yates and Gonnet, "A new approach to text searching" (1992), all states of
// which advance at once. Bit n of `reached` says that what was read has the form of the pattern up
// to its n-th character, `%` not counted; where a `%` follows, the state stays.
[[gnu::noinline]] bool like_automaton_matches(std::string_view pattern, std::string_view text) {
  const auto take_character = [](std::string_view& from) {
    const CodePoint first = decode_utf8(from);
    from.remove_prefix(first.size);
    return first.value;
  };
  List<char32_t> characters, known;  // `known` has each once, ascending
  const auto place_of = [&](char32_t character) {
    return std::lower_bound(known.begin(), known.end(), character);
  };
  const auto is_at = [&](const char32_t* place, char32_t character) {
    return place != known.end() && *place == character;
  };
  while (!pattern.empty()) {
    const char32_t character = take_character(pattern);
    characters.push_back(character);
    char32_t* const place = place_of(character);
    if (!is_at(place, character)) known.insert(place, character);
  }

  const std::size_t words = characters.size() / 64 + 1;
  using Bits = List<std::uint64_t>;
  Bits reached(words), stays(words), takes_any(words), takes(words * known.size());
  const auto row_of = [&](const char32_t* place) {
    return &takes[words * (place - known.begin())];
  };
  std::size_t end = 0;
  for (const char32_t character : characters) {
    end += character != '%';
    std::uint64_t* const row = character == '%'   ? stays.begin()
                               : character == '_' ? takes_any.begin()
                                                  : row_of(place_of(character));
    row[end / 64] |= std::uint64_t{1} << end % 64;
  }

  reached[0] = 1;
  while (!text.empty()) {
    const char32_t character = take_character(text);
    const char32_t* const place = place_of(character);
    const std::uint64_t* const row = is_at(place, character) ? row_of(place) : takes_any.begin();
    std::uint64_t carried = 0;
    for (std::size_t i = 0; i < words; ++i) {
      const std::uint64_t from = reached[i];
      reached[i] = ((from << 1 | carried) & (row[i] | takes_any[i])) | (from & stays[i]);
      carried = from >> 63;
    }
  }
  return (reached[end / 64] >> end % 64 & 1) != 0;
}

}  // namespace tripline
