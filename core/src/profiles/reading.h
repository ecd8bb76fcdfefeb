// The values of attributes as criteria read them.
#pragma once

#include "profiles/profile_store.h"
#include "value/compare.h"

namespace tripline {

/// An attribute as criteria read it at `now` (rule 9), of its aggregate's slot in a profile; null
/// for an id of which nothing is known.
[[nodiscard]] Reading read_slot(const Program::Attribute& attribute, const Slot* slot, Time now);
/// Reads an attribute of a profile; of null, as one that has seen nothing.
[[nodiscard]] Reading read_attribute(const Program& program, const Profile* profile,
                                     Program::Index index, Time now);

}  // namespace tripline
