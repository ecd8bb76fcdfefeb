// The class Engine, and the rarer parts of an update. The module of a page is compiled for size,
// except a few files such as update.cpp: functions that those call must not be inlined there.

#include <algorithm>

#include "engine/state.h"
#include "event/identifier.h"
#include "interventions/intervention_id.h"
#include "profiles/next_deadline.h"
#include "profiles/reading.h"
#include "support/heap_sort.h"
#include "support/text.h"

namespace tripline {

using Index = Program::Index;

namespace {

/// Moves one of a heap of profiles down to its place; that which is due next is on top.
[[gnu::noinline]] void sift_down(List<Profile*>& heap, std::size_t at) {
  sift_down(std::span(heap.begin(), heap.size()), at,
            [](const Profile* a, const Profile* b) { return Deadlines::before(*b, *a); });
}

}  // namespace

EngineState::EngineState(std::shared_ptr<const Program> shared, Limits limits)
    // An event must not evict one of its own profiles while it is being counted.
    : profiles(std::max(limits.profiles, shared->keys.size() + 1)),
      dormant(std::max<std::size_t>(limits.profiles, 1)),
      sent(std::max<std::size_t>(limits.sent_marks, 1)),
      events(std::max<std::size_t>(limits.event_ids, 1)),
      program(std::move(shared)),
      limits(limits),
      scope{List<Text>(program->keys.size()), List<Profile*>(program->keys.size()),
            List<std::optional<Hash128>>(program->keys.size())},
      test(*program, search),
      states(program->attributes.size()),
      flipped(program->interventions.size()) {
  for (Program::Index i = 0; i < states.size(); ++i) {
    const auto aggregate = program->attributes[i].aggregate;
    states[i].is_stable =
        aggregate == Program::kNone || !program->aggregates[aggregate].changes_with_time();
  }
  for (const Program::Intervention& intervention : program->interventions) {
    intervention_marks.push_back(intervention_mark(intervention));
  }
}

[[gnu::noinline]] Profile& EngineState::add_profile(Index key, std::string_view id) {
  if (Profile* oldest = profiles.next_to_drop()) deadlines.remove(*oldest);
  Profile& profile = profiles.add({key, Text(id)}, {});
  profile.name = profiles.find_key(ProfileNameView{key, id});
  profile.slots.resize(program->keys[key].aggregates.size());
  profile.evaluated_until = clock;
  scope.leave();  // it may have the address, and even the id, of one that has gone
  return profile;
}

void EngineState::schedule(Profile& profile, Time from) {
  if (program->keys[profile.name->key].timed.empty()) return;
  deadlines.set(profile, tripline::next_deadline(*program, profile, from));
}

[[gnu::noinline]] void EngineState::hold(HeldIds ids) {
  held.clear();
  ++holds;
  if (ids == nullptr) return;
  Text scratch;
  for (const Target& target : *ids) {
    hold(program->find_key(target.name), normal_id(target.id, scratch));
  }
}

[[gnu::noinline]] void EngineState::hold(Index key, std::string_view id) {
  Profile* profile = profiles.find(ProfileNameView{key, id});
  if (profile == nullptr || profile->held_in == holds) return;
  profile->held_in = holds;
  held.push_back(profile);
}

[[gnu::noinline]] void EngineState::hold_event() {
  Text scratch;
  for (Index key = 0; key < program->keys.size(); ++key) {
    hold(key, id_of(test.input(program->keys[key].input), scratch));
  }
}

void EngineState::order_held() {
  for (std::size_t i = held.size() / 2; i-- > 0;) sift_down(held, i);
}

void EngineState::reschedule(Profile& due) {
  schedule(due, clock);
  sift_down(held, 0);
}

void EngineState::clear() {
  clock = kEarliest;
  has_missed_deadlines = false;
  all_evaluated_until = kEarliest;
  scope.leave();
  deadlines.clear();
  profiles.clear();
  dormant.clear();
  sent.clear();
  events.clear();
  triggered.clear();
}

[[gnu::noinline]] tl::expected<void, Text> EngineState::check_attribute_values(
    Index key, std::string_view id, std::span<const AttributeValue> values) const {
  if (key == Program::kNone || program->keys[key].aggregates.empty() || id.empty()) {
    return tl::make_unexpected(Text("no attributes can be set for this attribute key and id"));
  }
  for (const AttributeValue& value : values) {
    const bool known = value.attribute < program->attributes.size();
    const Index aggregate = known ? program->attributes[value.attribute].aggregate : Program::kNone;
    if (aggregate == Program::kNone || !program->aggregates[aggregate].is_external ||
        program->aggregates[aggregate].key != key) {
      return tl::make_unexpected(concat(
          {"attribute ", value.attribute,
           " cannot be set: it is not a field of an external group with this attribute key"}));
    }
  }
  return {};
}

Reading EngineState::read(Index index, Time now) const {
  const Program::Attribute& attribute = program->attributes[index];
  if (attribute.aggregate == Program::kNone) return {};
  const Index key = program->aggregates[attribute.aggregate].key;
  if (scope.ids[key].empty()) return {};
  const Profile* profile = scope.profiles[key];
  if (profile != nullptr) now = std::max(now, evaluated_until(*profile));
  return read_attribute(*program, profile, index, now);
}

[[gnu::noinline]] void EngineState::add_triggered(const Program::Intervention& intervention,
                                                  Index key, const Cause& cause, Time at) {
  List<std::pair<Text, Value>> attributes;
  for (const Index index : intervention.attributes) {
    Reading reading = read(index, clock);
    if (reading.value.is_null()) continue;
    const Program::Attribute& attribute = program->attributes[index];
    attributes.emplace_back(concat({program->groups[attribute.group].name, ":", attribute.name}),
                            std::move(reading.value));
  }
  triggered.push_back(
      {intervention_id(hash_parts(intervention.name, concat({intervention.version}), cause.text())),
       Text(intervention.name),
       intervention.version,
       std::move(attributes),
       {Text(program->keys[key].name), scope.ids[key]},
       at});
}

Engine::Engine(std::shared_ptr<const Program> program, Limits limits)
    : state_(std::make_unique<EngineState>(std::move(program), limits)) {
}
Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

const Program& Engine::program() const {
  return *state_->program;
}

Admission Engine::last_admission() const {
  return state_->admission;
}

bool Engine::forget(TargetView target) {
  EngineState& state = *state_;
  Text scratch;
  const std::string_view id = normal_id(target.id, scratch);
  bool was_known = state.dormant.forget({Text(target.name), Text(id)});
  state.scope.leave();
  for (const Hash128& intervention : state.intervention_marks) {
    was_known |= state.sent.remove(sent_mark(intervention, target_mark(target.name, id)));
  }
  const Index key = state.program->find_key(target.name);
  if (key != Program::kNone) {
    if (Profile* profile = state.profiles.find(ProfileNameView{key, id})) {
      state.deadlines.remove(*profile);
      state.profiles.remove(ProfileNameView{key, id});
      was_known = true;
    }
    state.profiles.for_each([&](const ProfileName&, Profile& other) {
      if (!other.ids.empty() && other.ids[key] == id) other.ids[key].clear();
    });
  }
  return was_known;
}

void Engine::rebase(Time now) {
  now = std::clamp(now, kEarliestTime, kLatestTime);
  const Time before = std::exchange(state_->clock, now);
  state_->profiles.for_each([&](const ProfileName& name, Profile& profile) {
    const Program::Key& key = state_->program->keys[name.key];
    for (std::size_t i = 0; i < profile.slots.size(); ++i) {
      Slot& slot = profile.slots[i];
      if (!slot.aggregate) continue;
      slot.rebase(state_->program->aggregates[key.aggregates[i]], now);
    }
    const Time evaluated = state_->evaluated_until(profile);
    profile.evaluated_until = evaluated == before ? now : std::min(evaluated, now);
    state_->schedule(profile, profile.evaluated_until);
  });
  state_->dormant.rebase(now);
  state_->all_evaluated_until = kEarliest;
}

void Engine::erase_dormant() {
  state_->dormant.clear();
}

Time Engine::next_deadline(HeldIds held) const {
  state_->hold(held);
  state_->order_held();
  const Profile* next = state_->next_due(held == nullptr);
  return next == nullptr ? kNever : next->deadline;
}

Time Engine::clock() const {
  return state_->clock;
}

List<AttributeReading> Engine::attributes(std::string_view name, std::string_view id) const {
  const Program& program = *state_->program;
  List<AttributeReading> readings;
  Text scratch;
  const std::string_view wanted = normal_id(id, scratch);
  for (const Program::Group& group : program.groups) {
    if (program.keys[group.key].name != name) continue;
    const Profile* profile = state_->profiles.find(ProfileNameView{group.key, wanted});
    for (Index i = 0; i < group.attribute_count; ++i) {
      const Index index = group.first_attribute + i;
      Reading reading = read_attribute(program, profile, index, state_->clock);
      readings.push_back(
          {group.name, group.version, program.attributes[index].name, std::move(reading.value)});
    }
  }
  return readings;
}

List<Target> Engine::profiles() const {
  List<Target> targets;
  state_->profiles.for_each([&](const ProfileName& name, const Profile&) {
    targets.push_back({Text(state_->program->keys[name.key].name), name.id});
  });
  return targets;
}

}  // namespace tripline
