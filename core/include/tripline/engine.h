// The running engine: it keeps profiles, marks of what was sent, and the clock.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

#include "tripline/detail/list.h"
#include "tripline/detail/text.h"
#include "tripline/event.h"
#include "tripline/program.h"
#include "tripline/value.h"

namespace tripline {

/// The target of an intervention, or the owner of a profile: the name of an attribute key, and an
/// id.
struct TargetView {
  std::string_view name;
  std::string_view id;
};
/// As TargetView, with strings of its own.
struct Target {
  Text name;
  Text id;
  operator TargetView() const { return {name, id}; }
};

/// The ids for which time passes in a call: those that a page holds (rule 16), or all ids if it is
/// null. Unknown ids are ignored.
using HeldIds = const List<Target>*;

/// One intervention for one target. If one event, attribute update or deadline triggers it for
/// several targets, each has the same intervention_id.
struct TriggeredIntervention {
  Text intervention_id;  // a UUIDv8, rule 23
  Text name;
  std::uint32_t version;
  /// `group:attribute` and value; missing values are left out (rule 24).
  List<std::pair<Text, Value>> attributes;
  Target target;
  Time triggered_at;
};

/// The most that an engine keeps; the least recently used goes first. The defaults suit a page.
struct Limits {
  std::size_t profiles = 200;
  std::size_t sent_marks = 10'000;
  std::size_t event_ids = 512;
};

/// Says if an event counted, or why it did not.
enum class Admission : std::uint8_t { counted, duplicate, ignored_vendor };

/// An attribute as it reads for one profile.
struct AttributeReading {
  std::string_view group;
  std::uint32_t version;
  std::string_view attribute;
  Value value;  // null: missing
};

/// A value for a field of an external group; a missing one clears it.
struct AttributeValue {
  Program::Index attribute;
  ValueView value;
};

struct EngineState;

/// Keeps profiles and their attributes, and returns the interventions that they trigger. An engine
/// must not be used by two threads at the same time, not even its const members.
class Engine {
 public:
  explicit Engine(std::shared_ptr<const Program> program, Limits limits = {});
  ~Engine();
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;

  [[nodiscard]] const Program& program() const;

  /// Counts an event and returns what it triggers, in the order of the definitions; for one
  /// intervention, in the order of its targets. `now` is the host's clock, here and below. One
  /// beyond the range of times counts as the latest time; the engine's own clock never goes back.
  /// The cost is that of the program's conditions on an event, of the aggregates that count it, and
  /// of the criteria with a flipped leaf. The ids that the event carries count as held.
  /// The span is valid until the next call of a non-const member:
  ///     auto fired = engine.process(event, now); engine.advance(later); use(fired);  // wrong
  ///     for (const TriggeredIntervention& intervention : engine.process(event, now))
  ///     use(intervention);      // right
  std::span<const TriggeredIntervention> process(const Event& event, Time now,
                                                 HeldIds held = nullptr);

  /// Returns why the event of the last process() did or did not count.
  [[nodiscard]] Admission last_admission() const;

  /// Lets time pass without an event: what becomes true through time alone fires, each at its own
  /// moment, in order. advance(a) and then advance(b) equals advance(b). After a restore, and for
  /// an id that was not held when the clock last moved, what became true in the meantime fires only
  /// if it still holds. With held ids, only their profiles are looked at, and finding these is the
  /// cost.
  std::span<const TriggeredIntervention> advance(Time now, HeldIds held = nullptr);

  /// Sets fields of external groups for a profile, and returns what that triggers. `time` is that
  /// of the values, as Event::time is that of an event. If one of the attributes is not a field of
  /// the profile's key, the call returns an error and changes nothing. The profile's id counts as
  /// held.
  tl::expected<std::span<const TriggeredIntervention>, Text> set_attributes(
      TargetView profile, std::span<const AttributeValue> values, Time now,
      std::optional<Time> time = {}, HeldIds held = nullptr);

  /// Forgets what is known of an id: its profile, what the program's interventions sent to it, and
  /// that events of other profiles carried it. Returns false if nothing was known. The cost grows
  /// with the number of profiles.
  bool forget(TargetView target);

  /// Turns the clock back, for a host whose clock was wrong: stored times that are now in the
  /// future become `now`, and deadlines are computed anew (rule 10).
  void rebase(Time now);

  /// Returns when the host must call advance() next, with these ids, so that nothing fires late;
  /// kNever if nothing changes through time alone. A time that is not after the clock means at
  /// once: one of the profiles was not held at that time, and has to catch up.
  [[nodiscard]] Time next_deadline(HeldIds held = nullptr) const;

  /// Returns the highest `now` so far.
  [[nodiscard]] Time clock() const;

  /// Returns the attributes of one profile, as they read at the clock, by group in the order of the
  /// definitions. `name` is that of the attribute key. Empty if no group has such a key.
  [[nodiscard]] List<AttributeReading> attributes(std::string_view name, std::string_view id) const;

  /// Returns why an intervention did or did not fire for a profile, under the ids of the last event
  /// that touched it, as JSON:
  ///   {"intervention", "version", "at", "holds", "criteria": node,
  ///    "targets": [{"name", "id", "sent", "sent_at"}], "why"}
  ///   node: {"all" | "any" | "none": [node], "holds"}
  ///      or {"attribute", "group_version", "operator", "value", "current", "note", "holds"}
  /// `note` is there only if the search for a pattern was given up (rule 26). Returns "" if no such
  /// intervention or attribute key exists.
  [[nodiscard]] Text explain(std::string_view intervention, TargetView profile) const;

  /// Returns the targets of all profiles, the most recently touched last.
  [[nodiscard]] List<Target> profiles() const;

  /// Returns the whole state as bytes, with the number of their format and a checksum. They are the
  /// same on every host.
  [[nodiscard]] Text snapshot() const;

  /// Replaces the state by that of a snapshot. The snapshot may come from an engine with another
  /// program: an attribute keeps its state if its definition is the same (rule 38). For a snapshot
  /// that is damaged or has another format, it returns an error, and the engine is empty then.
  tl::expected<void, Text> restore(std::string_view snapshot);

  /// Erases what snapshots of other programs brought and this program does not have. It would be
  /// kept for 30 days, for a program that has it again (rule 40).
  void erase_dormant();

 private:
  std::unique_ptr<EngineState> state_;
};

}  // namespace tripline
