// The differences between two bundles of definitions, object by object.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace tripline::cli {

/// A member that differs. `pointer` is a JSON Pointer into the object, with names in place of the
/// indices of objects that have one; null stands for a member that is not there.
struct MemberChange {
  std::string pointer;
  nlohmann::ordered_json before;
  nlohmann::ordered_json after;
};

/// An object that one bundle lacks, or that is not the same in both. Versions are 0 where there is
/// none: then `before` or `after` lacks the object, or its type has no versions.
struct ObjectChange {
  enum class Kind { added, removed, changed };

  Kind kind;
  std::string type;  // as people call it: `attribute group`
  std::string name;
  std::uint32_t version_before = 0;
  std::uint32_t version_after = 0;
  std::vector<MemberChange> members;
  /// The attributes of a group that count from nothing again.
  std::vector<std::string> restarted;
};

/// The changes from one bundle to another, in the order of the second, by type. The order of
/// objects and members makes no difference, and a member that is null is not there.
[[nodiscard]] std::vector<ObjectChange> find_changes(const nlohmann::ordered_json& before,
                                                     const nlohmann::ordered_json& after);

}  // namespace tripline::cli
