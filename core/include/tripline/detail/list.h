// A vector whose machine code is the same for all types. That of std::vector, which is compiled
// anew for each type, was a fifth of what a page loads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <new>
#include <type_traits>
#include <utility>

namespace tripline {

/// The part of List that does not depend on the type of the items. Moving an item copies its
/// bytes, so an item must not hold its own address, as GCC's std::string does.
class ListStorage {
 protected:
  void swap(ListStorage& other) noexcept;
  /// Makes room for at least `wanted` items.
  void make_room(std::size_t wanted, std::size_t item_bytes);
  /// Returns the place for one more item behind the last one.
  void* add_place(std::size_t item_bytes);
  /// Returns the place for one more item, from which `next` and the items behind it have moved up.
  void* add_place(void* next, std::size_t item_bytes);
  /// Moves the items from `last` on down to `first`.
  void remove_places(void* first, void* last, std::size_t item_bytes);
  void resize_with_zeros(std::size_t size, std::size_t item_bytes);

  void* items_ = nullptr;
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = 0;

 private:
  char* place_of(std::size_t index, std::size_t item_bytes) {
    return static_cast<char*>(items_) + index * item_bytes;
  }
};

/// As std::vector, with one exception: do not add an item of the same list without copying it
/// first, since adding moves the items.
template <typename T>
class List : private ListStorage {
 public:
  using value_type = T;
  using iterator = T*;
  using const_iterator = const T*;

  List() = default;
  explicit List(std::size_t size) { resize(size); }
  List(const T* first, const T* last) {
    reserve(static_cast<std::size_t>(last - first));
    for (; first != last; ++first) push_back(*first);
  }
  List(std::initializer_list<T> items) : List(items.begin(), items.end()) {}
  List(const List& other) : List(other.begin(), other.end()) {}
  List(List&& other) noexcept { swap(other); }
  List& operator=(List&& other) noexcept {
    swap(other);
    return *this;
  }
  List& operator=(const List& other) { return *this = List(other); }
  ~List() {
    clear();
    ::operator delete(items_);
  }
  void swap(List& other) noexcept { ListStorage::swap(other); }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T* data() { return static_cast<T*>(items_); }
  const T* data() const { return static_cast<const T*>(items_); }
  T* begin() { return data(); }
  const T* begin() const { return data(); }
  T* end() { return data() + size_; }
  const T* end() const { return data() + size_; }
  T& operator[](std::size_t index) { return data()[index]; }
  const T& operator[](std::size_t index) const { return data()[index]; }
  T& front() { return data()[0]; }
  const T& front() const { return data()[0]; }
  T& back() { return data()[size_ - 1]; }
  const T& back() const { return data()[size_ - 1]; }

  void reserve(std::size_t wanted) { make_room(wanted, sizeof(T)); }
  template <typename... Arguments>
  T& emplace_back(Arguments&&... arguments) {
    return *new (add_place(sizeof(T))) T{std::forward<Arguments>(arguments)...};
  }
  void push_back(const T& item) { new (add_place(sizeof(T))) T(item); }
  void push_back(T&& item) { new (add_place(sizeof(T))) T(std::move(item)); }
  /// O(1) at the end, else linear.
  void insert(T* place, T item) { new (add_place(place, sizeof(T))) T(std::move(item)); }

  void pop_back() { data()[--size_].~T(); }
  T* erase(T* first, T* last) {
    if (first == last) return first;
    for (T* item = first; item != last; ++item) item->~T();
    remove_places(first, last, sizeof(T));
    return first;
  }
  T* erase(T* item) { return erase(item, item + 1); }
  void clear() { shrink(0); }
  void resize(std::size_t size) {
    if constexpr (std::is_trivially_default_constructible_v<T>) {
      resize_with_zeros(size, sizeof(T));
    } else {
      reserve(size);
      while (size_ < size) emplace_back();
      shrink(size);
    }
  }

  friend bool operator==(const List& a, const List& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }

 private:
  void shrink(std::size_t size) {
    if constexpr (std::is_trivially_destructible_v<T>) {
      size_ = static_cast<std::uint32_t>(size);
    } else {
      while (size_ > size) pop_back();
    }
  }
};

/// Removes every item for which `is_unwanted` is true.
template <typename T, typename IsUnwanted>
void erase_if(List<T>& list, IsUnwanted is_unwanted) {
  list.erase(std::remove_if(list.begin(), list.end(), is_unwanted), list.end());
}

}  // namespace tripline
