// The only file that knows the order of the steps: event, attribute update or deadline → attribute
// updates → criteria → interventions.

#include <algorithm>

#include "criteria/evaluate.h"
#include "criteria/flipped_leaves.h"
#include "engine/state.h"
#include "event/identifier.h"
#include "profiles/reading.h"
#include "support/heap_sort.h"
#include "support/text.h"
#include "tripline/engine.h"
#include "value/compare.h"

namespace tripline {
namespace {

using Index = Program::Index;

/// Events of Signals itself: receipts of interventions (rule 18).
constexpr std::string_view kSignalsVendor = "com.snowplowanalytics.signals";

/// An intervention whose criteria became true at a moment that the engine missed.
struct MissedEdge {
  Index intervention;
  Time at;
  Profile* profile;
};

/// One change of an engine's state, and the interventions that it triggers.
class Update {
 public:
  explicit Update(EngineState& state)
      : state_(state), program_(*state.program), before_(state.clock) {
    commit();
    state.search.begin();
  }

  /// Applies the event that state.test has begun.
  void apply(const Event& event) {
    Text scratch;
    const std::string_view id = normal_id(event.id, scratch);
    if (!admit(id)) return;
    enter_scope_of_event();
    const Time time = time_of(event.time);
    for (const Program::Test& test : program_.tests) {
      if (!state_.test.passes(test)) continue;
      for (const Index aggregate : test.aggregates) count(aggregate, time);
    }
    for (Profile* profile : state_.scope.profiles) {
      if (profile != nullptr) state_.schedule(*profile, state_.clock);
    }
    trigger({"event", {}, id, 0});
  }

  void set_attributes(Profile& profile, std::span<const AttributeValue> values,
                      std::optional<Time> time) {
    enter_scope_of(profile);
    for (const AttributeValue& each : values) {
      const Index aggregate = program_.attributes[each.attribute].aggregate;
      record(aggregate, each.value, time_of(time));
    }
    ++profile.attribute_updates;
    state_.schedule(profile, state_.clock);
    // Ids of interventions are hashes of this word (rule 23).
    trigger({"push", program_.keys[profile.name->key].name, profile.name->id,
             static_cast<std::int64_t>(profile.attribute_updates)});
  }

  /// Looks at a profile at the moment at which it is due. What is not due reads as it was a
  /// millisecond ago and as it is now, so that all that happens in one moment is one change.
  void pass_time(Profile& profile, List<MissedEdge>* missed) {
    before_ = state_.clock - 1;
    enter_scope_of(profile);
    const Program::Key& key = program_.keys[profile.name->key];
    for (const Index index : key.timed) {
      const Slot& slot = profile.slots[index];
      if (slot.deadline > state_.clock) continue;
      slot.aggregate->drop_left(before_);
      for (const Index attribute : program_.aggregates[key.aggregates[index]].attributes) {
        remember(attribute, slot, before_);
        note_change(attribute, slot, false);
      }
    }
    if (missed == nullptr) return trigger(deadline_of(profile, state_.clock));
    for (const Index intervention : drain_edges()) {
      missed->push_back({intervention, state_.clock, &profile});
    }
  }

  /// Sends an intervention that became true at a missed moment, if it still holds.
  void send_late(const MissedEdge& edge) {
    enter_scope_of(*edge.profile);
    Index index = edge.intervention;
    if (select({&index, 1}, Side::after, true).empty()) return;
    send(index, deadline_of(*edge.profile, edge.at), edge.at);
  }

 private:
  // ---- whose attributes ----------------------------------------------------------------------

  bool admit(std::string_view event_id) {
    state_.admission = Admission::counted;
    if (state_.test.input(program_.vendor_input).text() == kSignalsVendor) {
      state_.admission = Admission::ignored_vendor;
      return false;
    }
    if (event_id.empty()) return true;
    const Hash128 hash{hash64(event_id), 0};
    if (state_.events.find(hash) != nullptr) {
      state_.admission = Admission::duplicate;
      return false;
    }
    state_.events.add(hash, 0);
    return true;
  }

