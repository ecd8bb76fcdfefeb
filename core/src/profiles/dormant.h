// State that the present program does not read, kept until a program reads it again (rule 40).
#pragma once

#include <cstdint>

#include "support/lru_map.h"
#include "tripline/detail/list.h"
#include "tripline/detail/text.h"
#include "tripline/value.h"

namespace tripline {

/// How long it is kept.
inline constexpr Time kDormantFor = Time{30} * 24 * 60 * 60 * 1000;
/// How many aggregates of one id are kept; those that became dormant first go first.
inline constexpr std::size_t kMostDormant = 100;

/// An aggregate as its bytes, which only a program with its definition can read.
struct DormantSlot {
  std::uint64_t identity = 0;
  /// When a program came that lacks it.
  Time since = kEarliest;
  Time expires = kNever;
  /// The earliest time to which the clock was turned back meanwhile. The bytes may hold later ones.
  Time rebased_to = kNever;
  Text bytes;

  bool is_over(Time now) const { return since + kDormantFor <= now; }
};

/// By names, since the program may lack the attribute key too.
struct DormantName {
  Text key;
  Text id;
};

[[nodiscard]] inline bool operator==(const DormantName& a, const DormantName& b) {
  return a.key == b.key && a.id == b.id;
}

template <>
struct KeyTraits<DormantName> {
  static std::uint64_t hash(const DormantName& name) { return hash64(name.id) + hash64(name.key); }
};

/// The dormant aggregates of one id.
struct DormantProfile {
  /// How often attributes were set (rule 23).
  std::uint64_t attribute_updates = 0;
  /// Those dormant for the longest time first.
  List<DormantSlot> slots;
};

class DormantStore {
 public:
  explicit DormantStore(std::size_t most_profiles) : profiles_(most_profiles) {}

  void add(const DormantName& name, std::uint64_t attribute_updates, DormantSlot slot);
  /// False if nothing was kept.
  bool forget(const DormantName& name);
  void rebase(Time now);
  /// Drops what is over.
  void expire(Time now);
  void clear() { profiles_.clear(); }

  /// The number of ids of which something is kept.
  std::size_t size() const { return profiles_.size(); }
  /// `visit(name, profile)`, the profile dormant for the longest time first.
  template <typename Visit>
  void for_each(Visit visit) {
    profiles_.for_each(visit);
  }

 private:
  LruMap<DormantName, DormantProfile> profiles_;
};

}  // namespace tripline
