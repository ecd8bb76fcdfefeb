// A definitions bundle as the user wrote it, read and checked one object at a time. How objects
// refer to one another is checked by compile() (program.h).
//
// The shapes follow the objects that Snowplow's Python SDK publishes, under their own names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tripline/detail/arena.h"
#include "tripline/diagnostic.h"

namespace tripline {

struct JsonNode;

/// A length of time in milliseconds, from an ISO 8601 duration. A year is 365 days, a month 30.
/// Where a bundle may leave one out, 0 stands for none.
using Duration = std::int64_t;

// In each enumeration but Criterion::Kind, `none` stands for a value that is absent or wrong (a
// wrong one has been reported); in each, `end_` is one past the last. definitions/words.h has their
// words, value/enumerations.h their predicates; both check the order when they are compiled.

/// Scalars, `dict`, then lists in the order of their items' types.
enum class ValueType : std::uint8_t {
  none,
  bytes_,
  string_,
  int32,
  int64,
  double_,
  float_,
  boolean,
  unix_timestamp,
  dict,
  bytes_list,
  string_list,
  int32_list,
  int64_list,
  double_list,
  float_list,
  boolean_list,
  unix_timestamp_list,
  end_,
};

/// How an attribute's value is computed from the events that count.
enum class Aggregation : std::uint8_t {
  none,
  counter,
  sum,
  min,
  max,
  mean,
  first,
  last,
  most_frequent,
  least_frequent,
  approx_count_distinct,
  category_count,
  unique_list,
  time_since_last,
  time_since_first,
  end_,
};

/// In which unit time_since_last and time_since_first count.
enum class TimeUnit : std::uint8_t { none, second, minute, hour, day, end_ };

/// The part of a time that an attribute aggregates in its place (rule 14). The first three are
/// numbers, the last three are dates as strings.
enum class DatePart : std::uint8_t {
  none,
  hour_of_day,
  day_of_week,
  month_of_year,
  active_day,
  active_week,
  active_month,
  end_,
};

/// How a calculated property combines those that it names.
enum class Operation : std::uint8_t { none, concat, sum, product, min, max, coalesce, end_ };

/// In this order: six comparisons, four operators with patterns, two with lists, and those that
/// take no literal.
enum class Operator : std::uint8_t {
  none,
  equal,
  not_equal,
  less,
  greater,
  less_equal,
  greater_equal,
  like,
  not_like,
  rlike,
  not_rlike,
  in,
  not_in,
  is_null,
  is_not_null,
  changed,
  end_,
};

// `pointer` is the JSON node that a struct was read from, and always its first member. A struct
// whose bytes are all zero is valid and empty.

/// One step of a property's path: a member's name, or an array index where `name` is empty.
struct PathStep {
  std::string_view name;
  std::uint32_t index = 0;
};

/// Where in an event a value is found, or how it follows from values found there.
struct Property {
  enum class Source : std::uint8_t { none, atomic, event, entity, calculated, end_ };
  /// As `index`: the list of the values in all entities of the schema. No definition can say so.
  static constexpr std::uint32_t kEach = 0xffffffff;

