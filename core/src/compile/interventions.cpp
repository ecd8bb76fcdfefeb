#include "compile/interventions.h"

#include "compile/check_literal.h"
#include "compile/groups.h"
#include "compile/keys.h"
#include "compile/tests.h"
#include "definitions/json_tree.h"
#include "definitions/words.h"
#include "value/json_writer.h"

namespace tripline {
namespace {

using Index = Program::Index;

constexpr Index kNone = Program::kNone;

// ---- criteria ----------------------------------------------------------------------------------

void report_unknown_attribute(Compilation& compilation, const Criterion& criterion) {
  List<std::string_view> candidates;
  compilation.symbols.attributes.for_each(
      [&](std::string_view name, Index) { candidates.push_back(name); });
  compilation.error(criterion.pointer, "/attribute", "there is no attribute '%'%",
                    {criterion.attribute, suggestion(criterion.attribute, candidates)});
}

/// Reports a leaf that can never hold, and warns about one whose attribute is never computed.
void check_leaf(Compilation& compilation, const Criterion& criterion,
                const DeclaredAttribute& declared) {
  if (declared.is_disabled) {
    compilation.diagnostics.warning(
        criterion.pointer, "", "the group of '%' is not online, so the attribute is always missing",
        {criterion.attribute});
  }
  if (declared.type != ValueType::none) {
    check_criterion_literal(criterion, declared.type, compilation.diagnostics);
  }
}

/// Adds a leaf of the last intervention, and its attribute to those that the criteria read.
Index add_leaf(Compilation& compilation, const Criterion& criterion, Items<Index>& read) {
  if (criterion.attribute.empty()) return 0;  // reported while reading
  const Index attribute = compilation.symbols.attributes.find(criterion.attribute);
  if (attribute == kNone) {
    report_unknown_attribute(compilation, criterion);
    return 0;
  }
  check_leaf(compilation, criterion, compilation.declared_attributes[attribute]);
  compilation.add_unique(read, attribute);

  Program& program = compilation.program;
  const ValueView literal = value_of(criterion.literal, program.memory);
  Program::Leaf& added = program.leaves.emplace_back(
      attribute, Program::Comparison{criterion.op, literal, nullptr}, Items<Index>());
  compile_pattern(compilation, added.comparison, criterion.pointer);
  JsonWriter text;
  text.number(attribute).string(name_of<Operator>(kOperators, criterion.op));
  return compilation.intern(program.leaves, compilation.symbols.leaves,
                            text.value(literal).finish());
}

void check_changed(Compilation& compilation, const Criterion& criterion, bool allows_changed) {
  if (criterion.op != Operator::changed || allows_changed) return;
  compilation.error(criterion.pointer, "/operator",
                    "'changed' may stand alone or inside 'all', not inside 'any' or 'none'");
}

/// Adds a subtree of the criteria of the last intervention. Recursion is bounded: reading refused
/// criteria that are nested too deep.
void add_node(Compilation& compilation, const Criterion& criterion, Items<Index>& read,
              bool allows_changed) {
  List<Program::Node>& nodes = compilation.program.nodes;
  const auto index = nodes.size();
  nodes.push_back({criterion.kind, 0, 0});
  if (criterion.kind == Criterion::Kind::leaf) {
    check_changed(compilation, criterion, allows_changed);
    const Index leaf = add_leaf(compilation, criterion, read);
    nodes[index].leaf = leaf;
  }
  allows_changed &= criterion.kind == Criterion::Kind::all;
  for (const Criterion& child : criterion.children) {
    add_node(compilation, child, read, allows_changed);
  }
  nodes[index].end = static_cast<Index>(nodes.size());
}

// ---- targets and attributes that are carried ---------------------------------------------------

std::string_view name_of_group(const Program& program, const Program::Attribute& attribute) {
  return program.groups[attribute.group].name;
}

/// Two versions of a group have one name in an intervention; the highest version wins.
void add_attribute(Compilation& compilation, Items<Index>& attributes, Index attribute) {
  const Program& program = compilation.program;
  const Program::Attribute& added = program.attributes[attribute];
  for (Index& known : attributes) {
    const Program::Attribute& other = program.attributes[known];
    if (other.name != added.name) continue;
    if (name_of_group(program, other) != name_of_group(program, added)) continue;
    if (compilation.version_of(added) > compilation.version_of(other)) known = attribute;
    return;
  }
  compilation.add_to(attributes, attribute);
}

void add_attributes(Compilation& compilation, const Intervention& intervention,
                    const Items<Index>& groups, Items<Index>& attributes) {
  const Program& program = compilation.program;
  const bool is_chosen = intervention.payload_attribute_groups.exists();
  SymbolTable names;
  for (const Index index : groups) {
    const Program::Group& group = program.groups[index];
    for (Index i = 0; i < group.attribute_count; ++i) {
      const Index attribute = group.first_attribute + i;
      add_attribute(compilation, attributes, attribute);
      const std::string_view name = program.attributes[attribute].name;
      if (!is_chosen || names.add(Text(name))) continue;
      compilation.diagnostics.warning(
          intervention.pointer, "/payload_attribute_groups",
          "two of these groups have an attribute '%'; handlers tell them "
          "apart by the group's name only",
          {name});
    }
  }
}

/// `groups`: those that the criteria read.
void add_targets(Compilation& compilation, const Intervention& intervention,
                 const Items<Index>& groups, Items<Index>& targets) {
  for (const KeyLink& link : intervention.target_attribute_keys) {
    compilation.add_unique(targets, target_key(compilation, link));
  }
  if (!intervention.target_attribute_keys.empty()) return;
  for (const Index group : groups) {
    compilation.add_unique(targets, compilation.program.groups[group].key);
  }
}

void add_intervention(Compilation& compilation, const Intervention& intervention) {
  Program& program = compilation.program;
  Program::Intervention& compiled = program.interventions.emplace_back();
  compiled.name = intervention.name;
  compiled.version = intervention.version;
  compiled.root = static_cast<Index>(program.nodes.size());
  Items<Index> read;  // attributes, in the order in which the criteria name them
  add_node(compilation, intervention.criteria, read, true);

  Items<Index> groups;
  for (const Index attribute : read) {
    compilation.add_unique(groups, program.attributes[attribute].group);
  }
  add_targets(compilation, intervention, groups, compiled.targets);
  if (intervention.payload_attribute_groups.exists()) {
    groups = {};
    for (const GroupLink& link : intervention.payload_attribute_groups) {
      compilation.add_unique(groups, find_group(compilation, link));
    }
  }
  add_attributes(compilation, intervention, groups, compiled.attributes);
}

}  // namespace

void add_interventions(Compilation& compilation) {
  const Items<Intervention>& interventions = compilation.definitions.interventions;
  SymbolTable& newest = compilation.symbols.newest_versions;
  for (Index i = 0; i < interventions.size(); ++i) {
    const std::string_view name = interventions[i].name;
    const std::uint32_t version = interventions[i].version;
    const Text full_name = versioned(name, version);
    if (!compilation.symbols.interventions.add(full_name) && !name.empty()) {
      compilation.error(interventions[i].pointer, "",
                        "the intervention % is defined twice; raise the version", {full_name});
    }
    Index& highest = newest.number_of(Text(name));
    if (highest == kNone || interventions[highest].version < version) highest = i;
  }
  for (Index i = 0; i < interventions.size(); ++i) {
    const std::string_view name = interventions[i].name;
    if (!name.empty() && newest.find(name) == i) add_intervention(compilation, interventions[i]);
  }
}

}  // namespace tripline
