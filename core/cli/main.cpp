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

  tripline preview --definitions D.json [--until T] [--json] EVENTS.ndjson|-
      Says of each intervention how many targets it would have reached, of how
      many that the events carry.
  tripline explain --definitions D.json --intervention NAME --key NAME --id ID
                   [--at T] EVENTS.ndjson|-
      Shows an intervention's criteria with the values of one profile, what was
      sent, and why nothing was.

definitions
  A bundle {"attribute_keys": [], "attribute_groups": [], "services": [],
  "interventions": []} of objects as Snowplow's Python SDK publishes them.
  Problems go to standard error, a line each:
      FILE: /json/pointer: message
      FILE: /json/pointer: warning: message

events
  Enriched events as JSON, one a line, as Snowplow's Analytics SDKs write them;
  - is standard input. The clock is the highest event time so far. A line
      {"type": "attributes", "attribute_key": {"name": N, "id": I},
       "group": G, "version": V, "attributes": {A: value}, "time": T}
  sets fields of an external group: null clears one, those not named stay.
  Malformed lines are reported with their number and skipped.

options
  --definitions FILE   the definitions
  --until T, --at T    let time go on to T after the last line
  --json               preview as JSON instead of a table
  Times are ISO 8601, for example 2026-11-23T01:41:24.367Z.

exit status
  0  done
  1  errors in the input; all other output is still there
  2  wrong usage

examples
  tripline check definitions.json
  tripline replay --definitions definitions.json events.ndjson | jq .name
  zcat events.gz | tripline preview --definitions definitions.json -
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
