// tripline pull: the published definitions of a registry. Only its manual and its arguments are
// here; Node (js/cli) has the network.

#include "commands/command.h"

#ifdef __EMSCRIPTEN__
#include <emscripten.h>
#endif

namespace tripline::cli {
namespace {

#ifdef __EMSCRIPTEN__
// The host pulls once the program has ended.
EM_JS(void, pull_by_host, (const char* url, const char* file),
      { Module['pull'](UTF8ToString(url), UTF8ToString(file)); });
#endif

int run(const Arguments& arguments) {
  const auto& given = arguments.positional;
  if (given.empty() || given.size() > 2) {
    return refuse_usage(kPull, "the URL of a registry is needed, and perhaps a file to write");
  }
#ifdef __EMSCRIPTEN__
  pull_by_host(given[0].c_str(), given.size() == 2 ? given[1].c_str() : "-");
  return kSuccess;
#else
  return refuse_usage(kPull, "this program has no network: use npx tripline pull");
#endif
}

}  // namespace

const Command kPull = {
    "pull",
    "get the published definitions of a registry (npx tripline)",
    "URL [FILE]",
    "Gets all published attribute keys, attribute groups, services and\n"
    "interventions from Snowplow Signals, or from the sandbox, and writes them to\n"
    "FILE, or to standard output, in the order of their names and versions: nothing\n"
    "changes in the file where nothing changed in the registry. URL is what the\n"
    "Python SDK takes as api_url. FILE is written only when everything has arrived.\n"
    "Credentials come from the environment only: SP_API_KEY, SP_API_KEY_ID and\n"
    "SP_ORG_ID, or SP_SANDBOX_TOKEN for a sandbox.",
    "",
    "npx tripline pull https://example.com definitions.json\n"
    "npx tripline pull http://localhost:8787 | npx tripline check -",
    {},
    {},
    false,
    run};

}  // namespace tripline::cli
