// tripline preview: how many targets each intervention would have reached.

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <set>

#include "replay.h"
#include "support/json_writer.h"
#include "terminal.h"

namespace tripline::cli {
namespace {

/// Of one intervention: the targets that it would have reached.
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
  std::puts(json.end_array().take().c_str());
}

/// Cut to `width` if it is longer.
std::string cut(const std::string& name, std::size_t width) {
  return name.size() <= width ? name : name.substr(0, width - 3) + "...";
}

void print_table(const std::vector<Reach>& reaches) {
  constexpr std::size_t least_width = 12, other_columns = 39;
  std::size_t width = least_width;
  for (const Reach& reach : reaches) width = std::max(width, reach.intervention->name.size());
  if (const auto columns = terminal_width(STDOUT_FILENO)) {
    const std::size_t most = *columns < other_columns ? 0 : *columns - other_columns;
    width = std::min(width, std::max(most, least_width));
  }
  const int shown = static_cast<int>(width);
  std::printf("%-*s  %7s  %9s  %9s  %6s\n", shown, "INTERVENTION", "VERSION", "TARGETS", "OF SEEN",
              "SHARE");
  for (const Reach& reach : reaches) {
    const double share = reach.seen == 0 ? 0
                                         : 100.0 * static_cast<double>(reach.received.size()) /
                                               static_cast<double>(reach.seen);
    std::printf("%-*s  %7u  %9zu  %9zu  %5.1f%%\n", shown,
                cut(reach.intervention->name, width).c_str(), reach.intervention->version,
                reach.received.size(), reach.seen, share);
  }
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
      [&](const Payload& payload) {
        Reach* reach = find_reach(reaches, payload.name);
        if (reach != nullptr) reach->received.insert({payload.target.name, payload.target.id});
      },
      [&](Program::Index key, std::string_view id) { ids[key].emplace(id); });
  for (Reach& reach : reaches) {
    for (const Program::Index key : reach.intervention->targets) reach.seen += ids[key].size();
  }
  if (arguments.option("--json").empty()) {
    print_table(reaches);
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
