// Inserting into a vector in a third of the machine code of std::vector::insert.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

namespace tripline {

/// Moves what stands from `place` on up by one. O(1) at the end.
template <typename Thing>
void insert(std::vector<Thing>& things, typename std::vector<Thing>::iterator place, Thing thing) {
  const auto index = place - things.begin();
  things.push_back(std::move(thing));
  Thing last = std::move(things.back());
  std::move_backward(things.begin() + index, things.end() - 1, things.end());
  things[static_cast<std::size_t>(index)] = std::move(last);
}

}  // namespace tripline
