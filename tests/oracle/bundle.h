// A definitions bundle as the slow twin sees it: the JSON itself, with what the rules on versions
// and time to live make of it spelled out. Written from the documents, not from the engine.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "values.h"

namespace oracle {

struct Attribute {
  std::string key;  // name of its group's attribute key
  std::string name;
  std::string type;
  std::string aggregation;
  std::string time_unit;
  json events;
  json criteria;
  json property;  // null: none
  json default_value;
  std::optional<Time> period;
  std::optional<Time> ttl;  // in effect (rule 13)
  bool online = true;
  bool pushed = false;  // a field of an external group
  /// All that decides the value: state is kept across bundles where this stays.
  std::string identity;
};

struct Group {
  std::string name;
  int version;
  std::string key;
  std::vector<Attribute> attributes;
};

struct Leaf {
  const Attribute* attribute;
  std::string op;
  json literal;
};

struct Node {
  std::string kind;  // all, any, none, leaf
  std::vector<Node> children;
  Leaf leaf;
};

struct Intervention {
  std::string name;
  int version;
  Node criteria;
  std::vector<Leaf> leaves;
  std::vector<std::string> targets;
  std::vector<const Group*> payload;
  bool has_changed = false;
};

/// Which id an event carries for a key: the property, or the atomic field of this name.
struct Key {
  std::string name;
  json property;
};

/// Pointers lead into the bundle itself, so it stays where it is.
struct Bundle {
  explicit Bundle(const json& definitions);
  Bundle(const Bundle&) = delete;
  Bundle& operator=(const Bundle&) = delete;

  std::vector<Key> keys;
  std::vector<Group> groups;
  /// The highest version of each, in the order of the definitions.
  std::vector<Intervention> interventions;

 private:
  void read_key(const json& key);
  void read_group(const json& group);
  void read_intervention(const json& intervention);
  Node read_node(const json& node, Intervention& intervention);
  const Group* group_of(const std::string& group, const std::string& attribute) const;

  std::map<std::string, Time> key_ttls_;  // of keys that groups name without describing them
};

/// A property of an enriched event.
Raw read_property(const json& property, const json& event);

}  // namespace oracle
