// Which events count: inputs, the conditions on them, and the tests that these make up.
#pragma once

#include "compile/compilation.h"

namespace tripline {

/// The input that holds a property, whatever its date part.
Program::Index add_input(Compilation& compilation, const Property& property);
/// The same of a property that is neither calculated nor a date part, else the calculation.
Program::Index add_value(Compilation& compilation, const Property& property);
Program::Index add_atomic_input(Compilation& compilation, const char* name);

/// Compiles the pattern of a comparison that has one. An error in it is reported at `pointer`.
void compile_pattern(Compilation& compilation, Program::Comparison& comparison,
                     const JsonNode* pointer);

/// The test of an attribute's selectors and filter. `description` becomes what the test asks; it
/// does not depend on the rest of the bundle.
Program::Index add_test(Compilation& compilation, const Attribute& attribute, Text& description);

}  // namespace tripline
