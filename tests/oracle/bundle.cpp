#include "bundle.h"

#include <algorithm>
#include <cmath>
#include <regex>

namespace oracle {
namespace {

std::optional<Time> duration(const json& object, const char* field) {
  if (!object.contains(field) || object[field].is_null()) return std::nullopt;
  return parse_duration(object[field].get<std::string>());
}

json field(const json& object, const char* name) {
  return object.contains(name) ? object[name] : json();
}

std::string text(const json& object, const char* name) {
  return object.contains(name) && object[name].is_string() ? object[name].get<std::string>() : "";
}

/// Returns an empty list if the member is absent or null.
json list(const json& object, const char* name) {
  const json value = field(object, name);
  return value.is_array() ? value : json::array();
}

int version(const json& object) {
  return object.value("version", 1);
}

/// `$.a.b[0]` → a, b, 0.
std::vector<json> steps_of(std::string path) {
  if (path.starts_with("$.")) path = path.substr(2);
  std::vector<json> steps;
  std::string name;
  const auto end_name = [&] {
    if (!name.empty()) steps.emplace_back(name);
    name.clear();
  };
  for (const char c : path) {
    if (c == '.' || c == '[') {
      end_name();
    } else if (c == ']') {
      steps.emplace_back(std::stoul(name));
      name.clear();
    } else {
      name += c;
    }
  }
  end_name();
  return steps;
}

std::string schema_key(const char* prefix, const json& property) {
  std::string key = std::string(prefix) + "_" + text(property, "vendor") + "_" +
                    text(property, "name") + "_" +
                    std::to_string(property["major_version"].get<int>());
  std::replace(key.begin(), key.end(), '.', '_');
  return key;
}

json at(const json& value, const json& step) {
  if (step.is_string()) {
    const auto name = step.get<std::string>();
    return value.is_object() && value.contains(name) ? value[name] : json();
  }
  const auto index = step.get<std::size_t>();
  return value.is_array() && index < value.size() ? value[index] : json();
}

/// Converts a value to the type of the atomic field (rule 2).
json as_atomic(const json& value, const std::string& name) {
  static const std::regex numbers(
      "br_view(height|width)|doc_(height|width)|domain_sessionidx|dvce_screen(height|width)|"
      "geo_(latitude|longitude)|(page|refr)_urlport|pp_[xy]offset_(max|min)|se_value|"
      "ti_(price|price_base|quantity)|tr_(shipping|tax|total)(_base)?|txn_id");
  static const std::regex booleans("br_cookies|br_features_.*|dvce_ismobile");
  static const std::regex number_in_json("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");
  if (value.is_structured()) return nullptr;
  const json text = convert({value, {}}, "string");
  if (std::regex_match(name, numbers)) {
    if (!value.is_string()) return value.is_number() ? value : json();
    const auto digits = value.get<std::string>();
    if (!std::regex_match(digits, number_in_json)) return nullptr;
    const double number = std::strtod(digits.c_str(), nullptr);
    return std::isfinite(number) ? json(number) : json();
  }
  if (!std::regex_match(name, booleans)) return text;
  if (text == "true" || text == "1") return true;
  if (text == "false" || text == "0") return false;
  return nullptr;
}

}  // namespace

Raw read_property(const json& property, const json& event) {
  const std::string type = text(property, "type");
  if (type == "atomic") {
    const std::string name = text(property, "name");
    const json value = field(event, name.c_str());
    if (!name.ends_with("_tstamp")) return {as_atomic(value, name), {}};
    return {nullptr, value.is_string() ? parse_time(value.get<std::string>()) : std::nullopt};
  }
  json value;
  if (type == "event") {
    value = field(event, schema_key("unstruct_event", property).c_str());
  } else {
    value = at(field(event, schema_key("contexts", property).c_str()),
               json(property.value("index", std::size_t{0})));
  }
  for (const json& step : steps_of(text(property, "path"))) value = at(value, step);
  if (value.is_array() && value.size() > 1000) value.erase(value.begin() + 1000, value.end());
  return {value, {}};
}

std::string known_type(const json& property) {
  static const std::regex integers(
      "br_view(height|width)|doc_(height|width)|domain_sessionidx|dvce_screen(height|width)|"
      "(page|refr)_urlport|pp_[xy]offset_(max|min)|ti_quantity|txn_id");
  static const std::regex numbers(
      "geo_(latitude|longitude)|se_value|ti_price(_base)?|tr_(shipping|tax|total)(_base)?");
  static const std::regex booleans("br_cookies|br_features_.*|dvce_ismobile");
  const std::string part = text(property, "date_part"), name = text(property, "name");
  if (!part.empty()) return part.starts_with("active") ? "string" : "integer";
  if (text(property, "type") == "calculated") {
    const std::string operation = text(property, "operation");
    if (operation == "concat") return "string";
    if (operation != "coalesce") return "number";
    for (const json& leaf : property["properties"]) {
      const std::string type = known_type(leaf);
      if (!type.empty()) return type == "time" ? "string" : type;
    }
    return "";
  }
  if (text(property, "type") != "atomic") return "";
  if (name.ends_with("_tstamp")) return "time";
  if (std::regex_match(name, integers)) return "integer";
  if (std::regex_match(name, numbers)) return "number";
  return std::regex_match(name, booleans) ? "bool" : "string";
}

namespace {

bool is_integer(const json& value) {
  return value.is_number() && value.get<double>() == std::floor(value.get<double>());
}

/// A calculated property of an event: rule 41, word by word.
json calculate(const json& property, const json& event) {
  const std::string operation = text(property, "operation"), type = known_type(property);
  std::vector<json> values;
  for (const json& leaf : property["properties"]) {
    const Raw raw = read_value(leaf, event);
    json value = raw.time ? json(time_text(*raw.time)) : raw.value;
    bool fits = value.is_number();  // of sum, product, min and max
    if (operation == "concat") fits = value.is_string() || is_integer(value);
    if (operation == "coalesce") {
      fits = type == "string"    ? value.is_string()
             : type == "integer" ? is_integer(value)
             : type == "number"  ? value.is_number()
             : type == "bool"    ? value.is_boolean()
                                 : !value.is_structured();
    }
    values.push_back(fits ? value : json());
  }
  if (operation == "concat" || operation == "coalesce") {
    std::erase_if(values, [](const json& each) { return each.is_null(); });
    if (values.empty()) return nullptr;
    if (operation == "coalesce") return values.front();
    std::string joined;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i != 0) joined += text(property, "separator");
      joined += values[i].is_number() ? number_text(values[i].get<double>())
                                      : values[i].get<std::string>();
    }
    return joined;
  }
  for (const json& each : values) {
    if (each.is_null()) return nullptr;
  }
  double result = values.front().get<double>();
  for (std::size_t i = 1; i < values.size(); ++i) {
    const auto next = values[i].get<double>();
    result = operation == "sum"       ? result + next
             : operation == "product" ? result * next
             : operation == "min"     ? std::min(result, next)
                                      : std::max(result, next);
  }
  return std::isfinite(result) ? json(result) : json();
}

}  // namespace

