// Compares `rlike` with RE2: all small patterns, random larger ones, and all of case folding.
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "patterns/regex/character_set.h"
#include "re2_twin.h"
#include "texts.h"

using namespace tripline;
using namespace tripline::test;

namespace {

/// Counts the comparisons and the results of each kind: a comparison in which one result is rare
/// proves little.
struct Tally {
  std::size_t patterns = 0;
  std::size_t refused = 0;
  std::size_t searches = 0;
  std::size_t matches = 0;

  void print(const char* what) const {
    std::printf("%s: %zu patterns (%zu refused by both), %zu searches, %zu of them match\n", what,
                patterns, refused, searches, matches);
  }
};

void compare(const std::string& pattern, const Texts& texts, Tally& tally) {
  Twins twins(pattern);
  ++tally.patterns;
  if (const auto disagreement = twins.disagreement()) FAIL_CHECK(*disagreement);
  if (!twins.comparable()) {
    ++tally.refused;
    return;
  }
  for (const std::string& text : texts) {
    const bool expected = twins.theirs(text);
    ++tally.searches;
    tally.matches += expected;
    if (twins.ours(text) == expected || twins.differ_by_right(text)) continue;
    FAIL_CHECK("/" << pattern << "/ on \"" << text << "\": RE2 says " << expected);
  }
}

/// Makes every pattern of `atoms` atoms and up to `operators` operators, with one argument or two,
/// as RE2's own exhaustive tester does.
void for_each_pattern(const Texts& atoms, std::size_t atom_count, const Texts& postfix,
                      const Texts& infix, std::size_t operator_count,
                      const std::function<void(const std::string&)>& visit) {
  std::vector<std::string> stack;
  const std::function<void(std::size_t, std::size_t)> extend = [&](std::size_t atoms_left,
                                                                   std::size_t operators_left) {
    if (stack.size() == 1) visit(stack[0]);
    if (atoms_left > 0) {
      for (const std::string& atom : atoms) {
        stack.push_back(atom);
        extend(atoms_left - 1, operators_left);
        stack.pop_back();
      }
    }
    if (operators_left > 0 && !stack.empty()) {
      const std::string top = stack.back();
      for (const std::string& sign : postfix) {
        stack.back() = "(?:" + top + ")" + sign;
        extend(atoms_left, operators_left - 1);
      }
      stack.back() = top;
    }
    if (stack.size() >= 2) {
      const std::string right = stack.back();
      stack.pop_back();
      const std::string left = stack.back();
      for (const std::string& sign : infix) {
        stack.back() = "(?:" + left + sign + right + ")";
        extend(atoms_left, operators_left);
      }
      stack.back() = left;
      stack.push_back(right);
    }
  };
  extend(atom_count, operator_count);
}

/// Random patterns, most of them well formed.
class PatternGenerator {
 public:
  explicit PatternGenerator(std::uint32_t seed) : random_(seed) {}

  std::string pattern() {
    std::string pattern = alternatives(3);
    if (one_in(8)) damage(pattern);
    return pattern;
  }

  std::string text() {
    std::string text;
    for (std::size_t length = below(9); length > 0; --length) {
      text += pick({"a",  "b",  "A", "B",  "k", "K",  "\u212A", "s", "\u017F", "é",
                    "É",  "β",  "ϐ", "ß",  "0", "7",  "_",      "-", " ",      "\n",
                    "\t", "\v", "]", "\\", "{", "中", "😀",      "."});
    }
    return text;
  }

 private:
  std::size_t below(std::size_t bound) { return random_() % bound; }
  bool one_in(std::size_t count) { return below(count) == 0; }
  std::string pick(const std::vector<const char*>& choices) {
    return choices[below(choices.size())];
  }

  std::string alternatives(int depth) {
    std::string pattern = sequence(depth);
    while (one_in(4)) pattern += "|" + sequence(depth);
    return pattern;
  }

  std::string sequence(int depth) {
    std::string pattern;
    for (std::size_t items = below(5); items > 0; --items) {
      pattern += item(depth);
      if (one_in(3)) {
        pattern += pick({"*", "+", "?", "{2}", "{1,}", "{0,2}", "{2,3}", "{0}", "{,2}", "{1,2"});
        if (one_in(4)) pattern += "?";
      }
    }
    return pattern;
  }

