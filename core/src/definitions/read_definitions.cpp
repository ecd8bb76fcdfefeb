// Definitions bundle: JSON text → Definitions and every diagnostic that one object alone can give.

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

/// `text` as a name, or nothing and an error at `pointer`.
std::optional<std::string> check_name(const std::string& text, std::string pointer,
                                      Diagnostics& diagnostics) {
  if (text == "__proto__") {
    diagnostics.error(std::move(pointer), "'__proto__' is not allowed as a name");
  } else if (!is_word(text)) {
    diagnostics.error(std::move(pointer),
                      concat({"'", std::string_view(text).substr(0, kLongestName),
                              "' is not a name: 1 to 128 letters, digits and _"}));
  } else {
    return text;
  }
  return std::nullopt;
}

std::optional<std::string> read_name(ObjectReader& object, std::string_view field) {
  const auto text = object.read_text(field);
  if (!text) return std::nullopt;
  return check_name(*text, object.pointer_to(field), object.diagnostics());
}

std::string required_name(ObjectReader& object) {
  if (!object.require("name")) {
    object.read("name");
    return {};
  }
  return read_name(object, "name").value_or("");
}

std::uint32_t read_version(ObjectReader& object) {
  return object.read_whole("version", 0, kHighestVersion).value_or(1);
}

/// A scalar or a list of scalars.
std::optional<Value> read_value(const JsonNode& node, const std::string& pointer,
                                Diagnostics& diagnostics) {
  switch (node.kind) {
    case JsonNode::Kind::boolean:
      return Value::boolean(node.flag);
    case JsonNode::Kind::number:
      return Value::number(node.number);
    case JsonNode::Kind::string:
      return Value::string(node.text);
    case JsonNode::Kind::array: {
      std::vector<Value> list;
      for (const JsonNode& child : node.children) {
        if (child.kind == JsonNode::Kind::array || child.kind == JsonNode::Kind::object ||
            child.kind == JsonNode::Kind::null) {
          diagnostics.error(pointer, "a list may hold strings, numbers and booleans only");
          return std::nullopt;
        }
        list.push_back(*read_value(child, pointer, diagnostics));
      }
      return Value::list(std::move(list));
    }
    default:
      diagnostics.error(pointer, "a string, a number, a boolean or a list of them is needed here");
      return std::nullopt;
  }
}

// ---- properties ------------------------------------------------------------------------------

std::string check_atomic_field(std::string name, const std::string& pointer,
                               Diagnostics& diagnostics) {
  if (name == "refr_device_tstamp") return "refr_dvce_tstamp";  // the Python SDK's spelling
  if (name == "contexts" || name == "unstruct_event" || name == "derived_contexts") {
    diagnostics.error(pointer, concat({"'", name,
                                       "' is a whole structure; name a field in it with a "
                                       "property of type 'event' or 'entity'"}));
  } else if (is_unknown_to_browsers(name)) {
    diagnostics.warning(pointer, concat({"'", name,
                                         "' is filled in after collection; in a browser it is "
                                         "always missing"}));
  } else if (!is_atomic_field(name)) {
    diagnostics.error(pointer, concat({"there is no atomic field '", name.substr(0, kLongestName),
                                       "'", suggestion(name, atomic_fields())}));
  }
  return name;
}

void read_schema(ObjectReader& object, Property& property) {
  for (const std::string_view field : {"vendor", "name", "major_version", "path"}) {
    object.require(field);
  }
  property.vendor = object.read_text("vendor").value_or("");
  property.name = object.read_text("name").value_or("");
  if (!property.name.empty() && !is_word(property.name, "-")) {
    object.error_at("name", concat({"'", property.name.substr(0, kLongestName),
                                    "' is not a schema name: 1 to 128 letters, digits, - and _"}));
  }
  property.major_version = object.read_whole("major_version", 1, kHighestVersion).value_or(1);
  if (property.source == Property::Source::entity) {
    property.index = object.read_whole("index", 0, kHighestVersion).value_or(0);
  }
  if (const auto path = object.read_text("path")) {
    if (auto steps = parse_property_path(*path)) {
      property.path = std::move(*steps);
    } else {
      object.error_at("path", steps.error());
    }
  }
}