Raw read_value(const json& property, const json& event) {
  if (text(property, "type") == "calculated") return {calculate(property, event), {}};
  const Raw raw = read_property(property, event);
  const std::string part = text(property, "date_part");
  if (part.empty()) return raw;
  if (!raw.value.is_array()) return {date_part(raw, part), {}};
  json parts = json::array();
  for (const json& each : raw.value) parts.push_back(date_part({each, {}}, part));
  return {parts, {}};
}

Bundle::Bundle(const json& definitions) {
  for (const json& key : list(definitions, "attribute_keys")) {
    read_key(key);
    if (const auto ttl = duration(key, "ttl")) key_ttls_[text(key, "name")] = *ttl;
  }
  for (const json& group : list(definitions, "attribute_groups")) read_key(group["attribute_key"]);
  for (const json& intervention : list(definitions, "interventions")) {
    const json targets = list(intervention, "target_attribute_keys");
    for (const json& target : targets) read_key(target);
  }
  for (const json& group : list(definitions, "attribute_groups")) read_group(group);
  for (const json& intervention : list(definitions, "interventions"))
    read_intervention(intervention);
}

/// A key may be named before or after its description; its place is that of the first mention.
void Bundle::read_key(const json& key) {
  const std::string name = text(key, "name");
  auto known =
      std::find_if(keys.begin(), keys.end(), [&](const Key& each) { return each.name == name; });
  if (known == keys.end()) {
    known = keys.insert(known, {name, {{"type", "atomic"}, {"name", name}}});
  }
  if (!text(key, "key").empty()) known->property["name"] = text(key, "key");
  if (key.contains("property") && key["property"].is_object()) known->property = key["property"];
}

