// The program `tripline`: one file per subcommand.

#include <algorithm>
#include <cstdio>

#include "commands/command.h"
#include "definitions/words.h"

namespace {

using namespace tripline::cli;

const Command* find_command(std::string_view name) {
  const auto& all = commands();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Command* each) { return each->name == name; });
  return found == all.end() ? nullptr : *found;
}

int refuse_command(const std::string& name) {
  std::vector<std::string_view> known;
  for (const Command* command : commands()) known.push_back(command->name);
  complain("unknown command '" + name + "'" + std::string(tripline::suggestion(name, known)));
  complain("see tripline --help");
  return kUsage;
}

int print(const std::string& page) {
  std::fputs(page.c_str(), stdout);
  return kSuccess;
}

bool is_help(std::string_view argument) {
  return argument == "--help" || argument == "-h";
}

/// True if the user asks for help: in front of a `--`, and not as the value of an option.
bool asks_for_help(const Command& command, const std::vector<std::string>& arguments) {
  for (std::size_t i = 0; i < arguments.size() && arguments[i] != "--"; ++i) {
    if (is_help(arguments[i])) return true;
    const auto& options = command.with_value;
    if (std::find(options.begin(), options.end(), arguments[i]) != options.end()) ++i;
  }
  return false;
}

int run(const Command& command, const std::vector<std::string>& arguments) {
  if (asks_for_help(command, arguments)) return print(manual(command));
  const auto parsed = parse_arguments(command, arguments);
  return parsed ? command.run(*parsed) : refuse_usage(command, parsed.error());
}

/// `tripline help` and `tripline help COMMAND`.
int help(const std::vector<std::string>& arguments) {
  if (arguments.empty()) return print(overview());
  const Command* command = find_command(arguments.front());
  return command ? print(manual(*command)) : refuse_command(arguments.front());
}

int dispatch(const std::vector<std::string>& arguments) {
  if (arguments.empty()) {
    std::fputs(overview().c_str(), stderr);
    return kUsage;
  }
  const std::string& name = arguments.front();
  const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
  if (is_help(name)) return print(overview());
  if (name == "help") return help(rest);
  if (name == "--version") return print("tripline " TRIPLINE_VERSION "\n");
  const Command* command = find_command(name);
  return command ? run(*command, rest) : refuse_command(name);
}

}  // namespace

int main(int argc, char** argv) {
  return finish_output(dispatch({argv + 1, argv + argc}));
}
