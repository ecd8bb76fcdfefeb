#include "patterns/like.h"

#include <algorithm>

#include "support/utf8.h"
#include "tripline/detail/list.h"

namespace tripline {

namespace {

// On a mismatch only the last `%` passed needs to take one character more: whatever an earlier one
// could take, the last can take as well. So there is one place to go back to, never a tree of them.
// Takes one from `comparisons` for each; nothing when they are used up.
std::optional<bool> matches_from_last_percent(std::string_view pattern, std::string_view text,
                                              std::uint64_t& comparisons) {
  constexpr std::size_t none = std::string_view::npos;
  std::size_t in_pattern = 0;
  std::size_t in_text = 0;
  std::size_t after_percent = none;
  std::size_t percent_ends = 0;  // where in the text the run of the last `%` ends
  for (; comparisons != 0; --comparisons) {
    if (in_text >= text.size()) return pattern.find_first_not_of('%', in_pattern) == none;
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
  return std::nullopt;
}

}  // namespace

std::optional<bool> like_matches(std::string_view pattern, std::string_view text,
                                 std::uint64_t& budget) {
  constexpr std::uint64_t comparisons_of_step = 8;
  const auto most = std::min<std::uint64_t>(budget, 1 + pattern.size() + text.size());
  std::uint64_t comparisons = comparisons_of_step * most;
  const auto match = matches_from_last_percent(pattern, text, comparisons);
  budget -= match ? most - (comparisons - 1) / comparisons_of_step : most;
  return match || budget == 0 ? match : like_automaton_matches(pattern, text, budget);
}

// The automaton of Baeza-Yates and Gonnet, "A new approach to text searching" (1992), all states of
// which advance at once. Bit n of `reached` says that what was read has the form of the pattern up
// to its n-th character, `%` not counted; where a `%` follows, the state stays.
[[gnu::noinline]] std::optional<bool> like_automaton_matches(std::string_view pattern,
                                                             std::string_view text,
                                                             std::uint64_t& budget) {
  const auto consume_character = [](std::string_view& from) {
    const CodePoint first = decode_utf8(from);
    from.remove_prefix(first.size);
    return first.value;
  };
  List<char32_t> known;  // the characters of the pattern, ascending
  const auto place_of = [&](char32_t character) {
    return std::lower_bound(known.begin(), known.end(), character);
  };
  for (std::string_view rest = pattern; !rest.empty();) {
    const char32_t character = consume_character(rest);
    known.insert(place_of(character), character);
  }

  // Rows of as many bits as there are states; last, for each character the states that take it.
  const std::size_t words = known.size() / 64 + 1;
  const std::uint64_t steps = words * (known.size() + text.size());
  if (steps > budget) {
    budget = 0;
    return std::nullopt;
  }
  budget -= steps;
  List<std::uint64_t> rows(words * (3 + known.size()));
  std::uint64_t* const reached = rows.begin();
  std::uint64_t* const stays = reached + words;
  std::uint64_t* const takes_any = stays + words;
  const auto row_of = [&](char32_t character) {
    const char32_t* const place = place_of(character);
    const bool is_known = place != known.end() && *place == character;
    return is_known ? takes_any + words * (place - known.begin() + 1) : takes_any;
  };
  std::size_t end = 0;
  while (!pattern.empty()) {
    const char32_t character = consume_character(pattern);
    end += character != '%';
    std::uint64_t* const row = character == '%'   ? stays
                               : character == '_' ? takes_any
                                                  : row_of(character);
    row[end / 64] |= std::uint64_t{1} << end % 64;
  }

  reached[0] = 1;
  while (!text.empty()) {
    const std::uint64_t* const row = row_of(consume_character(text));
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
