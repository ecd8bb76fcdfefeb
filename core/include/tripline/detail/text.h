// A string that is pointer, size and capacity, and nothing else. std::string keeps short
// strings in itself, so each access begins with a branch: a tenth of what a page loads.
#pragma once

#include <concepts>
#include <iosfwd>
#include <string>
#include <string_view>

#include "tripline/detail/list.h"

namespace tripline {

/// Bytes of UTF-8, without a zero behind them. Do not append a view into this same string: growing
/// moves the bytes.
class Text : private ListStorage {
 public:
  Text() = default;
  Text(const char* text) : Text(std::string_view(text)) {}
  Text(const std::string& text) : Text(std::string_view(text)) {}
  explicit Text(std::string_view text) { *this += text; }
  Text(const Text& other) : Text(other.view()) {}
  Text(Text&& other) noexcept { swap(other); }
  Text& operator=(const Text& other) { return *this = other.view(); }
  Text& operator=(Text&& other) noexcept {
    swap(other);
    return *this;
  }
  /// Uses the memory that the string has, if it suffices.
  template <std::convertible_to<std::string_view> Other>
  Text& operator=(const Other& text) {
    size_ = 0;
    return *this += text;
  }
  ~Text() { ::operator delete(items_); }

  operator std::string_view() const { return view(); }
  operator std::string() const { return std::string(view()); }
  std::string_view view() const { return {data(), size_}; }
  const char* data() const { return static_cast<const char*>(items_); }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  char* begin() { return static_cast<char*>(items_); }
  const char* begin() const { return data(); }
  char* end() { return begin() + size_; }
  const char* end() const { return data() + size_; }
  char& operator[](std::size_t index) { return begin()[index]; }
  const char& operator[](std::size_t index) const { return begin()[index]; }
  char back() const { return data()[size_ - 1]; }

  void pop_back() { --size_; }
  void clear() { size_ = 0; }
  Text& operator+=(std::string_view text);
  Text& operator+=(char c);

  template <std::convertible_to<std::string_view> Other>
  friend bool operator==(const Text& text, const Other& other) {
    return text.view() == std::string_view(other);
  }
  friend bool operator<(const Text& a, const Text& b) { return a.view() < b.view(); }
};

/// Prints the string.
template <typename Traits>
std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& stream,
                                             const Text& text) {
  return stream << text.view();
}

}  // namespace tripline
