// Sets of code points: what a literal, a class or `.` accepts.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace tripline::regex {

inline constexpr char32_t kLastCodePoint = 0x10FFFF;

/// Both ends included.
struct Range {
  char32_t first;
  char32_t last;
};

/// Whether some code point of `range` is in the sorted ranges, which do not overlap. O(log n).
[[nodiscard]] bool intersects(std::span<const Range> ranges, Range range);
[[nodiscard]] inline bool contains(std::span<const Range> ranges, char32_t code_point) {
  return intersects(ranges, {code_point, code_point});
}

/// Ranges are kept sorted, apart from one another and as few as possible.
class CharacterSet {
 public:
  void add(Range range);
  /// Pairs of ASCII characters, each the two ends of a range: "09AZaz".
  void add_pairs(std::string_view pairs);
  void add_all(const CharacterSet& other);
  /// Adds every code point that Unicode's simple case folding takes for the same as one that is in.
  void add_case_variants();
  void negate();

  std::span<const Range> ranges() const { return ranges_; }

 private:
  std::vector<Range> ranges_;
};

}  // namespace tripline::regex
