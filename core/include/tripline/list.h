// A vector whose machine code is written once for all types: std::vector's, made anew for each, was
// a fifth of what a page loads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <new>
#include <string>
#include <type_traits>
#include <utility>

namespace tripline {

/// What all lists share, whatever they hold.
class ListStorage {
 protected:
  /// Moves that many items, from and to places that may overlap.
  using MoveItems = void (*)(void* to, void* from, std::size_t count);
  struct ItemType {
    std::size_t bytes;
    MoveItems move;  // null: moving an item is copying its bytes
  };

  void swap(ListStorage& other) noexcept;
  void make_room(std::size_t wanted, ItemType type);
  /// The place for one more item behind the last one.
  void* add_place(ItemType type);
  /// The place for one more item, with `next` and what stands behind it moved up.
  void* add_place(void* next, ItemType type);
  /// Moves what stands from `last` on down to `first`.
  void remove_places(void* first, void* last, ItemType type);
  void resize_with_zeros(std::size_t size, ItemType type);

  void* items_ = nullptr;
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = 0;

 private:
  void* place_of(std::size_t index, ItemType type);
  static void move(void* to, void* first, void* last, ItemType type);
};

/// Whether moving a T is copying its bytes: whether it holds no address in itself. Of what is kept
/// in lists only the string of GCC's library does.
template <typename T>
inline constexpr bool kMovesAsBytes =
#ifdef __GLIBCXX__
    std::is_trivially_copyable_v<T>;
#else
    true;
#endif

/// As std::vector, but that what is added must not be an item of the list itself: adding moves
/// those.
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
  List& operator=(List other) noexcept {
    swap(other);
    return *this;
  }
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

  void reserve(std::size_t wanted) {
    if (wanted > capacity_) make_room(wanted, kType);
  }
  template <typename... Arguments>
  T& emplace_back(Arguments&&... arguments) {
    return *new (add_place(kType)) T{std::forward<Arguments>(arguments)...};
  }
  void push_back(const T& item) { new (add_place(kType)) T(item); }
  void push_back(T&& item) { new (add_place(kType)) T(std::move(item)); }
  /// O(1) at the end, else linear.
  void insert(T* place, T item) { new (add_place(place, kType)) T(std::move(item)); }

  void pop_back() { data()[--size_].~T(); }
  T* erase(T* first, T* last) {
    if (first == last) return first;
    for (T* item = first; item != last; ++item) item->~T();
    remove_places(first, last, kType);
    return first;
  }
  T* erase(T* item) { return erase(item, item + 1); }
  void clear() { shrink(0); }
  void resize(std::size_t size) {
    if constexpr (std::is_trivially_default_constructible_v<T>) {
      resize_with_zeros(size, kType);
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
  static void move_items(void* to, void* from, std::size_t count) {
    auto* const source = static_cast<T*>(from);
    auto* const target = static_cast<T*>(to);
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t index = target < source ? i : count - 1 - i;
      new (target + index) T(std::move(source[index]));
      source[index].~T();
    }
  }
  static constexpr ItemType kType{sizeof(T), kMovesAsBytes<T> ? nullptr : &move_items};

  void shrink(std::size_t size) {
    if constexpr (std::is_trivially_destructible_v<T>) {
      size_ = static_cast<std::uint32_t>(size);
    } else {
      while (size_ > size) pop_back();
    }
  }
};

template <typename T, typename IsUnwanted>
void erase_if(List<T>& list, IsUnwanted is_unwanted) {
  list.erase(std::remove_if(list.begin(), list.end(), is_unwanted), list.end());
}

}  // namespace tripline
