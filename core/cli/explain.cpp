// tripline explain --definitions D.json --intervention NAME --key NAME --id ID [--at T] EVENTS

#include <cstdio>

#include "replay.h"

namespace tripline::cli {

int explain(const std::vector<std::string>& arguments) {
  const auto options = replay_options(arguments, "--at", {"--intervention", "--key", "--id"});
  if (!options) return kUsage;
  const std::string name = options->extra.option("--intervention");
  const Target profile{options->extra.option("--key"), options->extra.option("--id")};
  if (name.empty() || profile.name.empty() || profile.id.empty()) {
    complain("--intervention NAME, --key NAME and --id ID are needed");
    return kUsage;
  }
  const auto program = load_definitions(options->definitions);
  if (!program) return kInputErrors;
  Replay replay(program);
  const ExitStatus status = replay.run(*options, [](const Payload&) {});
  const std::string explanation = replay.engine().explain(name, profile);
  if (explanation.empty()) {
    complain("the definitions have no such intervention or attribute key");
    return kInputErrors;
  }
  std::puts(explanation.c_str());
  return status;
}

}  // namespace tripline::cli
