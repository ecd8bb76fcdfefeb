// The only file that knows the order of things: event → attribute updates → criteria →
// interventions.

#include "tripline/engine.h"

#include <algorithm>

#include "criteria/evaluate.h"
#include "criteria/flipped_leaves.h"
#include "engine_state.h"
#include "event/identifier.h"
#include "interventions/intervention_id.h"
#include "value/compare.h"

namespace tripline {
namespace {

using Index = Program::Index;

/// Events of Signals itself: receipts of interventions (rule 18).
constexpr std::string_view kSignalsVendor = "com.snowplowanalytics.signals";

/// One update of an engine's state, from an event to the payloads that it triggers.
class Update {
 public:
  explicit Update(EngineState& state) : state_(state), program_(*state.program) { ++state.round; }

  void apply(const Event& event) {
    state_.test.begin(event);
    if (!admit(event)) return;
    enter_scope();
    const Time time = std::min(event.time.value_or(state_.clock), state_.clock);
    for (const Program::Test& test : program_.tests) {
      if (!state_.test.passes(test)) continue;
      for (const Index aggregate : test.aggregates) update(aggregate, time);
    }
    trigger("event", normal_id(event.id));
  }

 private:
  bool admit(const Event& event) {
    state_.admission = Admission::counted;
    if (state_.test.input(program_.vendor_input).text() == kSignalsVendor) {
      state_.admission = Admission::ignored_vendor;
      return false;
    }
    if (event.id.empty()) return true;
    const std::uint64_t hash = hash64(normal_id(event.id));
    if (state_.events.find(hash) != nullptr) {
      state_.admission = Admission::duplicate;
      return false;
    }
    state_.events.add(hash, 0);
    return true;
  }

  /// The event's ids, and the profiles that it touches: of every key that keeps something.
  void enter_scope() {
    Scope& scope = state_.scope;
    std::size_t carried = 0;
    for (Index key = 0; key < program_.keys.size(); ++key) {
      scope.ids[key] = id_of(state_.test.input(program_.keys[key].input));
      if (!scope.ids[key].empty()) ++carried;
    }
    for (Index key = 0; key < program_.keys.size(); ++key) {
      scope.profiles[key] = nullptr;
      if (scope.ids[key].empty() || program_.keys[key].aggregate_count == 0) continue;
      Profile& profile = touch_profile(key, scope.ids[key]);
      if (carried > 1) {
        profile.ids = scope.ids;
      } else {
        profile.ids.clear();
      }
      scope.profiles[key] = &profile;
    }
  }

  Profile& touch_profile(Index key, const std::string& id) {
    if (Profile* known = state_.profiles.touch(ProfileNameView{key, id})) return *known;
    Profile& profile = state_.profiles.add({key, id}, {});
    profile.aggregates.resize(program_.keys[key].aggregate_count);
    return profile;
  }

  void update(Index index, Time time) {
    const Program::Aggregate& definition = program_.aggregates[index];
    Profile* profile = state_.scope.profiles[definition.key];
    if (profile == nullptr) return;
    auto& aggregate = profile->aggregates[index - program_.keys[definition.key].first_aggregate];
    const ValueView input = definition.input ? state_.test.input(*definition.input) : ValueView();
    if (!definition.watched) {
      if (!aggregate) aggregate = make_aggregate(definition);
      aggregate->update(input, time);
      return;
    }
    const Value before = aggregate ? aggregate->value(state_.clock) : Value();
    if (!aggregate) aggregate = make_aggregate(definition);
    if (!aggregate->update(input, time)) return;
    note_change(definition, before, aggregate->value(state_.clock));
  }

  void note_change(const Program::Aggregate& definition, const Value& before, const Value& after) {
    if (before == after) return;
    for (const Index index : definition.attributes) {
      const Value& fallback = program_.attributes[index].default_value;
      AttributeState& attribute = state_.states[index];
      attribute.round = state_.round;
      attribute.before = before.is_null() ? fallback : before;
      attribute.after = after.is_null() ? fallback : after;
      collect_flipped(program_, index, attribute.before, attribute.after, state_.flipped);
    }
  }

  /// Fires every intervention whose criteria this update made true, in the order of the
  /// definitions.
  void trigger(std::string_view cause, std::string_view cause_id) {
    const auto flipped = state_.flipped.members();
    std::sort(flipped.begin(), flipped.end());
    for (const Index index : flipped) {
      const Program::Intervention& intervention = program_.interventions[index];
      if (!holds(intervention, &AttributeState::before) &&
          holds(intervention, &AttributeState::after)) {
        send(intervention, cause, cause_id);
      }
    }
    state_.flipped.clear();
  }

