// A set of small integers that is emptied in constant time (Briggs and Torczon, 1993).
#pragma once

#include <cstdint>
#include <span>
#include <utility>

#include "tripline/detail/list.h"

namespace tripline {

/// Holds numbers below `universe`. Adding and asking are O(1), clearing is O(1), iteration is in
/// the order of adding.
class SparseSet {
 public:
  explicit SparseSet(std::size_t universe) : position_(universe), members_(universe + 1) {}

  /// Adds the number if `wanted`. Without a branch, since nobody could predict it: a member is
  /// written in any case, and is one once it is counted.
  void add_if(bool wanted, std::uint32_t number) {
    const std::uint32_t known = position_[number];
    const bool is_new = (known >= size_) | (members_[known] != number);
    const std::uint32_t end = size_;
    members_[end] = number;
    position_[number] = is_new ? end : known;
    size_ = end + (is_new & wanted);
  }
  void add(std::uint32_t number) { add_if(true, number); }
  /// Empties the set; its members stand there until the next is added.
  std::span<std::uint32_t> drain() { return {members_.data(), std::exchange(size_, 0)}; }

 private:
  List<std::uint32_t> position_;
  List<std::uint32_t> members_;  // of which the first `size_` count
  std::uint32_t size_ = 0;
};

}  // namespace tripline
