// The other direction of references, and what evaluation needs in another order.
#pragma once

#include "compile/compilation.h"

namespace tripline {

/// Completes a program whose definitions have no errors.
void link(Compilation& compilation);

}  // namespace tripline
