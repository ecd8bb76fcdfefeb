#include "generator.h"

#include <algorithm>
#include <cmath>

#include "bundle.h"
#include "tripline/tripline.h"

namespace oracle {
namespace {

constexpr Time kStart = 1767225600000;  // 2026-01-01T00:00:00Z, a Thursday

json event_property(const json& path) {
  return {{"type", "event"},
          {"vendor", "acme"},
          {"name", "probe"},
          {"major_version", 1},
          {"path", path}};
}

json entity_property(int index) {
  return {{"type", "entity"},   {"vendor", "acme"}, {"name", "item"},
          {"major_version", 1}, {"path", "v"},      {"index", index}};
}

bool is_time_since(const std::string& aggregation) {
  return aggregation.starts_with("time_since");
}

bool is_numeric(const std::string& aggregation) {
  return aggregation == "sum" || aggregation == "min" || aggregation == "max" ||
         aggregation == "mean";
}

bool is_number_type(const std::string& type) {
  return type.starts_with("int") || type == "double" || type == "float" || type == "unix_timestamp";
}

/// Returns a bundle of one attribute and one intervention, to test whether the engine loads it.
json probe(const json& attribute, const json& leaf) {
  json with_leaf = leaf;
  with_leaf["attribute"] = "g:p";
  return {
      {"attribute_groups",
       {{{"name", "g"}, {"attribute_key", {{"name", "user_id"}}}, {"attributes", {attribute}}}}},
      {"interventions", {{{"name", "i"}, {"criteria", with_leaf}}}}};
}

bool loads(const json& definitions) {
  tripline::Diagnostics diagnostics;
  return tripline::load_program(definitions.dump(), diagnostics) != nullptr;
}

json attribute_of(const std::string& aggregation) {
  json attribute = {{"name", "p"}, {"aggregation", aggregation}, {"type", "string"}};
  if (aggregation == "counter" || aggregation == "approx_count_distinct")
    attribute["type"] = "int32";
  if (is_numeric(aggregation)) attribute["type"] = "double";
  if (aggregation == "category_count") attribute["type"] = "dict";
  if (aggregation == "unique_list") attribute["type"] = "string_list";
  if (is_time_since(aggregation)) {
    attribute["type"] = "double";
    attribute["time_unit"] = "s";
  } else if (aggregation != "counter") {
    attribute["property"] = event_property("m");
  }
  return attribute;
}

json leaf_of(const std::string& op, const json& value) {
  if (op == "is null" || op == "is not null" || op == "changed") return {{"operator", op}};
  if (op == "in" || op == "not in") {
    return {{"operator", op}, {"value", value.is_array() ? value : json::array({value})}};
  }
  return {{"operator", op}, {"value", value}};
}

const char* members_of(const json& group) {
  return group.contains("fields") ? "fields" : "attributes";
}

std::string duration_text(Time milliseconds) {
  if (milliseconds % 86'400'000 == 0) return "P" + std::to_string(milliseconds / 86'400'000) + "D";
  if (milliseconds % 1000 == 0) return "PT" + std::to_string(milliseconds / 1000) + "S";
  return "PT" + number_text(static_cast<double>(milliseconds) / 1000) + "S";
}

double unit_of(const json& attribute) {
  const auto unit = attribute["time_unit"].get<std::string>();
  return unit == "s" ? 1000 : unit == "min" ? 60'000 : unit == "h" ? 3'600'000 : 86'400'000;
}

}  // namespace

Repertoire full_repertoire() {
  return {{"counter", "sum", "min", "max", "mean", "first", "last", "most_frequent",
           "least_frequent", "approx_count_distinct", "category_count", "unique_list",
           "time_since_last", "time_since_first"},
          {"=", "!=", "<", ">", "<=", ">=", "like", "not like", "rlike", "not rlike", "in",
           "not in", "is null", "is not null", "changed"},
          {"=", "!=", "<", ">", "<=", ">=", "like", "in", "is null", "is not null"}};
}

Repertoire supported_repertoire(std::vector<std::string>& missing) {
  Repertoire all = full_repertoire();
  const auto keep = [&](std::vector<std::string>& names, const char* kind, auto definitions_for) {
    std::erase_if(names, [&](const std::string& name) {
      if (loads(definitions_for(name))) return false;
      missing.push_back(std::string(kind) + " " + name);
      return true;
    });
  };
  const auto keep_flag = [&](bool& flag, const char* name, const json& definitions) {
    flag = loads(definitions);
    if (!flag) missing.emplace_back(name);
  };
  const json counter = attribute_of("counter");
  const json last = attribute_of("last");
  const json leaf = leaf_of("=", 1);
  keep(all.aggregations, "aggregation", [&](const std::string& name) {
    json definitions = probe(attribute_of(name), leaf);
    definitions.erase("interventions");
    return definitions;
  });
  keep(all.operators, "operator",
       [&](const std::string& name) { return probe(last, leaf_of(name, "a")); });
  keep(all.filter_operators, "filter operator", [&](const std::string& name) {
    json filtered = counter, criterion = leaf_of(name, "a");
    criterion["property"] = event_property("m");
    filtered["criteria"] = {{"all", {criterion}}};
    return probe(filtered, leaf);
  });
  json changed = counter;
  changed["period"] = "PT5S";
  keep_flag(all.period, "period", probe(changed, leaf));
  changed = counter;
  changed["ttl"] = "PT5S";
  keep_flag(all.ttl, "ttl", probe(changed, leaf));
  changed = probe(counter, leaf);
  changed["attribute_groups"][0].erase("attributes");
  changed["attribute_groups"][0]["fields"] = {{{"name", "p"}, {"type", "int32"}}};
  keep_flag(all.set_attributes, "set_attributes", changed);
  changed = last;
  changed["property"] = {
      {"type", "atomic"}, {"name", "derived_tstamp"}, {"date_part", "active_day"}};
  keep_flag(all.date_part, "date_part", probe(changed, leaf_of("=", "a")));
  changed = counter;
  changed["events"] = {{{"event_specification_id", "e1"}}};
  keep_flag(all.event_specification, "event_specification_id", probe(changed, leaf));
  changed = last;
  changed["property"] = {
      {"type", "calculated"}, {"operation", "coalesce"}, {"properties", {event_property("m")}}};
  keep_flag(all.calculated, "calculated properties", probe(changed, leaf_of("=", "a")));
  return all;
}

Generator::Generator(std::uint64_t seed, Repertoire repertoire)
    : random_(seed), repertoire_(std::move(repertoire)) {
  const std::vector<Time> scales = {1000, 1000, 1000, 1000, 1, 60'000, 3'600'000, 86'400'000};
  scale_ = pick(scales);
  clock_ = kStart + scale_ * static_cast<Time>(below(100));
}

// Definitions

std::string Generator::duration() {
  return duration_text(scale_ * static_cast<Time>(1 + below(5)));
}

json Generator::property(const std::vector<std::string>& kinds) {
  const std::string& kind = pick(kinds);
  if (kind == "number") return event_property(one_of({"n", "$.o.n"}));
  if (kind == "text") return event_property("s");
  if (kind == "list") return event_property(one_of({"l", "l[0]"}));
  if (kind == "time") return event_property("t");
  if (kind == "entity") return entity_property(static_cast<int>(below(2)));
  if (kind == "atomic") {
    return {
        {"type", "atomic"},
        {"name", one_of({"page_urlpath", "derived_tstamp", "se_value", "br_cookies", "app_id"})}};
  }
  if (kind == "calculated" && repertoire_.calculated) return calculated_property();
  return event_property("m");
}

json Generator::operand() {
  if (chance(20)) return timed_property();
  if (chance(20)) {
    return {{"type", "atomic"},
            {"name", one_of({"br_viewwidth", "pp_yoffset_max", "ti_quantity", "tr_total"})}};
  }
  return property({"number", "number", "text", "text", "mixed", "list", "entity", "atomic"});
}

/// Returns a calculated property whose parts have types that its operation takes.
json Generator::calculated_property() {
  const auto operation = one_of({"concat", "concat", "sum", "product", "min", "max", "coalesce"});
  json made = {{"type", "calculated"}, {"operation", operation}, {"properties", json::array()}};
  const std::size_t least = operation == "coalesce" ? 1 : 2;
  for (std::size_t wanted = least + below(3); made["properties"].size() < wanted;) {
    json part = operand();
    std::string type = known_type(part);
    const std::string first = known_type(made);
    if (type == "time") type = "string";
    const bool fits = operation == "concat"     ? type == "string" || type == "integer"
                      : operation == "coalesce" ? first.empty() || type == first
                                                : type == "integer" || type == "number";
    if (fits || type.empty()) made["properties"].push_back(part);
  }
  if (operation == "concat" && chance(60)) {
    made["separator"] = one_of({"", "-", ", ", "a", "1"});
  }
  return made;
}

/// Returns a criterion on a calculated property, with a literal of its type if that is known; null
/// if `op` does not fit.
json Generator::calculated_criterion(const std::string& op) {
  const json made = calculated_property();
  const std::string type = known_type(made);
  const bool is_order = op.starts_with("<") || op.starts_with(">");
  if (op == "like" && type != "string" && !type.empty()) return nullptr;
  if (is_order && type == "bool") return nullptr;
  const auto literal = [&]() -> json {
    if (op == "like") return one_of({"a%", "%1", "%-%", "_"});
    if (type == "bool") return chance(50);
    if (type == "string") return one_of({"a", "1", "a-a", "a1", "1, 1", ""});
    if (type.empty() && chance(50)) return "a";
    return one_of({0, 1, 2, 3, 0.5, -1, 20});
  };
  json criterion = leaf_of(op, op == "in" ? json::array({literal(), literal()}) : literal());
  criterion["property"] = made;
  return criterion;
}

json Generator::filter() {
  json criteria;
  for (const char* list : {"all", "any"}) {
    if (chance(50)) continue;
    criteria[list] = json::array();
    for (std::size_t n = below(3); n > 0; --n) {
      const std::string op = pick(repertoire_.filter_operators);
      if (repertoire_.calculated && chance(20)) {
        const json calculated = calculated_criterion(op);
        if (!calculated.is_null()) criteria[list].push_back(calculated);
        continue;
      }
      if (repertoire_.date_part && chance(15)) {
        const json part = date_part_criterion(op);
        if (!part.is_null()) criteria[list].push_back(part);
        continue;
      }
      if (chance(30)) {
        const json atomic = atomic_criterion(op);
        if (!atomic.is_null()) criteria[list].push_back(atomic);
        continue;
      }
      json criterion;
      if (op == "like") {
        criterion = leaf_of(op, one_of({"a%", "_", "%b", "%"}));
      } else if (op == "in") {
        criterion = leaf_of(op, one_of({json{1, 2}, json{"a", "b"}, json::array({true})}));
      } else {
        const bool order = op.starts_with("<") || op.starts_with(">");
        criterion =
            leaf_of(op, order ? one_of({0, 1, 1.5, "a", "b"}) : one_of({0, 1, "a", "", true}));
      }
      criterion["property"] = property({"number", "text", "mixed", "list", "entity"});
      criteria[list].push_back(criterion);
    }
  }
  return criteria;
}

/// Returns a criterion on an atomic field, with a literal of its type; null if `op` does not fit.
json Generator::atomic_criterion(const std::string& op) {
  const auto name = one_of({"page_urlpath", "derived_tstamp", "dvce_created_tstamp", "se_value",
                            "br_cookies", "app_id"})
                        .get<std::string>();
  const bool is_time = name.ends_with("_tstamp"), is_flag = name == "br_cookies";
  const bool is_order = op.starts_with("<") || op.starts_with(">");
  if ((is_flag && is_order) || (op == "like" && (is_time || is_flag || name == "se_value"))) {
    return nullptr;
  }
  const auto literal = [&]() -> json {
    if (is_time) return printed(clock_ + scale_ * static_cast<Time>(below(5)));
    if (is_flag) return chance(50);
    if (name == "se_value") return one_of({0, 1, 2.5, -1});
    return op == "like" ? one_of({"/%", "1_", "%e%"}) : one_of({"/", "/a", "7", "true", ""});
  };
  json criterion = leaf_of(op, op == "in" ? json::array({literal(), literal()}) : literal());
  criterion["property"] = {{"type", "atomic"}, {"name", name}};
  return criterion;
}

json Generator::timed_property() {
  json made = chance(50) ? json{{"type", "atomic"}, {"name", "derived_tstamp"}}
                         : event_property(one_of({"t", "t", "l", "m"}));
  made["date_part"] = one_of(
      {"hour_of_day", "day_of_week", "month_of_year", "active_day", "active_week", "active_month"});
  return made;
}

/// Returns a criterion on a part of a time, with a literal of its type; null if `op` does not fit.
json Generator::date_part_criterion(const std::string& op) {
  const json made = timed_property();
  const auto part = made["date_part"].get<std::string>();
  const bool is_text = part.starts_with("active");
  if (op == "like" && !is_text) return nullptr;
  const auto literal = [&]() -> json {
    const Time near = clock_ + scale_ * static_cast<Time>(below(5));
    const json found = date_part({nullptr, near}, part);
    return op == "like" ? json(found.get<std::string>().substr(0, 8) + "%") : found;
  };
  json criterion = leaf_of(op, op == "in" ? json::array({literal(), literal()}) : literal());
  criterion["property"] = made;
  return criterion;
}

json Generator::attribute(const std::string& name) {
  const auto aggregation = pick(repertoire_.aggregations);
  json made = {{"name", name}, {"aggregation", aggregation}};
  std::string type;
  if (aggregation == "counter" || aggregation == "approx_count_distinct") {
    type = one_of({"int32", "int64", "double"}).get<std::string>();
  } else if (is_numeric(aggregation)) {
    type = one_of({"double", "double", "float", "int32", "int64"}).get<std::string>();
  } else if (is_time_since(aggregation)) {
    type = "double";
    made["time_unit"] = scale_ == 86'400'000  ? "d"
                        : scale_ == 3'600'000 ? "h"
                        : scale_ == 60'000    ? "min"
                                              : one_of({"s", "s", "min"});
  } else if (aggregation == "category_count") {
    type = "dict";
  } else if (aggregation == "unique_list") {
    type = one_of({"string_list", "int32_list", "double_list", "bool_list"}).get<std::string>();
  } else {
    type = one_of({"string", "string", "int32", "double", "bool"}).get<std::string>();
  }
  if (is_numeric(aggregation)) {
    made["property"] = property(
        {"number", "number", "number", "mixed", "entity", "atomic", "calculated", "calculated"});
  } else if (aggregation != "counter" && !is_time_since(aggregation)) {
    made["property"] = property(
        {"number", "text", "mixed", "list", "entity", "atomic", "calculated", "calculated"});
    if (repertoire_.date_part && chance(20)) {
      const bool extract = chance(50);
      const std::string suffix = aggregation == "unique_list" ? "_list" : "";
      if (aggregation != "category_count" && aggregation != "approx_count_distinct") {
        type = (extract ? "int32" : "string") + suffix;
      }
      made["property"] =
          chance(50) ? json{{"type", "atomic"}, {"name", "derived_tstamp"}} : event_property("t");
      made["property"]["date_part"] = extract
                                          ? one_of({"hour_of_day", "day_of_week", "month_of_year"})
                                          : one_of({"active_day", "active_week", "active_month"});
    }
  }
  made["type"] = type;
  if (chance(20)) made["events"] = json::array({{{"name", one_of({"probe", "other"})}}});
  if (repertoire_.event_specification && chance(10)) {
    if (!made.contains("events")) made["events"] = json::array();
    made["events"].push_back({{"event_specification_id", one_of({"e1", "e2"})}});
  }
  if (chance(25)) made["criteria"] = filter();
  if (repertoire_.period && chance(40)) {
    made["period"] = duration();
  } else if (repertoire_.ttl && chance(30)) {
    made["ttl"] = duration();
  }
  if (chance(20) && type != "dict") made["default_value"] = default_for(made);
  return made;
}

json Generator::attribute_key() {
  json key = {{"name", one_of({"user_id", "user_id", "domain_sessionid", "account"})}};
  // A key must have the same property wherever it is named.
  if (key["name"] == "account") key["property"] = event_property("account");
  if (repertoire_.ttl && chance(10)) key["ttl"] = duration();
  return key;
}

json Generator::field(const std::string& name) {
  return {{"name", name}, {"type", one_of({"string", "int32", "double", "bool", "string_list"})}};
}

json Generator::external_group() {
  json made = {{"name", "x"},
               {"version", 1},
               {"offline", true},
               {"attribute_key", attribute_key()},
               {"fields", {field("p"), field("q")}},
               {"batch_source",
                {{"name", "w"},
                 {"database", "w"},
                 {"schema", "w"},
                 {"table", "w"},
                 {"timestamp_field", "w"}}}};
  if (repertoire_.ttl && chance(40)) made["ttl"] = duration();
  return made;
}

json Generator::group(const std::string& name, int version) {
  json made = {{"name", name},
               {"version", version},
               {"attribute_key", attribute_key()},
               {"attributes", json::array()}};
  for (const char* attribute_name : {"p", "q", "r"}) {
    if (made["attributes"].empty() || chance(60)) {
      made["attributes"].push_back(attribute(attribute_name));
    }
  }
  if (repertoire_.ttl && chance(15)) made["ttl"] = duration();
  if (chance(4)) made["online"] = false;
  return made;
}

/// Returns a value of the attribute's type.
json Generator::default_for(const json& attribute) {
  const std::string type = attribute["type"].get<std::string>();
  json value = literal_for(attribute, true);
  if (element_type(type).starts_with("int")) value = std::trunc(value.get<double>());
  return type.ends_with("_list") ? json::array({value}) : value;
}

/// Returns a scalar that the attribute, or an element of it, is likely to equal.
json Generator::literal_for(const json& attribute, bool text) {
  const std::string type = element_type(attribute["type"].get<std::string>());
  if (type == "bool") return chance(50);
  if (type == "string") {
    if (attribute.contains("property") && attribute["property"].contains("date_part")) {
      return time_text(clock_ + scale_ * static_cast<Time>(below(4))).substr(0, 10);
    }
    return text ? one_of({"a", "b", "ab", "", "1", "true"}) : one_of({"a", "b"});
  }
  if (attribute.contains("time_unit")) {
    const double steps = static_cast<double>(below(6));
    return steps * static_cast<double>(scale_) / unit_of(attribute);
  }
  return one_of({0, 1, 1, 2, 2, 3, 0.5, -1, 10, 1.5});
}

json Generator::leaf(const json& definitions, bool may_change) {
  const json group = element(definitions["attribute_groups"]);
  const auto name = element(group[members_of(group)])["name"].get<std::string>();
  // Criteria read the highest version that has the attribute, so the literal must fit that version.
  json read, highest = 0;
  for (const json& each : definitions["attribute_groups"]) {
    if (each["name"] != group["name"] || each["version"] < highest) continue;
    for (const json& attribute : each[members_of(each)]) {
      if (attribute["name"] != name) continue;
      read = attribute;
      highest = each["version"];
    }
  }
  const auto type = read["type"].get<std::string>();
  const auto fits = [&](const std::string& op) {
    if (op == "is null" || op == "is not null") return true;
    if (op == "changed") return may_change;
    if (type == "dict") return false;
    const std::string element = element_type(type);
    if (op.ends_with("like")) return element == "string";
    return element != "bool" || (op[0] != '<' && op[0] != '>');
  };
  std::vector<std::string> operators;
  for (const std::string& op : repertoire_.operators) {
    if (fits(op)) operators.push_back(op);
  }
  if (operators.empty()) return nullptr;
  const std::string op = pick(operators);
  json value;
  if (op == "in" || op == "not in") {
    value = literal_for(read, true);
    if (!type.ends_with("_list") || chance(50))
      value = json::array({value, literal_for(read, true)});
    if (!value.is_array()) {
      return {{"attribute", group["name"].get<std::string>() + ":" + name},
              {"operator", op},
              {"value", value}};
    }
  } else if (op.ends_with("rlike")) {
    value = one_of({"a", "^a", "b$", "^$", "a|b", "[ab]+", "^.$", "1"});
  } else if (op.ends_with("like")) {
    value = one_of({"a%", "%b", "_", "%", "", "a_", "%a%"});
  } else {
    value = literal_for(read, true);
  }
  json made = leaf_of(op, value);
  made["attribute"] = group["name"].get<std::string>() + ":" + name;
  return made;
}

json Generator::criteria(const json& definitions, int depth, bool may_change) {
  if (depth == 0 || chance(45)) return leaf(definitions, may_change);
  const auto kind = one_of({"all", "any", "none"}).get<std::string>();
  json children = json::array();
  for (std::size_t n = 1 + below(3); n > 0; --n) {
    const json child = criteria(definitions, depth - 1, may_change && kind == "all");
    if (!child.is_null()) children.push_back(child);
  }
  return children.empty() ? json() : json{{kind, children}};
}

json Generator::intervention(const json& definitions, const std::string& name) {
  json made = {{"name", name}, {"criteria", criteria(definitions, 2, true)}};
  if (made["criteria"].is_null()) return nullptr;
  if (chance(50)) {
    made["target_attribute_keys"] = json::array();
    for (const json& target : {json("user_id"), json("domain_sessionid"), json("network_userid")}) {
      if (chance(60)) made["target_attribute_keys"].push_back({{"name", target}});
    }
    if (made["target_attribute_keys"].empty()) made.erase("target_attribute_keys");
  }
  if (chance(30)) {
    const json group = element(definitions["attribute_groups"]);
    made["payload_attribute_groups"] = {{{"name", group["name"]}, {"version", group["version"]}}};
  }
  if (chance(15)) made["version"] = 1 + below(3);
  return made;
}

json Generator::definitions() {
  json made = {{"attribute_groups", json::array()}, {"interventions", json::array()}};
  for (const auto& [name, version] : {std::pair{"g", 1}, {"g", 2}, {"h", 1}}) {
    if (made["attribute_groups"].empty() || chance(40)) {
      made["attribute_groups"].push_back(group(name, version));
    }
  }
  if (repertoire_.ttl && chance(15)) {
    made["attribute_keys"] = {
        {{"name", one_of({"user_id", "domain_sessionid"})}, {"ttl", duration()}}};
  }
  if (repertoire_.set_attributes && chance(30))
    made["attribute_groups"].push_back(external_group());
  for (const char* name : {"i1", "i2", "i3", "i4"}) {
    if (!made["interventions"].empty() && chance(30)) continue;
    const json each = intervention(made, name);
    if (!each.is_null()) made["interventions"].push_back(each);
  }
  return made;
}

json Generator::changed(const json& definitions) {
  json made = definitions;
  json& groups = made["attribute_groups"];
  json& some_group = groups[below(groups.size())];
  json& attributes = some_group[members_of(some_group)];
  const bool is_external = some_group.contains("fields");
  switch (below(6)) {
    case 0:  // another order
      std::reverse(groups.begin(), groups.end());
      std::reverse(attributes.begin(), attributes.end());
      break;
    case 1: {  // adds or changes an attribute
      const auto name = one_of({"p", "q", "r"}).get<std::string>();
      std::erase_if(attributes.get_ref<json::array_t&>(),
                    [&](const json& each) { return each["name"] == name; });
      attributes.push_back(is_external ? field(name) : attribute(name));
      break;
    }
    case 2:  // a new text changes nothing
      some_group["description"] = "another one";
      some_group["version"] = some_group["version"].get<int>() + 2;
      break;
    case 3:
      if (!is_external) attributes[below(attributes.size())]["default_value"] = nullptr;
      break;
    case 4:
      if (groups.size() > 1) groups.erase(below(groups.size()));
      break;
    default:
      break;
  }
  // The old interventions might no longer fit. New versions are new interventions.
  json& interventions = made["interventions"];
  const int version = 10 + static_cast<int>(below(1000));
  for (json& each : interventions) {
    if (!chance(30)) continue;
    each = intervention(made, each["name"].get<std::string>());
    if (!each.is_null()) each["version"] = version;
  }
  std::erase_if(interventions.get_ref<json::array_t&>(),
                [](const json& each) { return each.is_null(); });
  return made;
}

// Steps

json Generator::scalar() {
  return one_of({0, 1, 1, 2, 0.5, -1, 0.1, "a", "a", "b", "ab", "", "1", true, false, nullptr});
}

json Generator::event_id() {
  const bool again = events_ > 0 && chance(4);
  const std::size_t number =
      again ? 1 + below(static_cast<std::size_t>(events_)) : static_cast<std::size_t>(++events_);
  return "e" + std::to_string(number);
}

json Generator::event() {
  json made = {{"event_id", event_id()},
               {"event_vendor", chance(2) ? "com.snowplowanalytics.signals" : "acme"},
               {"event_name", chance(85) ? "probe" : "other"},
               {"event_version", "1-0-0"}};
  if (chance(90)) made["user_id"] = one_of({"u1", "u1", "u1", "u2", ""});
  if (chance(3))
    made["user_id"] =
        one_of({"0AB6F4C1-2E57-4C11-9D30-6F4A5B1C2D3E", "0ab6f4c1-2e57-4c11-9d30-6f4a5b1c2d3e"});
  if (chance(80)) made["domain_sessionid"] = one_of({"s1", "s1", "s2"});
  if (chance(50)) made["network_userid"] = "w1";
  if (chance(50)) made["page_urlpath"] = one_of({"/", "/a", 7, true, json::array({"/"})});
  // Numbers, booleans and strings; also numbers and booleans as strings.
  if (chance(60))
    made["se_value"] = one_of({1, 2.5, "1", "2.5", "-1e0", "01", " 1", "", "1e999", true});
  if (chance(60))
    made["br_cookies"] = one_of({true, false, "true", "false", "1", "0", 1, 0, "yes", 2});
  if (chance(60)) made["br_viewwidth"] = one_of({1, 2, 2.5, "3", 1e21});
  if (chance(60)) made["pp_yoffset_max"] = one_of({0, 1, 12});
  if (chance(40)) made["ti_quantity"] = one_of({1, "2", -1, 0.5});
  if (chance(40)) made["tr_total"] = one_of({0, 2.5, 1e308, -1e308});
  if (chance(30)) made["app_id"] = one_of({"7", 7, 1e21, 12, true, json::object()});
  if (chance(40)) {
    made["dvce_created_tstamp"] = time_text(clock_ + scale_ * static_cast<Time>(below(3)));
  }

  json data;
  if (chance(70)) data["n"] = one_of({0, 1, 1, 2, 3, 0.1, 0.2, -1, 10, 2.5});
  if (chance(8)) data["n"] = one_of({1e308, -1.5e308, 1e10, 1e-6, 5e-324, -3.5e-323, 1e20});
  if (chance(30)) data["o"] = {{"n", one_of({1, 2, "a"})}};
  if (chance(70)) data["s"] = one_of({"a", "a", "b", "ab", "", "1"});
  if (chance(70))
    data["m"] = chance(85) ? scalar() : one_of({json::object(), json::array({1, "a"})});
  if (chance(50)) data["account"] = one_of({"c1", "c2", 7});
  if (chance(60)) {
    data["l"] = json::array();
    if (chance(1)) data["l"] = json::array_t(998 + below(3), scalar());
    for (std::size_t n = below(4); n > 0; --n) data["l"].push_back(scalar());
    if (chance(20)) data["l"].push_back(printed(clock_));
  }
  if (chance(60)) {
    data["t"] = chance(90) ? json(printed(clock_ + scale_ * static_cast<Time>(below(3)))) : "soon";
    if (chance(5)) {
      data["t"] = one_of({"10014-03-09T17:46:40.000Z", "+012345-01-31 23:00-05", "-0044-03-15"});
    }
  }
  made["unstruct_event_acme_probe_1"] = data.is_null() ? json::object() : data;
  if (chance(60)) {
    made["contexts_acme_item_1"] = json::array();
    for (std::size_t n = below(3); n > 0; --n) {
      made["contexts_acme_item_1"].push_back({{"v", scalar()}});
    }
  }
  if (chance(40)) {
    json& specifications = made["contexts_com_snowplowanalytics_snowplow_event_specification_1"];
    specifications = json::array();
    for (std::size_t n = below(3); n > 0; --n) {
      specifications.push_back({{"id", one_of({"e1", "e1", "e2", 1, json::array({"e1"})})}});
    }
  }
  return made;
}

/// Prints a time in one of the common forms.
std::string Generator::printed(Time time) {
  const std::string text = time_text(time), date = text.substr(0, 10), clock = text.substr(11, 12);
  const std::string east = time_text(time + 19'800'000), west = time_text(time - 12'600'000);
  return one_of({text, text, date, date + " " + clock, date + " " + clock + " UTC",
                 date + "t" + clock + "999z", date + " " + clock + "123456 +0000",
                 east.substr(0, 10) + " " + east.substr(11, 12) + "+0530",
                 west.substr(0, 10) + "T" + west.substr(11, 12) + "-03:30"})
      .get<std::string>();
}

/// Returns an attribute key with an id that events are likely to carry.
json Generator::known_id(const json& group) {
  const auto key = group["attribute_key"]["name"].get<std::string>();
  return {{"name", key}, {"id", one_of({key == "user_id" ? "u1" : "s1", "c1"})}};
}

json Generator::attribute_update(const json& group) {
  json made = {{"attribute_key", known_id(group)},
               {"group", group["name"]},
               {"version", group["version"]},
               {"attributes", json::object()}};
  for (const json& each : group["fields"]) {
    if (chance(30)) continue;
    json value = chance(15) ? scalar() : literal_for(each, true);
    if (chance(10)) value = nullptr;
    if (!value.is_null() && each["type"].get<std::string>().ends_with("_list")) {
      value = chance(80) ? json::array({value}) : json::array();
    }
    made["attributes"][each["name"].get<std::string>()] = value;
  }
  if (chance(40))
    made["time"] = time_text(clock_ - scale_ * one_of({0, 0, 1, 2, 4, -1}).get<Time>());
  return made;
}

json Generator::held(const json& groups) {
  json ids = json::array();
  for (const json& group : groups) {
    if (chance(50)) ids.push_back(known_id(group));
    if (chance(20)) ids.push_back({{"name", group["attribute_key"]["name"]}, {"id", "u2"}});
  }
  return ids;
}

std::vector<json> Generator::steps(const json& definitions, std::size_t count) {
  std::vector<json> steps;
  json current = definitions;
  std::vector<json> earlier = {definitions};
  const bool holds = chance(50);     // half of the sessions hold no ids
  const bool switches = chance(10);  // the definitions change often, and back
  json holding = held(current["attribute_groups"]);
  while (steps.size() < count) {
    const std::size_t kind = below(100);
    const json group = element(current["attribute_groups"]);
    if (switches && chance(25)) {
      steps.push_back({{"snapshot", true}});
      const json other = chance(60) ? earlier[below(earlier.size())] : changed(current);
      if (loads(other)) {
        current = steps.back()["definitions"] = other;
        earlier.push_back(other);
      }
    } else if (group.contains("fields") && chance(60)) {
      clock_ += scale_ * one_of({0, 0, 1, 2}).get<Time>();
      steps.push_back({{"set_attributes", attribute_update(group)}, {"now", time_text(clock_)}});
    } else if (kind < 70) {
      clock_ += scale_ * one_of({0, 0, 0, 1, 1, 1, 2, 3}).get<Time>();
      json made = event();
      const Time host = chance(4) ? clock_ - scale_ : clock_;
      const Time late = scale_ * one_of({0, 0, 0, 0, 0, 1, 1, 2, 4, -1}).get<Time>();
      if (chance(95)) made["derived_tstamp"] = time_text(clock_ - late);
      steps.push_back({{"event", made}, {"now", time_text(host)}});
    } else if (kind < 80) {
      clock_ += scale_ * one_of({0, 1, 1, 2, 5}).get<Time>() + one_of({-1, 0, 0, 1}).get<Time>();
      steps.push_back({{"advance", time_text(clock_)}});
    } else if (kind < 92) {
      steps.push_back({{"to_deadline", one_of({-1, 0, 0, 1})}});
    } else if (kind < 94) {
      steps.push_back({{"forget", known_id(group)}});
    } else {
      json step = {{"snapshot", true}};
      if (chance(30)) {
        const json other = chance(40) ? earlier[below(earlier.size())] : changed(current);
        if (loads(other)) {
          current = other;
          step["definitions"] = other;
          earlier.push_back(other);
        }
      }
      steps.push_back(step);
    }
    if (!holds || steps.back().contains("snapshot") || steps.back().contains("forget")) continue;
    if (chance(25)) holding = held(current["attribute_groups"]);
    if (chance(90)) steps.back()["held"] = holding;
  }
  return steps;
}

// Exhaustive

json one_attribute(const std::string& aggregation, const std::string& how,
                   const Repertoire& repertoire) {
  json attribute = attribute_of(aggregation);
  if (!how.empty()) attribute[how] = "PT2S";
  if (attribute.contains("property")) {
    attribute["property"] = event_property(is_numeric(aggregation) ? "n" : "s");
  }
  json definitions = probe(attribute, leaf_of("=", 1));
  definitions["interventions"] = json::array();
  const auto type = attribute["type"].get<std::string>();
  const std::vector<json> literals =
      is_number_type(type) ? std::vector<json>{0, 1, 2} : std::vector<json>{"a", "b"};
  for (const std::string& op : repertoire.operators) {
    for (const json& literal : literals) {
      json leaf = leaf_of(op, literal);
      leaf["attribute"] = "g:p";
      for (const bool negated : {false, true}) {
        const json made = {
            {"name", "i" + std::to_string(definitions["interventions"].size())},
            {"criteria", negated ? json{{"none", {leaf}}} : leaf},
        };
        json alone = definitions;
        alone["interventions"] = {made};
        if (loads(alone)) definitions["interventions"].push_back(made);
      }
      if (!leaf.contains("value")) break;
    }
  }
  return definitions;
}

}  // namespace oracle
