// Sets of code points: what a literal, a class or `.` accepts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "support/archive.h"
#include "tripline/detail/arena.h"
#include "tripline/detail/list.h"

namespace tripline::regex {

inline constexpr char32_t kLastCodePoint = 0x10FFFF;

/// The sorted points at which a set by turns begins and ends: {a, b, c, x} is "a", "d", "x", "y",
/// and a set that goes on up to the last code point has no end there.
using Bounds = std::span<const char32_t>;

/// How many bounds are at or below a code point. O(log n).
[[nodiscard]] std::size_t count_up_to(Bounds bounds, char32_t code_point);

[[nodiscard]] inline bool contains(Bounds bounds, char32_t code_point) {
  return count_up_to(bounds, code_point) % 2 == 1;
}

class CharacterSet {
 public:
  /// Both ends are included.
  void add(char32_t first, char32_t last);
  /// Pairs of ASCII characters, each the two ends of a range: "09AZaz".
  void add_pairs(std::string_view pairs);
  void add_all(const CharacterSet& other);
  /// Adds every code point that Unicode's simple case folding takes for the same as one that is in.
  void add_case_variants();
  void negate();
  void clear() { bounds_.clear(); }

  Bounds bounds() const { return bounds_; }

 private:
  List<char32_t> bounds_;
};

/// The sets of a pattern in one piece, each led by the number of its bounds:
///
///   [a-c]  2 a d   [^\n]  3 0 \n \v
class CharacterSets {
 public:
  /// Gives the place of the set.
  std::uint32_t add(const CharacterSet& set, Arena& memory);

  /// True if at() may be asked for that place.
  bool has(std::int64_t place) const;
  /// Names its parts to an archive.
  void visit(Archive& archive, Arena& memory);

  Bounds at(std::size_t place) const { return {words_.begin() + place + 1, words_[place]}; }

 private:
  Items<char32_t> words_;
};

}  // namespace tripline::regex
