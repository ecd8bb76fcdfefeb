// The program `tripline`: one file per subcommand.

#include <cstdio>

#include "command.h"

namespace {

constexpr const char* kHelp = R"(tripline - evaluates Snowplow Signals definitions over events

usage:
  tripline check DEFINITIONS.json
      Says everything that is wrong with the definitions.
  tripline replay --definitions D.json [--until T] EVENTS.ndjson|-
      Prints a JSON line per intervention and target, in event order.
  tripline attributes --definitions D.json [--at T] EVENTS.ndjson|-
      Prints a JSON line per profile with its attributes; null is missing.

Events are enriched events as JSON, one a line. Times are ISO 8601.
Exit status: 0, 1 for errors in the input, 2 for wrong usage.
)";

}  // namespace

int main(int argc, char** argv) {
  using namespace tripline::cli;
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h" ||
      arguments[0] == "help") {
    std::fputs(kHelp, arguments.empty() ? stderr : stdout);
    return arguments.empty() ? kUsage : kSuccess;
  }
  const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
  if (arguments[0] == "check") return check(rest);
  if (arguments[0] == "replay") return replay(rest);
  if (arguments[0] == "attributes") return attributes(rest);
  if (arguments[0] == "preview") return preview(rest);
  if (arguments[0] == "explain") return explain(rest);
  complain("there is no command '" + arguments[0] + "'; see tripline --help");
  return kUsage;
}
