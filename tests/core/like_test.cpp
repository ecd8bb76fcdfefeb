#include "patterns/like.h"

#include <catch2/catch.hpp>
#include <string>

#include "duration.h"
#include "like_twin.h"
#include "texts.h"

using namespace tripline;
using namespace tripline::test;

namespace {

/// Returns a string of `size` letters, in an order with a long period.
std::string text_of(const Texts& letters, std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text += letters[i * i % 101 % letters.size()];
  return text;
}

}  // namespace

TEST_CASE("like: % is any string, _ one code point, any other character itself", "[like][rule6]") {
  struct Row {
    std::string_view pattern, text;
    bool matches;
  };
  const Row rows[] = {
      {"", "", true},
      {"", "a", false},
      {"%", "", true},
      {"%", "anything\nat all", true},
      {"_", "", false},
      {"_", "a", true},
      {"_", "ab", false},
      {"__", "é😀", true},
      {"___", "é😀", false},
      {"_", "\U0001F600", true},
      {"checkout", "checkout", true},
      {"checkout", "Checkout", false},
      {"checkout", "checkouts", false},
      {"check%", "checkout", true},
      {"check%", "check", true},
      {"%out", "checkout", true},
      {"%out", "outing", false},
      {"%eck%", "checkout", true},
      {"%/cart/%/items_", "https://shop.example/cart/7/items?", true},
      {"a%b%c", "abbcbc", true},
      {"a%b%c", "abbcb", false},
      {"%aab", "aaaaab", true},
      {"a_c", "a\nc", true},
      {"a%c", "a\n\nc", true},
      {"%%", "", true},
      {"%__a%", "中ab", false},  // _ is a character, not a byte
      {"%_%", "", false},
      {"%_%", "x", true},
      {"_%_", "x", false},
      {"_%_", "xy", true},
      // There is no escape character: \ matches itself, and _ stays a wildcard.
      {"100\\%", "100%", false},
      {"100\\%", "100\\", true},
      {"a\\_c", "a\\xc", true},
      {"a\\_c", "a_c", false},
      // No other character has a special meaning.
      {"a.c", "abc", false},
      {"[ab]*", "a", false},
      {"é%", "éa", true},
      {"\xC3%", "é", false},  // half a character matches no character
      // Malformed bytes are one U+FFFD each.
      {"_", "\xFF", true},
      {"__", "\xC3\x28", true},
      {"\xEF\xBF\xBD", "\xFF", true},
      {"___", "\xED\xA0\x80", true},
      {"a", "\xFF", false},
      {"__", "\xC0\xAF", true},
      {"____", "\xF9\x80\x80\x80", true},
  };
  for (const Row& row : rows) {
    INFO("'" << row.pattern << "' on '" << row.text << "'");
    CHECK(like_matches(row.pattern, row.text) == row.matches);
    CHECK(like_automaton_matches(row.pattern, row.text) == row.matches);
  }
}

TEST_CASE("like: an embedded NUL is a character", "[like]") {
  using namespace std::string_view_literals;
  CHECK(like_matches("a_b", "a\0b"sv));
  CHECK(like_matches("a\0b"sv, "a\0b"sv));
  CHECK(!like_matches("a\0b"sv, "a"));
}

TEST_CASE("like: short patterns match as by the definition of LIKE", "[like][rule6]") {
  const Texts texts = all_texts({"a", "b", "中", "\n"}, 5);
  std::size_t wrong = 0;
  std::size_t matches = 0;
  for (const std::string& pattern : all_texts({"a", "b", "中", "%", "_"}, 4)) {
    for (const std::string& text : texts) {
      const bool expected = naive_like(pattern, text);
      matches += expected;
      if (like_matches(pattern, text) == expected &&
          like_automaton_matches(pattern, text) == expected) {
        continue;
      }
      if (++wrong <= 10) FAIL_CHECK("'" << pattern << "' on '" << text << "'");
    }
  }
  CHECK(wrong == 0);
  CHECK(matches > 1000);
}

// Patterns of 64 and more characters need several words of states.
TEST_CASE("like: long patterns match as short ones do", "[like][rule6]") {
  for (const std::size_t size : {62, 63, 64, 65, 127, 128, 129, 1000}) {
    const std::string text = text_of({"a", "b", "中"}, size);
    const std::string wild = text_of({"_", "b", "_"}, size);
    for (const std::string& pattern : {text, wild}) {
      INFO(size << " characters: " << pattern);
      CHECK(like_automaton_matches(pattern, text));
      CHECK(like_automaton_matches("%" + pattern + "%", "b" + text + text + "中"));
      CHECK(like_automaton_matches(pattern + "%" + pattern, text + "x" + text));
      CHECK(!like_automaton_matches(pattern + "%" + pattern, text));
      CHECK(!like_automaton_matches(pattern, text + "a"));
      CHECK(!like_automaton_matches(pattern + "a", text));
      CHECK(!like_automaton_matches("%" + pattern + "%", text.substr(1)));
    }
  }
}

// A matcher that backtracks at each % would take exponential time.
TEST_CASE("like: many % cost as little as one", "[like]") {
  std::string pattern;
  for (int i = 0; i < 500; ++i) pattern += "a%";
  const std::string text(8192, 'a');
  CHECK(like_matches(pattern, text));
  CHECK(!like_matches(pattern + "b", text));
}

// Each pattern nearly matches at every position. A matcher that restarts at each position would
// take fifty times as long for the long pattern as for the short one.
TEST_CASE("like: a string that nearly matches everywhere costs little more with a long pattern",
          "[like][growth]") {
  const std::string text(8192, 'a');
  for (const char* middle : {"a", "_"}) {
    const auto pattern_of = [&](std::size_t size) {
      return "%" + std::string(size / 2, 'a') + middle + std::string(size / 2 - 1, 'a') + "b%";
    };
    const std::string longest = pattern_of(998), shorter = pattern_of(20);
    CHECK(!like_matches(longest, text));
    CHECK(like_matches(longest, text + "b"));
    CHECK(like_matches(longest, text + "b" + text));
    const auto search_for = [&](const std::string& pattern) {
      return shortest_duration(7, [&] { return like_matches(pattern, text); });
    };
    CHECK(search_for(longest) < 15 * search_for(shorter));
  }
}
