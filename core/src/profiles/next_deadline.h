// The deadlines of a profile.
#pragma once

#include "profiles/profile_store.h"

namespace tripline {

/// The first moment after `now` at which time alone may flip a leaf on an attribute of the profile;
/// kNever if there is none. Looks closer only at slots whose own deadline has come or which were
/// updated.
[[nodiscard]] Time next_deadline(const Program& program, Profile& profile, Time now);

}  // namespace tripline
