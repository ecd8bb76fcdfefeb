#include "patterns/regex.h"

#include <catch2/catch.hpp>
#include <limits>
#include <string>
#include <utility>
#include <vector>

using namespace tripline;

namespace {

constexpr std::uint64_t kUnlimitedBudget = std::numeric_limits<std::uint64_t>::max();

/// Returns null if the pattern is refused. The result lives as long as the tests.
const Regex* compiled(std::string_view pattern, Regex::Error& reason) {
  static Arena memory;
  return Regex::compile(pattern, memory, reason);
}

const Regex* compiled(std::string_view pattern) {
  Regex::Error reason;
  return compiled(pattern, reason);
}

bool found(std::string_view pattern, std::string_view text) {
  Regex::Error reason;
  const Regex* regex = compiled(pattern, reason);
  if (!regex) {
    FAIL_CHECK("/" << pattern << "/ is refused: " << reason.message);
    return false;
  }
  Regex::Scratch scratch;
  std::uint64_t budget = kUnlimitedBudget;
  return regex->search(text, budget, scratch).value();
}

std::string repeat(std::string_view text, std::size_t times) {
  std::string result;
  for (; times > 0; --times) result += text;
  return result;
}

}  // namespace

TEST_CASE("rlike finds what RE2 finds", "[regex][rule6]") {
  struct Row {
    std::string_view pattern, text;
    bool matches;
  };
  const Row rows[] = {
      // Literals, anywhere in the text.
      {"", "", true},
      {"", "abc", true},
      {"b", "abc", true},
      {"bc", "abc", true},
      {"ac", "abc", false},
      {"é中😀", "x é中😀 y", true},
      // Dot and newline.
      {"a.c", "abc", true},
      {"a.c", "a\nc", false},
      {"(?s)a.c", "a\nc", true},
      {"(?s:a.)c", "a\nc", true},
      {"(?s:a).c", "a\nc", false},
      {"^.$", "😀", true},
      {"^..$", "😀", false},
      // Classes.
      {"[a-c]", "b", true},
      {"[a-c]", "d", false},
      {"[^a-c]", "b", false},
      {"[^a-c]", "\n", true},
      {"[]a]", "]", true},
      {"[^]a]", "]", false},
      {"[a-]", "-", true},
      {"[--/]", ".", true},
      {"[\\d-z]", "-", true},
      {"[\\]\\-]", "]", true},
      {"[[:alpha:]_]", "_", true},
      {"[[:^alpha:]]", "a", false},
      {"[^[:^alpha:]]", "a", true},
      {"[[:a]", ":", true},
      {"[à-ö]", "é", true},
      {"[😀-😂]", "😁", true},
      {"^[^a]$", "😁", true},
      {"[[:space:]]", "\v", true},
      {"\\s", "\v", false},
      {"\\d+\\s\\w", "no 42 x", true},
      {"\\d", "\u0663", false},  // an Arabic digit; \d is ASCII
      {"\\w", "é", false},
      {"\\W", "é", true},
      {"[^\\D]", "7", true},
      // Anchors.
      {"^a", "ba", false},
      {"a$", "ab", false},
      {"^$", "", true},
      {"a$", "a\n", false},
      {"(?m)a$", "a\nb", true},
      {"(?m)^b", "a\nb", true},
      {"(?m)^$", "a\n", true},
      {"^b", "a\nb", false},
      {"(?m)\\Ab", "a\nb", false},
      {"(?m)a\\z", "a\nb", false},
      {"^a|^b", "cb", false},
      {"(^a|b)c", "abc", true},
      {"\\bcart\\b", "my cart!", true},
      {"\\bcart\\b", "carts", false},
      {"\\Bart", "cart", true},
      {"\\Bart", "art", false},
      {"\\ba", "éa", true},  // é is not a word character
      // Groups and alternatives.
      {"(a|bc)d", "bcd", true},
      {"(a|bc)d", "bd", false},
      {"a(?:b|c|)d", "ad", true},
      {"(?P<name>a)(?<other_1>b)", "ab", true},
      {"(?P<same>a)(?P<same>b)", "ab", true},
      {"()", "", true},
      {"a||b", "", true},
      // Repetitions.
      {"^a*$", "", true},
      {"^a+$", "", false},
      {"^a?$", "aa", false},
      {"^a{2}$", "aa", true},
      {"^a{2}$", "aaa", false},
      {"^a{2,}$", "aaaa", true},
      {"^a{2,}$", "a", false},
      {"^a{1,3}$", "aaa", true},
      {"^a{1,3}$", "aaaa", false},
      {"^a{0}$", "", true},
      {"^a{0}$", "a", false},
      {"^(ab|c){2,3}?$", "abcab", true},
      {"^a*?b+?c??$", "aabb", true},
      {"(?U)^a+$", "aa", true},
      {"^(a*)*$", "aaa", true},
      {"^(a*)+b$", "b", true},
      {"^(?:a?){3}$", "aa", true},
      {"(?:(?:^)*a)+", "ba", true},
      {"a{,2}", "a{,2}", true},
      {"a{,2}", "aa", false},
      {"a{01}", "a{01}", true},
      {"a{1000000000}", "a{1000000000}", true},  // RE2 does not read ten digits as a number
      {"a{1", "a{1", true},
      {"{", "{", true},
      {"}]", "}]", true},
      {"ab(?i)*$", "abbb", true},  // as in RE2: * repeats the b, since flags cannot repeat
      // Flags.
      {"(?i)straße", "STRAßE", true},
      {"(?i)straße", "STRASSE", false},
      {"(?i)É", "é", true},
      {"(?i)[à-ö]", "É", true},
      {"(?i)ПРИВЕТ", "привет", true},
      {"(?i)σ", "ς", true},
      {"(?i)k", "\u212A", true},  // the Kelvin sign
      {"(?i)[^k]", "\u212A", false},
      {"(?i)\\w", "\u017F", true},  // the long s is an s
      {"(?i)\\W", "\u017F", false},
      {"(?i)[[:lower:]]", "A", true},
      {"(?i)[[:^lower:]]", "A", false},
      {"(?i)\\bs\\b", "\u017F", false},  // but \b knows ASCII only
      {"(?i)a(?-i)b", "AB", false},
      {"(?i)a(?-i)b", "Ab", true},
      {"(?i:a)b", "Ab", true},
      {"(?i:a)b", "AB", false},
      {"(a|(?i)b|c)d", "Cd", true},
      {"(a|(?i)b|c)d", "CD", false},
      {"(?im-sU:a$)", "A\n", true},
      {"(?)a", "a", true},
      // Escapes.
      {"\\x41\\x{1F600}\\101", "A😀A", true},
      {"[\\x41-\\x43]", "C", true},
      {"[\\x41-\\x43]", "D", false},
      {"\\x{0000000041}", "A", true},
      {"\\0\\07\\60", std::string_view("\0\a0", 3), true},
      {"\\a\\f\\n\\r\\t\\v", "\a\f\n\r\t\v", true},
      {"\\.\\*\\[\\_\\-\\/\\@", ".*[_-/@", true},
      {"\\Q.*[\\d\\E+$", ".*[\\ddd", true},
      {"\\Q.*", "x.*", true},
      {"a\\Q\\E*b", "aab", true},
      // Malformed bytes are one U+FFFD each.
      {"^.$", "\xFF", true},
      {"^\\x{FFFD}{2}$", "\xE2\x82", true},
      {"^[^a]{3}$", "\xED\xA0\x80", true},
  };
  for (const Row& row : rows) {
    INFO("/" << row.pattern << "/ on \"" << row.text << "\"");
    CHECK(found(row.pattern, row.text) == row.matches);
  }
}

