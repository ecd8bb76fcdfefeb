// A bundle that uses every feature, for the targets with fixed definitions.
#pragma once

#include <memory>
#include <string_view>

#include "tripline/tripline.h"

namespace fuzz {

inline constexpr std::string_view kRichDefinitions = R"json({
  "attribute_groups": [
    {
      "name": "g", "attribute_key": {"name": "user_id"}, "ttl": "PT1H",
      "attributes": [
        {"name": "count", "type": "int32", "aggregation": "counter"},
        {"name": "recent", "type": "int32", "aggregation": "counter", "period": "PT5S"},
        {"name": "sum", "type": "double", "aggregation": "sum", "property": {"type": "event", "vendor": "a", "name": "b", "major_version": 1, "path": "v"}},
        {"name": "recent_sum", "type": "int64", "aggregation": "sum", "period": "PT5S", "property": {"type": "event", "vendor": "a", "name": "b", "major_version": 1, "path": "v"}},
        {"name": "mean", "type": "float", "aggregation": "mean", "period": "PT5S", "property": {"type": "event", "vendor": "a", "name": "b", "major_version": 1, "path": "v"}},
        {"name": "low", "type": "double", "aggregation": "min", "property": {"type": "event", "vendor": "a", "name": "b", "major_version": 1, "path": "v"}},
        {"name": "high", "type": "double", "aggregation": "max", "period": "PT5S", "property": {"type": "event", "vendor": "a", "name": "b", "major_version": 1, "path": "v"}},
        {"name": "first", "type": "string", "aggregation": "first", "property": {"type": "event", "vendor": "a", "name": "b", "major_version": 1, "path": "v"}},
        {"name": "recent_first", "type": "string", "aggregation": "first", "period": "PT5S", "property": {"type": "event", "vendor": "a", "name": "b", "major_version": 1, "path": "v"}},
        {"name": "last", "type": "string", "aggregation": "last", "ttl": "PT3S", "property": {"type": "event", "vendor": "a", "name": "b", "major_version": 1, "path": "v"}},
        {"name": "recent_last", "type": "bool", "aggregation": "last", "period": "PT5S", "property": {"type": "event", "vendor": "a", "name": "b", "major_version": 1, "path": "l[1]"}},
        {"name": "day", "type": "string", "aggregation": "last", "property": {"type": "event", "vendor": "a", "name": "b", "major_version": 1, "path": "v", "date_part": "active_week"}},
        {"name": "joined", "type": "string", "aggregation": "most_frequent", "property": {"type": "calculated", "operation": "concat", "separator": "-", "properties": [{"type": "event", "vendor": "a", "name": "b", "major_version": 1, "path": "v"}, {"type": "atomic", "name": "derived_tstamp", "date_part": "active_day"}, {"type": "event", "vendor": "a", "name": "b", "major_version": 1, "path": "l[1]"}]}},
        {"name": "product", "type": "double", "aggregation": "sum", "property": {"type": "calculated", "operation": "product", "properties": [{"type": "event", "vendor": "a", "name": "b", "major_version": 1, "path": "v"}, {"type": "event", "vendor": "a", "name": "b", "major_version": 1, "path": "v"}]}, "criteria": {"all": [{"property": {"type": "calculated", "operation": "coalesce", "properties": [{"type": "event", "vendor": "a", "name": "b", "major_version": 1, "path": "l"}, {"type": "atomic", "name": "page_url"}]}, "operator": "is null"}]}},
        {"name": "hour", "type": "int32", "aggregation": "most_frequent", "property": {"type": "atomic", "name": "derived_tstamp", "date_part": "hour_of_day"}}
      ]
    },
    {
      "name": "h", "attribute_key": {"name": "domain_sessionid"},
      "attributes": [
        {"name": "most", "type": "string", "aggregation": "most_frequent", "property": {"type": "event", "vendor": "a", "name": "b", "major_version": 1, "path": "l"}},
        {"name": "recent_least", "type": "string", "aggregation": "least_frequent", "period": "PT5S", "property": {"type": "event", "vendor": "a", "name": "b", "major_version": 1, "path": "l"}},
        {"name": "distinct", "type": "int32", "aggregation": "approx_count_distinct", "property": {"type": "event", "vendor": "a", "name": "b", "major_version": 1, "path": "l"}},
        {"name": "recent_distinct", "type": "int32", "aggregation": "approx_count_distinct", "period": "PT5S", "property": {"type": "event", "vendor": "a", "name": "b", "major_version": 1, "path": "l"}},
        {"name": "counts", "type": "dict", "aggregation": "category_count", "property": {"type": "event", "vendor": "a", "name": "b", "major_version": 1, "path": "l"}},
        {"name": "recent_counts", "type": "dict", "aggregation": "category_count", "period": "PT5S", "property": {"type": "event", "vendor": "a", "name": "b", "major_version": 1, "path": "l"}},
        {"name": "list", "type": "string_list", "aggregation": "unique_list", "property": {"type": "event", "vendor": "a", "name": "b", "major_version": 1, "path": "l"}},
        {"name": "recent_list", "type": "double_list", "aggregation": "unique_list", "period": "PT5S", "property": {"type": "entity", "vendor": "a", "name": "c", "major_version": 1, "index": 1, "path": "v"}},
        {"name": "since_last", "type": "double", "aggregation": "time_since_last", "time_unit": "s"},
        {"name": "since_first", "type": "double", "aggregation": "time_since_first", "time_unit": "min", "period": "PT5S", "events": [{"name": "b"}, {"event_specification_id": "x"}], "criteria": {"all": [{"property": {"type": "event", "vendor": "a", "name": "b", "major_version": 1, "path": "l", "date_part": "hour_of_day"}, "operator": "!=", "value": 3}, {"property": {"type": "event", "vendor": "a", "name": "b", "major_version": 1, "path": "v"}, "operator": "!=", "value": 3}], "any": [{"property": {"type": "atomic", "name": "page_url"}, "operator": "is null"}, {"property": {"type": "event", "vendor": "a", "name": "b", "major_version": 1, "path": "l"}, "operator": "in", "value": ["x", "y"]}]}}
      ]
    },
    {
      "name": "long", "attribute_key": {"name": "user_id"},
      "attributes": [
        {"name": "count", "type": "int32", "aggregation": "counter", "period": "P10000000D"},
        {"name": "mean", "type": "double", "aggregation": "mean", "property": {"type": "event", "vendor": "a", "name": "b", "major_version": 1, "path": "v"}},
        {"name": "first", "type": "string", "aggregation": "first", "ttl": "P10000000D", "property": {"type": "event", "vendor": "a", "name": "b", "major_version": 1, "path": "v"}},
        {"name": "since", "type": "double", "aggregation": "time_since_first", "time_unit": "d"},
        {"name": "created", "type": "unix_timestamp", "aggregation": "last", "property": {"type": "atomic", "name": "dvce_created_tstamp"}}
      ]
    },
    {"name": "x", "offline": true, "attribute_key": {"name": "user_id"}, "ttl": "PT4S", "fields": [{"name": "plan", "type": "string"}, {"name": "scores", "type": "double_list"}]}
  ],
  "interventions": [
    {"name": "i1", "criteria": {"any": [{"attribute": "g:recent", "operator": ">", "value": 2}, {"attribute": "g:sum", "operator": "<=", "value": 0.5}]}},
    {"name": "old", "criteria": {"any": [{"attribute": "long:since", "operator": ">", "value": 1e9}, {"attribute": "long:count", "operator": "=", "value": 2}, {"attribute": "long:mean", "operator": "<", "value": -1e300}]}},
    {"name": "i2", "criteria": {"all": [{"attribute": "h:since_last", "operator": ">=", "value": 2}, {"attribute": "h:recent_counts", "operator": "is null"}]}},
    {"name": "i3", "criteria": {"none": [{"attribute": "g:last", "operator": "is not null"}, {"attribute": "h:list", "operator": "in", "value": "x"}, {"attribute": "g:high", "operator": "not in", "value": [1, 2]}]}},
    {"name": "i4", "criteria": {"all": [{"attribute": "g:recent_first", "operator": "changed"}, {"attribute": "h:since_first", "operator": "is not null"}]}, "target_attribute_keys": [{"name": "domain_sessionid"}, {"name": "user_id"}]},
    {"name": "i5", "criteria": {"any": [{"attribute": "x:plan", "operator": "=", "value": "pro"}, {"attribute": "x:scores", "operator": ">", "value": 1}, {"attribute": "h:recent_distinct", "operator": ">", "value": 1}, {"attribute": "g:mean", "operator": "<", "value": 1}]}, "payload_attribute_groups": [{"name": "g"}, {"name": "h"}, {"name": "x"}]}
  ]
})json";

inline std::shared_ptr<const tripline::Program> rich_program() {
  tripline::Diagnostics diagnostics;
  return tripline::load_program(kRichDefinitions, diagnostics);
}

}  // namespace fuzz
