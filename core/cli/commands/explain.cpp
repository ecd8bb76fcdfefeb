// tripline explain: why an intervention did or did not fire for one profile.

#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "commands/replay.h"
#include "definitions/words.h"
#include "terminal/printable.h"
#include "terminal/terminal.h"

namespace tripline::cli {
namespace {

/// One line for programs, indented for people.
std::string laid_out(const std::string& json) {
  return terminal_width(STDOUT_FILENO) ? nlohmann::ordered_json::parse(printable(json)).dump(2)
                                       : json;
}

/// Says so if none of `objects` has that name, and which name is near.
template <typename Object>
void complain_of_unknown(const char* type, const std::string& name, const List<Object>& objects) {
  std::vector<std::string_view> known;
  for (const Object& object : objects) known.push_back(object.name);
  if (std::find(known.begin(), known.end(), name) != known.end()) return;
  complain("the definitions have no " + std::string(type) + " '" + name + "'" +
           std::string(suggestion(name, known)));
}

int run(const Arguments& arguments) {
  const auto options = replay_options(arguments);
  if (!options) return refuse_usage(kExplain, options.error());
  const std::string name = arguments.option("--intervention");
  const Target profile{arguments.option("--key"), arguments.option("--id")};
  if (name.empty() || profile.name.empty() || profile.id.empty()) {
    return refuse_usage(kExplain, "--intervention NAME, --key NAME and --id ID are needed");
  }
  const auto program = load_definitions(options->definitions);
  if (!program) return kInputErrors;
  Replay replay(program, *options);
  const ExitStatus status = replay.run([](const TriggeredIntervention&) {});
  const std::string explanation = replay.engine().explain(name, profile);
  if (explanation.empty()) {
    complain_of_unknown("intervention", name, program->interventions);
    complain_of_unknown("attribute key", std::string(profile.name), program->keys);
    return kInputErrors;
  }
  print_json(laid_out(explanation));
  return status;
}

}  // namespace

const Command kExplain = {
    "explain",
    "say why an intervention did or did not fire for a profile",
    "--definitions FILE --intervention NAME --key NAME --id ID\n"
    "                 [OPTION]... EVENTS",
    "Runs the events through the definitions and prints, as JSON, the criteria of\n"
    "the intervention with the value that each reads for the profile and whether it\n"
    "holds, what was sent to which target and when, and why it did or did not fire.",
    "  --intervention NAME the intervention\n"
    "  --key NAME          the attribute key of the profile, such as domain_userid\n"
    "  --id ID             its id\n",
    "tripline explain --definitions definitions.json --intervention discount \\\n"
    "    --key domain_userid --id 9c6d7a65-d4ec-465f-8cdf-ffbfe939e772 \\\n"
    "    events.ndjson",
    replay_option_names({"--intervention", "--key", "--id"}),
    {},
    true,
    run};

}  // namespace tripline::cli
