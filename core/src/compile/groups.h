// Attribute groups: attributes, the aggregates that compute them, and services.
#pragma once

#include "compile/compilation.h"

namespace tripline {

void add_group(Compilation& compilation, const AttributeGroup& group);
/// The index of a group's version. kNone after an error, which says which versions there are.
Program::Index find_group(Compilation& compilation, const GroupLink& link);
/// Services leave nothing in the program: only errors.
void check_service(Compilation& compilation, const Service& service);

}  // namespace tripline
