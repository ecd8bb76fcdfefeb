// How much a host keeps for one visitor.
#pragma once

#include <cstddef>

#include "tripline/program.h"

namespace tripline {

/// Bytes that a visitor with one id of each attribute key adds to a snapshot. The ids have 36
/// bytes, strings that are values have 16.
struct StateSize {
  /// After one event that every attribute counts.
  std::size_t first;
  /// The size for a visitor who has filled every window and list, and got every intervention.
  std::size_t most;
};

/// Found by filling each kind of aggregate, so it takes a part of a second.
[[nodiscard]] StateSize state_size(const Program& program);

}  // namespace tripline
