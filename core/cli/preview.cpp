// tripline preview --definitions D.json [--json] EVENTS

#include <algorithm>
#include <cstdio>
#include <set>

#include "replay.h"
#include "support/json_writer.h"

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

void print_table(const std::vector<Reach>& reaches) {
  int width = 12;
  for (const Reach& reach : reaches) {
    width = std::max(width, static_cast<int>(reach.intervention->name.size()));
  }
  std::printf("%-*s  %7s  %9s  %9s  %6s\n", width, "INTERVENTION", "VERSION", "TARGETS", "OF SEEN",
              "SHARE");
  for (const Reach& reach : reaches) {
    const double share = reach.seen == 0 ? 0
                                         : 100.0 * static_cast<double>(reach.received.size()) /
                                               static_cast<double>(reach.seen);
    std::printf("%-*s  %7u  %9zu  %9zu  %5.1f%%\n", width, reach.intervention->name.c_str(),
                reach.intervention->version, reach.received.size(), reach.seen, share);
  }
}

}  // namespace

int preview(const std::vector<std::string>& arguments) {
  const auto options = replay_options(arguments, "--until", {}, {"--json"});
  if (!options) return kUsage;
  const auto program = load_definitions(options->definitions);
  if (!program) return kInputErrors;

  std::vector<Reach> reaches;
  for (const Program::Intervention& each : program->interventions) reaches.push_back({&each, {}});
  std::vector<std::set<std::string>> ids(program->keys.size());
  Replay replay(program);
  const ExitStatus status = replay.run(
      *options,
      [&](const Payload& payload) {
        for (Reach& reach : reaches) {
          if (reach.intervention->name != payload.name) continue;
          reach.received.insert({payload.target.name, payload.target.id});
        }
      },
      [&](const Event& event) {
        for (std::size_t key = 0; key < ids.size(); ++key) {
          const ValueView id = event.inputs[program->keys[key].input];
          if (!id.text().empty()) ids[key].insert(std::string(id.text()));
        }
      });
  for (Reach& reach : reaches) {
    for (const Program::Index key : reach.intervention->targets) reach.seen += ids[key].size();
  }
  if (options->extra.option("--json").empty()) {
    print_table(reaches);
  } else {
    print_json(reaches);
  }
  return status;
}

}  // namespace tripline::cli
