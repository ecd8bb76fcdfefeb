// Values that follow from those of an event's inputs.
#pragma once

#include "tripline/event.h"
#include "tripline/program.h"

namespace tripline {

/// Null where the event has no such value.
[[nodiscard]] Value calculate(const Program::Calculation& calculation, const Event& event);

}  // namespace tripline
