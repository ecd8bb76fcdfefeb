// What an engine keeps between calls, and what it needs during one. engine.cpp gives it its
// behaviour, snapshot.cpp turns it into bytes and back.
#pragma once

#include "event/event_test.h"
#include "interventions/sent_marks.h"
#include "profiles/profile_store.h"
#include "support/sparse_set.h"
#include "tripline/engine.h"

namespace tripline {

/// 64-bit hashes of event ids, oldest first; the values say nothing.
using EventMemory = LruMap<std::uint64_t, std::uint32_t>;

/// Whose attributes criteria read: an id and a profile per key. "" and null where there is none; an
/// id without a profile is one that nothing was counted for.
struct Scope {
  std::vector<std::string> ids;
  std::vector<Profile*> profiles;
};

/// An attribute before and after the update under way, as criteria read it.
struct AttributeState {
  std::uint64_t round = 0;
  Value before;
  Value after;
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

  // Of the call under way; here so that their memory is used again.
  Scope scope;
  EventTest test;
  std::uint64_t round = 0;
  std::vector<AttributeState> states;
  SparseSet flipped;
  std::vector<Payload> payloads;
  Admission admission = Admission::counted;

  void clear();
};

}  // namespace tripline
