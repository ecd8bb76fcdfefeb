// A set of small integers that is emptied in constant time (Briggs and Torczon, 1993).
#pragma once

#include <cstdint>
#include <span>

#include "tripline/list.h"

namespace tripline {

/// Holds numbers below `universe`. Adding and asking are O(1), clearing is O(1), iteration is in
/// the order of adding.
class SparseSet {
 public:
  explicit SparseSet(std::size_t universe) : position_(universe) {}

  /// True if the number was not in the set before.
  bool add(std::uint32_t number) {
    if (contains(number)) return false;
    position_[number] = static_cast<std::uint32_t>(members_.size());
    members_.push_back(number);
    return true;
  }
  bool contains(std::uint32_t number) const {
    const std::uint32_t position = position_[number];
    return position < members_.size() && members_[position] == number;
  }
  void clear() { members_.clear(); }
  bool empty() const { return members_.empty(); }
  std::span<std::uint32_t> members() { return members_; }

 private:
  List<std::uint32_t> position_;
  List<std::uint32_t> members_;
};

}  // namespace tripline