Property read_property(const JsonNode& node, std::string pointer, Diagnostics& diagnostics) {
  ObjectReader object(node, std::move(pointer), diagnostics);
  Property property;
  if (!object.is_object()) return property;
  object.require("type");
  const auto source = object.read_word("type", kSources);
  if (source) {
    property.source = *source;
    if (*source == Property::Source::atomic) {
      object.require("name");
      if (auto name = object.read_text("name")) {
        property.name =
            check_atomic_field(std::move(*name), object.pointer_to("name"), diagnostics);
      }
    } else {
      read_schema(object, property);
    }
  }
  property.date_part = object.read_word("date_part", kDateParts).value_or(DatePart::none);
  if (source) object.warn_about_unknown_fields();
  return property;
}

// ---- event filters ---------------------------------------------------------------------------

EventSelector read_selector(const JsonNode& node, std::string pointer, Diagnostics& diagnostics) {
  ObjectReader object(node, std::move(pointer), diagnostics);
  EventSelector selector;
  selector.vendor = object.read_text("vendor");
  selector.name = object.read_text("name");
  selector.version = object.read_text("version");
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
  return selector;
}

bool takes_value(Operator op) {
  return op != Operator::is_null && op != Operator::is_not_null && op != Operator::changed;
}

/// Reads `operator` and `value`; what does not fit the operator alone is an error here (rule 8).
Operator read_comparison(ObjectReader& object, Value& literal) {
  const bool has_operator = object.require("operator");
  const auto op = object.read_word("operator", kOperators);
  const JsonNode* value = object.read("value");
  if (!has_operator || !op) return Operator::equal;
  if (!takes_value(*op)) {
    if (value != nullptr) object.error_at("value", "this operator takes no value");
    return *op;
  }
  if (value == nullptr) {
    object.error_here("'value' is missing; to test for a missing value use the operator 'is null'");
    return *op;
  }
  literal = read_value(*value, object.pointer_to("value"), object.diagnostics()).value_or(Value());
  const bool membership = *op == Operator::in || *op == Operator::not_in;
  const bool pattern = *op == Operator::like || *op == Operator::not_like ||
                       *op == Operator::rlike || *op == Operator::not_rlike;
  if (pattern && !literal.is_null() && literal.as_string() == nullptr) {
    object.error_at("value", "a pattern must be a string");
    literal = Value();
  } else if (literal.as_list() != nullptr && !membership) {
    object.error_at("value", "a list goes with the operators 'in' and 'not in' only");
  }
  return *op;
}

FilterCriterion read_filter_criterion(const JsonNode& node, std::string pointer,
                                      Diagnostics& diagnostics) {
  ObjectReader object(node, std::move(pointer), diagnostics);
  FilterCriterion criterion;
  criterion.pointer = object.pointer();
  if (!object.is_object()) return criterion;
  object.require("property");
  if (const JsonNode* property = object.read("property")) {
    criterion.property = read_property(*property, object.pointer_to("property"), diagnostics);
    if (criterion.property.date_part != DatePart::none) {
      diagnostics.error(concat({object.pointer_to("property"), "/date_part"}),
                        "a filter compares the value itself; date_part is for the attribute's "
                        "property");
    }
  }
  criterion.op = read_comparison(object, criterion.literal);
  if (criterion.op == Operator::changed) {
    object.error_at("operator",
                    "'changed' is for interventions; an event's property cannot change");
  }
  object.warn_about_unknown_fields();
  return criterion;
}

