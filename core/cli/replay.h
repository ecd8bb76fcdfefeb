// Events from a file through an engine.
#pragma once

#include <functional>
#include <optional>

#include "command.h"
#include "enriched_event.h"

namespace tripline::cli {

struct ReplayOptions {
  std::string definitions;
  std::string events;
  /// Time goes on to here after the last line.
  std::optional<Time> until;
  /// What the subcommand asked for beside these.
  Arguments extra;
};

/// `--definitions D.json [TIME_OPTION T] EVENTS` and further options; complains and gives nothing
/// where that is not what was written.
[[nodiscard]] std::optional<ReplayOptions> replay_options(
    const std::vector<std::string>& arguments, const std::string& time_option,
    const std::vector<std::string>& with_value = {}, const std::vector<std::string>& flags = {});

/// A replay on a server's scale, whose clock is the highest event time so far.
class Replay {
 public:
  using Fired = std::function<void(const Payload&)>;
  using Seen = std::function<void(const Event&)>;

  explicit Replay(std::shared_ptr<const Program> program);

  /// Runs every line, then time to `until`; `fired` gets each payload, `seen` each event. Malformed
  /// lines are reported on stderr with their number and skipped. kInputErrors if there were any.
  [[nodiscard]] ExitStatus run(const ReplayOptions& options, const Fired& fired,
                               const Seen& seen = {});
  [[nodiscard]] const Engine& engine() const { return engine_; }

 private:
  /// One line through the engine; the error says why it was not.
  tl::expected<void, std::string> count(std::string_view line, const Fired& fired,
                                        const Seen& seen);
  tl::expected<void, std::string> push(std::string_view line, const Fired& fired, const Seen& seen);

  EnrichedReader reader_;
  Engine engine_;
};

}  // namespace tripline::cli