  const JsonNode* pointer = nullptr;  // null where there is no property
  Source source = Source::none;
  DatePart date_part = DatePart::none;
  std::string_view vendor;                // event, entity
  std::string_view name;                  // schema name, or the atomic field's name
  std::uint32_t major_version = 0;        // event, entity
  std::uint32_t index = 0;                // entity: the nth of that schema, or kEach
  Items<PathStep> path;                   // event, entity
  Operation operation = Operation::none;  // calculated; so are those below
  std::string_view separator;             // concat
  Items<Property> properties;             // none of them calculated
};

/// Matches an event's schema, of which an absent part matches anything, or the id of an event
/// specification that the event follows.
struct EventSelector {
  const JsonNode* pointer = nullptr;
  std::string_view specification_id;
  std::string_view vendor;
  std::string_view name;
  std::string_view version;
  std::uint32_t major_version = 0;  // in an event log: any version with this first number
};

/// `property operator literal`, as an attribute's event filter uses it.
struct FilterCriterion {
  const JsonNode* pointer = nullptr;
  Property property;
  Operator op = Operator::none;
  const JsonNode* literal = nullptr;  // a scalar or a list of scalars
};

/// All of `all` must hold and, unless it is empty, at least one of `any`.
struct EventFilter {
  const JsonNode* pointer = nullptr;
  Items<FilterCriterion> all;
  Items<FilterCriterion> any;
};

/// Says whose attributes are computed, and where in an event the id is.
struct AttributeKey {
  const JsonNode* pointer = nullptr;
  std::string_view name;
  std::string_view field;  // an atomic field that the bundle names instead of a property
  Property property;
  /// True if the key names a column of a warehouse. Unless it has a property too, no event carries
  /// its ids.
  bool is_column = false;
  Duration ttl = 0;
};

/// A value that is computed from events.
struct Attribute {
  const JsonNode* pointer = nullptr;
  std::string_view name;
  ValueType type = ValueType::none;
  Aggregation aggregation = Aggregation::none;
  TimeUnit time_unit = TimeUnit::none;
  Items<EventSelector> events;
  EventFilter criteria;
  Property property;
  Duration period = 0;
  Duration ttl = 0;
  const JsonNode* default_value = nullptr;  // a scalar or a list of scalars
};

/// A field of an external (warehouse) group: only set_attributes() writes it.
struct Field {
  const JsonNode* pointer = nullptr;
  std::string_view name;
  ValueType type = ValueType::none;
};

/// Attributes, or fields of an external group, with one key and a version.
struct AttributeGroup {
  const JsonNode* pointer = nullptr;
  std::string_view name;
  std::uint32_t version = 0;
  AttributeKey attribute_key;
  Items<Attribute> attributes;
  Items<Field> fields;
  Duration ttl = 0;
  /// True for `"online": false`: the group is not computed (rule 25). `offline` has no effect.
  bool is_disabled = false;
};

/// A node of an intervention's criteria: `all`, `any` or `none` over children, or a leaf.
struct Criterion {
  enum class Kind : std::uint8_t { leaf, all, any, none, end_ };

  const JsonNode* pointer = nullptr;
  Kind kind = Kind::leaf;
  Items<Criterion> children;
  std::string_view attribute;  // leaf: `group:attribute`
  Operator op = Operator::none;
  const JsonNode* literal = nullptr;  // a scalar or a list of scalars
};

/// A reference to one version of an attribute group.
struct GroupLink {
  const JsonNode* pointer = nullptr;
  std::string_view name;
  std::uint32_t version = 0;
};

/// A reference to an attribute key.
struct KeyLink {
  const JsonNode* pointer = nullptr;
  std::string_view name;
};

/// A named list of groups that are read together.
struct Service {
  const JsonNode* pointer = nullptr;
  std::string_view name;
  Items<GroupLink> attribute_groups;
};

/// Fires when its criteria become true.
struct Intervention {
  const JsonNode* pointer = nullptr;
  std::string_view name;
  std::uint32_t version = 0;
  Criterion criteria;
  /// If empty, the targets are the attribute keys of the groups that the criteria read.
  Items<KeyLink> target_attribute_keys;
  /// If absent, these are the groups that the criteria read.
  Items<GroupLink> payload_attribute_groups;
};

/// Events that a log keeps, and what of each.
struct EventSelection {
  const JsonNode* pointer = nullptr;
  EventSelector event;
  Items<Property> properties;
};

/// The last events of a session. A host keeps it; the engine only checks its definition.
struct EventLog {
  const JsonNode* pointer = nullptr;
  std::string_view name;
  KeyLink attribute_key;
  Items<EventSelection> events;
  std::uint32_t max_events = 0;
  std::uint32_t max_age_seconds = 0;
  std::string_view prompt;
};

/// A whole bundle. Objects that had errors are left out, so look at the diagnostics first.
struct Definitions {
  const JsonNode* pointer = nullptr;
  Items<AttributeKey> attribute_keys;
  Items<AttributeGroup> attribute_groups;
  Items<Service> services;
  Items<Intervention> interventions;
  Items<EventLog> event_logs;
  /// Owns the memory of the lists and strings above.
  Arena memory;
};

/// Reads a definitions bundle (JSON text, at most 2 MB). Adds every mistake in an object
/// to `diagnostics`, and a warning for every unknown field.
[[nodiscard]] Definitions read_definitions(std::string_view json, Diagnostics& diagnostics);

}  // namespace tripline
