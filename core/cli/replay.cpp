// tripline replay --definitions D.json [--until T] EVENTS.ndjson|-

#include "replay.h"

#include <cstdio>

#include "push_line.h"
#include "support/time_text.h"

namespace tripline::cli {
namespace {

constexpr Limits kServerLimits{100'000, 10'000'000, 4'096};

}  // namespace

std::optional<ReplayOptions> replay_options(const std::vector<std::string>& arguments,
                                            const std::string& time_option,
                                            const std::vector<std::string>& with_value,
                                            const std::vector<std::string>& flags) {
  std::vector<std::string> all = with_value;
  all.insert(all.end(), {"--definitions", time_option});
  const auto parsed = parse_arguments(arguments, all, flags);
  if (!parsed) {
    complain(parsed.error());
    return std::nullopt;
  }
  ReplayOptions options;
  options.definitions = parsed->option("--definitions");
  if (options.definitions.empty() || parsed->positional.size() != 1) {
    complain("--definitions FILE and one file of events (or - for standard input) are needed");
    return std::nullopt;
  }
  options.events = parsed->positional.front();
  options.extra = *parsed;
  if (const std::string until = parsed->option(time_option); !until.empty()) {
    options.until = parse_time(until);
    if (!options.until) {
      complain(time_option + " needs a time such as 2026-11-23T01:41:24.367Z");
      return std::nullopt;
    }
  }
  return options;
}

Replay::Replay(std::shared_ptr<const Program> program)
    : reader_(*program), engine_(program, kServerLimits) {
}

ExitStatus Replay::run(const ReplayOptions& options, const Fired& fired, const Seen& seen) {
  bool clean = true;
  const bool readable =
      for_each_line(options.events, [&](std::string_view line, std::size_t number) {
        const auto fine = may_be_push(line) ? push(line, fired, seen) : count(line, fired, seen);
        if (fine) return;
        complain(options.events + ":" + std::to_string(number) + ": skipped: " + fine.error());
        clean = false;
      });
  if (options.until) {
    for (const Payload& payload : engine_.advance(*options.until)) fired(payload);
  }
  return readable && clean ? kSuccess : kInputErrors;
}

tl::expected<void, std::string> Replay::count(std::string_view line, const Fired& fired,
                                              const Seen& seen) {
  const auto event = reader_.read(line);
  if (!event) return tl::make_unexpected(event.error());
  if (seen) seen(*event);
  const Time now = std::max(engine_.clock(), event->time.value_or(kEarliest));
  for (const Payload& payload : engine_.process(*event, now)) fired(payload);
  return {};
}

tl::expected<void, std::string> Replay::push(std::string_view line, const Fired& fired,
                                             const Seen& seen) {
  const auto push = read_push(engine_.program(), line);
  if (!push) return tl::make_unexpected(push.error());
  if (!*push) return count(line, fired, seen);
  std::vector<std::vector<ValueView>> lists;
  const PushLine& values = **push;
  const Time now = std::max(engine_.clock(), values.time.value_or(kEarliest));
  const auto payloads = engine_.push(values.profile, values.views(lists), now, values.time);
  if (!payloads) return tl::make_unexpected(payloads.error());
  for (const Payload& payload : *payloads) fired(payload);
  return {};
}

int replay(const std::vector<std::string>& arguments) {
  const auto options = replay_options(arguments, "--until");
  if (!options) return kUsage;
  const auto program = load_definitions(options->definitions);
  if (!program) return kInputErrors;
  return Replay(program).run(
      *options, [](const Payload& payload) { std::puts(payload_json(payload).c_str()); });
}

}  // namespace tripline::cli
