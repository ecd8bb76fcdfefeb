// tripline attributes: what the attributes of each profile are after the events.

#include "commands/replay.h"
#include "terminal/printable.h"
#include "value/json_writer.h"

namespace tripline::cli {
namespace {

std::string profile_json(const Engine& engine, const Target& profile) {
  JsonWriter json;
  json.begin_object().key("attribute_key").begin_object();
  json.key("name").string(profile.name).key("id").string(profile.id).end_object();
  json.key("attributes").raw(attributes_json(engine.attributes(profile.name, profile.id)));
  return json.end_object().finish();
}

int run(const Arguments& arguments) {
  const auto options = replay_options(arguments);
  if (!options) return refuse_usage(kAttributes, options.error());
  const auto program = load_definitions(options->definitions);
  if (!program) return kInputErrors;
  Replay replay(program, *options);
  const ExitStatus status = replay.run([](const TriggeredIntervention&) {});
  for (const Target& profile : replay.engine().profiles()) {
    print_json(profile_json(replay.engine(), profile));
  }
  return status;
}

}  // namespace

const Command kAttributes = {
    "attributes",
    "print the attributes of each profile after the events",
    "--definitions FILE [OPTION]... EVENTS",
    "Runs the events through the definitions and prints a JSON line for each\n"
    "profile, the one touched last at the end:\n"
    "    {\"attribute_key\": {\"name\", \"id\"},\n"
    "     \"attributes\": {GROUP: {ATTRIBUTE: VALUE}}}\n"
    "A missing value is null.",
    "",
    "tripline attributes --definitions definitions.json events.ndjson\n"
    "tripline attributes --definitions definitions.json --at 2026-12-01T00:00:00Z \\\n"
    "    events.ndjson | jq -c 'select(.attribute_key.id == \"u1\")'",
    replay_option_names(),
    {},
    true,
    run};

}  // namespace tripline::cli
