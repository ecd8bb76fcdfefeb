// A definitions bundle for the slow twin: its JSON, after the rules on versions and on time to
// live. Written from core/docs/semantics.md, not from the engine.
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
  bool is_external = false;  // a field of an external group
  /// Everything that determines the value. State survives a change of bundles where this is equal.
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
  std::vector<const Group*> payload_groups;
  bool has_changed = false;
};

/// An attribute key. An event's id for it is the property, else the atomic field of this name.
struct Key {
  std::string name;
  json property;
};

/// Cannot be copied or moved, since its pointers point into itself.
struct Bundle {
  explicit Bundle(const json& definitions);
  Bundle(const Bundle&) = delete;
  Bundle& operator=(const Bundle&) = delete;

  std::vector<Key> keys;
  std::vector<Group> groups;
  /// The highest version of each intervention, in the order of the definitions.
  std::vector<Intervention> interventions;

 private:
  void read_key(const json& key);
  void read_group(const json& group);
  void read_intervention(const json& intervention);
  Node read_node(const json& node, Intervention& intervention);
  const Group* group_of(const std::string& group, const std::string& attribute) const;

  std::map<std::string, Time> key_ttls_;  // of keys that groups name without describing them
};

/// The type of a property's value as far as it is known from the definitions: "string", "integer",
/// "number", "bool", "time", or "" (rules 2, 14 and 41).
std::string known_type(const json& property);

/// A property of an enriched event, whatever its date part.
Raw read_property(const json& property, const json& event);
/// The same as an event filter reads it: with a date part, the part of a time, or of each time in a
/// list; of a calculated property its result (rule 41).
Raw read_value(const json& property, const json& event);

}  // namespace oracle