EventFilter read_filter(const JsonNode& node, std::string pointer, Diagnostics& diagnostics) {
  ObjectReader object(node, std::move(pointer), diagnostics);
  EventFilter filter;
  const auto read_list = [&](std::string_view field, std::vector<FilterCriterion>& list) {
    object.for_each(field, [&](const JsonNode& child, std::string child_pointer) {
      list.push_back(read_filter_criterion(child, std::move(child_pointer), diagnostics));
    });
    if (list.size() > kMostChildren) object.error_at(field, "at most 100 criteria are allowed");
  };
  read_list("all", filter.all);
  read_list("any", filter.any);
  object.warn_about_unknown_fields();
  return filter;
}

// ---- attributes ------------------------------------------------------------------------------

AttributeKey read_attribute_key(const JsonNode& node, std::string pointer,
                                Diagnostics& diagnostics) {
  ObjectReader object(node, std::move(pointer), diagnostics);
  AttributeKey key;
  key.pointer = object.pointer();
  if (!object.is_object()) return key;
  key.name = required_name(object);
  const JsonNode* property = object.read("property");
  const auto field = object.read_text("key");
  if (property != nullptr) {
    key.property = read_property(*property, object.pointer_to("property"), diagnostics);
    if (key.property.date_part != DatePart::none) {
      diagnostics.error(concat({object.pointer_to("property"), "/date_part"}),
                        "an attribute key is an identifier, not a date");
    }
  } else if (field) {
    key.property.name = check_atomic_field(*field, object.pointer_to("key"), diagnostics);
  } else {
    key.property.name = key.name;  // the atomic field of that name; compile() checks it
    if (is_atomic_field(key.name)) {
      check_atomic_field(key.name, object.pointer_to("name"), diagnostics);
    }
  }
  key.ttl = object.read_duration("ttl");
  object.ignore({"description", "owner", "is_published", "external_column", "blobl_path"});
  object.warn_about_unknown_fields();
  return key;
}

Attribute read_attribute(const JsonNode& node, std::string pointer, Diagnostics& diagnostics) {
  ObjectReader object(node, std::move(pointer), diagnostics);
  Attribute attribute;
  attribute.pointer = object.pointer();
  if (!object.is_object()) return attribute;
  attribute.name = required_name(object);
  object.require("type");
  object.require("aggregation");
  attribute.type = object.read_word("type", kValueTypes);
  attribute.aggregation = object.read_word("aggregation", kAggregations);
  object.for_each("events", [&](const JsonNode& child, std::string child_pointer) {
    attribute.events.push_back(read_selector(child, std::move(child_pointer), diagnostics));
  });
  if (const JsonNode* criteria = object.read("criteria")) {
    attribute.criteria = read_filter(*criteria, object.pointer_to("criteria"), diagnostics);
  }
  if (const JsonNode* property = object.read("property")) {
    attribute.property = read_property(*property, object.pointer_to("property"), diagnostics);
  }
  attribute.period = object.read_duration("period");
  attribute.ttl = object.read_duration("ttl");
  attribute.has_time_unit = object.read("time_unit") != nullptr;
  attribute.time_unit = object.read_word("time_unit", kTimeUnits).value_or(TimeUnit::none);
  if (const JsonNode* value = object.read("default_value")) {
    attribute.default_value =
        read_value(*value, object.pointer_to("default_value"), diagnostics).value_or(Value());
  }
  object.ignore({"description"});
  object.warn_about_unknown_fields();
  return attribute;
}

Field read_field(const JsonNode& node, std::string pointer, Diagnostics& diagnostics) {
  ObjectReader object(node, std::move(pointer), diagnostics);
  Field field;
  field.pointer = object.pointer();
  if (!object.is_object()) return field;
  field.name = required_name(object);
  object.require("type");
  field.type = object.read_word("type", kValueTypes);
  object.ignore({"description"});
  object.warn_about_unknown_fields();
  return field;
}

