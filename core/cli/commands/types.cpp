// tripline types: the names of definitions as types of TypeScript.

#include <cstdio>
#include <map>

#include "commands/command.h"
#include "terminal/printable.h"
#include "value/enumerations.h"
#include "value/json_writer.h"

namespace tripline::cli {
namespace {

/// A string literal: JSON's are TypeScript's, too.
std::string quoted(std::string_view text) {
  return std::string(JsonWriter().string(text).finish());
}

const char* scalar_type(ValueType type) {
  switch (type) {
    case ValueType::bytes_:
    case ValueType::string_:
    case ValueType::bytes_list:
    case ValueType::string_list:
      return "string";
    case ValueType::boolean:
    case ValueType::boolean_list:
      return "boolean";
    default:
      return "number";
  }
}

std::string type_of(ValueType type) {
  if (type == ValueType::dict) return "{ [value: string]: number }";
  return scalar_type(type) + std::string(is_list_type(type) ? "[]" : "");
}

/// Lines of TypeScript, each with the control characters of names escaped.
class Lines {
 public:
  void add(std::string_view line) {
    text_ += line;
    text_ += '\n';
  }
  void property(int depth, std::string_view name, std::string_view type, bool is_optional = false) {
    add(std::string(static_cast<std::size_t>(2 * depth), ' ') + quoted(name) +
        (is_optional ? "?: " : ": ") + std::string(type) + ';');
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// The types of what criteria read: `group:attribute`, of the highest version that has it.
std::map<std::string, ValueType> attributes_by_name(const Program& program) {
  std::map<std::string, ValueType> types;
  std::map<std::string, std::uint32_t> versions;
  for (const Program::Attribute& attribute : program.attributes) {
    const Program::Group& group = program.groups[attribute.group];
    const std::string name = std::string(group.name) + ':' + std::string(attribute.name);
    const auto [version, is_new] = versions.try_emplace(name, group.version);
    if (!is_new && version->second > group.version) continue;
    version->second = group.version;
    types[name] = attribute.type;
  }
  return types;
}

std::map<std::string, std::map<std::string, ValueType>> external_fields(const Program& program) {
  std::map<std::string, std::map<std::string, ValueType>> fields;
  std::map<std::string, std::uint32_t> versions;
  for (const Program::Group& group : program.groups) {
    const std::string name(group.name);
    for (Program::Index i = 0; i < group.attribute_count; ++i) {
      const Program::Attribute& field = program.attributes[group.first_attribute + i];
      const bool is_external =
          field.aggregate != Program::kNone && program.aggregates[field.aggregate].is_external;
      if (!is_external || versions[name] > group.version) continue;
      if (versions[name] < group.version) fields[name].clear();  // an update sets the highest
      versions[name] = group.version;
      fields[name][std::string(field.name)] = field.type;
    }
  }
  return fields;
}

std::string union_of_targets(const Program& program, const Program::Intervention& intervention) {
  std::string names;
  for (const Program::Index key : intervention.targets) {
    names += (names.empty() ? "" : " | ") + quoted(program.keys[key].name);
  }
  return names.empty() ? "never" : names;
}

void add_intervention(Lines& lines, const Program& program,
                      const Program::Intervention& intervention) {
  lines.add("  " + quoted(intervention.name) + ": {");
  lines.add("    intervention_id: string;");
  lines.add("    name: " + quoted(intervention.name) + ';');
  lines.add("    version: " + std::to_string(intervention.version) + ';');
  lines.add("    attributes: {");
  for (const Program::Index index : intervention.attributes) {
    const Program::Attribute& attribute = program.attributes[index];
    const std::string name =
        std::string(program.groups[attribute.group].name) + ':' + std::string(attribute.name);
    lines.property(3, name, type_of(attribute.type), true);
  }
  lines.add("    };");
  lines.add("    target_attribute_key: { name: " + union_of_targets(program, intervention) +
            "; id: string };");
  lines.add("  };");
}

std::string types_of(const Program& program) {
  Lines lines;
  lines.add("// Written by `tripline types`.");
  lines.add("");
  lines.add(
      "/** Each intervention as its handlers receive it. Attributes without a value are left out. "
      "*/");
  lines.add("export interface Interventions {");
  for (const auto& each : program.interventions) add_intervention(lines, program, each);
  lines.add("}");
  lines.add("");
  lines.add("export type InterventionName = keyof Interventions;");
  lines.add("");
  lines.add("/** One of them: comparing its name says which attributes it has. */");
  lines.add("export type KnownIntervention = Interventions[InterventionName];");
  lines.add("");
  lines.add("/** The values of attributes, under the names that criteria use. */");
  lines.add("export interface AttributeValues {");
  for (const auto& [name, type] : attributes_by_name(program)) {
    lines.property(1, name, type_of(type));
  }
  lines.add("}");
  lines.add("");
  lines.add("export type AttributeName = keyof AttributeValues;");
  lines.add("");
  lines.add("/** The fields of external groups, which `setAttributes` sets. null clears one. */");
  lines.add("export interface Fields {");
  for (const auto& [group, fields] : external_fields(program)) {
    lines.add("  " + quoted(group) + ": {");
    for (const auto& [name, type] : fields) {
      lines.property(2, name, type_of(type) + " | null", true);
    }
    lines.add("  };");
  }
  lines.add("}");
  lines.add("");
  std::string keys;
  for (const Program::Key& key : program.keys) keys += "\n  | " + quoted(key.name);
  lines.add("export type AttributeKeyName =" + (keys.empty() ? " never" : keys) + ';');
  return lines.text();
}

int run(const Arguments& arguments) {
  if (arguments.positional.size() != 1) {
    return refuse_usage(kTypes, "one file of definitions is needed");
  }
  const auto program = load_definitions(arguments.positional.front());
  if (!program) return kInputErrors;
  std::fputs(printable(types_of(*program), "\n").c_str(), stdout);
  return kSuccess;
}

}  // namespace

const Command kTypes = {
    "types",
    "print the definitions' names and value types as TypeScript",
    "DEFINITIONS",
    "Prints a module of types: Interventions, as handlers receive them, with the\n"
    "types of their attributes; InterventionName; AttributeValues and\n"
    "AttributeName, under the names that criteria use; Fields of external groups;\n"
    "AttributeKeyName. The output is the same for the same definitions.",
    "",
    "tripline types definitions.json > definitions.types.ts",
    {},
    {},
    false,
    run};

}  // namespace tripline::cli
