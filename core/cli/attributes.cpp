// tripline attributes --definitions D.json [--at T] EVENTS.ndjson|-

#include <cstdio>

#include "replay.h"
#include "support/json_writer.h"

namespace tripline::cli {
namespace {

std::string profile_json(const Engine& engine, const Target& profile) {
  JsonWriter json;
  json.begin_object().key("attribute_key").begin_object();
  json.key("name").string(profile.name).key("id").string(profile.id).end_object();
  json.key("attributes").raw(attributes_json(engine.attributes(profile.name, profile.id)));
  return json.end_object().take();
}

}  // namespace

int attributes(const std::vector<std::string>& arguments) {
  const auto options = replay_options(arguments, "--at");
  if (!options) return kUsage;
  const auto program = load_definitions(options->definitions);
  if (!program) return kInputErrors;
  Replay replay(program);
  const ExitStatus status = replay.run(*options, [](const Payload&) {});
  for (const Target& profile : replay.engine().profiles()) {
    std::puts(profile_json(replay.engine(), profile).c_str());
  }
  return status;
}

}  // namespace tripline::cli
