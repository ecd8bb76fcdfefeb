// Exercises an engine of any definitions and in any state.
#pragma once

#include <array>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "tripline/tripline.h"

namespace fuzz {

/// Aborts the process unless `holds`: libFuzzer reports that.
inline void must(bool holds) {
  if (!holds) std::abort();
}

inline void read_all(const tripline::Engine& engine) {
  for (const tripline::Target& profile : engine.profiles()) {
    (void)tripline::attributes_json(engine.attributes(profile.name, profile.id));
  }
}

/// Checks that a snapshot restores under the same program, to the same state.
inline void through_snapshot(const tripline::Engine& engine) {
  const std::string bytes = engine.snapshot();
  tripline::Engine copy(std::make_shared<tripline::Program>(engine.program()));
  must(copy.restore(bytes).has_value());
  must(copy.snapshot() == bytes);
}

/// The number of events that exercise() sends.
inline constexpr std::size_t kExerciseEvents = 7;

/// Sends a few events, whose inputs rotate through some values, with deadlines between them.
inline void exercise(tripline::Engine& engine, tripline::Time start) {
  using tripline::ValueView;
  const std::vector<ValueView> elements = {ValueView::string("x"), ValueView::number(2),
                                           ValueView::boolean(true)};
  const std::array<ValueView, kExerciseEvents> values = {ValueView::string("x"),
                                                         ValueView::number(1.5),
                                                         ValueView::list(elements),
                                                         ValueView::time(start),
                                                         ValueView(),
                                                         ValueView::boolean(true),
                                                         ValueView::string("")};
  tripline::Time now = start;
  for (std::size_t turn = 0; turn < values.size(); ++turn) {
    std::vector<ValueView> inputs;
    for (std::size_t i = 0; i < engine.program().inputs.size(); ++i) {
      inputs.push_back(values[(i + turn) % values.size()]);
    }
    const std::string id = std::to_string(start) + "-" + std::to_string(turn);
    const tripline::Time late = turn % 3 == 0 ? 1500 : 0;
    (void)tripline::interventions_json(engine.process({id, now - late, inputs}, now));
    read_all(engine);
    const tripline::Time deadline = engine.next_deadline();
    must(deadline > engine.clock());
    now += 1000;
    if (deadline < now + 86'400'000) now = deadline;
    (void)tripline::interventions_json(engine.advance(now));
  }
  read_all(engine);
  through_snapshot(engine);
}

}  // namespace fuzz
