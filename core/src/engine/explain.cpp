// State → reasons: why an intervention did or did not fire.

#include <algorithm>

#include "definitions/words.h"
#include "engine/state.h"
#include "event/identifier.h"
#include "support/text.h"
#include "value/json_writer.h"
#include "value/time_text.h"

namespace tripline {
namespace {

using Index = Program::Index;

/// Writes one intervention's explanation for one profile.
class Explanation {
 public:
  Explanation(EngineState& state, Index key, std::string_view id)
      : state_(state), program_(*state.program) {
    state.enter_scope_of(key, id, state.profiles.find(ProfileNameView{key, id}));
  }

  Text write(const Program::Intervention& intervention) {
    const bool fulfilled = write_node(intervention.root);
    const Text criteria = json_.finish();
    json_.begin_object().key("intervention").string(intervention.name);
    json_.key("version").number(intervention.version);
    json_.key("at");
    if (state_.clock == kEarliest) {
      json_.null();  // nothing happened yet
    } else {
      json_.string(format_time(state_.clock));
    }
    json_.key("holds").boolean(fulfilled);
    json_.key("criteria").raw(criteria);
    const Sent sent = write_targets(intervention);
    json_.key("why").string(reason(intervention, fulfilled, sent));
    return json_.end_object().finish();
  }

 private:
  bool leaf_holds(const Program::Leaf& leaf, const Reading& reading) {
    state_.search.begin();
    return leaf.comparison.op != Operator::changed &&
           criterion_holds(leaf.comparison, reading, state_.search);
  }

  /// Returns true if the node holds.
  bool write_node(Index index) {
    const Program::Node& node = program_.nodes[index];
    json_.begin_object();
    const bool holds = node.kind == Criterion::Kind::leaf ? write_leaf(program_.leaves[node.leaf])
                                                          : write_children(index);
    json_.key("holds").boolean(holds).end_object();
    return holds;
  }

  bool write_children(Index index) {
    const Program::Node& node = program_.nodes[index];
    const bool is_all = node.kind == Criterion::Kind::all;
    const bool is_any = node.kind == Criterion::Kind::any;
    // `all` is decided by a child that does not hold, `any` and `none` by one that does.
    bool is_decided = false;
    json_.key(is_all ? "all" : is_any ? "any" : "none").begin_array();
    for (Index child = index + 1; child < node.end; child = program_.nodes[child].end) {
      is_decided |= write_node(child) != is_all;
    }
    json_.end_array();
    return is_decided == is_any;
  }

  bool write_leaf(const Program::Leaf& leaf) {
    const Program::Attribute& attribute = program_.attributes[leaf.attribute];
    const Program::Group& group = program_.groups[attribute.group];
    json_.key("attribute").string(concat({group.name, ":", attribute.name}));
    json_.key("group_version").number(group.version);
    json_.key("operator").string(name_of<Operator>(kOperators, leaf.comparison.op));
    if (!leaf.comparison.literal.is_missing()) json_.key("value").value(leaf.comparison.literal);
    const Reading reading = state_.read(leaf.attribute, state_.clock);
    json_.key("current").value(reading.value);
    const bool holds = leaf_holds(leaf, reading);
    if (!holds && state_.search.is_used_up()) {
      json_.key("note").string("the search for the pattern was given up, so it does not hold");
    }
    return holds;
  }

  enum class Sent : std::uint8_t { to_all, not_to_all, nobody_there };

  Sent write_targets(const Program::Intervention& intervention) {
    Sent outcome = Sent::nobody_there;
    json_.key("targets").begin_array();
    for (const Index key : intervention.targets) {
      json_.begin_object().key("name").string(program_.keys[key].name).key("id");
      const std::string_view id = state_.scope.ids[key];
      if (id.empty()) {
        json_.null().end_object();
        continue;
      }
      json_.string(id);
      const Time* sent =
          state_.sent.find(sent_mark(intervention_mark(intervention), state_.mark_of_target(key)));
      json_.key("sent").boolean(sent != nullptr);
      if (sent != nullptr) json_.key("sent_at").string(format_time(*sent));
      if (sent == nullptr) outcome = Sent::not_to_all;
      if (outcome == Sent::nobody_there) outcome = Sent::to_all;
      json_.end_object();
    }
    json_.end_array();
    return outcome;
  }

  static std::string_view reason(const Program::Intervention& intervention, bool fulfilled,
                                 Sent sent) {
    if (sent == Sent::nobody_there) return "the last event of this profile names no target";
    if (intervention.repeats) return "it fires on each change for which the other criteria hold";
    if (sent == Sent::to_all) return "it was sent, and is sent once only";
    if (!fulfilled) return "the criteria do not hold; it fires when they become true";
    return "the criteria already held before the first event, or became true on an event without "
           "this target's id, so nothing changed from false to true";
  }

  EngineState& state_;
  const Program& program_;
  JsonWriter json_;
};

}  // namespace

Text Engine::explain(std::string_view intervention, TargetView profile) const {
  const Program& program = *state_->program;
  const auto wanted =
      std::find_if(program.interventions.begin(), program.interventions.end(),
                   [&](const Program::Intervention& each) { return each.name == intervention; });
  const Index key = program.find_key(profile.name);
  if (wanted == program.interventions.end() || key == Program::kNone) return {};
  Text scratch;
  return Explanation(*state_, key, normal_id(profile.id, scratch)).write(*wanted);
}

}  // namespace tripline
