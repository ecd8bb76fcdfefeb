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

struct ProfileNameHash {
  using is_transparent = void;
  std::size_t operator()(const ProfileName& name) const { return hash(name.key, name.id); }
  std::size_t operator()(const ProfileNameView& name) const { return hash(name.key, name.id); }

 private:
  static std::size_t hash(Program::Index key, std::string_view id) {
    return static_cast<std::size_t>(hash64(id) + key * 0x9e3779b97f4a7c15);
  }
};

struct ProfileNameEqual {
  using is_transparent = void;
  template <typename A, typename B>
  bool operator()(const A& a, const B& b) const {
    return a.key == b.key && std::string_view(a.id) == std::string_view(b.id);
  }
};

/// An attribute as it reads for a profile: with its default where nothing was counted (rule 9).
[[nodiscard]] Value read_attribute(const Program& program, const Profile& profile,
                                   Program::Index attribute, Time now);

using ProfileStore = LruMap<ProfileName, Profile, ProfileNameHash, ProfileNameEqual>;

}  // namespace tripline
