#include "command.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace tripline::cli {

std::string Arguments::option(std::string_view name) const {
  const auto found = options.find(name);
  return found == options.end() ? std::string() : found->second;
}

tl::expected<Arguments, std::string> parse_arguments(const std::vector<std::string>& arguments,
                                                     const std::vector<std::string>& with_value,
                                                     const std::vector<std::string>& flags) {
  const auto contains = [](const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  Arguments parsed;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    std::string name = arguments[i];
    if (name == "--") {
      parsed.positional.insert(parsed.positional.end(),
                               arguments.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                               arguments.end());
      break;
    }
    if (name.size() < 2 || name[0] != '-') {
      parsed.positional.push_back(name);
      continue;
    }
    std::optional<std::string> value;
    if (const std::size_t equals = name.find('='); equals != name.npos) {
      value = name.substr(equals + 1);
      name.resize(equals);
    }
    if (contains(flags, name) && !value) {
      parsed.options[name] = "yes";
    } else if (!contains(with_value, name)) {
      return tl::make_unexpected("there is no option " + name);
    } else if (value || i + 1 < arguments.size()) {
      parsed.options[name] = value ? *value : arguments[++i];
    } else {
      return tl::make_unexpected("the option " + name + " needs a value");
    }
  }
  return parsed;
}

void complain(const std::string& message) {
  std::fprintf(stderr, "tripline: %s\n", message.c_str());
}

tl::expected<std::string, std::string> read_file(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) return tl::make_unexpected(path + ": " + std::strerror(errno));
  std::string text;
  char buffer[1 << 16];
  for (std::size_t size; (size = std::fread(buffer, 1, sizeof buffer, file)) > 0;)
    text.append(buffer, size);
  const bool failed = std::ferror(file) != 0;
  const int error = errno;
  std::fclose(file);
  if (failed) return tl::make_unexpected(path + ": " + std::strerror(error));
  return text;
}

std::shared_ptr<const Program> load_definitions(const std::string& path) {
  const auto text = read_file(path);
  if (!text) {
    complain(text.error());
    return nullptr;
  }
  Diagnostics diagnostics;
  auto program = load_program(*text, diagnostics);
  for (const Diagnostic& diagnostic : diagnostics.entries()) {
    const bool warning = diagnostic.severity == Diagnostic::Severity::warning;
    std::fprintf(stderr, "%s: %s: %s%s\n", path.c_str(), diagnostic.pointer.c_str(),
                 warning ? "warning: " : "", diagnostic.message.c_str());
  }
  return program;
}

bool for_each_line(const std::string& path,
                   const std::function<void(std::string_view, std::size_t)>& visit) {
  std::FILE* file = path == "-" ? stdin : std::fopen(path.c_str(), "rb");
  if (file == nullptr) {
    complain(path + ": " + std::strerror(errno));
    return false;
  }
  char* line = nullptr;
  std::size_t capacity = 0, number = 0;
  for (ssize_t size; (size = getline(&line, &capacity, file)) >= 0;) {
    ++number;
    std::string_view text(line, static_cast<std::size_t>(size));
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' '))
      text.remove_suffix(1);
    if (!text.empty()) visit(text, number);
  }
  const bool failed = std::ferror(file) != 0;
  if (failed) complain(path + ": " + std::strerror(errno));
  std::free(line);
  if (file != stdin) std::fclose(file);
  return !failed;
}

}  // namespace tripline::cli
