// What an engine keeps between calls, and what it needs during one. engine.cpp gives it its
// behaviour, snapshot.cpp turns it into bytes and back.
#pragma once

#include "event/event_test.h"
#include "interventions/sent_marks.h"
#include "profiles/deadlines.h"
#include "profiles/profile_store.h"
#include "support/sparse_set.h"
#include "tripline/engine.h"
#include "value/compare.h"

namespace tripline {

/// 64-bit hashes of event ids, oldest first; the values say nothing.
using EventMemory = LruMap<std::uint64_t, std::uint32_t>;

/// Whose attributes criteria read: an id and a profile per key. "" and null where there is none; an
/// id without a profile is one of which nothing is known.
struct Scope {
  List<Text> ids;
  List<Profile*> profiles;
  /// Marks of the targets that the ids are; made when first asked for, and kept while the id stays.
  List<std::optional<Hash128>> marks;
  /// Grows when an id or a profile becomes another or begins anew: what was read before is void.
  std::uint64_t generation = 1;

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

/// Of the update under way.
enum class Side : std::uint8_t { before, after };

/// An attribute before and after the update under way, as criteria read it. What time does not
/// change stays read from one update to the next, as long as the scope has the same generation.
struct AttributeState {
  /// Nothing changes it but updates.
  bool lasts = false;
  std::uint64_t round = 0;
  std::uint64_t generation = 0;
  Reading before;
  Reading after;
  /// What `changed` asks for; maintained where somebody asks.
  bool changed = false;
  /// False where nothing happened in between: then `after` stands for both.
  bool may_differ = false;

  const Reading& at(Side side) const { return side == Side::before && may_differ ? before : after; }
};

struct EngineState {
  EngineState(std::shared_ptr<const Program> program, Limits limits);

  // Kept, and part of a snapshot.
  Time clock = kEarliest;
  ProfileStore profiles;
  SentMarks sent;
  EventMemory events;

  // Kept, but not part of the state.
  std::shared_ptr<const Program> program;
  Limits limits;
  List<Hash128> intervention_marks;
  Deadlines deadlines;
  /// A restored engine has missed the deadlines since its snapshot (rule 12).
  bool has_missed_deadlines = false;

  // Of the call under way; here so that their memory is used again.
  Scope scope;
  PatternSearch search;
  EventTest test;
  std::uint64_t round = 0;
  List<AttributeState> states;
  SparseSet flipped;
  List<Program::Index> edges;
  List<Payload> payloads;
  Admission admission = Admission::counted;

  /// The profile of an id, made if there is none, as the most recently used one. Where there is no
  /// room the least recently used one goes.
  Profile& touch_profile(Program::Index key, std::string_view id);
  /// Puts the profile where Deadlines finds it.
  void schedule(Profile& profile);
  void clear();
};

}  // namespace tripline
