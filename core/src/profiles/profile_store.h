// State per attribute key and id.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "attributes/aggregate.h"
#include "support/hash.h"
#include "support/lru_map.h"
#include "tripline/program.h"

namespace tripline {

/// What is known of one id of one attribute key.
struct Profile {
  /// Of the key's aggregates, in the program's order; null until an event has counted.
  std::vector<std::unique_ptr<Aggregate>> aggregates;
  /// The ids of the last event that touched this profile, by key; empty where it carried no other
  /// than the profile's own (rule 16).
  std::vector<std::string> ids;
};

struct ProfileName {
  Program::Index key;
  std::string id;
};

struct ProfileNameView {
  Program::Index key;
  std::string_view id;
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

/// An attribute as it reads for a profile: with its default where nothing was counted (rule 9).
[[nodiscard]] Value read_attribute(const Program& program, const Profile& profile,
                                   Program::Index attribute, Time now);

using ProfileStore = LruMap<ProfileName, Profile>;

}  // namespace tripline
