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

/// The ids whose time passes in a call: those that a page holds (rule 16); null: everybody's. An id
/// that is not known is passed over.
using HeldIds = const List<Target>*;

/// One intervention for one target. All interventions of one trigger share their intervention_id.
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

/// Why an event did or did not count.
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

/// Profiles and their attributes, and what fires because of them. Not for several threads at once.
class Engine {
 public:
  explicit Engine(std::shared_ptr<const Program> program, Limits limits = {});
  ~Engine();
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;

  [[nodiscard]] const Program& program() const;

  /// Counts an event and returns what it triggers, in the order of the definitions, each
  /// intervention's targets in the order that it names them. `now` is the host's clock, here
  /// and below taken as the latest time where it is beyond that; the engine's own never goes back.
  /// Cost: the conditions that the program asks of an event, the
  /// aggregates that count it, and the criteria with a flipped leaf. The span is valid until the
  /// next call of a non-const member:
  ///     auto fired = engine.process(event, now); engine.advance(later); use(fired);  // wrong
  ///     for (const TriggeredIntervention& intervention : engine.process(event, now))
  ///     use(intervention);      // right
  /// The ids that the event carries count as held.
  std::span<const TriggeredIntervention> process(const Event& event, Time now,
                                                 HeldIds held = nullptr);

  /// Returns why the event of the last process() did or did not count.
  [[nodiscard]] Admission last_admission() const;

  /// Lets time pass without an event: what becomes true through time alone fires, each at its own
  /// moment, in order. advance(a) and then advance(b) is advance(b). After a restore, what became
  /// true in the meantime fires only if it still holds; so it does for an id that was not held when
  /// the clock last moved. Cost with held ids: to find their profiles; nobody else is looked at.
  std::span<const TriggeredIntervention> advance(Time now, HeldIds held = nullptr);

  /// Sets fields of external groups for a profile, and returns what that triggers. `time` is when
  /// the values were found out, as an event's. Refused as a whole if one of them does not belong to
  /// the profile's key. The profile's id counts as held.
  tl::expected<std::span<const TriggeredIntervention>, Text> set_attributes(
      TargetView profile, std::span<const AttributeValue> values, Time now,
      std::optional<Time> time = {}, HeldIds held = nullptr);

  /// Forgets what is known of an id: its profile, what the program's interventions sent to it, and
  /// that events of other profiles carried it. False if nothing was known. Cost: all profiles.
  bool forget(TargetView target);

  /// Turns the clock back, for a host whose clock was wrong: stored times that are now in the
  /// future become `now`, and deadlines are computed anew (rule 10).
  void rebase(Time now);

  /// When advance() must be called next, with these ids, for something to be noticed in time;
  /// kNever if nothing changes through time alone. A time that is not after the clock: at once,
  /// since one of the profiles was not held at that time.
  [[nodiscard]] Time next_deadline(HeldIds held = nullptr) const;

  /// The highest `now` so far.
  [[nodiscard]] Time clock() const;

  /// The attributes of the profile of attribute key `name` with `id`, as they read at the clock:
  /// groups in the order of the definitions. Empty if no group has such a key.
  [[nodiscard]] List<AttributeReading> attributes(std::string_view name, std::string_view id) const;

  /// Why an intervention did or did not fire for a profile, under the ids of the last event that
  /// touched it, as JSON:
  ///   {"intervention", "version", "at", "holds", "criteria": node,
  ///    "targets": [{"name", "id", "sent", "sent_at"}], "why"}
  ///   node: {"all" | "any" | "none": [node], "holds"}
  ///      or {"attribute", "group_version", "operator", "value", "current", "note", "holds"}
  /// `note` says that the search for a pattern was given up (rule 26), else it is absent.
  /// "" if there is no such intervention or attribute key.
  [[nodiscard]] Text explain(std::string_view intervention, TargetView profile) const;

  /// All profiles, most recently touched last.
  [[nodiscard]] List<Target> profiles() const;

  /// The whole state as bytes: versioned, with a checksum, the same on every host.
  [[nodiscard]] Text snapshot() const;

  /// Replaces the state by a snapshot's, also of an engine with another program: what an attribute
  /// counted is kept where its definition stayed. A snapshot that is damaged or of another version
  /// is refused with a sentence that says so; the engine is empty then.
  tl::expected<void, Text> restore(std::string_view snapshot);

 private:
  std::unique_ptr<EngineState> state_;
};

}  // namespace tripline
