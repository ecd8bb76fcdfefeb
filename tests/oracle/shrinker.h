// Shrinks a session that fails, as far as it still fails.
#pragma once

#include "comparison.h"

namespace oracle {

/// `session` must have a mismatch; the returned session has one, too.
Session shrink(Session session);

}  // namespace oracle