  std::string item(int depth) {
    if (depth > 0 && one_in(3)) {
      return pick({"(", "(?:", "(?i:", "(?s:", "(?m:", "(?-i:", "(?im-s:", "(?U:", "(?P<n>"}) +
             alternatives(depth - 1) + ")";
    }
    if (one_in(5)) return character_class();
    return pick({"a",   "b",   "A",   "k",     "K",        "s",     "S",      "é",    "É",
                 "β",   "ß",   "0",   "_",     " ",        "\n",    "中",     ".",    ".",
                 "^",   "$",   "\\b", "\\B",   "\\A",      "\\z",   "\\d",    "\\D",  "\\w",
                 "\\W", "\\s", "\\S", "(?i)",  "(?-i)",    "(?m)",  "(?s)",   "\\n",  "\\t",
                 "\\.", "]",   "}",   "\\x41", "\\x{e9}",  "\\101", "\\v",    "\\60", "\\\\",
                 "{",   "-",   "\\-", "\\_",   "\\Qa*\\E", "\\Q.",  "\\Q\\E", "ab",   "ba"});
  }

  std::string character_class() {
    std::string inside = one_in(3) ? "[^" : "[";
    if (one_in(8)) inside += "]";
    for (std::size_t items = 1 + below(3); items > 0; --items) {
      inside += pick({"a",
                      "b",
                      "k",
                      "s",
                      "é",
                      "a-c",
                      "A-Z",
                      "à-ö",
                      "α-ω",
                      "0-7",
                      "\\d",
                      "\\D",
                      "\\w",
                      "\\W",
                      "\\s",
                      "\\S",
                      "-",
                      "^",
                      "[:alpha:]",
                      "[:^alpha:]",
                      "[:upper:]",
                      "[:^lower:]",
                      "\\n",
                      "\\]",
                      "[:punct:]",
                      "[:space:]",
                      "[:word:]",
                      "[:xdigit:]",
                      "\\x{20}-\\x{7e}",
                      "[:cntrl:]",
                      "[:^print:]",
                      "[:ascii:]",
                      "[",
                      "[:",
                      "中-龥",
                      "\\101",
                      "\\x41-\\x5A",
                      "\u017F",
                      "\u212A",
                      "β-ε",
                      "[:blank:]"});
    }
    return inside + "]";
  }

  void damage(std::string& pattern) {
    const std::size_t at = below(pattern.size() + 1);
    if (one_in(2)) {
      pattern.insert(at, pick({"(",    ")",   "[",    "]",       "*",   "{",   "}",   "\\",
                               "?",    "|",   "-",    "(?",      "{3}", "\\8", "\\p", "\\x",
                               "\\x{", "(?=", "(?<!", "[:foo:]", "\\1", "^"}));
    } else if (at < pattern.size()) {
      pattern.erase(at, 1);
    }
  }

  std::mt19937 random_;
};

/// The environment variable TRIPLINE_SEED sets the seed.
std::uint32_t seed() {
  const char* text = std::getenv("TRIPLINE_SEED");
  return text ? static_cast<std::uint32_t>(std::strtoul(text, nullptr, 10)) : 26;
}

std::string utf8(char32_t code_point) {
  const auto tail = [&](int shift) {
    return static_cast<char>(0x80 | (code_point >> shift & 0x3F));
  };
  const auto lead = [&](unsigned mark, int shift) {
    return static_cast<char>(mark | code_point >> shift);
  };
  if (code_point < 0x80) return {static_cast<char>(code_point)};
  if (code_point < 0x800) return {lead(0xC0, 6), tail(0)};
  if (code_point < 0x10000) return {lead(0xE0, 12), tail(6), tail(0)};
  return {lead(0xF0, 18), tail(12), tail(6), tail(0)};
}

char32_t lowest_case_variant(char32_t code_point) {
  regex::CharacterSet set;
  set.add(code_point, code_point);
  set.add_case_variants();
  return set.bounds()[0];
}

}  // namespace

