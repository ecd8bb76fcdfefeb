// One event, as a host hands it to the engine: the values of the inputs that the program declared,
// and nothing else. Event JSON stays with the host.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "tripline/value.h"

namespace tripline {

/// All views must stay valid until Engine::process returns.
struct Event {
  /// Duplicates are recognised by it (rule 15). A host gives an event without id a random one.
  std::string_view id;
  /// When it happened; absent, or beyond the range of times: the engine's clock. A time in the
  /// future is taken as now.
  std::optional<Time> time;
  /// One value per Program::inputs, in that order; those beyond the end are missing. An atomic
  /// field has a value of its type, or is missing (rule 2): the host converts it.
  std::span<const ValueView> inputs;
};

}  // namespace tripline
