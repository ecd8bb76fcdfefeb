// Makes a session that fails as small as it gets while it fails.
#pragma once

#include "comparison.h"

namespace oracle {

/// `session` must show a mismatch; so does what is returned.
Session shrink(Session session);

}  // namespace oracle
