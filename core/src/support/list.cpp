#include "tripline/list.h"

#include <cstring>

namespace tripline {

// Inlined, these two would be everywhere what they are here to be once.

[[gnu::noinline]] void ListStorage::swap(ListStorage& other) noexcept {
  std::swap(items_, other.items_);
  std::swap(size_, other.size_);
  std::swap(capacity_, other.capacity_);
}

[[gnu::noinline]] void* ListStorage::add_place(ItemType type) {
  if (size_ == capacity_) make_room(size_ == 0 ? 1 : 2 * std::size_t{size_}, type);
  return place_of(size_++, type);
}

void* ListStorage::add_place(void* next, ItemType type) {
  const auto offset = static_cast<char*>(next) - static_cast<char*>(items_);
  char* const end = static_cast<char*>(add_place(type));
  char* const place = static_cast<char*>(items_) + offset;
  move(place + type.bytes, place, end, type);
  return place;
}

void ListStorage::remove_places(void* first, void* last, ItemType type) {
  move(first, last, place_of(size_, type), type);
  const auto removed = static_cast<char*>(last) - static_cast<char*>(first);
  size_ -= static_cast<std::uint32_t>(static_cast<std::size_t>(removed) / type.bytes);
}

void ListStorage::make_room(std::size_t wanted, ItemType type) {
  void* const end = place_of(size_, type);
  void* const former = std::exchange(items_, ::operator new(wanted* type.bytes));
  move(items_, former, end, type);
  ::operator delete(former);
  capacity_ = static_cast<std::uint32_t>(wanted);
}

void ListStorage::resize_with_zeros(std::size_t size, ItemType type) {
  if (size > capacity_) make_room(size, type);
  if (size > size_) std::memset(place_of(size_, type), 0, (size - size_) * type.bytes);
  size_ = static_cast<std::uint32_t>(size);
}

void* ListStorage::place_of(std::size_t index, ItemType type) {
  return static_cast<char*>(items_) + index * type.bytes;
}

void ListStorage::move(void* to, void* first, void* last, ItemType type) {
  const auto bytes = static_cast<std::size_t>(static_cast<char*>(last) - static_cast<char*>(first));
  if (bytes == 0 || to == first) return;
  if (type.move != nullptr) {
    type.move(to, first, bytes / type.bytes);
  } else {
    std::memmove(to, first, bytes);
  }
}

}  // namespace tripline