AttributeGroup read_group(const JsonNode& node, std::string pointer, Diagnostics& diagnostics) {
  ObjectReader object(node, std::move(pointer), diagnostics);
  AttributeGroup group;
  group.pointer = object.pointer();
  if (!object.is_object()) return group;
  group.name = required_name(object);
  group.version = read_version(object);
  object.require("attribute_key");
  if (const JsonNode* key = object.read("attribute_key")) {
    group.attribute_key = read_attribute_key(*key, object.pointer_to("attribute_key"), diagnostics);
  }
  object.for_each("attributes", [&](const JsonNode& child, std::string child_pointer) {
    group.attributes.push_back(read_attribute(child, std::move(child_pointer), diagnostics));
  });
  object.for_each("fields", [&](const JsonNode& child, std::string child_pointer) {
    group.fields.push_back(read_field(child, std::move(child_pointer), diagnostics));
  });
  if (group.attributes.empty() && group.fields.empty()) {
    object.error_here("a group needs 'attributes' or, for an external one, 'fields'");
  } else if (!group.attributes.empty() && !group.fields.empty()) {
    object.error_at("fields", "a group has either 'attributes' or 'fields', not both");
  }
  group.ttl = object.read_duration("ttl");
  group.online = object.read_flag("online").value_or(true);
  object.ignore({"description", "owner", "is_published", "offline", "batch_source",
                 "backfill_since_tstamp", "refresh_rate", "full_name", "feast_name",
                 "stream_source_name", "attribute_key_or_name",
                 "attribute_group_or_attribute_key_ttl"});
  object.warn_about_unknown_fields();
  return group;
}

// ---- services and interventions --------------------------------------------------------------

GroupLink read_group_link(const JsonNode& node, std::string pointer, Diagnostics& diagnostics) {
  ObjectReader object(node, std::move(pointer), diagnostics);
  GroupLink link;
  link.pointer = object.pointer();
  if (!object.is_object()) return link;
  link.name = required_name(object);
  link.version = read_version(object);
  object.warn_about_unknown_fields();
  return link;
}

Service read_service(const JsonNode& node, std::string pointer, Diagnostics& diagnostics) {
  ObjectReader object(node, std::move(pointer), diagnostics);
  Service service;
  service.pointer = object.pointer();
  if (!object.is_object()) return service;
  service.name = required_name(object);
  object.for_each("attribute_groups", [&](const JsonNode& child, std::string child_pointer) {
    service.attribute_groups.push_back(
        read_group_link(child, std::move(child_pointer), diagnostics));
  });
  if (service.attribute_groups.empty()) object.error_here("a service needs 'attribute_groups'");
  object.ignore({"description", "owner", "is_published", "access_mode"});
  object.warn_about_unknown_fields();
  return service;
}

/// Splits `group:attribute`.
void read_qualified_attribute(ObjectReader& object, Criterion& leaf) {
  object.require("attribute");
  const auto text = object.read_text("attribute");
  if (!text) return;
  const std::size_t colon = text->find(':');
  const std::string group = text->substr(0, colon);
  const std::string attribute = colon == text->npos ? "" : text->substr(colon + 1);
  if (!is_word(group) || !is_word(attribute)) {
    object.error_at("attribute",
                    concat({"'", text->substr(0, 2 * kLongestName + 1),
                            "' must have the form group:attribute, without a version"}));
    return;
  }
  leaf.group = group;
  leaf.attribute = attribute;
}