// The search once took a state that it had entered before the skipped bytes for one that it had
// entered behind them.
TEST_CASE("a start that failed at one byte may succeed after skipped bytes", "[regex]") {
  CHECK(found(".?\\ba", "-\na"));
}

TEST_CASE("a word boundary is between characters, never inside one", "[regex][rule6]") {
  CHECK(!found("\\B", "aéa"));
  CHECK(found("\\B", "aéé"));
}

// Tries every way in which three ranges can lie apart, touch or overlap, at both ends of Unicode.
TEST_CASE("a set of characters keeps the least number of bounds", "[regex]") {
  constexpr unsigned size = 5;
  std::vector<std::pair<unsigned, unsigned>> ranges;
  for (unsigned first = 0; first < size; ++first) {
    for (unsigned last = first; last < size; ++last) ranges.emplace_back(first, last);
  }
  for (const unsigned origin : {0u, regex::kLastCodePoint + 1 - size}) {
    // Membership changes at each bound. The end of the last code point is not a bound.
    const auto expect = [&](const regex::CharacterSet& set, unsigned members, bool elsewhere) {
      std::vector<char32_t> bounds;
      bool inside = false;
      const auto visit = [&](char32_t code_point, bool is_member) {
        if (is_member != inside) bounds.push_back(code_point);
        inside = is_member;
      };
      if (origin > 0) visit(0, elsewhere);
      for (unsigned i = 0; i < size; ++i) visit(origin + i, members >> i & 1);
      if (origin == 0) visit(size, elsewhere);
      CHECK(std::vector<char32_t>(set.bounds().begin(), set.bounds().end()) == bounds);
    };
    for (const auto& a : ranges) {
      for (const auto& b : ranges) {
        for (const auto& c : ranges) {
          regex::CharacterSet set;
          unsigned members = 0;
          for (const auto& [first, last] : {a, b, c}) {
            set.add(origin + first, origin + last);
            members |= (2u << last) - (1u << first);
          }
          expect(set, members, false);
          set.negate();
          expect(set, ~members, true);
        }
      }
    }
  }
}

