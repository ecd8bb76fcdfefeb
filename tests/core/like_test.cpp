#include "patterns/like.h"

#include <catch2/catch.hpp>
#include <cstdint>
#include <limits>
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

constexpr std::uint64_t kUnlimitedBudget = std::numeric_limits<std::uint64_t>::max();

bool matches(std::string_view pattern, std::string_view text) {
  std::uint64_t budget = kUnlimitedBudget;
  return like_matches(pattern, text, budget).value();
}

bool automaton_matches(std::string_view pattern, std::string_view text) {
  std::uint64_t budget = kUnlimitedBudget;
  return like_automaton_matches(pattern, text, budget).value();
}

std::uint64_t steps_of(std::string_view pattern, std::string_view text) {
  std::uint64_t budget = kUnlimitedBudget;
  (void)like_matches(pattern, text, budget);
  return kUnlimitedBudget - budget;
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
    CHECK(matches(row.pattern, row.text) == row.matches);
    CHECK(automaton_matches(row.pattern, row.text) == row.matches);
  }
}

TEST_CASE("like: an embedded NUL is a character", "[like]") {
  using namespace std::string_view_literals;
  CHECK(matches("a_b", "a\0b"sv));
  CHECK(matches("a\0b"sv, "a\0b"sv));
  CHECK(!matches("a\0b"sv, "a"));
}

TEST_CASE("like: short patterns match as by the definition of LIKE", "[like][rule6]") {
  const Texts texts = all_texts({"a", "b", "中", "\n"}, 5);
  std::size_t wrong = 0;
  std::size_t matching = 0;
  for (const std::string& pattern : all_texts({"a", "b", "中", "%", "_"}, 4)) {
    for (const std::string& text : texts) {
      const bool expected = naive_like(pattern, text);
      matching += expected;
      if (matches(pattern, text) == expected && automaton_matches(pattern, text) == expected) {
        continue;
      }
      if (++wrong <= 10) FAIL_CHECK("'" << pattern << "' on '" << text << "'");
    }
  }
  CHECK(wrong == 0);
  CHECK(matching > 1000);
}

// Patterns of 64 and more characters need several words of states.
TEST_CASE("like: long patterns match as short ones do", "[like][rule6]") {
  for (const std::size_t size : {62, 63, 64, 65, 127, 128, 129, 1000}) {
    const std::string text = text_of({"a", "b", "中"}, size);
    const std::string wild = text_of({"_", "b", "_"}, size);
    for (const std::string& pattern : {text, wild}) {
      INFO(size << " characters: " << pattern);
      CHECK(automaton_matches(pattern, text));
      CHECK(automaton_matches("%" + pattern + "%", "b" + text + text + "中"));
      CHECK(automaton_matches(pattern + "%" + pattern, text + "x" + text));
      CHECK(!automaton_matches(pattern + "%" + pattern, text));
      CHECK(!automaton_matches(pattern, text + "a"));
      CHECK(!automaton_matches(pattern + "a", text));
      CHECK(!automaton_matches("%" + pattern + "%", text.substr(1)));
    }
  }
}

// A matcher that backtracks at each % would take exponential time.
TEST_CASE("like: many % cost as little as one", "[like]") {
  std::string pattern;
  for (int i = 0; i < 500; ++i) pattern += "a%";
  const std::string text(8192, 'a');
  CHECK(matches(pattern, text));
  CHECK(!matches(pattern + "b", text));
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
    CHECK(!matches(longest, text));
    CHECK(matches(longest, text + "b"));
    CHECK(matches(longest, text + "b" + text));
    const auto search_for = [&](const std::string& pattern) {
      return shortest_duration(7, [&] { return matches(pattern, text); });
    };
    CHECK(search_for(longest) < 15 * search_for(shorter));
  }
}

TEST_CASE("like: a match stops when its budget is used up", "[like][rule26]") {
  const std::string text(500, 'a');
  const std::string nearly = "%" + std::string(100, 'a') + "_" + std::string(100, 'a') + "b";
  for (const std::string& pattern : {std::string(), std::string("%a%"), text, nearly}) {
    INFO(pattern);
    const std::uint64_t needed = steps_of(pattern, text);
    std::uint64_t budget = needed;
    CHECK(like_matches(pattern, text, budget) == std::optional(matches(pattern, text)));
    CHECK(budget == 0);
    for (budget = 0; budget < needed; ++budget) {
      std::uint64_t left = budget;
      CHECK(like_matches(pattern, text, left) == std::nullopt);
      CHECK(left == 0);
    }
  }
}

TEST_CASE("like: an ordinary pattern costs a step for eight characters", "[like][rule26]") {
  CHECK(steps_of("a%", "b") == 1);
  CHECK(steps_of("%b%", std::string(8000, 'a')) <= 1001);
}

TEST_CASE("like: what nearly matches everywhere costs a step for 64 characters of the pattern",
          "[like][rule26]") {
  const std::string pattern = "%" + std::string(500, 'a') + "_" + std::string(480, 'a') + "b";
  CHECK(steps_of(pattern, std::string(8000, 'a')) > 8000 * 982 / 64);
}
