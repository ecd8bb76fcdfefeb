// tripline preview: how many targets each intervention would have reached.

#include <algorithm>
#include <cstdio>
#include <set>

#include "commands/replay.h"
#include "terminal/printable.h"
#include "terminal/table.h"
#include "value/json_writer.h"

namespace tripline::cli {
namespace {

/// The targets that one intervention would have reached.
struct Reach {
  const Program::Intervention* intervention;
  std::set<std::pair<std::string, std::string>> received;
  std::size_t seen = 0;
};

void print_json(const std::vector<Reach>& reaches) {
  JsonWriter json;
  json.begin_array();
  for (const Reach& reach : reaches) {
    json.begin_object().key("name").string(reach.intervention->name);
    json.key("version").number(reach.intervention->version);
    json.key("targets").number(static_cast<double>(reach.received.size()));
    json.key("seen").number(static_cast<double>(reach.seen)).end_object();
  }
  cli::print_json(json.end_array().finish());
}

std::string percent(std::size_t part, std::size_t whole) {
  char text[16];
  const double share =
      whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  std::snprintf(text, sizeof text, "%.1f%%", share);
  return text;
}

std::vector<Row> table_of(const std::vector<Reach>& reaches) {
  std::vector<Row> rows = {{"INTERVENTION", "VERSION", "TARGETS", "OF SEEN", "SHARE"}};
  for (const Reach& reach : reaches) {
    rows.push_back({printable(reach.intervention->name),
                    std::to_string(reach.intervention->version),
                    std::to_string(reach.received.size()), std::to_string(reach.seen),
                    percent(reach.received.size(), reach.seen)});
  }
  return rows;
}

Reach* find_reach(std::vector<Reach>& reaches, std::string_view name) {
  const auto found = std::find_if(reaches.begin(), reaches.end(), [&](const Reach& reach) {
    return reach.intervention->name == name;
  });
  return found == reaches.end() ? nullptr : &*found;
}

int run(const Arguments& arguments) {
  const auto options = replay_options(arguments);
  if (!options) return refuse_usage(kPreview, options.error());
  const auto program = load_definitions(options->definitions);
  if (!program) return kInputErrors;

  std::vector<Reach> reaches;
  for (const Program::Intervention& each : program->interventions) reaches.push_back({&each, {}});
  std::vector<std::set<std::string>> ids(program->keys.size());
  Replay replay(program, *options);
  const ExitStatus status = replay.run(
      [&](const TriggeredIntervention& intervention) {
        Reach* reach = find_reach(reaches, intervention.name);
        if (reach == nullptr) return;
        reach->received.insert({intervention.target.name, intervention.target.id});
      },
      [&](Program::Index key, std::string_view id) { ids[key].emplace(id); });
  for (Reach& reach : reaches) {
    for (const Program::Index key : reach.intervention->targets) reach.seen += ids[key].size();
  }
  if (arguments.option("--json").empty()) {
    print_table(table_of(reaches), 1);  // the version goes first
  } else {
    print_json(reaches);
  }
  return status;
}

}  // namespace

const Command kPreview = {
    "preview",
    "say how many targets each intervention would have reached",
    "--definitions FILE [--json] [OPTION]... EVENTS",
    "Runs the events through the definitions and prints for each intervention to\n"
    "how many targets it would have been sent, of how many that the events carry.",
    "  --json              as JSON: [{\"name\", \"version\", \"targets\", \"seen\"}]\n",
    "zcat events.gz | tripline preview --definitions definitions.json -",
    replay_option_names(),
    {"--json"},
    true,
    run};

}  // namespace tripline::cli
