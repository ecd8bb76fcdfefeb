#include "tripline/arena.h"

#include <algorithm>
#include <utility>

namespace tripline {

void* Arena::take(std::size_t bytes) {
  constexpr std::size_t block = 1024;
  const std::size_t words = (bytes + sizeof *next_ - 1) / sizeof *next_;
  if (next_ == nullptr || words > words_left_) {
    words_left_ = std::max(words, block);
    blocks_.push_back(List<std::uint64_t>(words_left_));
    next_ = blocks_.back().data();
  }
  words_left_ -= words;
  return std::exchange(next_, next_ + words);
}

std::string_view Arena::keep(std::string_view text) {
  char* const copy = static_cast<char*>(take(text.size()));
  std::copy(text.begin(), text.end(), copy);
  return {copy, text.size()};
}

}  // namespace tripline
