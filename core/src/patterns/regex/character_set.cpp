#include "patterns/regex/character_set.h"

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
  bounds_.erase(bounds_.begin() + begin, bounds_.begin() + end);
  if (end % 2 == 0 && last != kLastCodePoint) bounds_.insert(bounds_.begin() + begin, last + 1);
  if (begin % 2 == 0) bounds_.insert(bounds_.begin() + begin, first);
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
  const bool has_zero = !bounds_.empty() && bounds_[0] == 0;
  if (has_zero) {
    bounds_.erase(bounds_.begin());
  } else {
    bounds_.insert(bounds_.begin(), 0);
  }
}

std::uint32_t CharacterSets::add(const CharacterSet& set, Arena& memory) {
  const std::size_t place = words_.size();
  memory.add(words_, static_cast<char32_t>(set.bounds().size()));
  for (const char32_t bound : set.bounds()) memory.add(words_, bound);
  return static_cast<std::uint32_t>(place);
}

bool CharacterSets::has(std::int64_t place) const {
  if (place < 0 || static_cast<std::uint64_t>(place) >= words_.size()) return false;
  const auto begin = static_cast<std::size_t>(place);
  return words_[begin] < words_.size() - begin;
}

void CharacterSets::visit(Archive& archive, Arena& memory) {
  archive.items(words_, memory, 4, [&](char32_t& word) { archive.number(word); });
}

}  // namespace tripline::regex
