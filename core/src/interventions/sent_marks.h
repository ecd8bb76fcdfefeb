// What has been sent to whom: once per (name, version, target), for good (rule 20).
#pragma once

#include <string_view>

#include "support/hash.h"
#include "support/lru_map.h"
#include "tripline/program.h"

namespace tripline {

struct Hash128Hash {
  std::size_t operator()(const Hash128& hash) const { return static_cast<std::size_t>(hash.low); }
};

/// The mark of an intervention and a target → when it was sent. 128 bits stand for the names.
using SentMarks = LruMap<Hash128, Time, Hash128Hash, std::equal_to<Hash128>>;

[[nodiscard]] inline Hash128 sent_mark(const Program::Intervention& intervention,
                                       std::string_view key_name, std::string_view id) {
  return hash_parts(intervention.name, std::to_string(intervention.version), key_name, id);
}

}  // namespace tripline
