// The manual: what `--help` prints.

#include <algorithm>

#include "commands/command.h"

namespace tripline::cli {
namespace {

constexpr std::string_view kDefinitions =
    R"(  A bundle {"attribute_keys": [], "attribute_groups": [], "services": [],
  "interventions": []} of objects as Snowplow's Python SDK publishes them, or a
  program that 'tripline build' wrote; - is standard input. What is wrong with
  it goes to standard error, a line each:
      FILE: /json/pointer: message
      FILE: /json/pointer: warning: message
)";

constexpr std::string_view kEvents =
    R"(  Enriched events as JSON, one a line, as Snowplow's Analytics SDKs write them;
  - is standard input. The clock is the highest event time so far. A line
      {"type": "attributes", "attribute_key": {"name": N, "id": I},
       "group": G, "version": V, "attributes": {A: VALUE}, "time": T}
  sets fields of an external group, of its highest version if V is left out:
  null clears one, those not named stay. Times are ISO 8601 or RFC 3339, as
  Snowplow, BigQuery, Snowflake, Postgres, Redshift and Spark print them;
  without a zone they are UTC.
  Malformed lines, those whose time cannot be read, and JSON that is not an
  enriched event are reported with their number and skipped. Memory depends on
  the number of profiles, not on the size of the file.
)";

constexpr std::string_view kDefinitionsOption =
    R"(  --definitions FILE  the definitions
)";

constexpr std::string_view kReplayOptions =
    R"(  --until T, --at T   let time go on to T after the last line; ISO 8601, as in
                      2026-11-23T01:41:24.367Z
  --profiles N        how many profiles are kept at most (100000)
  --sent-marks N      how many interventions sent are remembered (10000000)
  --event-ids N       among how many events duplicates are found (4096)
                      Of each, the least recently used are forgotten first.
)";

constexpr std::string_view kExitStatus =
    R"(  0  done
  1  errors in the input; all other output is still there
  2  wrong usage
)";

std::string indented(std::string_view text) {
  std::string lines = "  ";
  for (const char c : text) {
    lines += c;
    if (c == '\n') lines += "  ";
  }
  return lines + '\n';
}

class Page {
 public:
  void section(std::string_view title, std::string_view text) {
    if (!text_.empty()) text_ += '\n';
    text_.append(title).append("\n").append(text);
  }
  std::string finish() { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace

const std::vector<const Command*>& commands() {
  static const std::vector<const Command*> all = {
      &kCheck, &kBuild, &kReplay, &kAttributes, &kPreview, &kExplain, &kDiff, &kTypes, &kPull};
  return all;
}

std::string overview() {
  std::string list;
  for (const Command* command : commands()) {
    std::string name(command->name);
    name.resize(12, ' ');
    list += "  " + name + std::string(command->summary) + '\n';
  }
  Page page;
  page.section("NAME", "  tripline - evaluates Snowplow Signals definitions over events\n");
  page.section("SYNOPSIS",
               "  tripline COMMAND [OPTION]... FILE\n"
               "  tripline COMMAND --help\n"
               "  tripline --version\n");
  page.section("COMMANDS", list);
  page.section("DEFINITIONS", kDefinitions);
  page.section("EVENTS", kEvents);
  page.section("EXIT STATUS", kExitStatus);
  page.section("EXAMPLES", indented("tripline check definitions.json\n"
                                    "tripline preview --definitions definitions.json "
                                    "events.ndjson"));
  return page.finish();
}

std::string manual(const Command& command) {
  const std::string name(command.name);
  Page page;
  page.section("NAME", indented("tripline " + name + " - " + std::string(command.summary)));
  page.section("SYNOPSIS", indented("tripline " + name + ' ' + std::string(command.synopsis)));
  page.section("DESCRIPTION", indented(command.description));
  std::string options(command.options);
  const auto& names = command.with_value;
  const bool has_definitions =
      std::find(names.begin(), names.end(), "--definitions") != names.end();
  if (has_definitions) options += kDefinitionsOption;
  if (command.reads_events) options += kReplayOptions;
  if (!options.empty()) page.section("OPTIONS", options);
  page.section("DEFINITIONS", kDefinitions);
  if (command.reads_events) page.section("EVENTS", kEvents);
  page.section("EXIT STATUS", kExitStatus);
  page.section("EXAMPLES", indented(command.examples));
  return page.finish();
}

}  // namespace tripline::cli
