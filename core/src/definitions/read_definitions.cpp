// Definitions bundle: JSON text → Definitions and every diagnostic that one object alone can give.

#include <algorithm>

#include "definitions/format.h"
#include "definitions/json_tree.h"
#include "definitions/limits.h"
#include "definitions/words.h"
#include "support/number_text.h"
#include "support/text.h"
#include "support/utf8.h"
#include "tripline/definitions.h"
#include "value/enumerations.h"

namespace tripline {
namespace {

constexpr std::size_t kLargestBundle = 2'000'000;

constexpr const char* kOther = nullptr;  // fields are those of another format

/// A member of a struct, as tables name it.
#define PLACE(Object, member)       \
  Place<decltype(Object::member)> { \
    offsetof(Object, member)        \
  }

// ---- properties ------------------------------------------------------------------------------

void warn_that_browsers_lack(Reader& reader, const JsonNode* where, std::string_view name) {
  const char* const advice = name == "refr_medium" ? "; use 'refr_urlhost'" : "";
  reader.diagnostics().warning(
      where, "", "'%' is filled in after collection; in a browser it is always missing%",
      {name, advice});
}

/// The name of an atomic field, which stands at `where`, checked and spelt as events spell it.
void check_atomic_field(Reader& reader, const JsonNode* where, std::string_view& name) {
  if (name == "refr_device_tstamp") name = "refr_dvce_tstamp";  // the Python SDK's spelling
  if (is_unknown_to_browsers(name)) {
    warn_that_browsers_lack(reader, where, name);
  } else if (position_of(name, "contexts|unstruct_event|derived_contexts") != 0) {
    reader.error(where, "'%' is a structure; for a field of it use the type 'event' or 'entity'",
                 {name});
  } else if (!is_atomic_field(name)) {
    reader.error(where, "there is no atomic field '%'%", {name, suggestion(name, atomic_fields())});
  }
}

void check_atomic(Reader& reader, Property& property) {
  const JsonNode* name = property.pointer->member("name");
  if (name == nullptr) return;
  check_atomic_field(reader, name, property.name);
  const JsonNode* part = property.pointer->member("date_part");
  if (part == nullptr) return;
  if (property.date_part == DatePart::none) {
    property.name = {};  // The part is not known, which was reported, and neither is the type.
  } else if (is_atomic_field(property.name) && !is_time_field(property.name)) {
    reader.error(part, "'%' is not a time", {property.name});
  }
}

void check_entity(Reader& reader, Property& property) {
  if (!is_entity_of_enrich(property.vendor, property.name)) return;
  warn_that_browsers_lack(reader, property.pointer->member("name"), property.name);
}

/// Returns the types that the operation takes, for the message; nothing if the operand's fits.
/// `first` is that of the first operand with a known type.
const char* wrong_operand(Operation operation, ValueType type, ValueType first) {
  const bool is_integer = type == ValueType::int64;
  if (operation == Operation::coalesce) return type == first ? nullptr : "properties of one type";
  if (operation == Operation::concat) {
    return is_integer || type == ValueType::string_ ? nullptr : "strings and integers";
  }
  return is_integer || type == ValueType::double_ ? nullptr : "numbers";
}

void check_calculated(Reader& reader, Property& property) {
  const Operation operation = property.operation;
  const std::string_view word = name_of<Operation>(kOperations, operation);
  const std::size_t least = operation == Operation::coalesce ? 1 : 2;
  const JsonNode* list = property.pointer->member("properties");
  if (operation == Operation::none) return;
  if (list != nullptr && list->kind == JsonNode::Kind::array && list->size < least) {
    reader.error(list, "'%' needs at least % properties", {word, least});
  }
  for (const Property& operand : property.properties) {
    const ValueType type = operand_type(operand);
    if (operand.source == Property::Source::calculated) {
      reader.error(operand.pointer, "a calculated property cannot be a part of another one");
    } else if (const char* takes = wrong_operand(operation, type, operand_type(property));
               takes != nullptr && type != ValueType::none) {
      reader.error(operand.pointer, "'%' takes %, but this is %",
                   {word, takes, name_of<ValueType>(kValueTypes, type)});
    }
  }
  const JsonNode* separator = property.pointer->member("separator");
  if (separator == nullptr) return;
  if (operation != Operation::concat) {
    reader.error(separator, "'separator' goes with 'concat' only");
  } else if (count_code_points(property.separator) > kLongestSeparator ||
             property.separator.find('\0') != property.separator.npos) {
    reader.error(separator, "a separator has at most 16 characters, none of which is NUL");
  }
}

constexpr const char* kEmpty = "a string that is not empty is needed here";

constexpr FieldFormat kSourceFields[] = {required(word("type", PLACE(Property, source), kSources))};
constexpr FieldFormat kAtomicFields[] = {
    required(text("name", PLACE(Property, name))),
    word("date_part", PLACE(Property, date_part), kDateParts),
};
constexpr FieldFormat kEntityFields[] = {
    required(text("vendor", PLACE(Property, vendor))),
    required(name("name", PLACE(Property, name), "_-")),
    required(positive("major_version", PLACE(Property, major_version))),
    required(path("path", PLACE(Property, path))),
    word("date_part", PLACE(Property, date_part), kDateParts),
    whole("index", PLACE(Property, index)),
};
extern const Format<Property> kOperand;
constexpr FieldFormat kCalculatedFields[] = {
    required(word("operation", PLACE(Property, operation), kOperations)),
    required(list("properties", PLACE(Property, properties), kOperand)),
    text("separator", PLACE(Property, separator)),
};
// `output_name` names a property of an event log, which checks it.
constexpr const char* kNoField = "type|output_name";
constexpr auto kAtomic = format<Property, check_atomic>(kAtomicFields, kNoField);
constexpr auto kEvent =
    format<Property>(std::span(kEntityFields).first(std::size(kEntityFields) - 1), kNoField);
constexpr auto kEntity = format<Property, check_entity>(kEntityFields, kNoField);
constexpr auto kCalculated = format<Property, check_calculated>(kCalculatedFields, "type");

void read_by_source(Reader& reader, Property& property) {
  const JsonNode& node = *property.pointer;
  if (property.source == Property::Source::atomic) reader.read(node, kAtomic, property);
  if (property.source == Property::Source::event) reader.read(node, kEvent, property);
  if (property.source == Property::Source::entity) reader.read(node, kEntity, property);
  if (property.source == Property::Source::calculated) reader.read(node, kCalculated, property);
}

constexpr auto kProperty = format<Property, read_by_source>(kSourceFields, kOther);
constexpr Format<Property> kOperand = at_most(kMostProperties, kProperty);

// ---- event filters ---------------------------------------------------------------------------

/// Reports a literal that does not fit its operator, whatever it is compared with (rule 8).
void check_comparison(Reader& reader, const JsonNode* pointer, Operator op,
                      const JsonNode*& literal) {
  const JsonNode* value = pointer->member("value");
  if (op == Operator::none) {
    literal = nullptr;
  } else if (takes_no_value(op)) {
    if (value != nullptr) reader.error(value, "this operator takes no value");
    literal = nullptr;
  } else if (value == nullptr) {
    reader.error(pointer,
                 "'value' is missing; to test for a missing value use the operator 'is null'");
  } else if (is_pattern(op)) {
    if (value->kind == JsonNode::Kind::string) return;
    reader.error(value, "a pattern must be a string");
    literal = nullptr;
  } else if (value->kind == JsonNode::Kind::array && !is_membership(op)) {
    reader.error(value, "a list goes with the operators 'in' and 'not in' only");
  }
}

void check_filter_criterion(Reader& reader, FilterCriterion& criterion) {
  check_comparison(reader, criterion.pointer, criterion.op, criterion.literal);
  if (criterion.op == Operator::changed) {
    reader.error(criterion.pointer->member("operator"),
                 "'changed' is for interventions; an event's property cannot change");
  }
}

constexpr FieldFormat kFilterCriterionFields[] = {
    required(object("property", PLACE(FilterCriterion, property), kProperty)),
    required(word("operator", PLACE(FilterCriterion, op), kOperators)),
    value("value", PLACE(FilterCriterion, literal)),
};
constexpr auto kFilterCriterion = at_most(
    kMostCriteria, format<FilterCriterion, check_filter_criterion>(kFilterCriterionFields, ""));

// Ignored as unknown fields are, these would count every event.
constexpr const char* kNoFilter =
    "a filter has lists 'all' and 'any'; for 'none' negate the operators";

constexpr FieldFormat kFilterFields[] = {
    list("all", PLACE(EventFilter, all), kFilterCriterion),
    list("any", PLACE(EventFilter, any), kFilterCriterion),
    refused("none", kNoFilter),
    refused("property", kNoFilter),
};
constexpr auto kFilter = format<EventFilter>(kFilterFields, "operator|value");

void check_selector(Reader& reader, EventSelector& selector) {
  const JsonNode* id = selector.pointer->member("event_specification_id");
  if (id == nullptr || id->kind != JsonNode::Kind::string) return;
  const std::size_t parts = selector.vendor.size() + selector.name.size() + selector.version.size();
  if (!id->text.empty() && parts == 0) return;
  reader.error(id, parts == 0 ? kEmpty
                              : "an event specification's id stands alone, without name, vendor "
                                "and version");
}

constexpr FieldFormat kSelectorFields[] = {
    name("name", PLACE(EventSelector, name), "_-"),
    name("vendor", PLACE(EventSelector, vendor), "_-."),
    schema_version("version", PLACE(EventSelector, version)),
    text("event_specification_id", PLACE(EventSelector, specification_id)),
    positive("major_version", PLACE(EventSelector, major_version)),
};
constexpr auto kSelector = format<EventSelector, check_selector>(
    std::span(kSelectorFields).first(std::size(kSelectorFields) - 1), "");

// ---- attributes ------------------------------------------------------------------------------

void check_attribute_key(Reader& reader, AttributeKey& key) {
  if (key.property.date_part != DatePart::none) {
    reader.error(key.property.pointer->member("date_part"),
                 "an attribute key is an identifier, not a date");
  }
  if (key.property.source == Property::Source::calculated) {
    reader.error(key.property.pointer, "an attribute key is one property, not a calculated one");
  }
  if (key.property.pointer != nullptr) return;
  const JsonNode* field = key.pointer->member("key");
  key.property.source = Property::Source::atomic;
  key.property.name = field == nullptr ? key.name : key.field;
  // Without `key`, compile() checks that the key's own name is that of a field.
  if (field != nullptr || is_atomic_field(key.name)) {
    check_atomic_field(reader, field == nullptr ? key.pointer->member("name") : field,
                       key.property.name);
  }
}

constexpr FieldFormat kAttributeKeyFields[] = {
    required(name("name", PLACE(AttributeKey, name))),
    object("property", PLACE(AttributeKey, property), kProperty),
    text("key", PLACE(AttributeKey, field)),
    duration("ttl", PLACE(AttributeKey, ttl)),
    presence("external_column", PLACE(AttributeKey, is_column)),
};
constexpr auto kAttributeKey = format<AttributeKey, check_attribute_key>(
    kAttributeKeyFields, "description|owner|is_published|blobl_path");

constexpr FieldFormat kAttributeFields[] = {
    required(name("name", PLACE(Attribute, name))),
    required(word("type", PLACE(Attribute, type), kValueTypes)),
    required(word("aggregation", PLACE(Attribute, aggregation), kAggregations)),
    list("events", PLACE(Attribute, events), kSelector),
    object("criteria", PLACE(Attribute, criteria), kFilter),
    object("property", PLACE(Attribute, property), kProperty),
    duration("period", PLACE(Attribute, period)),
    duration("ttl", PLACE(Attribute, ttl)),
    word("time_unit", PLACE(Attribute, time_unit), kTimeUnits),
    value("default_value", PLACE(Attribute, default_value)),
};
constexpr auto kAttribute = format<Attribute>(kAttributeFields, "description");

constexpr FieldFormat kFieldFields[] = {
    required(name("name", PLACE(Field, name))),
    required(word("type", PLACE(Field, type), kValueTypes)),
};
constexpr auto kField = format<Field>(kFieldFields, "description");

void check_group(Reader& reader, AttributeGroup& group) {
  if (group.attributes.empty() && group.fields.empty()) {
    reader.error(group.pointer, "a group needs 'attributes' or, for an external one, 'fields'");
  } else if (!group.attributes.empty() && !group.fields.empty()) {
    reader.error(group.pointer->member("fields"),
                 "a group has either 'attributes' or 'fields', not both");
  }
}

constexpr FieldFormat kGroupFields[] = {
    required(name("name", PLACE(AttributeGroup, name))),
    version("version", PLACE(AttributeGroup, version)),
    required(object("attribute_key", PLACE(AttributeGroup, attribute_key), kAttributeKey)),
    list("attributes", PLACE(AttributeGroup, attributes), kAttribute),
    list("fields", PLACE(AttributeGroup, fields), kField),
    duration("ttl", PLACE(AttributeGroup, ttl)),
    unless("online", PLACE(AttributeGroup, is_disabled)),
};
constexpr auto kGroup = format<AttributeGroup, check_group>(
    kGroupFields,
    "description|owner|is_published|offline|batch_source|backfill_since_tstamp|refresh_rate|"
    "full_name|feast_name|stream_source_name|attribute_key_or_name|"
    "attribute_group_or_attribute_key_ttl");

// ---- services and interventions --------------------------------------------------------------

constexpr FieldFormat kGroupLinkFields[] = {
    required(name("name", PLACE(GroupLink, name))),
    version("version", PLACE(GroupLink, version)),
};
constexpr auto kGroupLink = format<GroupLink>(kGroupLinkFields, "");

void check_service(Reader& reader, Service& service) {
  if (service.attribute_groups.empty()) {
    reader.error(service.pointer, "a service needs 'attribute_groups'");
  }
}

constexpr FieldFormat kServiceFields[] = {
    required(name("name", PLACE(Service, name))),
    list("attribute_groups", PLACE(Service, attribute_groups), kGroupLink),
};
constexpr auto kService =
    format<Service, check_service>(kServiceFields, "description|owner|is_published|access_mode");

void check_leaf(Reader& reader, Criterion& leaf) {
  check_comparison(reader, leaf.pointer, leaf.op, leaf.literal);
  const std::string_view name = leaf.attribute;
  if (name.data() == nullptr) return;
  const std::size_t colon = name.find(':');
  const bool has_form =
      colon != name.npos && is_name(name.substr(0, colon)) && is_name(name.substr(colon + 1));
  if (has_form) return;
  reader.error(leaf.pointer->member("attribute"),
               "'%' must have the form group:attribute, without a version", {name});
  leaf.attribute = {};
}

constexpr FieldFormat kLeafFields[] = {
    required(text("attribute", PLACE(Criterion, attribute))),
    required(word("operator", PLACE(Criterion, op), kOperators)),
    value("value", PLACE(Criterion, literal)),
    refused("property", "an intervention compares attributes; make one of this property"),
};
extern const Format<Criterion> kCriterion;
constexpr FieldFormat kNodeFields[] = {
    list("all", PLACE(Criterion, children), kCriterion),
    list("any", PLACE(Criterion, children), kCriterion),
    list("none", PLACE(Criterion, children), kCriterion),
};
constexpr auto kLeaf = format<Criterion, check_leaf>(kLeafFields, "");
constexpr auto kNode = format<Criterion>(kNodeFields, "attribute|operator|value");

void read_by_kind(Reader& reader, Criterion& criterion) {
  const JsonNode& node = *criterion.pointer;
  const JsonNode* list = nullptr;
  int kinds = node.member("attribute") != nullptr ? 1 : 0;
  for (int kind = static_cast<int>(Criterion::Kind::end_); --kind > 0;) {
    const JsonNode* member = node.member(word_at(kind, kCriterionKinds.list));
    if (member == nullptr) continue;
    list = member;
    criterion.kind = static_cast<Criterion::Kind>(kind);
    ++kinds;
  }
  if (kinds > 1) {
    reader.error(&node, "a node has one of all, any and none, or attribute and operator");
  }
  if (list == nullptr) {
    if (kinds != 0 || node.member("operator") != nullptr) {
      reader.read(node, kLeaf, criterion);
    } else {
      reader.error(&node,
                   "a criterion is {attribute, operator, value}, or one of all, any and none");
    }
  } else if (reader.lists() > kDeepestCriteria) {
    reader.error(&node, "criteria may be nested 32 levels deep");
  } else {
    if (list->kind == JsonNode::Kind::array && list->size == 0) {
      reader.error(list, "an empty list decides nothing; write at least one criterion");
    }
    reader.read(node, kNode, criterion);
  }
}

constexpr Format<Criterion> kCriterion =
    at_most(kMostCriteria, format<Criterion, read_by_kind>({}, kOther));

constexpr FieldFormat kKeyLinkFields[] = {required(name("name", PLACE(KeyLink, name)))};
constexpr auto kKeyLink = format<KeyLink>(kKeyLinkFields, "");

constexpr FieldFormat kInterventionFields[] = {
    required(name("name", PLACE(Intervention, name))),
    version("version", PLACE(Intervention, version)),
    required(object("criteria", PLACE(Intervention, criteria), kCriterion)),
    list("target_attribute_keys", PLACE(Intervention, target_attribute_keys), kKeyLink),
    list("payload_attribute_groups", PLACE(Intervention, payload_attribute_groups), kGroupLink),
};
constexpr auto kIntervention =
    at_most(kMostInterventions,
            format<Intervention>(kInterventionFields, "description|owner|is_published"));

// ---- event logs ------------------------------------------------------------------------------

constexpr std::uint16_t kMostEventLogs = 100;
constexpr std::uint16_t kMostSelections = 20;
constexpr std::uint16_t kMostLoggedProperties = 50;
constexpr std::uint32_t kMostLoggedEvents = 100;
constexpr std::uint32_t kLongestLogSeconds = 3600;

void check_logged_event(Reader& reader, EventSelector& selector) {
  check_selector(reader, selector);
  if (selector.major_version == 0) return;
  if (selector.version.empty() && selector.specification_id.empty()) return;
  reader.error(selector.pointer->member("major_version"),
               "'major_version' stands in place of 'version'");
}

void check_logged_property(Reader& reader, Property& property) {
  read_by_source(reader, property);
  const JsonNode* name = property.pointer->member("output_name");
  if (name != nullptr && name->text.empty()) reader.error(name, kEmpty);
  if (property.source <= Property::Source::entity && property.date_part == DatePart::none) return;
  reader.error(property.pointer, "an event log keeps values of the event as they are");
}

void check_limit(Reader& reader, const JsonNode* where, std::uint32_t number, std::uint32_t most) {
  if (number > most) reader.error(where, "at most % are allowed here", {most});
}

template <typename Item>
void check_filled(Reader& reader, const JsonNode* list, const Items<Item>& items) {
  if (list != nullptr && items.empty()) reader.error(list, "an empty list logs nothing");
}

void check_selection(Reader& reader, EventSelection& selection) {
  check_filled(reader, selection.pointer->member("properties"), selection.properties);
}

void check_event_log(Reader& reader, EventLog& log) {
  const JsonNode& node = *log.pointer;
  check_filled(reader, node.member("events"), log.events);
  check_limit(reader, node.member("max_events"), log.max_events, kMostLoggedEvents);
  check_limit(reader, node.member("max_age_seconds"), log.max_age_seconds, kLongestLogSeconds);
  const std::string_view key = log.attribute_key.name;
  if (key.empty() || key == "domain_sessionid") return;
  reader.error(log.attribute_key.pointer,
               "an event log is for the attribute key 'domain_sessionid'");
}

constexpr auto kLoggedEvent = format<EventSelector, check_logged_event>(kSelectorFields, "");
constexpr auto kLoggedProperty =
    at_most(kMostLoggedProperties, format<Property, check_logged_property>(kSourceFields, kOther));
constexpr FieldFormat kSelectionFields[] = {
    required(object("event", PLACE(EventSelection, event), kLoggedEvent)),
    required(list("properties", PLACE(EventSelection, properties), kLoggedProperty)),
};
constexpr auto kSelection =
    at_most(kMostSelections, format<EventSelection, check_selection>(kSelectionFields, ""));
constexpr auto kSession = format<KeyLink>(kKeyLinkFields, kOther);
constexpr FieldFormat kEventLogFields[] = {
    required(name("name", PLACE(EventLog, name))),
    required(object("attribute_key", PLACE(EventLog, attribute_key), kSession)),
    required(list("events", PLACE(EventLog, events), kSelection)),
    required(positive("max_events", PLACE(EventLog, max_events))),
    required(positive("max_age_seconds", PLACE(EventLog, max_age_seconds))),
    text("prompt", PLACE(EventLog, prompt)),
};
constexpr auto kEventLog = at_most(
    kMostEventLogs, format<EventLog, check_event_log>(kEventLogFields,
                                                      "version|description|owner|is_published|"
                                                      "has_published_version"));

constexpr FieldFormat kBundleFields[] = {
    list("event_logs", PLACE(Definitions, event_logs), kEventLog),
    list("attribute_keys", PLACE(Definitions, attribute_keys), kAttributeKey),
    list("attribute_groups", PLACE(Definitions, attribute_groups), kGroup),
    list("services", PLACE(Definitions, services), kService),
    list("interventions", PLACE(Definitions, interventions), kIntervention),
};

/// Warns of objects that are not published beside some that are, since all count (rule 25).
void warn_about_unpublished(Reader& reader, Definitions& definitions) {
  bool is_any_published = false;
  Text names;
  for (const JsonNode* list = definitions.pointer->first; list != nullptr; list = list->next) {
    for (const JsonNode* object = list->first; object != nullptr; object = object->next) {
      const JsonNode* flag = object->member("is_published");
      const JsonNode* name = object->member("name");
      if (name == nullptr || flag == nullptr || flag->kind != JsonNode::Kind::boolean) continue;
      if (flag->flag) {
        is_any_published = true;
        continue;
      }
      names += concat({names.empty() ? "" : ", ", list->key, " '", name->text, "'"});
      const JsonNode* version = object->member("version");
      if (version != nullptr) names += concat({" version ", number_text(version->number)});
    }
  }
  if (names.empty() || !is_any_published) return;
  reader.diagnostics().warning(
      nullptr, "", "'is_published' is false, but has no effect; remove what must not run: %",
      {names});
}

void check_bundle(Reader& reader, Definitions& definitions) {
  warn_about_unpublished(reader, definitions);
  List<std::string_view> names;
  for (const EventLog& log : definitions.event_logs) {
    if (!log.name.empty() && std::find(names.begin(), names.end(), log.name) != names.end()) {
      reader.error(log.pointer, "the event log '%' is defined twice", {log.name});
    }
    names.push_back(log.name);
  }
}

constexpr auto kBundle = format<Definitions, check_bundle>(kBundleFields, "");

}  // namespace

Definitions read_definitions(std::string_view json, Diagnostics& diagnostics) {
  Definitions definitions;
  if (json.size() > kLargestBundle) {
    diagnostics.error(nullptr, "", "the bundle is larger than 2 MB");
    return definitions;
  }
  if (const JsonNode* root = read_json(json, definitions.memory, diagnostics)) {
    Reader(definitions.memory, diagnostics).read(*root, kBundle, definitions);
  }
  return definitions;
}

}  // namespace tripline