void Bundle::read_group(const json& group) {
  Group read{text(group, "name"), version(group), text(group["attribute_key"], "name"), {}};
  const auto group_ttl = duration(group, "ttl");
  auto key_ttl = duration(group["attribute_key"], "ttl");
  if (!key_ttl && key_ttls_.contains(read.key)) key_ttl = key_ttls_.at(read.key);
  for (const json& each : list(group, "attributes")) {
    Attribute attribute;
    attribute.key = read.key;
    attribute.name = text(each, "name");
    attribute.type = text(each, "type");
    attribute.aggregation = text(each, "aggregation");
    attribute.time_unit = text(each, "time_unit");
    attribute.events = field(each, "events");
    attribute.criteria = field(each, "criteria");
    for (const char* part : {"all", "any"}) {  // an empty list is as if absent (rule 5)
      const bool is_there = attribute.criteria.is_object() && attribute.criteria.contains(part);
      if (is_there && attribute.criteria[part].empty()) attribute.criteria.erase(part);
    }
    if (attribute.criteria.empty()) attribute.criteria = nullptr;
    attribute.property = attribute.aggregation == "counter" ? json() : field(each, "property");
    attribute.default_value = field(each, "default_value");
    attribute.period = duration(each, "period");
    attribute.online = group.value("online", true);
    if (!attribute.period) {
      attribute.ttl = duration(each, "ttl");
      if (!attribute.ttl) attribute.ttl = group_ttl;
      if (!attribute.ttl) attribute.ttl = key_ttl;
    }
    attribute.identity = json{attribute.key,
                              attribute.name,
                              attribute.type,
                              attribute.aggregation,
                              attribute.time_unit,
                              attribute.events,
                              attribute.criteria,
                              attribute.property,
                              attribute.period.value_or(0),
                              attribute.ttl.value_or(0)}
                             .dump();
    read.attributes.push_back(attribute);
  }
  for (const json& each : list(group, "fields")) {
    Attribute attribute;
    attribute.key = read.key;
    attribute.name = text(each, "name");
    attribute.type = text(each, "type");
    attribute.is_external = true;
    attribute.online = group.value("online", true);
    attribute.ttl = group_ttl ? group_ttl : key_ttl;
    attribute.identity = json{"external",     attribute.key,  read.name,
                              attribute.name, attribute.type, attribute.ttl.value_or(0)}
                             .dump();
    read.attributes.push_back(attribute);
  }
  groups.push_back(read);
}

const Group* Bundle::group_of(const std::string& group, const std::string& attribute) const {
  const Group* highest = nullptr;
  for (const Group& each : groups) {
    if (each.name != group || (highest && highest->version > each.version)) continue;
    const bool has = std::any_of(each.attributes.begin(), each.attributes.end(),
                                 [&](const Attribute& one) { return one.name == attribute; });
    if (has) highest = &each;
  }
  return highest;
}

Node Bundle::read_node(const json& node, Intervention& intervention) {
  Node read;
  for (const char* kind : {"all", "any", "none"}) {
    if (!node.contains(kind)) continue;
    read.kind = kind;
    for (const json& child : node[kind]) read.children.push_back(read_node(child, intervention));
    return read;
  }
  const std::string name = text(node, "attribute");
  const std::size_t colon = name.find(':');
  const Group* group = group_of(name.substr(0, colon), name.substr(colon + 1));
  const auto attribute =
      std::find_if(group->attributes.begin(), group->attributes.end(),
                   [&](const Attribute& each) { return each.name == name.substr(colon + 1); });
  read.kind = "leaf";
  read.leaf = {&*attribute, text(node, "operator"), field(node, "value")};
  if (read.leaf.op == "changed") intervention.has_changed = true;
  intervention.leaves.push_back(read.leaf);
  const auto add = [](auto& list, const auto& item) {
    if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
  };
  add(intervention.payload_groups, group);
  add(intervention.targets, group->key);
  return read;
}

void Bundle::read_intervention(const json& intervention) {
  Intervention read;
  read.name = text(intervention, "name");
  read.version = version(intervention);
  read.criteria = read_node(intervention["criteria"], read);
  const json targets = list(intervention, "target_attribute_keys");
  if (!targets.empty()) read.targets.clear();
  for (const json& target : targets) read.targets.push_back(text(target, "name"));
  if (intervention.contains("payload_attribute_groups")) {
    read.payload_groups.clear();
    for (const json& link : intervention["payload_attribute_groups"]) {
      for (const Group& group : groups) {
        if (group.name == text(link, "name") && group.version == version(link)) {
          read.payload_groups.push_back(&group);
        }
      }
    }
  }
  // Only the highest version is evaluated (rule 25).
  const auto other = std::find_if(interventions.begin(), interventions.end(),
                                  [&](const Intervention& each) { return each.name == read.name; });
  if (other == interventions.end()) {
    interventions.push_back(read);
  } else if (other->version < read.version) {
    interventions.erase(other);
    interventions.push_back(read);
  }
}

}  // namespace oracle
