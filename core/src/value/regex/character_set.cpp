#include "value/regex/character_set.h"

#include <algorithm>

namespace tripline::regex {

std::size_t count_up_to(Bounds bounds, char32_t code_point) {
  std::size_t counted = 0;
  for (std::size_t left = bounds.size(); left > 0;) {
    const std::size_t half = left / 2;
    if (bounds[counted + half] <= code_point) {
      counted += half + 1;
      left -= half + 1;
    } else {
      left = half;
    }
  }
  return counted;
}

// The bounds from `first` to `last` + 1 go. What begins before them or goes on behind them, or only
// touches the new range, becomes one with it.
void CharacterSet::add(char32_t first, char32_t last) {
  const std::size_t begin = first == 0 ? 0 : count_up_to(bounds_, first - 1);
  const std::size_t end = count_up_to(bounds_, last + 1);
  const char32_t ends[] = {first, last + 1};
  const std::size_t from = begin % 2 == 0 ? 0 : 1;
  const std::size_t to = end % 2 == 0 && last != kLastCodePoint ? 2 : 1;
  replace(begin, end, Bounds(ends).subspan(from, to - from));
}

void CharacterSet::add_pairs(std::string_view pairs) {
  for (std::size_t i = 0; i < pairs.size(); i += 2) {
    add(static_cast<unsigned char>(pairs[i]), static_cast<unsigned char>(pairs[i + 1]));
  }
}

void CharacterSet::add_all(const CharacterSet& other) {
  const Bounds bounds = other.bounds_;
  for (std::size_t i = 0; i < bounds.size(); i += 2) {
    add(bounds[i], i + 1 < bounds.size() ? bounds[i + 1] - 1 : kLastCodePoint);
  }
}

void CharacterSet::negate() {
  constexpr char32_t zero[] = {0};
  const bool has_zero = !bounds_.empty() && bounds_[0] == 0;
  if (has_zero) {
    replace(0, 1, {});
  } else {
    replace(0, 0, zero);
  }
}

void CharacterSet::replace(std::size_t begin, std::size_t end, Bounds bounds) {
  const std::size_t old_size = bounds_.size();
  for (const char32_t bound : bounds) bounds_.push_back(bound);  // makes room
  char32_t* data = bounds_.data();
  std::move_backward(data + end, data + old_size, data + bounds_.size());
  std::move(data + end + bounds.size(), data + bounds_.size(), data + begin + bounds.size());
  std::copy(bounds.begin(), bounds.end(), data + begin);
  for (; begin < end; ++begin) bounds_.pop_back();
}

std::uint32_t CharacterSets::add(const CharacterSet& set) {
  const std::size_t place = words_.size();
  words_.push_back(static_cast<char32_t>(set.bounds().size()));
  for (const char32_t bound : set.bounds()) words_.push_back(bound);
  return static_cast<std::uint32_t>(place);
}

}  // namespace tripline::regex
