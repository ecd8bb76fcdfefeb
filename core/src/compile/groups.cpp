#include "compile/groups.h"

#include "compile/check_attribute.h"
#include "compile/keys.h"
#include "compile/tests.h"
#include "definitions/json_tree.h"
#include "definitions/words.h"
#include "support/hash.h"
#include "value/convert.h"
#include "value/enumerations.h"
#include "value/json_writer.h"

namespace tripline {
namespace {

using Index = Program::Index;

constexpr Index kNone = Program::kNone;

/// Adds an attribute to the last group, and makes it what criteria read if no higher version of
/// the group has it.
Program::Attribute& publish(Compilation& compilation, const AttributeGroup& group,
                            const JsonNode* pointer, const char* kind, std::string_view name,
                            ValueType type) {
  const auto index = static_cast<Index>(compilation.program.attributes.size());
  const auto group_index = static_cast<Index>(compilation.program.groups.size() - 1);
  if (!compilation.symbols.members.add(concat({group_index, " ", name}))) {
    compilation.error(pointer, "", "the group has two % '%'", {kind, name});
  }
  Program::Attribute& attribute = compilation.program.attributes.emplace_back();
  attribute.group = group_index;
  attribute.name = name;
  attribute.type = type;
  compilation.declared_attributes.push_back({type, group.is_disabled});
  Index& newest = compilation.symbols.attributes.number_of(concat({group.name, ":", name}));
  if (newest == kNone ||
      compilation.version_of(compilation.program.attributes[newest]) <= group.version) {
    newest = index;
  }
  return attribute;
}

Program::Aggregate& begin_aggregate(Compilation& compilation, const Program::Attribute& attribute) {
  Program::Aggregate& aggregate = compilation.program.aggregates.emplace_back();
  aggregate.key = compilation.program.groups.back().key;
  aggregate.name = attribute.name;
  aggregate.type = attribute.type;
  return aggregate;
}

Index intern_aggregate(Compilation& compilation, const Text& description) {
  compilation.program.aggregates.back().identity = hash64(description);
  return compilation.intern(compilation.program.aggregates, compilation.symbols.aggregates,
                            description);
}

/// The group's, else its key's, given in the group or with the key itself; 0 is none (rule 13).
Duration group_ttl(const Compilation& compilation, const AttributeGroup& group) {
  if (group.ttl != 0) return group.ttl;
  if (group.attribute_key.ttl != 0) return group.attribute_key.ttl;
  for (const AttributeKey& key : compilation.definitions.attribute_keys) {
    if (key.name == group.attribute_key.name) return key.ttl;
  }
  return 0;
}

/// All that decides the value, in words that do not depend on the rest of the bundle.
Text describe_aggregate(const Compilation& compilation, const Program::Aggregate& aggregate,
                        std::string_view test) {
  JsonWriter text;
  text.begin_array().string(
      compilation.program.keys.empty() ? "" : compilation.program.keys[aggregate.key].name);
  text.string(aggregate.name);
  text.string(name_of<Aggregation>(kAggregations, aggregate.aggregation));
  text.string(name_of<ValueType>(kValueTypes, aggregate.type));
  text.string(aggregate.input == kNone ? "" : describe_input(compilation.program, aggregate.input));
  text.string(name_of<DatePart>(kDateParts, aggregate.date_part));
  text.string(name_of<TimeUnit>(kTimeUnits, aggregate.time_unit));
  text.number(static_cast<double>(aggregate.period));
  text.number(static_cast<double>(aggregate.ttl));
  if (!test.empty()) text.raw(test);
  return text.end_array().finish();
}

void add_attribute(Compilation& compilation, const AttributeGroup& group,
                   const Attribute& attribute) {
  if (attribute.name.empty()) return;
  Program::Attribute& compiled =
      publish(compilation, group, attribute.pointer, "attributes", attribute.name, attribute.type);
  const ValueView default_value = value_of(attribute.default_value, compilation.program.memory);
  check_attribute(attribute, default_value, compilation.diagnostics);
  if (group.is_disabled || attribute.type == ValueType::none ||
      attribute.aggregation == Aggregation::none) {
    return;
  }
  compiled.default_value = default_value;
  compiled.reads_zero = reads_zero_by_default(attribute.aggregation);

  Program::Aggregate& aggregate = begin_aggregate(compilation, compiled);
  Text test;
  aggregate.test = add_test(compilation, attribute, test);
  aggregate.aggregation = attribute.aggregation;
  aggregate.period = attribute.period;
  aggregate.time_unit = attribute.time_unit;
  if (attribute.property.pointer != nullptr && needs_property(attribute.aggregation)) {
    Property property = attribute.property;
    aggregate.date_part = std::exchange(property.date_part, DatePart::none);
    aggregate.input = add_value(compilation, property);
  }
  if (aggregate.period == 0) {
    aggregate.ttl = attribute.ttl != 0 ? attribute.ttl : group_ttl(compilation, group);
  }
  compiled.aggregate =
      intern_aggregate(compilation, describe_aggregate(compilation, aggregate, test));
}

void add_field(Compilation& compilation, const AttributeGroup& group, const Field& field) {
  if (field.name.empty()) return;
  Program::Attribute& compiled =
      publish(compilation, group, field.pointer, "fields", field.name, field.type);
  if (group.is_disabled || field.type == ValueType::none) return;
  Program::Aggregate& aggregate = begin_aggregate(compilation, compiled);
  aggregate.is_external = true;
  aggregate.ttl = group_ttl(compilation, group);
  // The word is a part of the hash that finds the state in older snapshots.
  compiled.aggregate = intern_aggregate(
      compilation,
      concat({"push ", group.name, " ", describe_aggregate(compilation, aggregate, {})}));
}

}  // namespace

void add_group(Compilation& compilation, const AttributeGroup& group) {
  if (group.name.empty()) return;
  const Text full_name = versioned(group.name, group.version);
  Index& number = compilation.symbols.groups.number_of(full_name);
  if (number != kNone) {
    compilation.error(group.pointer, "", "the group % is defined twice; raise the version",
                      {full_name});
    return;
  }
  number = static_cast<Index>(compilation.program.groups.size());
  const Index key = declare_key(compilation, group.attribute_key);
  if (key != kNone && compilation.program.keys[key].input == kNone && !group.attributes.empty()) {
    report_key_without_input(compilation, group.attribute_key);
  }
  const auto first = static_cast<Index>(compilation.program.attributes.size());
  compilation.program.groups.push_back(
      {group.name, group.version, key == kNone ? 0 : key, first, 0});
  for (const Attribute& attribute : group.attributes) add_attribute(compilation, group, attribute);
  for (const Field& field : group.fields) add_field(compilation, group, field);
  compilation.program.groups[number].attribute_count =
      static_cast<Index>(compilation.program.attributes.size()) - first;
}

Index find_group(Compilation& compilation, const GroupLink& link) {
  if (link.name.empty()) return kNone;
  const Text full_name = versioned(link.name, link.version);
  if (const Index known = compilation.symbols.groups.find(full_name); known != kNone) return known;
  List<std::string_view> names;
  for (const Program::Group& group : compilation.program.groups) {
    if (group.name == link.name) {
      compilation.error(link.pointer, "", "there is no % of this group; the bundle has version %",
                        {full_name, group.version});
      return kNone;
    }
    names.push_back(group.name);
  }
  compilation.error(link.pointer, "", "there is no attribute group '%'%",
                    {link.name, suggestion(link.name, names)});
  return kNone;
}

void check_service(Compilation& compilation, const Service& service) {
  if (!compilation.symbols.services.add(Text(service.name)) && !service.name.empty()) {
    compilation.error(service.pointer, "", "the service '%' is defined twice", {service.name});
  }
  Items<Index> keys;
  for (const GroupLink& link : service.attribute_groups) {
    const Index group = find_group(compilation, link);
    if (group != kNone) compilation.add_unique(keys, compilation.program.groups[group].key);
  }
  if (keys.size() > 1) {
    compilation.error(service.pointer, "",
                      "a service can only refer to attribute groups with the same attribute key");
  }
}

}  // namespace tripline
