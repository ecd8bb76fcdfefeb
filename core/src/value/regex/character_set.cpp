#include "value/regex/character_set.h"

#include <algorithm>

namespace tripline::regex {

bool intersects(std::span<const Range> ranges, Range range) {
  std::size_t below = 0;  // how many of the ranges end before this one begins
  for (std::size_t count = ranges.size(); count > 0;) {
    const std::size_t half = count / 2;
    if (ranges[below + half].last < range.first) {
      below += half + 1;
      count -= half + 1;
    } else {
      count = half;
    }
  }
  return below < ranges.size() && ranges[below].first <= range.last;
}

void CharacterSet::add(Range range) {
  auto begin = ranges_.begin();
  while (begin != ranges_.end() && begin->last + 1 < range.first) ++begin;
  auto end = begin;  // what the new range overlaps or touches becomes part of it
  for (; end != ranges_.end() && end->first <= range.last + 1; ++end) {
    range.first = std::min(range.first, end->first);
    range.last = std::max(range.last, end->last);
  }
  ranges_.insert(ranges_.erase(begin, end), range);
}

void CharacterSet::add_pairs(std::string_view pairs) {
  for (; !pairs.empty(); pairs.remove_prefix(2)) {
    add({static_cast<unsigned char>(pairs[0]), static_cast<unsigned char>(pairs[1])});
  }
}

void CharacterSet::add_all(const CharacterSet& other) {
  for (const Range& range : other.ranges_) add(range);
}

void CharacterSet::negate() {
  std::vector<Range> gaps;
  char32_t next = 0;
  for (const Range& range : ranges_) {
    if (next < range.first) gaps.push_back({next, range.first - 1});
    next = range.last + 1;
  }
  if (next <= kLastCodePoint) gaps.push_back({next, kLastCodePoint});
  ranges_ = std::move(gaps);
}

}  // namespace tripline::regex
