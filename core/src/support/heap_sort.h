// Sorting in a tenth of the machine code of std::sort.
#pragma once

#include <cstddef>
#include <span>
#include <utility>

namespace tripline {

/// Heap sort (Williams, 1964): O(n log n), in place, not stable.
template <typename Thing, typename IsBefore>
void heap_sort(std::span<Thing> things, IsBefore is_before) {
  const auto sift_down = [&](std::size_t at, std::size_t size) {
    for (std::size_t child = 2 * at + 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && is_before(things[child], things[child + 1])) ++child;
      if (!is_before(things[at], things[child])) return;
      std::swap(things[at], things[child]);
      at = child;
    }
  };
  for (std::size_t i = things.size() / 2; i-- > 0;) sift_down(i, things.size());
  for (std::size_t end = things.size(); end-- > 1;) {
    std::swap(things[0], things[end]);
    sift_down(0, end);
  }
}

}  // namespace tripline
