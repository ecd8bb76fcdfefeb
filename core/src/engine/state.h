// The data that an engine keeps between calls, and that it needs during one. engine.cpp and
// update.cpp give it its behaviour, engine/snapshot.cpp turns it into bytes and back.
#pragma once

#include <algorithm>
#include <cmath>

#include "event/event_test.h"
#include "interventions/sent_marks.h"
#include "profiles/deadlines.h"
#include "profiles/dormant.h"
#include "profiles/profile_store.h"
#include "support/sparse_set.h"
#include "support/text.h"
#include "tripline/engine.h"
#include "value/compare.h"

namespace tripline {

/// The profiles whose attributes criteria read: an id and a profile per key. "" and null where
/// there is none; an id without a profile is one of which nothing is known.
struct Scope {
  List<Text> ids;
  List<Profile*> profiles;
  /// Marks of the targets that the ids are; made when first asked for, and kept while the id stays.
  List<std::optional<Hash128>> marks;
  /// Grows when an id or a profile becomes another or begins anew: what was read before is void.
  std::uint64_t generation = 1;
  /// By whose ids it was entered, if nothing has happened since that may have changed them.
  const Profile* owner = nullptr;

  void leave() {
    owner = nullptr;
    ++generation;
  }

  void set_id(Program::Index key, std::string_view id) {
    if (ids[key] == id) return;
    ids[key] = id;
    marks[key].reset();
    ++generation;
  }
  void set_profile(Program::Index key, Profile* profile) {
    if (profiles[key] == profile) return;
    profiles[key] = profile;
    ++generation;
  }
};

/// The cause of an intervention, as a part of its id (rule 23): an event's id; or a profile, and
/// the number of its attribute update or the ms of its deadline.
struct Cause {
  std::string_view kind;
  std::string_view key_name;
  std::string_view id;
  std::int64_t number;

  Text text() const {
    return key_name.empty() ? concat({kind, " ", id})
                            : concat({kind, " ", key_name, " ", id, " ", number});
  }
};

/// The two sides of the current update.
enum class Side : std::uint8_t { before, after };

/// An attribute before and after the update under way, as criteria read it. What time does not
/// change stays read from one update to the next, as long as the scope has the same generation.
struct AttributeState {
  /// Nothing changes it but updates.
  bool is_stable = false;
  /// The outcome of `changed`; only maintained where a criterion uses it.
  bool changed = false;
  /// False where nothing happened in between: then `after` stands for both.
  bool may_differ = false;
  /// Where collect_passed() left off.
  std::uint32_t last_threshold = 0;
  std::uint64_t generation = 0;
  Reading before;
  Reading after;
  /// The numbers that these are, by side; NaN where they are none.
  double numbers[2] = {NAN, NAN};

  const Reading& at(Side side) const { return side == Side::before && may_differ ? before : after; }
  double number(Side side) const { return numbers[static_cast<std::size_t>(side)]; }
  void set_after(Reading reading) {
    const double* number = reading.value.as_number();
    numbers[1] = number != nullptr ? *number : NAN;
    after = std::move(reading);
  }
  /// As it is after the update it was before the next.
  void commit() {
    changed = may_differ = false;
    numbers[0] = numbers[1];
  }
};

struct EngineState {
  EngineState(std::shared_ptr<const Program> shared, Limits limits);

  // Kept, and part of a snapshot.
  Time clock = kEarliest;
  ProfileStore profiles;
  DormantStore dormant;
  Marks sent;
  /// The lower halves of the hashes of event ids, oldest first; their values have no meaning. The
  /// same type, so that a page loads its code once.
  Marks events;

  // Kept, but not part of the state.
  std::shared_ptr<const Program> program;
  Limits limits;
  List<Hash128> intervention_marks;
  Deadlines deadlines;
  /// A restored engine has missed the deadlines since its snapshot (rule 12).
  bool has_missed_deadlines = false;
  /// Up to when everybody's deadlines were run.
  Time all_evaluated_until = kEarliest;

  // Needed during a call only; kept here so that their memory is used again.
  Scope scope;
  PatternSearch search;
  EventTest test;
  List<AttributeState> states;
  /// Those that may differ, or that are not stable: to be committed when the next update begins.
  List<Program::Index> dirty;
  SparseSet flipped;
  List<TriggeredIntervention> triggered;
  /// Those whose deadlines the call runs, where it does not run everybody's: once order_held() was
  /// called, a heap with that on top which is due next.
  List<Profile*> held;
  /// How often hold(HeldIds) was called.
  std::uint64_t holds = 0;
  Admission admission = Admission::counted;

  /// The profile of an id, made if there is none, as the most recently used one. Where there is no
  /// room the least recently used one goes.
  Profile& touch_profile(Program::Index key, std::string_view id) {
    Profile* known = profiles.touch(ProfileNameView{key, id});
    return known != nullptr ? *known : add_profile(key, id);
  }
  Profile& add_profile(Program::Index key, std::string_view id);
  /// Fills the scope with an id, its profile (null if nothing is known of the id), and the other
  /// ids of the last event that touched the profile; before any, with no others (rule 16).
  void enter_scope_of(Program::Index key, std::string_view id, Profile* profile);
  /// Returns the mark of the scope's id of the key.
  const Hash128& mark_of_target(Program::Index key) {
    std::optional<Hash128>& mark = scope.marks[key];
    if (!mark) mark = target_mark(program->keys[key].name, scope.ids[key]);
    return *mark;
  }
  /// Puts the profile where Deadlines finds it: with its first deadline after `from`.
  void schedule(Profile& profile, Time from);
  /// The same after a deadline, of the one that next_due() returned.
  void reschedule(Profile& due);
  /// Up to when the profile's deadlines were run; before the clock, it was not held meanwhile.
  Time evaluated_until(const Profile& profile) const {
    return std::max(profile.evaluated_until, all_evaluated_until);
  }
  /// Makes `held` the profiles of these ids.
  void hold(HeldIds ids);
  /// Adds the id's profile, if there is one that is not in yet.
  void hold(Program::Index key, std::string_view id);
  /// Adds the profiles that the event touches.
  void hold_event();
  /// Makes `held` a heap.
  void order_held();
  /// The profile with the next deadline, of all or of those in `held`; or null.
  Profile* next_due(bool all) const {
    return all ? deadlines.next() : held.empty() ? nullptr : held.front();
  }
  void clear();

  /// Reads an attribute under the ids of the scope; updates, interventions and explanations read
  /// with this alone. A profile that was evaluated later than `now` reads as it did then, since
  /// what it was before is not known any more.
  Reading read(Program::Index index, Time now) const;
  /// Refuses values that are not fields of an external group with this attribute key.
  tl::expected<void, Text> check_attribute_values(Program::Index key, std::string_view id,
                                                  std::span<const AttributeValue> values) const;
  /// Adds what is sent to the scope's id of the key.
  void add_triggered(const Program::Intervention& intervention, Program::Index key,
                     const Cause& cause, Time at);
};

}  // namespace tripline
