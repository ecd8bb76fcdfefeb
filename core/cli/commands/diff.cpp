// tripline diff: what changed between two versions of the definitions, and on events, who gains and
// who loses an intervention.

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>

#include "commands/changes.h"
#include "commands/replay.h"
#include "input/lenient_json.h"
#include "terminal/printable.h"
#include "terminal/table.h"
#include "value/json_writer.h"

namespace tripline::cli {
namespace {

using Json = nlohmann::ordered_json;

struct DefinitionsFile {
  std::string path;
  Json bundle;
  std::shared_ptr<const Program> program;
};

tl::expected<DefinitionsFile, std::string> read_bundle(const std::string& path) {
  const auto text = read_file(path);
  if (!text) return tl::make_unexpected(text.error());
  if (is_saved_program(*text)) {
    return tl::make_unexpected(path +
                               ": a built program; diff needs the JSON that it was built of");
  }
  DefinitionsFile definitions{path, {}, load_definitions(path, *text)};
  if (definitions.program) definitions.bundle = Json::parse(lenient_json(*text), nullptr, false);
  return definitions;
}

// ---- What changed ------------------------------------------------------------------------------

const Program::Attribute* find_attribute(const Program& program, const Program::Group& group,
                                         std::string_view name) {
  for (Program::Index i = 0; i < group.attribute_count; ++i) {
    const Program::Attribute& attribute = program.attributes[group.first_attribute + i];
    if (attribute.name == name) return &attribute;
  }
  return nullptr;
}

/// True if an attribute that was computed goes on, but without what it has counted (rule 38).
bool is_restarted(const Program& before, const Program::Attribute& old, const Program& after,
                  const Program::Attribute& now) {
  return old.aggregate != Program::kNone && now.aggregate != Program::kNone &&
         before.aggregates[old.aggregate].identity != after.aggregates[now.aggregate].identity;
}

std::vector<std::string> restarted_attributes(const Program& before, const Program& after,
                                              const Program::Group& group) {
  std::vector<std::string> names;
  for (const Program::Group& old : before.groups) {
    if (old.name != group.name || old.version != group.version) continue;
    for (Program::Index i = 0; i < group.attribute_count; ++i) {
      const Program::Attribute& now = after.attributes[group.first_attribute + i];
      const Program::Attribute* then = find_attribute(before, old, now.name);
      if (then && is_restarted(before, *then, after, now)) names.emplace_back(now.name);
    }
  }
  return names;
}

/// Adds to the changes which attributes lose their counts, in groups that did not change, too:
/// their key's time to live counts.
void add_restarted(const Program& before, const Program& after,
                   std::vector<ObjectChange>& changes) {
  for (const Program::Group& group : after.groups) {
    std::vector<std::string> restarted = restarted_attributes(before, after, group);
    if (restarted.empty()) continue;
    const auto is_group = [&](const ObjectChange& change) {
      return change.type == "attribute group" && change.name == group.name &&
             change.version_after == group.version;
    };
    auto found = std::find_if(changes.begin(), changes.end(), is_group);
    if (found == changes.end()) {
      found = changes.insert(found, {ObjectChange::Kind::changed,
                                     "attribute group",
                                     std::string(group.name),
                                     group.version,
                                     group.version,
                                     {},
                                     {}});
    }
    found->restarted = std::move(restarted);
  }
}

std::string heading(const ObjectChange& change) {
  std::string text = change.type + " '" + change.name + "'";
  const std::uint32_t version = std::max(change.version_before, change.version_after);
  if (version == 0) return text;
  text += " version ";
  const bool is_raised = change.version_before != 0 && change.version_after != 0 &&
                         change.version_before != change.version_after;
  if (is_raised) text += std::to_string(change.version_before) + " -> ";
  return text + std::to_string(is_raised ? change.version_after : version);
}

/// A value in a line: as JSON, cut where it is long.
std::string shown(const Json& value) {
  constexpr std::size_t longest = 100;
  if (value.is_null()) return "nothing";
  // Only ASCII, so that no character is cut in two.
  const std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
  return text.size() > longest ? text.substr(0, longest - 3) + "..." : text;
}

void print_changes(const std::vector<ObjectChange>& changes) {
  constexpr char signs[] = {'+', '-', '~'};
  for (const ObjectChange& change : changes) {
    std::printf("%c %s\n", signs[static_cast<int>(change.kind)],
                printable(heading(change)).c_str());
    for (const MemberChange& each : change.members) {
      std::printf("    %s: %s -> %s\n", printable(each.pointer).c_str(), shown(each.before).c_str(),
                  shown(each.after).c_str());
    }
    for (const std::string& name : change.restarted) {
      std::printf("    attribute '%s' counts from nothing again\n", printable(name).c_str());
    }
  }
}

Json version_json(std::uint32_t version) {
  return version == 0 ? Json() : Json(version);
}

Json json_of(const ObjectChange& change) {
  constexpr const char* words[] = {"added", "removed", "changed"};
  Json members = Json::array();
  for (const MemberChange& each : change.members) {
    members.push_back({{"pointer", each.pointer}, {"before", each.before}, {"after", each.after}});
  }
  return {{"change", words[static_cast<int>(change.kind)]},
          {"type", change.type},
          {"name", change.name},
          {"version_before", version_json(change.version_before)},
          {"version_after", version_json(change.version_after)},
          {"members", members},
          {"restarted", change.restarted}};
}

// ---- Who gains and who loses -------------------------------------------------------------------

/// The targets that one intervention reached in a replay, and how many times it was sent.
struct Reach {
  std::set<std::pair<std::string, std::string>> targets;
  std::size_t fired = 0;
};
using Reaches = std::map<std::string, Reach, std::less<>>;

struct Effect {
  std::string name;
  const Reach* before;  // null: the definitions do not have it
  const Reach* after;
  std::size_t gained = 0;  // targets that it reaches only now
  std::size_t lost = 0;    // and that it reached only before
};

Reaches reaches_of(const Program& program) {
  Reaches reaches;
  for (const Program::Intervention& each : program.interventions) reaches[std::string(each.name)];
  return reaches;
}

Replay::Fired record_in(Reaches& reaches) {
  return [&](const TriggeredIntervention& intervention) {
    Reach& reach = reaches[std::string(std::string_view(intervention.name))];
    reach.targets.insert({intervention.target.name, intervention.target.id});
    ++reach.fired;
  };
}

/// Runs the events through both at once: standard input can be read only once.
ExitStatus replay_both(const DefinitionsFile& before, const DefinitionsFile& after,
                       const ReplayOptions& options, Reaches& reached_before,
                       Reaches& reached_after) {
  Replay old(before.program, options), now(after.program, options);
  const Replay::Fired in_old = record_in(reached_before), in_now = record_in(reached_after);
  const ExitStatus status = for_each_event(
      options.events, [&](const Line& line, Progress&) -> tl::expected<void, std::string> {
        auto by_old = old.apply(line, in_old), by_now = now.apply(line, in_now);
        if (by_old && by_now) return {};
        if (!by_old && !by_now) return by_now;
        const auto& [definitions, applied] =
            by_old ? std::pair{&after, &by_now} : std::pair{&before, &by_old};
        return tl::make_unexpected("with " + definitions->path + " only: " + applied->error());
      });
  old.finish(in_old);
  now.finish(in_now);
  return status;
}

std::size_t count_missing(const Reach* reach, const Reach* from) {
  if (!reach) return 0;
  return static_cast<std::size_t>(
      std::count_if(reach->targets.begin(), reach->targets.end(),
                    [&](const auto& target) { return !from || !from->targets.count(target); }));
}

std::vector<Effect> effects_of(const Reaches& before, const Reaches& after) {
  std::set<std::string> names;
  for (const auto& [name, reach] : before) names.insert(name);
  for (const auto& [name, reach] : after) names.insert(name);
  std::vector<Effect> effects;
  for (const std::string& name : names) {
    const auto old = before.find(name), now = after.find(name);
    Effect effect{name, old == before.end() ? nullptr : &old->second,
                  now == after.end() ? nullptr : &now->second};
    effect.gained = count_missing(effect.after, effect.before);
    effect.lost = count_missing(effect.before, effect.after);
    effects.push_back(std::move(effect));
  }
  return effects;
}

std::string targets_of(const Reach* reach) {
  return reach ? std::to_string(reach->targets.size()) : "-";
}

void print_effects(const std::vector<Effect>& effects) {
  std::vector<Row> rows = {{"INTERVENTION", "BEFORE", "AFTER", "GAINED", "LOST"}};
  for (const Effect& effect : effects) {
    rows.push_back({printable(effect.name), targets_of(effect.before), targets_of(effect.after),
                    std::to_string(effect.gained), std::to_string(effect.lost)});
  }
  print_table(std::move(rows));
}

Json json_of(const Reach* reach) {
  if (!reach) return {};
  return {{"targets", reach->targets.size()}, {"fired", reach->fired}};
}

Json json_of(const Effect& effect) {
  return {{"name", effect.name},
          {"before", json_of(effect.before)},
          {"after", json_of(effect.after)},
          {"gained", effect.gained},
          {"lost", effect.lost}};
}

template <typename Item>
Json list_of(const std::vector<Item>& items) {
  Json list = Json::array();
  for (const Item& item : items) list.push_back(json_of(item));
  return list;
}

tl::expected<ReplayOptions, std::string> options_of(const Arguments& arguments) {
  const auto& files = arguments.positional;
  if (files.size() < 2 || files.size() > 3) {
    return tl::make_unexpected("two files of definitions are needed, and perhaps one of events");
  }
  if (std::count(files.begin(), files.end(), "-") > 1) {
    return tl::make_unexpected("only one of the files can be standard input");
  }
  auto options = time_and_limits(arguments);
  if (options && files.size() == 3) options->events = files[2];
  return options;
}

int run(const Arguments& arguments) {
  const auto options = options_of(arguments);
  if (!options) return refuse_usage(kDiff, options.error());
  const auto before = read_bundle(arguments.positional[0]);
  const auto after = read_bundle(arguments.positional[1]);
  for (const auto* definitions : {&before, &after}) {
    if (!*definitions) complain(definitions->error());
  }
  if (!before || !after || !before->program || !after->program) return kInputErrors;

  std::vector<ObjectChange> changes = find_changes(before->bundle, after->bundle);
  add_restarted(*before->program, *after->program, changes);
  Reaches reached_before = reaches_of(*before->program);
  Reaches reached_after = reaches_of(*after->program);
  const bool has_events = !options->events.empty();
  ExitStatus status = kSuccess;
  if (has_events) status = replay_both(*before, *after, *options, reached_before, reached_after);
  const std::vector<Effect> effects = effects_of(reached_before, reached_after);
  if (arguments.option("--json").empty()) {
    print_changes(changes);
    if (has_events && !changes.empty()) std::puts("");
    if (has_events) print_effects(effects);
    return status;
  }
  Json report = {{"changes", list_of(changes)}};
  if (has_events) report["interventions"] = list_of(effects);
  print_json(report.dump(-1, ' ', false, Json::error_handler_t::replace));
  return status;
}

std::vector<std::string> option_names() {
  std::vector<std::string> names = replay_option_names();
  names.erase(std::find(names.begin(), names.end(), "--definitions"));
  return names;
}

}  // namespace

const Command kDiff = {
    "diff",
    "print what changed between two versions of definitions",
    "OLD NEW [--json] [OPTION]... [EVENTS]",
    "Prints a line for each object that was added (+), removed (-) or changed (~),\n"
    "and below it each member that changed; nothing if there is no change. The\n"
    "order of objects makes no difference. Also names the attributes that count\n"
    "from nothing again, because what decides their value changed. With EVENTS it\n"
    "runs them through both, and prints for each intervention to how many targets\n"
    "it would have been sent before and after, how many it gained and how many it\n"
    "lost.",
    "  --json              as JSON: {\"changes\": [{\"change\", \"type\", \"name\",\n"
    "                      \"version_before\", \"version_after\", \"members\",\n"
    "                      \"restarted\"}], \"interventions\": [{\"name\", \"before\",\n"
    "                      \"after\", \"gained\", \"lost\"}]}; \"before\" and \"after\"\n"
    "                      have \"targets\" and \"fired\"\n",
    "git show HEAD:definitions.json | tripline diff - definitions.json\n"
    "tripline diff old.json definitions.json events.ndjson",
    option_names(),
    {"--json"},
    true,
    run};

}  // namespace tripline::cli
