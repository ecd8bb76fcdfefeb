// Interventions: criteria as leaves and nodes, targets, and the attributes that they carry.
#pragma once

#include "compile/compilation.h"

namespace tripline {

/// Adds the highest version of each name, in the order of the definitions (rule 25).
void add_interventions(Compilation& compilation);

}  // namespace tripline
