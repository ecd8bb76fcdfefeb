// The tables of a program that follow from its other tables.
#pragma once

#include "tripline/program.h"

namespace tripline {

/// The last stage of compiling and of loading: all that an update looks up, made of what the other
/// tables say. What is made here is not saved, so it cannot contradict the rest.
void link(Program& program);

}  // namespace tripline