  /// The event's ids, and the profiles that it touches: of every key that keeps something.
  void enter_scope_of_event() {
    Scope& scope = state_.scope;
    scope.owner = nullptr;
    std::size_t carried = 0;
    Text scratch;
    for (Index key = 0; key < program_.keys.size(); ++key) {
      scope.set_id(key, id_of(state_.test.input(program_.keys[key].input), scratch));
      if (!scope.ids[key].empty()) ++carried;
    }
    for (Index key = 0; key < program_.keys.size(); ++key) {
      if (scope.ids[key].empty() || program_.keys[key].aggregates.empty()) {
        scope.set_profile(key, nullptr);
        continue;
      }
      Profile& profile = state_.touch_profile(key, scope.ids[key]);
      if (carried > 1) {
        profile.ids = scope.ids;
      } else {
        profile.ids.clear();
      }
      scope.set_profile(key, &profile);
    }
  }

  void enter_scope_of(Profile& profile) {
    if (state_.scope.owner == &profile) return;
    state_.enter_scope_of(profile.name->key, profile.name->id, &profile);
  }

  // ---- attribute updates ---------------------------------------------------------------------

  /// When it happened: an invalid time counts as absent, and the future is now (rule 10).
  Time time_of(std::optional<Time> told) const {
    return told && is_time(*told) ? std::min(*told, state_.clock) : state_.clock;
  }

  void count(Index index, Time time) {
    const Program::Aggregate& definition = program_.aggregates[index];
    if (state_.scope.profiles[definition.key] == nullptr) return;
    record(index, state_.test.input(definition.input), time);
  }

  void record(Index index, const ValueView& input, Time time) {
    const Program::Aggregate& definition = program_.aggregates[index];
    if (!definition.watched) {
      update(index, input, time);
      return;
    }
    const Slot& slot = slot_of(index);
    const bool asked = definition.asked_for_change;
    const Value stored = asked ? stored_value(slot) : Value();
    for (const Index attribute : definition.attributes) remember(attribute, slot, state_.clock);
    if (!update(index, input, time)) return;
    const bool changed = asked && stored_value(slot) != stored;
    for (const Index attribute : definition.attributes) note_change(attribute, slot, changed);
  }

  Slot& slot_of(Index index) {
    const Program::Aggregate& aggregate = program_.aggregates[index];
    return state_.scope.profiles[aggregate.key]->slots[aggregate.slot];
  }

  Value stored_value(const Slot& slot) const {
    return slot.is_alive(state_.clock) ? slot.aggregate->stored(state_.clock) : Value();
  }

  /// Hands an event to an aggregate, which starts afresh if its time to live has passed.
  bool update(Index index, const ValueView& input, Time time) {
    const Program::Aggregate& definition = program_.aggregates[index];
    Slot& slot = slot_of(index);
    if (!slot.is_alive(state_.clock)) {
      if (definition.ttl != 0 && time + definition.ttl <= state_.clock) return false;
      slot = {make_aggregate(definition), kNever};
    }
    slot.deadline = kEarliest;
    if (!slot.aggregate->update(input, time, state_.clock)) return false;
    if (definition.ttl != 0) {
      const Time before = slot.expires == kNever ? kEarliest : slot.expires;
      slot.expires = std::max(before, std::min(time + definition.ttl, kNever - 1));
    }
    return true;
  }

  /// Keeps how an attribute reads before the update; what a value is in between wakes nobody.
  void remember(Index index, const Slot& slot, Time at) {
    AttributeState& attribute = state_.states[index];
    if (attribute.may_differ) return;
    if (attribute.generation != state_.scope.generation) {
      begin(attribute, read_slot(program_.attributes[index], &slot, at));
    }
    keep_before(index, attribute);
  }

