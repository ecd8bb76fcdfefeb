// Interventions: criteria as leaves and nodes, targets, and the attributes that they carry.
#pragma once

#include "compile/compilation.h"

namespace tripline {

/// Of each name the highest version, in the order of the definitions (rule 25).
void add_interventions(Compilation& compilation);

}  // namespace tripline
