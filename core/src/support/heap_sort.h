// Sorting in a tenth of the machine code of std::sort.
#pragma once

#include <cstddef>
#include <span>
#include <utility>

namespace tripline {

/// Moves an item of a heap down to its place. No item of a heap is before one of the two below it,
/// so the last one of all is on top.
template <typename Item, typename IsBefore>
void sift_down(std::span<Item> heap, std::size_t at, IsBefore is_before) {
  for (std::size_t child = 2 * at + 1; child < heap.size(); child = 2 * at + 1) {
    if (child + 1 < heap.size() && is_before(heap[child], heap[child + 1])) ++child;
    if (!is_before(heap[at], heap[child])) return;
    std::swap(heap[at], heap[child]);
    at = child;
  }
}

/// Heap sort (Williams, 1964): O(n log n), in place, not stable.
template <typename Item, typename IsBefore>
void heap_sort(std::span<Item> items, IsBefore is_before) {
  for (std::size_t i = items.size() / 2; i-- > 0;) sift_down(items, i, is_before);
  for (std::size_t end = items.size(); end-- > 1;) {
    std::swap(items[0], items[end]);
    sift_down(items.first(end), 0, is_before);
  }
}

}  // namespace tripline
