// Memory for objects that are all freed at one time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <string_view>

#include "tripline/detail/list.h"

namespace tripline {

/// The part of Items that does not depend on the type of the items.
struct ItemsStorage {
  void* items = nullptr;
  std::uint32_t size_ = 0;
};

/// A list of items in memory that an Arena owns.
template <typename T>
struct Items : ItemsStorage {
  Items() = default;
  Items(T* first, std::size_t count) : ItemsStorage{first, static_cast<std::uint32_t>(count)} {}

  /// True if there is a list, even an empty one.
  bool exists() const { return items != nullptr; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T* begin() const { return static_cast<T*>(items); }
  T* end() const { return begin() + size_; }
  T& operator[](std::size_t index) const { return begin()[index]; }
};

/// Hands out memory piece by piece and frees it as a whole. No destructor runs for what lies in it:
/// that saves code that every page would load, and loading calls the allocator rarely.
class Arena {
 public:
  /// Returns zeroed bytes, aligned for any type. They stay in place for as long as the arena lives.
  void* allocate(std::size_t bytes);
  /// Returns a copy of the string in this arena.
  std::string_view keep(std::string_view text);
  /// Adds an item to a list in this arena. If the list must move to grow, its old place stays
  /// unused.
  template <typename T>
  void add(Items<T>& items, const T& item) {
    new (add_place(items, sizeof(T))) T(item);
  }

 private:
  void* add_place(ItemsStorage& items, std::size_t item_bytes);

  List<List<std::uint64_t>> blocks_;
  std::uint64_t* next_ = nullptr;
  std::size_t words_left_ = 0;
};

}  // namespace tripline