TEST_CASE("small patterns match as in RE2", "[regex][re2][rule6]") {
  Tally tally;
  const Texts texts = all_texts({"a", "b", "\n"}, 3);
  for_each_pattern({"a", "b", "."}, 3, {"*", "+", "?", "{2}", "{1,2}", "{0}"}, {"", "|"}, 2,
                   [&](const std::string& pattern) { compare(pattern, texts, tally); });
  tally.print("exhaustive, operators");
}

TEST_CASE("small patterns with anchors match as in RE2", "[regex][re2][rule6]") {
  Tally tally;
  const Texts texts = all_texts({"a", "-", "\n"}, 3);
  for (const std::string flags : {"", "(?m)"}) {
    for_each_pattern({"a", ".", "^", "$", "\\b", "\\B", "\\z", "[^a]"}, 3, {"*", "?"}, {"", "|"}, 1,
                     [&](const std::string& pattern) { compare(flags + pattern, texts, tally); });
  }
  tally.print("exhaustive, anchors");
}

TEST_CASE("every short string is accepted or refused as in RE2", "[regex][re2][rule6]") {
  Tally tally;
  const Texts texts = {"", "a", "1", "-", "]", "a{1", "a1", "^", "\\", "?"};
  for (const std::string& pattern : all_texts({"a", "1", "(", ")", "[", "]", "{", "}", ",", "?",
                                               "*", "|", "\\", "^", "-", ":", "i", "<", "P"},
                                              4)) {
    compare(pattern, texts, tally);
  }
  tally.print("exhaustive, signs");
}

TEST_CASE("random patterns match as in RE2", "[regex][re2][rule6]") {
  std::printf("TRIPLINE_SEED=%u\n", seed());
  INFO("TRIPLINE_SEED=" << seed());
  PatternGenerator generator(seed());
  Tally tally;
  while (tally.searches < 300'000) {
    const std::string pattern = generator.pattern();
    Texts texts;
    for (int i = 0; i < 20; ++i) texts.push_back(generator.text());
    compare(pattern, texts, tally);
  }
  tally.print("random");
  CHECK(tally.matches > tally.searches / 10);
  CHECK(tally.matches < tally.searches * 9 / 10);
  CHECK(tally.refused < tally.patterns / 4);
}

// Code points from U+20000 on (ideographs, tags, private use) are one class here.
TEST_CASE("case folds exactly where it does in RE2", "[regex][re2][rule6]") {
  constexpr char32_t first_lumped = 0x20000;
  std::vector<char32_t> lowest(first_lumped);
  for (char32_t c = 0; c < first_lumped; ++c) lowest[c] = lowest_case_variant(c);

  SECTION("case variants here are case variants in RE2") {
    std::size_t variants = 0;
    for (char32_t c = 0; c < first_lumped; ++c) {
      if (lowest[c] == c) continue;
      ++variants;
      INFO("code points " << std::uint32_t{lowest[c]} << " and " << std::uint32_t{c});
      CHECK(Twins("(?i)" + utf8(lowest[c])).theirs(utf8(c)));
    }
    CHECK(variants == 1454);
  }

  // If two characters are variants in RE2 only, their lowest variants here differ in some bit. Then
  // the class of all characters whose lowest variant has that bit matches one of them here, and
  // both in RE2.
  SECTION("case variants in RE2 are case variants here") {
    for (int bit = 0; bit < 17; ++bit) {
      const auto inside = [&](char32_t c) { return (lowest[c] >> bit & 1) != 0; };
      std::string pattern = "(?i)[\\x{20000}-\\x{10FFFF}";
      for (char32_t c = 0; c < first_lumped; ++c) {
        if (!inside(c) || (c >= 0xD800 && c <= 0xDFFF)) continue;
        if (c < 0x80) pattern += '\\';
        pattern +=
            c < 0x80 ? "x" + std::string{"01234567"[c >> 4], "0123456789ABCDEF"[c & 15]} : utf8(c);
      }
      RE2::Options options;
      options.set_max_mem(std::int64_t{1} << 30);
      const RE2 theirs(pattern + "]", options);
      REQUIRE(theirs.ok());
      std::size_t different = 0;
      for (char32_t c = 0; c < first_lumped; ++c) {
        if (c >= 0xD800 && c <= 0xDFFF) continue;
        different += RE2::FullMatch(utf8(c), theirs) != inside(c);
      }
      INFO("bit " << bit);
      CHECK(different == 0);
    }
  }
}
