// State per attribute key and id.
#pragma once

#include <memory>
#include <string_view>

#include "attributes/aggregate.h"
#include "support/hash.h"
#include "support/lru_map.h"
#include "tripline/detail/list.h"
#include "tripline/detail/text.h"
#include "tripline/program.h"

namespace tripline {

struct ProfileName {
  Program::Index key;
  Text id;
};

struct ProfileNameView {
  Program::Index key;
  std::string_view id;
};

/// An aggregate and until when it lives; null until an event has counted.
struct Slot {
  std::unique_ptr<Aggregate> aggregate;
  Time expires = kNever;
  /// Kept by next_deadline(), of what changes through time: when it may turn a leaf. In the past
  /// where that must be found out anew.
  Time deadline = kEarliest;

  bool is_alive(Time now) const { return aggregate != nullptr && now < expires; }
  /// Takes stored times after `now` as `now` (rule 10). There must be an aggregate.
  void rebase(const Program::Aggregate& definition, Time now);
};

/// The state of one id of one attribute key.
struct Profile {
  const ProfileName* name = nullptr;
  /// For the key's aggregates, in the program's order.
  List<Slot> slots;
  /// The ids of the last event that touched this profile, by key; empty where it carried no other
  /// than the profile's own (rule 16).
  List<Text> ids;
  /// How often attributes were set (rule 23).
  std::uint64_t attribute_updates = 0;
  /// Up to when its deadlines were run; EngineState::evaluated_until() knows whether that was
  /// later.
  Time evaluated_until = kEarliest;
  /// Kept by EngineState::hold(): by which call it was held last.
  std::uint64_t held_in = 0;

  // Kept by Deadlines.
  Time deadline = kNever;
  std::size_t place = 0;
};

[[nodiscard]] inline bool operator==(const ProfileName& name, const ProfileNameView& view) {
  return name.key == view.key && name.id == view.id;
}

template <>
struct KeyTraits<ProfileName> {
  static std::uint64_t hash(const ProfileName& name) {
    return hash(ProfileNameView{name.key, name.id});
  }
  static std::uint64_t hash(const ProfileNameView& name) { return hash64(name.id) + name.key; }
};

using ProfileStore = LruMap<ProfileName, Profile>;

}  // namespace tripline
