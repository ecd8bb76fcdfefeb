// tripline replay: what events would have triggered.

#include "commands/replay.h"

#include <charconv>

#include "event/identifier.h"
#include "input/attribute_update.h"
#include "terminal/printable.h"
#include "value/time_text.h"

namespace tripline::cli {
namespace {

/// Reads an option's whole number into `limit`, if it was given.
tl::expected<void, std::string> read_limit(const Arguments& arguments, const char* option,
                                           std::size_t& limit) {
  const std::string text = arguments.option(option);
  if (text.empty()) return {};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  const bool is_number = error == std::errc() && end == text.data() + text.size();
  constexpr std::size_t most = 1'000'000'000;
  if (is_number && limit >= 1 && limit <= most) return {};
  return tl::make_unexpected(std::string(option) + " needs a whole number from 1 to 1000000000");
}

int run(const Arguments& arguments) {
  const auto options = replay_options(arguments);
  if (!options) return refuse_usage(kReplay, options.error());
  const auto program = load_definitions(options->definitions);
  if (!program) return kInputErrors;
  Replay replay(program, *options);
  return replay.run([](const TriggeredIntervention& intervention) {
    print_json(intervention_json(intervention));
  });
}

}  // namespace

const Command kReplay = {
    "replay",
    "print what events would have triggered",
    "--definitions FILE [OPTION]... EVENTS",
    "Runs the events through the definitions, in the order of the file, and prints\n"
    "a JSON line for each intervention and target: the triggered intervention as a\n"
    "page would get it, and the moment as \"triggered_at\".",
    "",
    "tripline replay --definitions definitions.json events.ndjson | jq -r .name\n"
    "zcat events.gz | tripline replay --definitions definitions.json -",
    replay_option_names(),
    {},
    true,
    run};

std::vector<std::string> replay_option_names(std::vector<std::string> more) {
  for (const char* name :
       {"--definitions", "--until", "--at", "--profiles", "--sent-marks", "--event-ids"}) {
    more.emplace_back(name);
  }
  return more;
}

tl::expected<ReplayOptions, std::string> replay_options(const Arguments& arguments) {
  const std::string definitions = arguments.option("--definitions");
  if (definitions.empty()) return tl::make_unexpected("--definitions FILE is missing");
  if (arguments.positional.size() != 1) {
    return tl::make_unexpected("one file of events is needed, or - for standard input");
  }
  const std::string& events = arguments.positional.front();
  if (definitions == "-" && events == "-") {
    return tl::make_unexpected("only one of definitions and events can be standard input");
  }
  auto options = time_and_limits(arguments);
  if (!options) return options;
  options->definitions = definitions;
  options->events = events;
  return options;
}

tl::expected<ReplayOptions, std::string> time_and_limits(const Arguments& arguments) {
  ReplayOptions options;
  for (const char* name : {"--until", "--at"}) {
    const std::string time = arguments.option(name);
    if (time.empty()) continue;
    options.until = parse_time(time);
    if (options.until) continue;
    return tl::make_unexpected(
        std::string(name) + " needs a time such as 2026-11-23T01:41:24.367Z, not '" + time + "'");
  }
  for (const auto& [name, limit] : {std::pair{"--profiles", &options.limits.profiles},
                                    {"--sent-marks", &options.limits.sent_marks},
                                    {"--event-ids", &options.limits.event_ids}}) {
    if (const auto read = read_limit(arguments, name, *limit); !read) {
      return tl::make_unexpected(read.error());
    }
  }
  return options;
}

Replay::Replay(const std::shared_ptr<const Program>& program, ReplayOptions options)
    : options_(std::move(options)), reader_(*program), engine_(program, options_.limits) {
}

ExitStatus for_each_event(
    const std::string& path,
    const std::function<tl::expected<void, std::string>(const Line&, Progress&)>& apply) {
  Progress progress(path);
  std::size_t lines = 0, skipped = 0;
  const bool readable = for_each_line(path, [&](const Line& line) {
    const auto applied = apply(line, progress);
    ++lines;
    if (!applied) {
      ++skipped;
      progress.clear();
      complain(path + ":" + std::to_string(line.number) + ": skipped: " + applied.error());
    }
    progress.step(line.end);
  });
  progress.clear();
  if (skipped != 0) {
    complain(path + ": " + std::to_string(skipped) + " of " + std::to_string(lines) +
             " lines were skipped");
  }
  return readable && skipped == 0 ? kSuccess : kInputErrors;
}

ExitStatus Replay::run(const Fired& fired, const Seen& seen) {
  const ExitStatus status =
      for_each_event(options_.events, [&](const Line& line, Progress& progress) {
        return apply(
            line,
            [&](const TriggeredIntervention& intervention) {
              progress.clear();
              fired(intervention);
            },
            seen);
      });
  finish(fired);
  return status;
}

void Replay::finish(const Fired& fired) {
  if (options_.until) {
    for (const TriggeredIntervention& intervention : engine_.advance(*options_.until)) {
      fired(intervention);
    }
  }
  warn_of_forgotten_profiles();
}

void Replay::warn_of_forgotten_profiles() const {
  if (engine_.profiles().size() < options_.limits.profiles) return;
  const std::string limit = std::to_string(options_.limits.profiles);
  complain("warning: the limit of " + limit + " profiles was reached, so those used least " +
           "recently may have been forgotten; --profiles N sets another");
}

tl::expected<void, std::string> Replay::apply(const Line& line, const Fired& fired,
                                              const Seen& seen) {
  if (line.number == 1 && line.text.starts_with("\x1f\x8b")) {
    return tl::make_unexpected("the file is compressed: zcat FILE | tripline ... -");
  }
  if (line.is_too_long) return tl::make_unexpected("the line is longer than 16 MB");
  return may_be_attribute_update(line.text) ? set_attributes(line.text, fired, seen)
                                            : count(line.text, fired, seen);
}

tl::expected<void, std::string> Replay::count(std::string_view line, const Fired& fired,
                                              const Seen& seen) {
  const auto event = reader_.read(line);
  if (!event) return tl::make_unexpected(event.error());
  if (seen) see_ids(*event, seen);
  const Time now = std::max(engine_.clock(), event->time.value_or(kEarliest));
  for (const TriggeredIntervention& intervention : engine_.process(*event, now)) {
    fired(intervention);
  }
  return {};
}

tl::expected<void, std::string> Replay::set_attributes(std::string_view line, const Fired& fired,
                                                       const Seen& seen) {
  const auto update = read_attribute_update(engine_.program(), line);
  if (!update) return tl::make_unexpected(update.error());
  if (!*update) return count(line, fired, seen);
  std::vector<std::vector<ValueView>> lists;
  const AttributeUpdate& values = **update;
  const Time now = std::max(engine_.clock(), values.time.value_or(kEarliest));
  const auto triggered =
      engine_.set_attributes(values.profile, values.views(lists), now, values.time);
  if (!triggered) return tl::make_unexpected(triggered.error());
  if (seen) see_id_of_update(values.profile, seen);
  for (const TriggeredIntervention& intervention : *triggered) fired(intervention);
  return {};
}

void Replay::see_ids(const Event& event, const Seen& seen) const {
  const auto& keys = engine_.program().keys;
  Text scratch;
  for (Program::Index key = 0; key < keys.size(); ++key) {
    if (keys[key].input == Program::kNone) continue;
    const std::string_view id = id_of(event.inputs[keys[key].input], scratch);
    if (!id.empty()) seen(key, id);
  }
}

void Replay::see_id_of_update(const Target& profile, const Seen& seen) const {
  const auto& keys = engine_.program().keys;
  Text scratch;
  for (Program::Index key = 0; key < keys.size(); ++key) {
    if (keys[key].name == profile.name) seen(key, normal_id(profile.id, scratch));
  }
}

}  // namespace tripline::cli