TEST_CASE("a malformed pattern gives an error with its position", "[regex][rule6]") {
  struct Row {
    std::string_view pattern;
    std::size_t position;
    std::string_view message;
  };
  const std::string_view lookaround = "lookahead and lookbehind are not supported";
  const std::string_view backreference = "backreferences are not supported";
  const std::string_view property = "\\p and \\P are not supported; list the characters in a class";
  const std::string_view group =
      "after (? comes a :, P<name>, <name> or flags out of i, m, s and U";
  const std::string_view name = "a group's name is made of ASCII letters, digits and _";
  const std::string_view nothing =
      "nothing to repeat; to match the sign itself, put a \\ before it";
  const std::string_view twice = "two repetitions in a row; group the first, as in (?:a*)*";
  const std::string_view nested = "nested {m,n} multiply to more than 1,000";
  const std::string_view escape = "unknown escape sequence";
  const std::string_view number = "\\x takes two hexadecimal digits, or up to 10FFFF in braces";
  const Row rows[] = {
      {"a(?=b)", 1, lookaround},
      {"a(?!b)", 1, lookaround},
      {"(?<=a)b", 0, lookaround},
      {"(?<!a)b", 0, lookaround},
      {"(a)\\1", 3, backreference},
      {"(a)\\8", 3, backreference},
      {"é\\pL", 2, property},
      {"[a\\p{Greek}]", 2, property},
      {"\\PN", 0, property},
      {"a\\C", 1, "\\C is not supported; . is any character"},
      {"(?>a)", 0, group},
      {"(?#a)", 0, group},
      {"(?P=n)", 0, group},
      {"(?x)a", 0, group},
      {"(?-)a", 0, group},
      {"(?-i-)a", 0, group},
      {"(?i-:a)", 0, group},
      {"(?i", 0, group},
      {"(?", 0, group},
      {"a(?P<>b)", 1, name},
      {"(?<n m>b)", 0, name},
      {"(?<ñ>b)", 0, name},
      {"a(b", 1, "this group is not closed; add a )"},
      {"a)", 1, "this ) closes no group; a literal one is \\)"},
      {"*a", 0, nothing},
      {"a|+", 2, nothing},
      {"(?:?)", 3, nothing},
      {"(?i){2}", 4, nothing},
      {"a**", 2, twice},
      {"a+*", 2, twice},
      {"a{2}{3}", 4, twice},
      {"a???", 3, twice},
      {"a{1001}", 1, "{m,n} goes up to 1,000"},
      {"a{3,1001}", 1, "{m,n} goes up to 1,000"},
      {"a{999999999}", 1, "{m,n} goes up to 1,000"},
      {"a{65535}", 1, "{m,n} goes up to 1,000"},
      {"a{1001,}", 1, "{m,n} goes up to 1,000"},
      {"a{2,1}", 1, "m is larger than n in {m,n}"},
      {"(a{40}){40}", 7, nested},
      {"(?:(?:){100}){100}", 13, nested},
      {"a[b", 1, "this class is not closed; add a ]"},
      {"[]", 0, "this class is not closed; add a ]"},
      {"[a-", 0, "this class is not closed; add a ]"},
      {"[b-a]", 1, "a range that ends before it begins"},
      {"[a-\\d]", 3, escape},
      {"[[:alhpa:]]", 1, "unknown class; there are [:alpha:], [:digit:], [:space:], ..."},
      {"[[:d:]]", 1, "unknown class; there are [:alpha:], [:digit:], [:space:], ..."},
      {"a\\", 1, "a \\ at the end; a literal one is \\\\"},
      {"\\q", 0, escape},
      {"\\Z", 0, escape},
      {"\\E", 0, escape},
      {"[\\b]", 1, escape},
      {"\\é", 0, escape},
      {"\\xg0", 0, number},
      {"\\x4", 0, number},
      {"\\x{}", 0, number},
      {"\\x{41", 0, number},
      {"\\x{110000}", 0, number},
      {"a\xFF", 1, "the pattern is not valid UTF-8"},
  };
  for (const Row& row : rows) {
    INFO("/" << row.pattern << "/");
    Regex::Error reason;
    const Regex* regex = compiled(row.pattern, reason);
    CHECK(!regex);
    if (regex) continue;
    CHECK(reason.message == row.message);
    CHECK(reason.position == row.position);
  }
}

