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
  /// Duplicates are recognised by it (rule 15). A host gives an event without an id a random one.
  std::string_view id;
  /// When it happened. The engine's clock stands in for a time that is absent, out of range or in
  /// the future.
  std::optional<Time> time;
  /// One value for each of Program::inputs, in that order. If there are fewer, the rest is missing.
  /// The host converts an atomic field to the field's type, or leaves it missing (rule 2).
  std::span<const ValueView> inputs;
};

}  // namespace tripline
