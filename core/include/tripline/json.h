// Results as JSON text, the same on every host.
#pragma once

#include <span>

#include "tripline/detail/text.h"
#include "tripline/diagnostic.h"
#include "tripline/engine.h"
#include "tripline/program.h"

namespace tripline {

/// {"intervention_id", "name", "version", "attributes": {"group:attribute": value},
/// "target_attribute_key": {"name", "id"}, "triggered_at": "2026-11-23T01:41:24.367Z"}
[[nodiscard]] Text intervention_json(const TriggeredIntervention& intervention);

/// A list of interventions.
[[nodiscard]] Text interventions_json(std::span<const TriggeredIntervention> triggered);

/// [{"severity": "error" | "warning", "pointer", "message"}]
[[nodiscard]] Text diagnostics_json(const Diagnostics& diagnostics);

/// The inputs that a host must bind, numbered by position: {"kind": "atomic", "name"} or {"kind":
/// "event", "vendor", "name", "major_version", "path"} or the same with "kind": "entity" and
/// "index"; without "index", the value is the list of the values in all entities of the schema. A
/// path is a list of members' names and array indices.
[[nodiscard]] Text inputs_json(const Program& program);

/// The fields of external groups: [{"attribute": number, "attribute_key", "group", "version",
/// "name"}]
[[nodiscard]] Text fields_json(const Program& program);

/// [{"name", "input"}]; `input` is the position in inputs_json() of the input that holds the key's
/// ids. It is absent if no event carries them.
[[nodiscard]] Text keys_json(const Program& program);

/// The interventions that are evaluated: [{"name", "version", "repeats"}]. `repeats` is true if
/// the intervention is sent every time, and absent if it is sent once for a target.
[[nodiscard]] Text interventions_json(const Program& program);

/// {"GROUP": {"ATTRIBUTE": value}}; a missing value is null. Of several versions of a group the
/// highest version wins.
[[nodiscard]] Text attributes_json(std::span<const AttributeReading> readings);

}  // namespace tripline
