#include "tripline/detail/list.h"

#include <cstring>

namespace tripline {
namespace {

void move_bytes(void* to, const void* from, std::size_t bytes) {
  if (bytes != 0) std::memmove(to, from, bytes);
}

}  // namespace

// Inlined, these three would be everywhere what they are here to be once.

[[gnu::noinline]] void ListStorage::swap(ListStorage& other) noexcept {
  std::swap(items_, other.items_);
  std::swap(size_, other.size_);
  std::swap(capacity_, other.capacity_);
}

[[gnu::noinline]] void* ListStorage::add_place(std::size_t item_bytes) {
  if (size_ == capacity_) make_room(size_ == 0 ? 1 : 2 * std::size_t{size_}, item_bytes);
  return place_of(size_++, item_bytes);
}

void* ListStorage::add_place(void* next, std::size_t item_bytes) {
  const auto offset = static_cast<char*>(next) - static_cast<char*>(items_);
  char* const end = static_cast<char*>(add_place(item_bytes));
  char* const place = static_cast<char*>(items_) + offset;
  move_bytes(place + item_bytes, place, static_cast<std::size_t>(end - place));
  return place;
}

void ListStorage::remove_places(void* first, void* last, std::size_t item_bytes) {
  const auto end = place_of(size_, item_bytes);
  move_bytes(first, last, static_cast<std::size_t>(end - static_cast<char*>(last)));
  const auto removed = static_cast<char*>(last) - static_cast<char*>(first);
  size_ -= static_cast<std::uint32_t>(static_cast<std::size_t>(removed) / item_bytes);
}

[[gnu::noinline]] void ListStorage::make_room(std::size_t wanted, std::size_t item_bytes) {
  if (wanted <= capacity_) return;
  const std::size_t bytes = wanted * item_bytes;
  void* const former = std::exchange(items_, ::operator new(bytes));
  move_bytes(items_, former, size_ * item_bytes);
  ::operator delete(former);
  capacity_ = static_cast<std::uint32_t>(wanted);
}

void ListStorage::resize_with_zeros(std::size_t size, std::size_t item_bytes) {
  make_room(size, item_bytes);
  if (size > size_) std::memset(place_of(size_, item_bytes), 0, (size - size_) * item_bytes);
  size_ = static_cast<std::uint32_t>(size);
}

}  // namespace tripline
