// What the user wrote: a definitions bundle, read and checked one object at a time. How objects
// refer to one another is checked by compile() (program.h).
//
// The shapes follow the objects that Snowplow's Python SDK publishes, under their own names.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "tripline/diagnostic.h"
#include "tripline/list.h"
#include "tripline/text.h"
#include "tripline/value.h"

namespace tripline {

/// A length of time in milliseconds, from an ISO 8601 duration. A year is 365 days, a month 30.
using Duration = std::int64_t;

enum class ValueType : std::uint8_t {
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
};

enum class Aggregation : std::uint8_t {
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
};

enum class TimeUnit : std::uint8_t { none, second, minute, hour, day };

enum class DatePart : std::uint8_t {
  none,
  hour_of_day,
  day_of_week,
  month_of_year,
  active_day,
  active_week,
  active_month,
};

enum class Operator : std::uint8_t {
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
};

/// One step of a property's path: a member's name, or an array index where `name` is empty.
struct PathStep {
  Text name;
  std::uint32_t index = 0;
  friend bool operator==(const PathStep&, const PathStep&) = default;
};

/// Where in an event a value is found.
struct Property {
  enum class Source : std::uint8_t { atomic, event, entity };

  Source source = Source::atomic;
  Text vendor;                      // event, entity
  Text name;                        // schema name, or the atomic field's name
  std::uint32_t major_version = 0;  // event, entity
  std::uint32_t index = 0;          // entity: the nth of that schema
  List<PathStep> path;              // event, entity
  DatePart date_part = DatePart::none;
  friend bool operator==(const Property&, const Property&) = default;
};

/// Matches an event's schema; an absent part matches anything.
struct EventSelector {
  std::optional<Text> vendor;
  std::optional<Text> name;
  std::optional<Text> version;
};

/// `property operator literal`, as an attribute's event filter uses it.
struct FilterCriterion {
  Text pointer;
  Property property;
  Operator op = Operator::equal;
  Value literal;
};

/// All of `all` must hold and, unless it is empty, at least one of `any`.
struct EventFilter {
  List<FilterCriterion> all;
  List<FilterCriterion> any;
};

struct AttributeKey {
  Text pointer;
  Text name;
  Property property;
  /// Names a column of a warehouse: without a property, no event carries its ids.
  bool is_column = false;
  std::optional<Duration> ttl;
};

struct Attribute {
  Text pointer;
  Text name;
  /// Absent only where the bundle's word is wrong, which has been reported.
  std::optional<ValueType> type;
  std::optional<Aggregation> aggregation;
  List<EventSelector> events;
  EventFilter criteria;
  std::optional<Property> property;
  std::optional<Duration> period;
  std::optional<Duration> ttl;
  /// Absent also where the bundle's word is wrong; `has_time_unit` tells that something is there.
  TimeUnit time_unit = TimeUnit::none;
  bool has_time_unit = false;
  Value default_value;
};

/// A value of an external (warehouse) group: it arrives by push only.
struct Field {
  Text pointer;
  Text name;
  std::optional<ValueType> type;
};

struct AttributeGroup {
  Text pointer;
  Text name;
  std::uint32_t version = 1;
  AttributeKey attribute_key;
  List<Attribute> attributes;
  List<Field> fields;
  std::optional<Duration> ttl;
  bool online = true;
};

/// A node of an intervention's criteria: `all`, `any` or `none` over children, or a leaf.
struct Criterion {
  enum class Kind : std::uint8_t { all, any, none, leaf };

  Text pointer;
  Kind kind = Kind::leaf;
  List<Criterion> children;
  Text group;      // leaf
  Text attribute;  // leaf
  Operator op = Operator::equal;
  Value literal;
};

/// A reference to one version of an attribute group.
struct GroupLink {
  Text pointer;
  Text name;
  std::uint32_t version = 1;
};

struct Service {
  Text pointer;
  Text name;
  List<GroupLink> attribute_groups;
};

struct Intervention {
  Text pointer;
  Text name;
  std::uint32_t version = 1;
  Criterion criteria;
  /// Empty: the attribute keys of the groups that the criteria name.
  List<Text> target_attribute_keys;
  /// Absent: the groups that the criteria read.
  std::optional<List<GroupLink>> payload_attribute_groups;
};

/// A whole bundle. Objects that had errors are left out, so look at the diagnostics first.
struct Definitions {
  List<AttributeKey> attribute_keys;
  List<AttributeGroup> attribute_groups;
  List<Service> services;
  List<Intervention> interventions;
};

/// Reads a definitions bundle (JSON text, at most 2 MB). Finds every problem of every object and
/// adds it to `diagnostics`; unknown fields are warned about. Never fails otherwise.
[[nodiscard]] Definitions read_definitions(std::string_view json, Diagnostics& diagnostics);

}  // namespace tripline
