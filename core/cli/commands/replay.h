// Events from a file through an engine.
#pragma once

#include <functional>
#include <optional>

#include "commands/command.h"
#include "input/enriched_event.h"
#include "input/lines.h"
#include "terminal/progress.h"

namespace tripline::cli {

/// The limits of one server (rule 26); each is an option.
inline constexpr Limits kServerLimits{100'000, 10'000'000, 4'096};

struct ReplayOptions {
  std::string definitions;
  std::string events;
  /// Time goes on to here after the last line.
  std::optional<Time> until;
  Limits limits = kServerLimits;
};

/// Reads the options that every replay has: --definitions, --until and the limits. The error names
/// the option that is missing or wrong.
[[nodiscard]] tl::expected<ReplayOptions, std::string> replay_options(const Arguments& arguments);

/// Reads --until and the limits alone.
[[nodiscard]] tl::expected<ReplayOptions, std::string> time_and_limits(const Arguments& arguments);

/// Their names, behind those that a subcommand has beside them.
[[nodiscard]] std::vector<std::string> replay_option_names(std::vector<std::string> more = {});

/// A replay on a server's scale, whose clock is the highest event time so far.
class Replay {
 public:
  using Fired = std::function<void(const TriggeredIntervention&)>;
  /// The number of an attribute key, and an id.
  using Seen = std::function<void(Program::Index key, std::string_view id)>;

  Replay(const std::shared_ptr<const Program>& program, ReplayOptions options);

  /// Runs every line, then time to `until`; `fired` gets each intervention, `seen` each id that a
  /// line carries. Malformed lines are reported on stderr with their number and skipped.
  /// kInputErrors if there were any.
  [[nodiscard]] ExitStatus run(const Fired& fired, const Seen& seen = {});
  [[nodiscard]] const Engine& engine() const { return engine_; }

  /// The parts of run(), for several replays of one file. apply() gives a line to the engine; its
  /// error is the reason why the line is skipped. finish() lets time go on to `until`.
  [[nodiscard]] tl::expected<void, std::string> apply(const Line& line, const Fired& fired,
                                                      const Seen& seen = {});
  void finish(const Fired& fired);

 private:
  tl::expected<void, std::string> count(std::string_view line, const Fired& fired,
                                        const Seen& seen);
  tl::expected<void, std::string> set_attributes(std::string_view line, const Fired& fired,
                                                 const Seen& seen);
  void see_ids(const Event& event, const Seen& seen) const;
  void see_id_of_update(const Target& profile, const Seen& seen) const;
  void warn_of_forgotten_profiles() const;

  ReplayOptions options_;
  EnrichedReader reader_;
  Engine engine_;
};

/// Visits the lines of a file of events, or of standard input, with progress on a terminal. Reports
/// those for which `apply` returns an error, with their number. kInputErrors if there were any.
[[nodiscard]] ExitStatus for_each_event(
    const std::string& path,
    const std::function<tl::expected<void, std::string>(const Line&, Progress&)>& apply);

}  // namespace tripline::cli
