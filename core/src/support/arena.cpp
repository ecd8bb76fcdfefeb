#include "tripline/detail/arena.h"

#include <algorithm>
#include <utility>

namespace tripline {

void* Arena::allocate(std::size_t bytes) {
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

void* Arena::add_place(ItemsStorage& items, std::size_t item_bytes) {
  const std::size_t size = items.size_ * item_bytes;
  const bool is_full = (items.size_ & (items.size_ - 1)) == 0;  // 0, 1, 2, 4, ...
  if (is_full) {
    const auto* former = static_cast<const char*>(items.items);
    items.items = allocate(std::max(2 * size, item_bytes));
    std::copy(former, former + size, static_cast<char*>(items.items));
  }
  ++items.size_;
  return static_cast<char*>(items.items) + size;
}

std::string_view Arena::keep(std::string_view text) {
  char* const copy = static_cast<char*>(allocate(text.size()));
  std::copy(text.begin(), text.end(), copy);
  return {copy, text.size()};
}

}  // namespace tripline
