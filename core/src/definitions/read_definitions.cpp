// Definitions bundle: JSON text → Definitions and every diagnostic that one object alone can give.

#include <algorithm>

#include "definitions/json_tree.h"
#include "definitions/names.h"
#include "definitions/object_reader.h"
#include "definitions/property_path.h"
#include "support/text.h"
#include "tripline/definitions.h"

namespace tripline {
namespace {

constexpr std::size_t kLargestBundle = 2'000'000;
constexpr std::size_t kMostInterventions = 10'000;
constexpr int kDeepestCriteria = 32;
constexpr std::size_t kMostChildren = 100;
constexpr std::size_t kLongestName = 128;
constexpr std::uint32_t kHighestVersion = 1'000'000;

bool is_word(std::string_view text, std::string_view also = {}) {
  return !text.empty() && text.size() <= kLongestName &&
         std::all_of(text.begin(), text.end(), [also](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_' || also.find(c) != also.npos;
         });
}

/// The required field `name`; stays empty where it is absent or wrong.
void read_name(ObjectReader& object, Text& name) {
  object.require("name");
  Text text;
  if (!object.read_text("name", text)) return;
  if (text == "__proto__") {
    object.error_at("name", "'__proto__' is not allowed as a name");
  } else if (!is_word(text)) {
    object.error_at("name", "'%' is not a name: 1 to 128 letters, digits and _",
                    {std::string_view(text).substr(0, kLongestName)});
  } else {
    name = std::move(text);
  }
}

void read_version(ObjectReader& object, std::uint32_t& version) {
  object.read_whole("version", 0, kHighestVersion, version);
}

// ---- properties ------------------------------------------------------------------------------

/// An atomic field's name, checked and spelt as events spell it.
void check_atomic_field(ObjectReader& object, std::string_view field, Text& name) {
  if (name == "refr_device_tstamp") {
    name = "refr_dvce_tstamp";  // the Python SDK's spelling
  } else if (position_of(name, "contexts|unstruct_event|derived_contexts") >= 0) {
    object.error_at(
        field,
        "'%' is a whole structure; name a field in it with a property of type 'event' or 'entity'",
        {name});
  } else if (is_unknown_to_browsers(name)) {
    object.diagnostics().warning(
        object.pointer_to(field), "",
        "'%' is filled in after collection; in a browser it is always missing", {name});
  } else if (!is_atomic_field(name)) {
    object.error_at(
        field, "there is no atomic field '%'%",
        {std::string_view(name).substr(0, kLongestName), suggestion(name, atomic_fields())});
  }
}

void read_schema(ObjectReader& object, Property& property) {
  for (const std::string_view field : {"vendor", "name", "major_version", "path"}) {
    object.require(field);
  }
  object.read_text("vendor", property.vendor);
  object.read_text("name", property.name);
  if (!property.name.empty() && !is_word(property.name, "-")) {
    object.error_at("name", "'%' is not a schema name: 1 to 128 letters, digits, - and _",
                    {std::string_view(property.name).substr(0, kLongestName)});
  }
  property.major_version = 1;
  object.read_whole("major_version", 1, kHighestVersion, property.major_version);
  if (property.source == Property::Source::entity) {
    object.read_whole("index", 0, kHighestVersion, property.index);
  }
  Text path;
  if (!object.read_text("path", path)) return;
  if (auto steps = parse_property_path(path)) {
    property.path = std::move(*steps);
  } else {
    object.error_at("path", "%", {steps.error()});
  }
}

void read_property(ObjectReader& object, Property& property) {
  object.require("type");
  const bool has_source = object.read_word("type", kSources, property.source);
  if (has_source && property.source == Property::Source::atomic) {
    object.require("name");
    if (object.read_text("name", property.name)) check_atomic_field(object, "name", property.name);
  } else if (has_source) {
    read_schema(object, property);
  }
  object.read_word("date_part", kDateParts, property.date_part);
  if (has_source) object.warn_about_unknown_fields();
}

bool read_property_of(ObjectReader& object, Property& property) {
  return object.read_object<read_property>("property", property);
}

void refuse_date_part(ObjectReader& object, const Property& property, const char* message) {
  if (property.date_part == DatePart::none) return;
  object.diagnostics().error(object.pointer_to("property"), "/date_part", message);
}

// ---- event filters ---------------------------------------------------------------------------

void read_selector(ObjectReader& object, EventSelector& selector) {
  object.read_text("vendor", selector.vendor);
  object.read_text("name", selector.name);
  object.read_text("version", selector.version);
  if (selector.vendor && !is_word(*selector.vendor, "-.")) {
    object.error_at("vendor", "a vendor has 1 to 128 letters, digits, '-', '_' and '.'");
  }
  if (selector.name && !is_word(*selector.name, "-")) {
    object.error_at("name", "an event's name has 1 to 128 letters, digits, '-' and '_'");
  }
  if (selector.version && !is_schema_version(*selector.version)) {
    object.error_at("version", "a schema version looks like 1-0-0");
  }
  if (object.read("event_specification_id") != nullptr) {
    object.error_at("event_specification_id",
                    "an event carries no specification id; select by vendor, name and version");
  }
  object.warn_about_unknown_fields();
}

/// Reads `operator` and `value`; what does not fit the operator alone is an error here (rule 8).
void read_comparison(ObjectReader& object, Operator& op, Value& literal) {
  object.require("operator");
  const bool known = object.read_word("operator", kOperators, op);
  const bool has_value = object.read("value") != nullptr;
  if (!known) return;
  if (op == Operator::is_null || op == Operator::is_not_null || op == Operator::changed) {
    if (has_value) object.error_at("value", "this operator takes no value");
    return;
  }
  if (!has_value) {
    object.error_here("'value' is missing; to test for a missing value use the operator 'is null'");
    return;
  }
  object.read_value("value", literal);
  const bool membership = op == Operator::in || op == Operator::not_in;
  const bool pattern = op == Operator::like || op == Operator::not_like || op == Operator::rlike ||
                       op == Operator::not_rlike;
  if (pattern && !literal.is_null() && literal.as_string() == nullptr) {
    object.error_at("value", "a pattern must be a string");
    literal = Value();
  } else if (literal.as_list() != nullptr && !membership) {
    object.error_at("value", "a list goes with the operators 'in' and 'not in' only");
  }
}

void read_filter_criterion(ObjectReader& object, FilterCriterion& criterion) {
  criterion.pointer = object.pointer();
  object.require("property");
  read_property_of(object, criterion.property);
  refuse_date_part(object, criterion.property,
                   "a filter compares the value itself; date_part is for the attribute's property");
  read_comparison(object, criterion.op, criterion.literal);
  if (criterion.op == Operator::changed) {
    object.error_at("operator",
                    "'changed' is for interventions; an event's property cannot change");
  }
  object.warn_about_unknown_fields();
}

void read_filter_list(ObjectReader& object, std::string_view field, List<FilterCriterion>& list) {
  object.read_list<read_filter_criterion>(field, list);
  if (list.size() > kMostChildren) object.error_at(field, "at most 100 criteria are allowed");
}

void read_filter(ObjectReader& object, EventFilter& filter) {
  read_filter_list(object, "all", filter.all);
  read_filter_list(object, "any", filter.any);
  // Ignored as unknown fields are, these would count every event.
  if (object.read("none") != nullptr || object.read("property") != nullptr) {
    object.error_here("a filter has lists 'all' and 'any'; for 'none' negate the operators");
    object.ignore({"operator", "value"});
  }
  object.warn_about_unknown_fields();
}

// ---- attributes ------------------------------------------------------------------------------

void read_attribute_key(ObjectReader& object, AttributeKey& key) {
  key.pointer = object.pointer();
  read_name(object, key.name);
  const bool has_property = read_property_of(object, key.property);
  refuse_date_part(object, key.property, "an attribute key is an identifier, not a date");
  Text field;
  const bool has_field = object.read_text("key", field);
  if (!has_property) {
    key.property.name = has_field ? field : key.name;
    // Without `key`, compile() checks that the key's own name is that of a field.
    if (has_field || is_atomic_field(key.name)) {
      check_atomic_field(object, has_field ? "key" : "name", key.property.name);
    }
  }
  object.read_duration("ttl", key.ttl);
  key.is_column = object.read("external_column") != nullptr;
  object.ignore({"description", "owner", "is_published", "blobl_path"});
  object.warn_about_unknown_fields();
}

void read_attribute(ObjectReader& object, Attribute& attribute) {
  attribute.pointer = object.pointer();
  read_name(object, attribute.name);
  object.require("type");
  object.require("aggregation");
  object.read_word("type", kValueTypes, attribute.type);
  object.read_word("aggregation", kAggregations, attribute.aggregation);
  object.read_list<read_selector>("events", attribute.events);
  object.read_object<read_filter>("criteria", attribute.criteria);
  if (!read_property_of(object, attribute.property.emplace())) attribute.property.reset();
  object.read_duration("period", attribute.period);
  object.read_duration("ttl", attribute.ttl);
  attribute.has_time_unit = object.read("time_unit") != nullptr;
  object.read_word("time_unit", kTimeUnits, attribute.time_unit);
  object.read_value("default_value", attribute.default_value);
  object.ignore({"description"});
  object.warn_about_unknown_fields();
}

void read_field(ObjectReader& object, Field& field) {
  field.pointer = object.pointer();
  read_name(object, field.name);
  object.require("type");
  object.read_word("type", kValueTypes, field.type);
  object.ignore({"description"});
  object.warn_about_unknown_fields();
}

void read_group(ObjectReader& object, AttributeGroup& group) {
  group.pointer = object.pointer();
  read_name(object, group.name);
  read_version(object, group.version);
  object.require("attribute_key");
  object.read_object<read_attribute_key>("attribute_key", group.attribute_key);
  object.read_list<read_attribute>("attributes", group.attributes);
  object.read_list<read_field>("fields", group.fields);
  if (group.attributes.empty() && group.fields.empty()) {
    object.error_here("a group needs 'attributes' or, for an external one, 'fields'");
  } else if (!group.attributes.empty() && !group.fields.empty()) {
    object.error_at("fields", "a group has either 'attributes' or 'fields', not both");
  }
  object.read_duration("ttl", group.ttl);
  object.read_flag("online", group.online);
  object.ignore({"description", "owner", "is_published", "offline", "batch_source",
                 "backfill_since_tstamp", "refresh_rate", "full_name", "feast_name",
                 "stream_source_name", "attribute_key_or_name",
                 "attribute_group_or_attribute_key_ttl"});
  object.warn_about_unknown_fields();
}

// ---- services and interventions --------------------------------------------------------------

void read_group_link(ObjectReader& object, GroupLink& link) {
  link.pointer = object.pointer();
  read_name(object, link.name);
  read_version(object, link.version);
  object.warn_about_unknown_fields();
}

void read_service(ObjectReader& object, Service& service) {
  service.pointer = object.pointer();
  read_name(object, service.name);
  object.read_list<read_group_link>("attribute_groups", service.attribute_groups);
  if (service.attribute_groups.empty()) object.error_here("a service needs 'attribute_groups'");
  object.ignore({"description", "owner", "is_published", "access_mode"});
  object.warn_about_unknown_fields();
}

/// Splits `group:attribute`.
void read_qualified_attribute(ObjectReader& object, Criterion& leaf) {
  object.require("attribute");
  Text text;
  if (!object.read_text("attribute", text)) return;
  const std::string_view name = text;
  const std::size_t colon = name.find(':');
  const std::string_view group = name.substr(0, colon);
  const std::string_view attribute = colon == name.npos ? "" : name.substr(colon + 1);
  if (!is_word(group) || !is_word(attribute)) {
    object.error_at("attribute", "'%' must have the form group:attribute, without a version",
                    {name.substr(0, 2 * kLongestName + 1)});
    return;
  }
  leaf.group = group;
  leaf.attribute = attribute;
}

void read_criterion(ObjectReader& object, Criterion& criterion) {
  criterion.pointer = object.pointer();
  constexpr std::string_view kinds = "all|any|none";
  std::string_view field;
  bool is_only_one = true;
  for (int i = 0; i < 3; ++i) {
    const std::string_view word = word_at(i, kinds);
    if (object.read(word) == nullptr) continue;
    is_only_one = field.empty();
    if (!is_only_one) continue;
    field = word;
    criterion.kind = static_cast<Criterion::Kind>(i);
  }
  if (!field.empty() && object.read("attribute") != nullptr) {
    is_only_one = false;
    object.ignore({"operator", "value"});
  }
  if (!is_only_one) {
    object.error_here("a node has one of all, any and none, or attribute and operator");
  }
  if (field.empty()) {
    if (object.read("attribute") == nullptr && object.read("operator") == nullptr) {
      object.error_here("a criterion is {attribute, operator, value}, or one of all, any and none");
      return;
    }
    read_qualified_attribute(object, criterion);
    read_comparison(object, criterion.op, criterion.literal);
    object.warn_about_unknown_fields();
    return;
  }
  constexpr int above_criteria = 2;  // the bundle and the intervention
  if (object.depth() == kDeepestCriteria + above_criteria) {
    object.error_here("criteria may be nested 32 levels deep");
    return;
  }
  const bool is_list = object.read_list<read_criterion>(field, criterion.children);
  if (is_list && criterion.children.empty()) {
    object.error_at(field, "an empty list decides nothing; write at least one criterion");
  }
  if (criterion.children.size() > kMostChildren) {
    object.error_at(field, "at most 100 criteria are allowed in a list");
  }
  object.warn_about_unknown_fields();
}

void read_key_link(ObjectReader& object, Text& name) {
  read_name(object, name);
  object.warn_about_unknown_fields();
}

void read_intervention(ObjectReader& object, Intervention& intervention) {
  intervention.pointer = object.pointer();
  read_name(object, intervention.name);
  read_version(object, intervention.version);
  object.require("criteria");
  object.read_object<read_criterion>("criteria", intervention.criteria);
  object.read_list<read_key_link>("target_attribute_keys", intervention.target_attribute_keys);
  if (!object.read_list<read_group_link>("payload_attribute_groups",
                                         intervention.payload_attribute_groups.emplace())) {
    intervention.payload_attribute_groups.reset();
  }
  object.ignore({"description", "owner", "is_published"});
  object.warn_about_unknown_fields();
}

}  // namespace

Definitions read_definitions(std::string_view json, Diagnostics& diagnostics) {
  Definitions definitions;
  if (json.size() > kLargestBundle) {
    diagnostics.error({}, "", "the bundle is larger than 2 MB");
    return definitions;
  }
  const JsonNode root = read_json(json, diagnostics);
  if (diagnostics.has_errors()) return definitions;

  ObjectReader bundle(root, "", diagnostics);
  if (root.kind != JsonNode::Kind::object) bundle.error_here("an object is needed here");
  bundle.read_list<read_attribute_key>("attribute_keys", definitions.attribute_keys);
  bundle.read_list<read_group>("attribute_groups", definitions.attribute_groups);
  bundle.read_list<read_service>("services", definitions.services);
  bundle.read_list<read_intervention>("interventions", definitions.interventions);
  if (definitions.interventions.size() > kMostInterventions) {
    bundle.error_at("interventions", "at most 10,000 interventions are allowed");
  }
  if (root.kind == JsonNode::Kind::object) bundle.warn_about_unknown_fields();
  return definitions;
}

}  // namespace tripline
