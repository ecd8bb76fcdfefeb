// The marks of sent interventions: one per (name, version, target), for good (rule 20).
#pragma once

#include <string_view>

#include "support/hash.h"
#include "support/lru_map.h"
#include "support/text.h"
#include "tripline/program.h"

namespace tripline {

/// The mark of an intervention and a target → when it was sent. 128 bits stand for the names.
using Marks = LruMap<Hash128, Time>;

[[nodiscard]] inline Hash128 intervention_mark(const Program::Intervention& intervention) {
  return hash_parts(intervention.name, concat({intervention.version}));
}
[[nodiscard]] inline Hash128 target_mark(std::string_view key_name, std::string_view id) {
  return hash_parts(key_name, id);
}
/// Combines two marks that are each made once and used often. The sums are as evenly spread as the
/// hashes that they are of; crossed, so that it matters which is the intervention's.
[[nodiscard]] inline Hash128 sent_mark(const Hash128& intervention, const Hash128& target) {
  return {intervention.low + target.high, intervention.high + target.low};
}

}  // namespace tripline
