// Reads any bytes as lines of enriched events: the reader returns an error for a line, or the line
// counts.
#include "exercise.h"
#include "input/enriched_event.h"
#include "rich_definitions.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto program = fuzz::rich_program();
  std::string_view text(reinterpret_cast<const char*>(data), size);
  tripline::Engine engine(program);
  tripline::cli::EnrichedReader reader(*program);
  tripline::Time now = 1767225600000;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const auto event = reader.read(line);
    if (!event) continue;
    // As in a replay, the clock is the highest time so far.
    now = std::max(now, event->time.value_or(now));
    (void)tripline::interventions_json(engine.process(*event, now));
  }
  fuzz::read_all(engine);
  fuzz::must(engine.next_deadline() > engine.clock());
  fuzz::through_snapshot(engine);
  return 0;
}
