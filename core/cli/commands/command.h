// Shared by the subcommands: their descriptions and calls, arguments, files, definitions.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "terminal/terminal.h"
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

/// A subcommand, and its page of the manual (help.cpp, which adds what all have in common).
struct Command {
  std::string_view name;
  std::string_view summary;      // one line
  std::string_view synopsis;     // what stands behind the name
  std::string_view description;  // paragraphs, as they are printed
  std::string_view options;      // those that it alone has, as they are printed
  std::string_view examples;
  std::vector<std::string> with_value;  // its options that take a value
  std::vector<std::string> flags;       // and those that take none
  bool reads_events;                    // and so has the options of a replay, and a file of events
  int (*run)(const Arguments& arguments);
};

// Each in the file of its name.
extern const Command kCheck, kBuild, kReplay, kAttributes, kPreview, kExplain, kDiff, kTypes, kPull;

/// All of them, in the order of the manual.
[[nodiscard]] const std::vector<const Command*>& commands();

/// The manual's first page, and that of a subcommand.
[[nodiscard]] std::string overview();
[[nodiscard]] std::string manual(const Command& command);

/// Reads the arguments behind the subcommand's name, and refuses those that it does not have. The
/// value of an option is the next argument, or what follows a `=`; `-` alone is positional, and so
/// is all that follows `--`. The error is a sentence for the user.
[[nodiscard]] tl::expected<Arguments, std::string> parse_arguments(
    const Command& command, const std::vector<std::string>& arguments);

/// Reads a whole file, or standard input for `-`. The error gives the reason.
[[nodiscard]] tl::expected<std::string, std::string> read_file(const std::string& path);

/// Loads definitions and prints their diagnostics on stderr, a line each. Null if there are errors.
[[nodiscard]] std::shared_ptr<const Program> load_definitions(const std::string& path);

/// The same for the text of the file at `path`.
[[nodiscard]] std::shared_ptr<const Program> load_definitions(const std::string& path,
                                                              const std::string& text);

/// Prints a diagnostic of a place in a file on stderr, as a line.
void print_diagnostic(const std::string& path, std::string_view pointer,
                      const Diagnostic& diagnostic);

/// Complains, with a hint to the manual. Returns kUsage.
int refuse_usage(const Command& command, const std::string& message);

/// Writes all that was printed; a complaint and kInputErrors if that is not possible, else
/// `status`.
[[nodiscard]] int finish_output(int status);

}  // namespace tripline::cli
