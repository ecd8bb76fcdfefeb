#pragma once

#include <cstddef>

namespace tripline {

/// A vector for where a limit is known: it never allocates, and pushing is a store. Whoever pushes
/// makes sure that there is room. Elements start undefined.
template <typename T, std::size_t kCapacity>
class FixedVector {
 public:
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T& operator[](std::size_t index) { return items_[index]; }
  const T& operator[](std::size_t index) const { return items_[index]; }
  T& back() { return items_[size_ - 1]; }
  T* begin() { return items_; }
  const T* begin() const { return items_; }
  T* end() { return items_ + size_; }
  const T* end() const { return items_ + size_; }

  void push_back(const T& item) { items_[size_++] = item; }
  T pop_back() { return items_[--size_]; }
  void shrink(std::size_t size) { size_ = size; }
  void clear() { size_ = 0; }

 private:
  T items_[kCapacity];
  std::size_t size_ = 0;
};

}  // namespace tripline
