#include "commands/changes.h"

#include <algorithm>

namespace tripline::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Type {
  const char* member;  // of a bundle
  const char* name;
  bool has_versions;
};
constexpr Type kTypes[] = {{"attribute_keys", "attribute key", false},
                           {"attribute_groups", "attribute group", true},
                           {"services", "service", false},
                           {"interventions", "intervention", true},
                           {"event_logs", "event log", false}};

const Json kMissing;

/// The member of an object; null if there is none.
const Json& member(const Json& object, const std::string& name) {
  if (!object.is_object()) return kMissing;
  const auto found = object.find(name);
  return found == object.end() ? kMissing : *found;
}

std::string name_of(const Json& object) {
  const Json& name = member(object, "name");
  return name.is_string() ? name.get<std::string>() : std::string();
}

std::uint32_t version_of(const Json& object) {
  const Json& version = member(object, "version");
  return version.is_number_unsigned() ? version.get<std::uint32_t>() : 1;
}

bool is_same(const Json& object, const Json& other) {
  return name_of(object) == name_of(other) && version_of(object) == version_of(other);
}

const Json* find_named(const Json& list, const Json& like) {
  const auto found =
      std::find_if(list.begin(), list.end(), [&](const Json& each) { return is_same(each, like); });
  return found == list.end() ? nullptr : &*found;
}

/// The lists whose order has no meaning. Elsewhere it may have one, and names may repeat: in the
/// parts of a calculated property, in selectors, in the properties of an event log.
constexpr const char* kUnordered[] = {"attributes", "fields", "attribute_groups",
                                      "target_attribute_keys", "payload_attribute_groups"};

bool is_unordered(const std::string& pointer) {
  const std::string member = pointer.substr(pointer.find_last_of('/') + 1);
  return std::find(std::begin(kUnordered), std::end(kUnordered), member) != std::end(kUnordered);
}

/// True if names and versions tell the objects of a list apart.
bool has_unique_names(const Json& list) {
  return std::all_of(list.begin(), list.end(), [&](const Json& object) {
    return !name_of(object).empty() && std::count_if(list.begin(), list.end(), [&](const Json& it) {
                                         return is_same(it, object);
                                       }) == 1;
  });
}

class MemberComparison {
 public:
  void compare(const std::string& pointer, const Json& before, const Json& after) {
    if (before.is_object() && after.is_object()) return compare_members(pointer, before, after);
    const bool are_lists = before.is_array() && after.is_array();
    if (are_lists && is_unordered(pointer) && has_unique_names(before) && has_unique_names(after)) {
      return compare_named(pointer, before, after);
    }
    if (are_lists && before.size() == after.size()) {
      for (std::size_t i = 0; i < after.size(); ++i) {
        compare(pointer + '/' + std::to_string(i), before[i], after[i]);
      }
      return;
    }
    if (before != after) changes_.push_back({pointer, before, after});
  }

  std::vector<MemberChange> finish() { return std::move(changes_); }

 private:
  void compare_members(const std::string& pointer, const Json& before, const Json& after) {
    const std::string parent = pointer + '/';
    for (const auto& [name, value] : after.items()) {
      compare(parent + name, member(before, name), value);
    }
    for (const auto& [name, value] : before.items()) {
      if (!after.contains(name)) compare(parent + name, value, kMissing);
    }
  }

  void compare_named(const std::string& pointer, const Json& before, const Json& after) {
    const std::string parent = pointer + '/';
    for (const Json& each : after) {
      const Json* other = find_named(before, each);
      compare(parent + name_of(each), other ? *other : kMissing, each);
    }
    for (const Json& each : before) {
      if (!find_named(after, each)) compare(parent + name_of(each), each, kMissing);
    }
  }

  std::vector<MemberChange> changes_;
};

using Objects = std::vector<const Json*>;

Objects objects_of(const Json& bundle, const Type& type) {
  Objects objects;
  for (const Json& each : member(bundle, type.member)) objects.push_back(&each);
  return objects;
}

/// Takes the first object with the same name and, where `version` says one, that version out of the
/// list. Null if there is none.
const Json* take(Objects& objects, const std::string& name, std::uint32_t version = 0) {
  const auto found = std::find_if(objects.begin(), objects.end(), [&](const Json* each) {
    return name_of(*each) == name && (version == 0 || version_of(*each) == version);
  });
  if (found == objects.end()) return nullptr;
  const Json* object = *found;
  objects.erase(found);
  return object;
}

/// True if exactly one of the objects has the same name.
bool is_alone(const Json& object, const Objects& objects) {
  return std::count_if(objects.begin(), objects.end(),
                       [&](const Json* each) { return name_of(*each) == name_of(object); }) == 1;
}

class TypeComparison {
 public:
  TypeComparison(const Type& type, std::vector<ObjectChange>& changes)
      : type_(type), changes_(changes) {}

  void compare(Objects before, const Objects& after) {
    std::vector<std::pair<const Json*, const Json*>> pairs;
    for (const Json* each : after) {
      const Json* same = take(before, name_of(*each), type_.has_versions ? version_of(*each) : 0);
      pairs.push_back({same, each});
    }
    for (auto& [other, each] : pairs) {
      // An object whose version was raised, and not one that has a further version.
      if (!other && is_alone(*each, after) && is_alone(*each, before)) {
        other = take(before, name_of(*each));
      }
      add(other, each);
    }
    for (const Json* each : before) add(each, nullptr);
  }

 private:
  void add(const Json* before, const Json* after) {
    using Kind = ObjectChange::Kind;
    ObjectChange change;
    change.kind = !before ? Kind::added : !after ? Kind::removed : Kind::changed;
    change.type = type_.name;
    change.name = name_of(after ? *after : *before);
    if (before && type_.has_versions) change.version_before = version_of(*before);
    if (after && type_.has_versions) change.version_after = version_of(*after);
    if (before && after) {
      MemberComparison members;
      members.compare("", *before, *after);
      change.members = members.finish();
      if (change.members.empty()) return;
    }
    changes_.push_back(std::move(change));
  }

  const Type& type_;
  std::vector<ObjectChange>& changes_;
};

}  // namespace

std::vector<ObjectChange> find_changes(const Json& before, const Json& after) {
  std::vector<ObjectChange> changes;
  for (const Type& type : kTypes) {
    TypeComparison(type, changes).compare(objects_of(before, type), objects_of(after, type));
  }
  return changes;
}

}  // namespace tripline::cli