  /// Takes down how an attribute reads as long as nothing changes it.
  void begin(AttributeState& attribute, Reading reading) const {
    attribute.generation = state_.scope.generation;
    attribute.set_after(std::move(reading));
    attribute.commit();
  }

  void keep_before(Index index, AttributeState& attribute) {
    attribute.before = attribute.after;
    attribute.may_differ = true;
    state_.dirty.push_back(index);
  }

  /// For a remembered attribute, collects the interventions that the update may have made true.
  void note_change(Index index, const Slot& slot, bool changed) {
    AttributeState& attribute = state_.states[index];
    attribute.set_after(read_slot(program_.attributes[index], &slot, state_.clock));
    attribute.changed = changed;
    const Program::Leaves& leaves = program_.leaves_of_attribute[index];
    // At a deadline, the values of other profiles turn in the same moment.
    collect_passed(leaves.thresholds, attribute.number(Side::before), attribute.number(Side::after),
                   before_ == state_.clock, attribute.last_threshold, state_.flipped);
    collect_flipped(program_, leaves.others, attribute.before, attribute.after, state_.search,
                    state_.flipped);
    if (!changed) return;
    for (const Index leaf : leaves.changed) {
      for (const Index intervention : program_.leaves[leaf].interventions) {
        state_.flipped.add(intervention);
      }
    }
  }

  /// The results of the last update become the values before this one. Values that change with time
  /// are read again.
  void commit() {
    for (const Index index : state_.dirty) {
      AttributeState& attribute = state_.states[index];
      attribute.commit();
      if (!attribute.is_stable) attribute.generation = 0;
    }
    state_.dirty.clear();
  }

  // ---- criteria ------------------------------------------------------------------------------

  /// An attribute that this update has not changed reads the same before and after, unless it
  /// changes with time.
  const AttributeState& attribute_state(Index index) {
    AttributeState& attribute = state_.states[index];
    if (attribute.generation != state_.scope.generation) look_at(index, attribute);
    return attribute;
  }

  void look_at(Index index, AttributeState& attribute) {
    begin(attribute, state_.read(index, before_));
    if (attribute.is_stable) return;
    keep_before(index, attribute);
    if (before_ != state_.clock) attribute.set_after(state_.read(index, state_.clock));
  }

  bool holds(const Program::Step& step, Side side) {
    const AttributeState& attribute = attribute_state(step.attribute);
    if (step.compares_numbers) return number_holds(step.op, attribute.number(side), step.number);
    if (step.op == Operator::changed) return side == Side::after && attribute.changed;
    return other_criterion_holds(program_.leaves[step.leaf].comparison, attribute.at(side),
                                 state_.search);
  }

  /// Those of the interventions whose criteria hold, or do not, moved to the front. No branch
  /// depends on it, since nobody could predict it.
  std::span<Index> select(std::span<Index> interventions, Side side, bool expected) {
    std::size_t count = 0;
    for (const Index index : interventions) {
      const bool hold = criteria_hold(program_, program_.interventions[index].first_step,
                                      [&](const Program::Step& step) { return holds(step, side); });
      interventions[count] = index;
      count += hold == expected;
    }
    return interventions.first(count);
  }

  /// The interventions whose criteria this update made true, in the order of the definitions.
  std::span<const Index> drain_edges() {
    const std::span<Index> true_now = select(state_.flipped.drain(), Side::after, true);
    const std::span<Index> edges = select(true_now, Side::before, false);
    heap_sort(edges, std::less());
    return edges;
  }

  // ---- interventions -------------------------------------------------------------------------

  Cause deadline_of(const Profile& profile, Time at) const {
    return {"deadline", program_.keys[profile.name->key].name, profile.name->id, at};
  }

  void trigger(const Cause& cause) {
    for (const Index index : drain_edges()) send(index, cause, state_.clock);
  }