  bool holds(const Program::Intervention& intervention, Value AttributeState::*side) {
    const auto leaf_holds = [&](Index index) {
      const Program::Leaf& leaf = program_.leaves[index];
      return criterion_holds(leaf.op, attribute_state(leaf.attribute).*side, leaf.literal);
    };
    return criteria_hold(program_, intervention.root, leaf_holds);
  }

  /// What this update has not changed reads the same before and after.
  const AttributeState& attribute_state(Index index) {
    AttributeState& attribute = state_.states[index];
    if (attribute.round != state_.round) {
      attribute.round = state_.round;
      attribute.before = attribute.after = read(index);
    }
    return attribute;
  }

  Value read(Index index) const {
    const Program::Attribute& attribute = program_.attributes[index];
    if (!attribute.aggregate) return {};
    const Program::Aggregate& definition = program_.aggregates[*attribute.aggregate];
    const Profile* profile = state_.scope.profiles[definition.key];
    if (profile == nullptr) return {};
    return read_attribute(program_, *profile, index, state_.clock);
  }

  void send(const Program::Intervention& intervention, std::string_view cause,
            std::string_view cause_id) {
    std::string id;
    for (const Index key : intervention.targets) {
      const std::string& target = state_.scope.ids[key];
      if (target.empty()) continue;
      const std::string& key_name = program_.keys[key].name;
      const Hash128 mark = sent_mark(intervention, key_name, target);
      if (state_.sent.touch(mark) != nullptr) continue;
      state_.sent.add(mark, state_.clock);
      if (id.empty()) {
        id = intervention_id(
            hash_parts(intervention.name, std::to_string(intervention.version), cause, cause_id));
      }
      state_.payloads.push_back({id,
                                 intervention.name,
                                 intervention.version,
                                 payload_attributes(intervention),
                                 {key_name, target},
                                 state_.clock});
    }
  }

  std::vector<std::pair<std::string, Value>> payload_attributes(
      const Program::Intervention& intervention) const {
    std::vector<std::pair<std::string, Value>> attributes;
    for (const Index index : intervention.payload) {
      Value value = read(index);
      if (value.is_null()) continue;
      const Program::Attribute& attribute = program_.attributes[index];
      attributes.emplace_back(program_.groups[attribute.group].name + ':' + attribute.name,
                              std::move(value));
    }
    return attributes;
  }

  EngineState& state_;
  const Program& program_;
};

}  // namespace

EngineState::EngineState(std::shared_ptr<const Program> shared, Limits limits)
    // An event must not evict one of its own profiles while it is being counted.
    : profiles(std::max(limits.profiles, shared->keys.size() + 1)),
      sent(std::max<std::size_t>(limits.sent_marks, 1)),
      events(std::max<std::size_t>(limits.event_ids, 1)),
      program(std::move(shared)),
      limits(limits),
      scope{std::vector<std::string>(program->keys.size()),
            std::vector<Profile*>(program->keys.size())},
      test(*program),
      states(program->attributes.size()),
      flipped(program->interventions.size()) {
}

void EngineState::clear() {
  clock = kEarliest;
  profiles.clear();
  sent.clear();
  events.clear();
  payloads.clear();
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

std::span<const Payload> Engine::process(const Event& event, Time now) {
  advance(now);
  Update(*state_).apply(event);
  return state_->payloads;
}

Admission Engine::last_admission() const {
  return state_->admission;
}

std::span<const Payload> Engine::advance(Time now) {
  state_->payloads.clear();
  state_->clock = std::max(state_->clock, now);
  return state_->payloads;
}

Time Engine::next_deadline() const {
  return kNever;
}

Time Engine::clock() const {
  return state_->clock;
}

std::vector<AttributeReading> Engine::attributes(std::string_view name, std::string_view id) const {
  const Program& program = *state_->program;
  std::vector<AttributeReading> readings;
  const std::string wanted = normal_id(id);
  for (const Program::Group& group : program.groups) {
    if (program.keys[group.key].name != name) continue;
    const Profile* profile = state_->profiles.find(ProfileNameView{group.key, wanted});
    const Profile nobody{
        std::vector<std::unique_ptr<Aggregate>>(program.keys[group.key].aggregate_count), {}};
    for (Index i = 0; i < group.attribute_count; ++i) {
      const Index index = group.first_attribute + i;
      readings.push_back(
          {group.name, group.version, program.attributes[index].name,
           read_attribute(program, profile ? *profile : nobody, index, state_->clock)});
    }
  }
  return readings;
}

std::vector<Target> Engine::profiles() const {
  std::vector<Target> targets;
  state_->profiles.for_each([&](const ProfileName& name, const Profile&) {
    targets.push_back({state_->program->keys[name.key].name, name.id});
  });
  return targets;
}

}  // namespace tripline
