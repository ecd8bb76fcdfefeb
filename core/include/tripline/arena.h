// Memory for what lives and dies together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tripline/list.h"

namespace tripline {

/// Hands out memory piece by piece and frees it as a whole: what lies in it needs no destructor,
/// which would be code in every page, and loading calls the allocator rarely.
class Arena {
 public:
  /// All zeros, aligned for anything, and where it is for as long as the arena lives.
  void* take(std::size_t bytes);
  /// A copy of the text.
  std::string_view keep(std::string_view text);

 private:
  List<List<std::uint64_t>> blocks_;
  std::uint64_t* next_ = nullptr;
  std::size_t words_left_ = 0;
};

}  // namespace tripline