TEST_CASE("the size of a pattern is bounded", "[regex][rule26]") {
  // Each optional `a` takes two instructions, and the end takes one.
  CHECK(compiled("a{0,999}b"));
  CHECK(!compiled("a{0,999}bc"));
  CHECK(compiled("a{1000}b{999}"));
  CHECK(!compiled("a{1000}b{1000}"));
  CHECK(compiled("(?:a|b){333}x"));
  CHECK(!compiled("(?:(?:a|b){500}){2}"));
  Regex::Error reason;
  REQUIRE(!compiled("x(?:a{1000}){1}(?:b{1000})c", reason));
  CHECK(reason.position == 19);
  CHECK(std::string_view(reason.message) == "the pattern compiles to more than 2,000 instructions");
}

TEST_CASE("deep nesting needs no stack", "[regex]") {
  CHECK(found(repeat("(", 499) + "a" + repeat(")", 499), "a"));
  CHECK(found(repeat("(?:", 198) + "a" + repeat(")*", 197) + ")b", "ab"));
  CHECK(!compiled(repeat("(", 1000)));
}

TEST_CASE("a search stops when its budget is used up", "[regex][rule26]") {
  // A backtracking matcher would take 2^30 steps.
  const Regex* regex = compiled("(?:a?){30}a{30}$");
  REQUIRE(regex);
  const std::string text = repeat("a", 29);
  Regex::Scratch scratch;
  std::uint64_t budget = 1'000'000;
  CHECK(regex->search(text, budget, scratch) == std::optional(false));
  const std::uint64_t needed = 1'000'000 - budget;
  CHECK(needed < 121 * 30);  // instructions times places

  budget = needed;
  CHECK(regex->search(text, budget, scratch) == std::optional(false));
  CHECK(budget == 0);
  for (budget = 0; budget < needed; budget += 7) {
    std::uint64_t left = budget;
    CHECK(regex->search(text, left, scratch) == std::nullopt);
    CHECK(left == 0);
  }
}

TEST_CASE("a skipped byte counts as a step", "[regex][rule26]") {
  const Regex* regex = compiled("x");
  Regex::Scratch scratch;
  std::uint64_t budget = 101;
  CHECK(regex->search(repeat("a", 100), budget, scratch) == std::optional(false));
  CHECK(budget == 0);
  budget = 99;
  CHECK(regex->search(repeat("a", 100), budget, scratch) == std::nullopt);
  // An anchored pattern stops at the first byte that cannot match.
  budget = 1000;
  CHECK(compiled("^x")->search(repeat("a", 900), budget, scratch) == std::optional(false));
  CHECK(budget > 990);
}

TEST_CASE("searches of different patterns share their memory", "[regex]") {
  const Regex* large = compiled("(?:a|b){300}$");
  const Regex* small = compiled("b$");
  Regex::Scratch scratch;
  std::uint64_t budget = kUnlimitedBudget;
  const std::string text = repeat("ab", 150);
  for (int i = 0; i < 3; ++i) {
    CHECK(large->search(text, budget, scratch) == std::optional(true));
    CHECK(small->search(text, budget, scratch) == std::optional(true));
    CHECK(large->search("ab", budget, scratch) == std::optional(false));
    CHECK(small->search("ba", budget, scratch) == std::optional(false));
  }
}
