// Ids of interventions (rule 23).
#pragma once

#include "support/hash.h"
#include "tripline/detail/text.h"

namespace tripline {

/// A UUIDv8 (RFC 9562) of the hash: whoever hashes the same name, version and cause gets the same
/// id, in a page or on a server.
[[nodiscard]] Text intervention_id(const Hash128& hash);

}  // namespace tripline
