#include "commands/command.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "definitions/words.h"
#include "terminal/printable.h"

namespace tripline::cli {
namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string unknown_option(const Command& command, const std::string& name) {
  std::vector<std::string_view> known(command.with_value.begin(), command.with_value.end());
  known.insert(known.end(), command.flags.begin(), command.flags.end());
  return "unknown option '" + name + "'" + std::string(suggestion(name, known));
}

}  // namespace

std::string Arguments::option(std::string_view name) const {
  const auto found = options.find(name);
  return found == options.end() ? std::string() : found->second;
}

tl::expected<Arguments, std::string> parse_arguments(const Command& command,
                                                     const std::vector<std::string>& arguments) {
  Arguments parsed;
  for (auto argument = arguments.begin(); argument != arguments.end(); ++argument) {
    if (*argument == "--") {
      parsed.positional.insert(parsed.positional.end(), argument + 1, arguments.end());
      break;
    }
    if (argument->size() < 2 || argument->front() != '-') {
      parsed.positional.push_back(*argument);
      continue;
    }
    const std::size_t equals = argument->find('=');
    const std::string name = argument->substr(0, equals);
    const bool is_flag = contains(command.flags, name);
    if (!is_flag && !contains(command.with_value, name)) {
      return tl::make_unexpected(unknown_option(command, name));
    }
    if (is_flag && equals != name.npos) {
      return tl::make_unexpected("the option " + name + " takes no value");
    }
    if (is_flag) {
      parsed.options[name] = "yes";
    } else if (equals != name.npos) {
      parsed.options[name] = argument->substr(equals + 1);
    } else if (argument + 1 != arguments.end()) {
      parsed.options[name] = *++argument;
    } else {
      return tl::make_unexpected("the option " + name + " needs a value");
    }
  }
  return parsed;
}

int refuse_usage(const Command& command, const std::string& message) {
  const std::string name(command.name);
  complain(name + ": " + message);
  complain("see tripline " + name + " --help");
  return kUsage;
}

int finish_output(int status) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return status;
  complain(std::string("the output cannot be written: ") + std::strerror(errno));
  return kInputErrors;
}

tl::expected<std::string, std::string> read_file(const std::string& path) {
  std::FILE* file = path == "-" ? stdin : std::fopen(path.c_str(), "rb");
  if (file == nullptr) return tl::make_unexpected(path + ": " + std::strerror(errno));
  std::string text;
  char buffer[1 << 16];
  for (std::size_t size; (size = std::fread(buffer, 1, sizeof buffer, file)) > 0;) {
    text.append(buffer, size);
  }
  const bool failed = std::ferror(file) != 0;
  const int error = errno;
  if (file != stdin) std::fclose(file);
  if (failed) return tl::make_unexpected(path + ": " + std::strerror(error));
  return text;
}

std::shared_ptr<const Program> load_definitions(const std::string& path) {
  const auto text = read_file(path);
  if (!text) {
    complain(text.error());
    return nullptr;
  }
  return load_definitions(path, *text);
}

std::shared_ptr<const Program> load_definitions(const std::string& path, const std::string& text) {
  Diagnostics diagnostics;
  auto program = load_program(text, diagnostics);
  for (const Diagnostic& diagnostic : diagnostics.entries()) {
    print_diagnostic(path, diagnostic.pointer, diagnostic);
  }
  return program;
}

void print_diagnostic(const std::string& path, std::string_view pointer,
                      const Diagnostic& diagnostic) {
  const bool warning = diagnostic.severity == Diagnostic::Severity::warning;
  std::fprintf(stderr, "%s: %s: %s%s\n", printable(path).c_str(), printable(pointer).c_str(),
               warning ? "warning: " : "", printable(diagnostic.message).c_str());
}

}  // namespace tripline::cli