  void send(Index index, const Cause& cause, Time at) {
    const Program::Intervention& intervention = program_.interventions[index];
    for (const Index key : intervention.targets) {
      const Text& target = state_.scope.ids[key];
      if (target.empty()) continue;
      const Hash128 mark = sent_mark(state_.intervention_marks[index], state_.mark_of_target(key));
      Time* sent = state_.sent.touch(mark);
      if (sent != nullptr && !intervention.repeats) continue;
      if (sent == nullptr) state_.sent.add(mark, at);
      state_.add_triggered(intervention, key, cause, at);
    }
  }

  EngineState& state_;
  const Program& program_;
  Time before_;  // when the state before the update is read
};

/// Runs deadlines up to `now` at their own moments: everybody's, or those of `state.held`. A
/// profile that was not evaluated when the clock last moved has missed its deadlines.
[[gnu::noinline]] void run_deadlines(EngineState& state, Time now, bool all) {
  List<MissedEdge> missed;
  const Time clock = state.clock;
  const Time end = std::max(clock, std::min(now, kLatestTime));
  state.order_held();
  const bool has_missed = std::exchange(state.has_missed_deadlines, false);
  for (Profile* next = state.next_due(all); next != nullptr && next->deadline <= end;
       next = state.next_due(all)) {
    state.clock = next->deadline;
    const bool is_late = has_missed || state.evaluated_until(*next) < clock;
    Update(state).pass_time(*next, is_late ? &missed : nullptr);
    state.reschedule(*next);
  }
  state.clock = end;
  if (all) state.all_evaluated_until = end;
  for (Profile* profile : state.held) profile->evaluated_until = end;
  for (const MissedEdge& edge : missed) Update(state).send_late(edge);
}

}  // namespace

void EngineState::enter_scope_of(Index key, std::string_view id, Profile* profile) {
  for (Index each = 0; each < program->keys.size(); ++each) {
    if (each == key) {
      scope.set_id(key, id);
      scope.set_profile(key, profile);
      continue;
    }
    const bool is_carried = profile != nullptr && !profile->ids.empty();
    const std::string_view carried = is_carried ? std::string_view(profile->ids[each]) : "";
    scope.set_id(each, carried);
    const bool keeps_something = !carried.empty() && !program->keys[each].aggregates.empty();
    scope.set_profile(each,
                      keeps_something ? profiles.find(ProfileNameView{each, carried}) : nullptr);
  }
  scope.owner = profile;
}

std::span<const TriggeredIntervention> Engine::process(const Event& event, Time now, HeldIds held) {
  state_->triggered.clear();
  state_->test.begin(event);
  state_->hold(held);
  if (held != nullptr) state_->hold_event();
  run_deadlines(*state_, now, held == nullptr);
  Update(*state_).apply(event);
  return state_->triggered;
}

std::span<const TriggeredIntervention> Engine::advance(Time now, HeldIds held) {
  state_->triggered.clear();
  state_->hold(held);
  run_deadlines(*state_, now, held == nullptr);
  return state_->triggered;
}

tl::expected<std::span<const TriggeredIntervention>, Text> Engine::set_attributes(
    TargetView profile, std::span<const AttributeValue> values, Time now, std::optional<Time> time,
    HeldIds held) {
  Text scratch;
  const std::string_view id = normal_id(profile.id, scratch);
  const Index key = state_->program->find_key(profile.name);
  if (const auto fits = state_->check_attribute_values(key, id, values); !fits) {
    return tl::make_unexpected(fits.error());
  }
  state_->triggered.clear();
  state_->hold(held);
  if (held != nullptr) state_->hold(key, id);
  run_deadlines(*state_, now, held == nullptr);
  Profile& touched = state_->touch_profile(key, id);
  Update(*state_).set_attributes(touched, values, time);
  return std::span<const TriggeredIntervention>(state_->triggered);
}

}  // namespace tripline
