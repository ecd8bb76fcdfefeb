// What the subcommands share: arguments, files and the loading of definitions.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "tripline/tripline.h"

namespace tripline::cli {

/// 0: done. 1: there were errors in the input, all other output is still there. 2: wrong usage.
enum ExitStatus { kSuccess = 0, kInputErrors = 1, kUsage = 2 };

/// `--name value`, `--flag` and everything else in order.
struct Arguments {
  std::map<std::string, std::string, std::less<>> options;
  std::vector<std::string> positional;

  /// The option's value, or "" where it was not given.
  std::string option(std::string_view name) const;
};

/// Options named in `with_value` take the next argument; `-` alone is positional, and so is all
/// that follows `--`. The error names what is wrong.
[[nodiscard]] tl::expected<Arguments, std::string> parse_arguments(
    const std::vector<std::string>& arguments, const std::vector<std::string>& with_value,
    const std::vector<std::string>& flags = {});

/// A whole file; the error says why it cannot be read.
[[nodiscard]] tl::expected<std::string, std::string> read_file(const std::string& path);

/// Loads definitions and prints their diagnostics on stderr, a line each. Null if there are errors.
[[nodiscard]] std::shared_ptr<const Program> load_definitions(const std::string& path);

/// `visit(line, number)` for every line that is not blank, in constant memory; `-` is standard
/// input. False, and a message on stderr, if the file cannot be read.
[[nodiscard]] bool for_each_line(const std::string& path,
                                 const std::function<void(std::string_view, std::size_t)>& visit);

void complain(const std::string& message);

int check(const std::vector<std::string>& arguments);
int replay(const std::vector<std::string>& arguments);
int attributes(const std::vector<std::string>& arguments);
int preview(const std::vector<std::string>& arguments);
int explain(const std::vector<std::string>& arguments);

}  // namespace tripline::cli