Criterion read_criterion(const JsonNode& node, std::string pointer, int depth,
                         Diagnostics& diagnostics) {
  ObjectReader object(node, std::move(pointer), diagnostics);
  Criterion criterion;
  criterion.pointer = object.pointer();
  if (!object.is_object()) return criterion;

  constexpr std::pair<std::string_view, Criterion::Kind> kinds[] = {
      {"all", Criterion::Kind::all},
      {"any", Criterion::Kind::any},
      {"none", Criterion::Kind::none}};
  std::vector<std::pair<std::string_view, Criterion::Kind>> present;
  for (const auto& kind : kinds) {
    if (object.read(kind.first) != nullptr) present.push_back(kind);
  }
  if (present.empty()) {
    if (node.member("attribute") == nullptr && node.member("operator") == nullptr) {
      object.error_here("a criterion is {attribute, operator, value}, or one of all, any and none");
      return criterion;
    }
    read_qualified_attribute(object, criterion);
    criterion.op = read_comparison(object, criterion.literal);
    object.warn_about_unknown_fields();
    return criterion;
  }
  if (present.size() > 1) {
    object.error_here("only one of all, any and none may stand on a node; nest them instead");
  }
  const auto& [field, kind] = present.front();
  criterion.kind = kind;
  if (depth == kDeepestCriteria) {
    object.error_here("criteria may be nested 32 levels deep");
    return criterion;
  }
  const bool is_list = object.for_each(field, [&](const JsonNode& child, std::string pointer) {
    criterion.children.push_back(read_criterion(child, std::move(pointer), depth + 1, diagnostics));
  });
  if (is_list && criterion.children.empty()) {
    object.error_at(field, "an empty list decides nothing; write at least one criterion");
  }
  if (criterion.children.size() > kMostChildren) {
    object.error_at(field, "at most 100 criteria are allowed in a list");
  }
  object.warn_about_unknown_fields();
  return criterion;
}

std::string read_key_link(const JsonNode& node, std::string pointer, Diagnostics& diagnostics) {
  ObjectReader object(node, std::move(pointer), diagnostics);
  if (!object.is_object()) return {};
  std::string name = required_name(object);
  object.warn_about_unknown_fields();
  return name;
}

Intervention read_intervention(const JsonNode& node, std::string pointer,
                               Diagnostics& diagnostics) {
  ObjectReader object(node, std::move(pointer), diagnostics);
  Intervention intervention;
  intervention.pointer = object.pointer();
  if (!object.is_object()) return intervention;
  intervention.name = required_name(object);
  intervention.version = read_version(object);
  object.require("criteria");
  if (const JsonNode* criteria = object.read("criteria")) {
    intervention.criteria =
        read_criterion(*criteria, object.pointer_to("criteria"), 0, diagnostics);
  }
  object.for_each("target_attribute_keys", [&](const JsonNode& child, std::string child_pointer) {
    intervention.target_attribute_keys.push_back(
        read_key_link(child, std::move(child_pointer), diagnostics));
  });
  std::vector<GroupLink> payload;
  if (object.for_each(
          "payload_attribute_groups", [&](const JsonNode& child, std::string child_pointer) {
            payload.push_back(read_group_link(child, std::move(child_pointer), diagnostics));
          })) {
    intervention.payload_attribute_groups = std::move(payload);
  }
  object.ignore({"description", "owner", "is_published"});
  object.warn_about_unknown_fields();
  return intervention;
}

}  // namespace

Definitions read_definitions(std::string_view json, Diagnostics& diagnostics) {
  Definitions definitions;
  if (json.size() > kLargestBundle) {
    diagnostics.error("", "the bundle is larger than 2 MB");
    return definitions;
  }
  const JsonNode root = read_json(json, diagnostics);
  if (diagnostics.has_errors()) return definitions;

  ObjectReader bundle(root, "", diagnostics);
  bundle.for_each("attribute_keys", [&](const JsonNode& node, std::string pointer) {
    definitions.attribute_keys.push_back(read_attribute_key(node, std::move(pointer), diagnostics));
  });
  bundle.for_each("attribute_groups", [&](const JsonNode& node, std::string pointer) {
    definitions.attribute_groups.push_back(read_group(node, std::move(pointer), diagnostics));
  });
  bundle.for_each("services", [&](const JsonNode& node, std::string pointer) {
    definitions.services.push_back(read_service(node, std::move(pointer), diagnostics));
  });
  bundle.for_each("interventions", [&](const JsonNode& node, std::string pointer) {
    definitions.interventions.push_back(read_intervention(node, std::move(pointer), diagnostics));
  });
  if (definitions.interventions.size() > kMostInterventions) {
    bundle.error_at("interventions", "at most 10,000 interventions are allowed");
  }
  bundle.warn_about_unknown_fields();
  return definitions;
}

}  // namespace tripline
