// Attribute keys: where an event carries the id.
#pragma once

#include "compile/compilation.h"

namespace tripline {

/// Adds a key, or checks that a second definition of it equals the first. kNone after an error.
Program::Index declare_key(Compilation& compilation, const AttributeKey& key);
/// The key that a target names: a declared one, or an atomic field. kNone after an error.
Program::Index target_key(Compilation& compilation, const KeyLink& link);
void report_key_without_input(Compilation& compilation, const AttributeKey& key);

}  // namespace tripline
