#include "tripline/json.h"

#include <algorithm>

#include "value/json_writer.h"
#include "value/time_text.h"

namespace tripline {
namespace {

void write_intervention(const TriggeredIntervention& intervention, JsonWriter& json) {
  json.begin_object();
  json.key("intervention_id").string(intervention.intervention_id);
  json.key("name").string(intervention.name);
  json.key("version").number(intervention.version);
  json.key("attributes").begin_object();
  for (const auto& [name, value] : intervention.attributes) json.key(name).value(value);
  json.end_object();
  json.key("target_attribute_key").begin_object();
  json.key("name").string(intervention.target.name).key("id").string(intervention.target.id);
  json.end_object();
  json.key("triggered_at").string(format_time(intervention.triggered_at));
  json.end_object();
}

void write_input(const Property& input, JsonWriter& json) {
  json.begin_object();
  if (input.source == Property::Source::atomic) {
    json.key("kind").string("atomic").key("name").string(input.name).end_object();
    return;
  }
  const bool entity = input.source == Property::Source::entity;
  json.key("kind").string(entity ? "entity" : "event");
  json.key("vendor").string(input.vendor).key("name").string(input.name);
  json.key("major_version").number(input.major_version);
  if (entity && input.index != Property::kEach) json.key("index").number(input.index);
  json.key("path").begin_array();
  for (const PathStep& step : input.path) {
    if (step.name.empty()) {
      json.number(step.index);
    } else {
      json.string(step.name);
    }
  }
  json.end_array().end_object();
}

}  // namespace

Text intervention_json(const TriggeredIntervention& intervention) {
  JsonWriter json;
  write_intervention(intervention, json);
  return json.finish();
}

Text interventions_json(std::span<const TriggeredIntervention> triggered) {
  JsonWriter json;
  json.begin_array();
  for (const TriggeredIntervention& intervention : triggered) {
    write_intervention(intervention, json);
  }
  return json.end_array().finish();
}

Text diagnostics_json(const Diagnostics& diagnostics) {
  JsonWriter json;
  json.begin_array();
  for (const Diagnostic& diagnostic : diagnostics.entries()) {
    const bool error = diagnostic.severity == Diagnostic::Severity::error;
    json.begin_object().key("severity").string(error ? "error" : "warning");
    json.key("pointer").string(diagnostic.pointer);
    json.key("message").string(diagnostic.message).end_object();
  }
  return json.end_array().finish();
}

Text inputs_json(const Program& program) {
  JsonWriter json;
  json.begin_array();
  for (const Property& input : program.inputs) write_input(input, json);
  return json.end_array().finish();
}

Text fields_json(const Program& program) {
  JsonWriter json;
  json.begin_array();
  for (std::size_t i = 0; i < program.attributes.size(); ++i) {
    const Program::Attribute& attribute = program.attributes[i];
    if (attribute.aggregate == Program::kNone) continue;
    if (!program.aggregates[attribute.aggregate].is_external) continue;
    const Program::Group& group = program.groups[attribute.group];
    json.begin_object().key("attribute").number(static_cast<double>(i));
    json.key("attribute_key").string(program.keys[group.key].name);
    json.key("group").string(group.name).key("version").number(group.version);
    json.key("name").string(attribute.name).end_object();
  }
  return json.end_array().finish();
}

Text keys_json(const Program& program) {
  JsonWriter json;
  json.begin_array();
  for (const Program::Key& key : program.keys) {
    json.begin_object().key("name").string(key.name);
    if (key.input != Program::kNone) json.key("input").number(key.input);
    json.end_object();
  }
  return json.end_array().finish();
}

Text interventions_json(const Program& program) {
  JsonWriter json;
  json.begin_array();
  for (const Program::Intervention& intervention : program.interventions) {
    json.begin_object().key("name").string(intervention.name);
    json.key("version").number(intervention.version);
    if (intervention.repeats) json.key("repeats").boolean(true);
    json.end_object();
  }
  return json.end_array().finish();
}

Text attributes_json(std::span<const AttributeReading> readings) {
  const auto is_outdated = [&](const AttributeReading& reading) {
    return std::any_of(readings.begin(), readings.end(), [&](const AttributeReading& other) {
      return other.group == reading.group && other.version > reading.version;
    });
  };
  JsonWriter json;
  json.begin_object();
  std::string_view open_group;
  for (const AttributeReading& reading : readings) {
    if (is_outdated(reading)) continue;
    if (reading.group != open_group) {
      if (!open_group.empty()) json.end_object();
      json.key(reading.group).begin_object();
      open_group = reading.group;
    }
    json.key(reading.attribute).value(reading.value);
  }
  if (!open_group.empty()) json.end_object();
  return json.end_object().finish();
}

}  // namespace tripline
