#include "comparison.h"

#include <algorithm>

#include "input/enriched_event.h"

namespace oracle {
namespace {

json to_json(const tripline::Value& value) {
  if (const bool* flag = value.as_boolean()) return *flag;
  if (const double* number = value.as_number()) return *number;
  if (const tripline::Text* text = value.as_string()) return std::string(*text);
  if (const auto* list = value.as_list()) {
    json elements = json::array();
    for (const tripline::Value& each : *list) elements.push_back(to_json(each));
    return elements;
  }
  if (const auto* counts = value.as_counts()) {
    json dict = json::object();
    for (std::size_t i = 0; i < counts->size(); i += 2) {
      dict[std::string(*(*counts)[i].as_string())] = *(*counts)[i + 1].as_number();
    }
    return dict;
  }
  return nullptr;
}

/// Returns a view; `value` owns the string.
tripline::ValueView view_of(const json& value) {
  if (value.is_boolean()) return tripline::ValueView::boolean(value.get<bool>());
  if (value.is_number()) return tripline::ValueView::number(value.get<double>());
  if (value.is_string()) return tripline::ValueView::string(value.get_ref<const std::string&>());
  return {};
}

std::string hexadecimal(const std::string& bytes) {
  std::string text;
  for (const char c : bytes) {
    text += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
    text += "0123456789abcdef"[c & 15];
  }
  return text;
}

Time now_of(const json& step) {
  return *parse_time(step[step.contains("advance") ? "advance" : "now"].get<std::string>());
}

/// Returns the ids for which time passes in a step, as the twin's set.
Held held_of(const json& step) {
  if (!step.contains("held")) return {};
  std::set<Profile> held;
  for (const json& key : step["held"]) {
    held.insert({key["name"].get<std::string>(), comparable_id(key["id"].get<std::string>())});
  }
  return held;
}

class Run {
 public:
  Run(Session& session, std::ostream* record)
      : session_(session),
        record_(record),
        definitions_(session.definitions),
        twin_(session.definitions->bundle) {
    start_engine();
  }

  std::optional<Mismatch> run() {
    json log = {{"definitions", definitions_->text}, {"steps", json::array()}};
    for (std::size_t i = 0; i < session_.steps.size(); ++i) {
      json& step = session_.steps[i];
      answer_ = json::object();
      apply(step);
      if (what_.empty()) check_attributes();
      if (what_.empty()) check_deadline();
      if (what_.empty()) check_explanations(i);
      if (!what_.empty()) return Mismatch{i, what_};
      if (record_) log["steps"].push_back({{"step", step}, {"answer", answer_}});
    }
    if (record_) *record_ << log.dump() << '\n';
    return std::nullopt;
  }

 private:
  void start_engine() {
    engine_.emplace(definitions_->program);
    reader_ = std::make_unique<tripline::cli::EnrichedReader>(*definitions_->program);
  }

  void apply(json& step) {
    hold(step);
    if (step.contains("to_deadline")) resolve(step);
    if (step.contains("event")) {
      const std::string text = step["event"].dump();
      const auto event = reader_->read(text);
      if (!event) return fail("the reader refuses the event: " + event.error());
      return check_fired(engine_->process(*event, now_of(step), held_),
                         twin_.process(step["event"], now_of(step), held_of(step)));
    }
    if (step.contains("advance")) {
      return check_fired(engine_->advance(now_of(step), held_),
                         twin_.advance(now_of(step), held_of(step)));
    }
    if (step.contains("set_attributes")) return set_attributes(step);
    if (step.contains("forget")) return forget(step);
    if (step.contains("snapshot")) restart(step);
  }

  /// Sets the ids for which time passes in a step, for both engines.
  void hold(const json& step) {
    held_ids_.clear();
    const json ids = step.value("held", json::array());
    for (const json& key : ids) {
      held_ids_.push_back({tripline::Text(key["name"].get<std::string>()),
                           tripline::Text(key["id"].get<std::string>())});
    }
    held_ = step.contains("held") ? &held_ids_ : nullptr;
    twin_held_ = held_of(step);
  }

  void set_attributes(const json& step) {
    const json& update = step["set_attributes"];
    std::vector<std::vector<tripline::ValueView>> lists(update["attributes"].size());
    std::vector<tripline::AttributeValue> values;
    for (const auto& [name, value] : update["attributes"].items()) {
      std::vector<tripline::ValueView>& list = lists[values.size()];
      if (value.is_array()) {
        for (const json& each : value) list.push_back(view_of(each));
      }
      const auto number = attribute_number(update, name);
      if (!number) return;  // the definitions have changed since the step was made
      values.push_back(
          {*number, value.is_array() ? tripline::ValueView::list(list) : view_of(value)});
    }
    std::optional<Time> time;
    if (update.contains("time")) time = parse_time(update["time"].get<std::string>());
    const json& key = update["attribute_key"];
    const auto triggered =
        engine_->set_attributes({key["name"].get<std::string>(), key["id"].get<std::string>()},
                                values, now_of(step), time, held_);
    if (!triggered) return fail("set_attributes is refused: " + std::string(triggered.error()));
    check_fired(*triggered, twin_.set_attributes(update, now_of(step), held_of(step)));
  }

  std::optional<tripline::Program::Index> attribute_number(const json& update,
                                                           const std::string& name) const {
    const tripline::Program& program = *definitions_->program;
    for (std::size_t i = 0; i < program.attributes.size(); ++i) {
      const auto& group = program.groups[program.attributes[i].group];
      if (program.attributes[i].name == name && group.name == update["group"].get<std::string>() &&
          static_cast<int>(group.version) == update.value("version", 1)) {
        return static_cast<tripline::Program::Index>(i);
      }
    }
    return std::nullopt;
  }

  void forget(json& step) {
    const auto key = step["forget"]["name"].get<std::string>();
    const auto id = step["forget"]["id"].get<std::string>();
    const bool was_known = twin_.forget(key, id);
    if (engine_->forget({key, id}) != was_known) {
      fail(was_known ? "nothing is known of the id" : "something is known of the id");
    }
    step.erase("unknown");
    if (!was_known) step["unknown"] = true;
    if (record_) answer_["was_known"] = was_known;
  }

  /// Sets the step's instant a little before, at, or a little after the next deadline, or a moment
  /// later if there is none.
  void resolve(json& step) {
    const Time next = engine_->next_deadline(held_);
    const Time clock = std::max(engine_->clock(), Time{0});
    const Time to = (next == tripline::kNever ? clock : next) + step["to_deadline"].get<Time>();
    step.erase("to_deadline");
    step["advance"] = time_text(std::max(to, clock));
  }

  void restart(const json& step) {
    const std::string bytes = engine_->snapshot();
    if (record_) answer_["snapshot"] = hexadecimal(bytes);
    if (step.contains("definitions")) {
      const auto loaded = load(step["definitions"]);
      if (!loaded) return fail("definitions refused: " + loaded.error());
      definitions_ = *loaded;
    }
    twin_.restart(definitions_->bundle);
    start_engine();
    const auto restored = engine_->restore(bytes);
    if (!restored)
      return fail("the engine refuses its own snapshot: " + std::string(restored.error()));
    if (!step.contains("definitions") && engine_->snapshot() != bytes) {
      fail("a restored engine gives another snapshot");
    }
  }

  void check_fired(std::span<const tripline::TriggeredIntervention> triggered,
                   const std::vector<Fired>& fired) {
    if (record_) answer_["triggered"] = tripline::interventions_json(triggered);
    std::vector<json> actual, expected;
    for (const Fired& each : fired) expected.push_back(each.intervention);
    for (const tripline::TriggeredIntervention& each : triggered) {
      check_names(each);
      const json parsed = json::parse(tripline::intervention_json(each), nullptr, false);
      actual.push_back({{"name", parsed["name"]},
                        {"version", parsed["version"]},
                        {"target", parsed["target_attribute_key"]},
                        {"attributes", parsed["attributes"]},
                        {"triggered_at", parsed["triggered_at"]}});
    }
    if (actual != expected) {
      return fail("fired " + json(actual).dump() + "\n      instead of " + json(expected).dump());
    }
    check_intervention_ids(triggered, fired);
  }

  void check_names(const tripline::TriggeredIntervention& intervention) {
    std::set<std::string> names;
    for (const auto& [name, value] : intervention.attributes) {
      if (!names.insert(name).second) {
        fail("the attribute " + std::string(name) + " is named twice");
      }
    }
  }

  /// Checks that all targets of a trigger have one id, and that each trigger has its own id.
  void check_intervention_ids(std::span<const tripline::TriggeredIntervention> triggered,
                              const std::vector<Fired>& fired) {
    for (std::size_t i = 0; i < fired.size(); ++i) {
      const std::string& id = triggered[i].intervention_id;
      const json& intervention = fired[i].intervention;
      const std::string cause =
          fired[i].cause + " " + intervention["name"].dump() + intervention["version"].dump();
      const std::string& known = id_of_cause_.emplace(cause, id).first->second;
      const std::string& owner = cause_of_id_.emplace(id, cause).first->second;
      if (known != id) fail(cause + " has the intervention_id " + id + " beside " + known);
      if (owner != cause) fail(cause + " has the intervention_id " + id + " of " + owner);
    }
  }

  void check_attributes() {
    if (engine_->clock() != twin_.clock() && !session_.steps.empty() && twin_.clock() > 0) {
      return fail("the clock is " + time_text(engine_->clock()) + ", not " +
                  time_text(twin_.clock()));
    }
    json texts = json::array();
    auto profiles = twin_.profiles();
    for (const Key& key : definitions_->bundle->keys) profiles.emplace_back(key.name, "nobody");
    for (const auto& [key, id] : profiles) {
      const auto readings = engine_->attributes(key, id);
      if (record_) texts.push_back({key, id, tripline::attributes_json(readings)});
      std::size_t i = 0;
      for (const Group& group : definitions_->bundle->groups) {
        if (group.key != key) continue;
        for (const Attribute& each : group.attributes) {
          const json expected = twin_.read(each, id);
          const json actual = i < readings.size() ? to_json(readings[i].value) : "(no reading)";
          if (actual != expected) {
            return fail(group.name + " v" + std::to_string(group.version) + ":" + each.name +
                        " of " + key + " " + id + " is " + actual.dump() + ", not " +
                        expected.dump());
          }
          ++i;
        }
      }
      if (i != readings.size()) return fail("there are more attributes than there should be");
    }
    if (record_) answer_["attributes"] = texts;
  }

  /// Explains for one profile a step, so that each explanation lies between two updates and a long
  /// session has many.
  void check_explanations(std::size_t step) {
    auto profiles = twin_.profiles();
    for (const Key& key : definitions_->bundle->keys) profiles.emplace_back(key.name, "nobody");
    if (profiles.empty()) return;
    const Profile& profile = profiles[step % profiles.size()];
    for (const Intervention& each : definitions_->bundle->interventions) {
      const std::string text = engine_->explain(each.name, {profile.first, profile.second});
      const bool expected = twin_.criteria_hold(each, profile);
      if (json::parse(text)["holds"] != expected) {
        return fail("explained for " + profile.first + " " + profile.second + ", the criteria " +
                    (expected ? "should" : "should not") + " hold: " + text);
      }
    }
  }

  void check_deadline() {
    check_deadline(nullptr, {});
    const Time deadline = check_deadline(held_, twin_held_);
    if (record_) answer_["next_deadline"] = deadline;
  }

  Time check_deadline(tripline::HeldIds held, const Held& twin_held) {
    const Time deadline = engine_->next_deadline(held);
    if (deadline <= engine_->clock() && twin_.is_up_to_date(twin_held)) {
      fail("the next deadline " + time_text(deadline) + " is not after the clock " +
           time_text(engine_->clock()));
    }
    const auto flip = twin_.next_flip(twin_held);
    if (flip && deadline > *flip) {
      fail("a leaf flips at " + time_text(*flip) + ", but the next deadline is " +
           (deadline == tripline::kNever ? "never" : time_text(deadline)));
    }
    return deadline;
  }

  void fail(std::string what) {
    if (what_.empty()) what_ = std::move(what);
  }

  Session& session_;
  std::ostream* record_;
  std::shared_ptr<const Definitions> definitions_;
  Twin twin_;
  std::optional<tripline::Engine> engine_;
  std::unique_ptr<tripline::cli::EnrichedReader> reader_;
  tripline::List<tripline::Target> held_ids_;
  tripline::HeldIds held_ = nullptr;
  Held twin_held_;
  std::map<std::string, std::string> id_of_cause_, cause_of_id_;
  std::string what_;
  json answer_;
};

}  // namespace

tl::expected<std::shared_ptr<const Definitions>, std::string> load(const json& source) {
  auto definitions = std::make_shared<Definitions>();
  definitions->source = source;
  definitions->text = source.dump();
  tripline::Diagnostics diagnostics;
  definitions->program = tripline::load_program(definitions->text, diagnostics);
  if (!definitions->program) {
    return tl::make_unexpected(tripline::diagnostics_json(diagnostics));
  }
  definitions->bundle = std::make_shared<Bundle>(source);
  return definitions;
}

std::optional<Mismatch> compare(Session& session, std::ostream* record) {
  return Run(session, record).run();
}

json conformance_case(const Session& session, const std::string& name) {
  json test = {
      {"name", name}, {"definitions", session.definitions->source}, {"steps", json::array()}};
  auto definitions = session.definitions;
  Twin twin(definitions->bundle);
  for (const json& step : session.steps) {
    json copy = step;
    std::vector<Fired> fired;
    const Held held = held_of(step);
    if (step.contains("event")) fired = twin.process(step["event"], now_of(step), held);
    if (step.contains("advance")) fired = twin.advance(now_of(step), held);
    if (step.contains("set_attributes"))
      fired = twin.set_attributes(step["set_attributes"], now_of(step), held);
    if (step.contains("forget")) {
      const json& key = step["forget"];
      twin.forget(key["name"].get<std::string>(), key["id"].get<std::string>());
    }
    if (step.contains("snapshot")) {
      if (step.contains("definitions")) definitions = *load(step["definitions"]);
      twin.restart(definitions->bundle);
    }
    for (const Fired& each : fired) copy["expect"].push_back(each.intervention);
    test["steps"].push_back(copy);
  }
  for (const auto& [key, id] : twin.profiles()) {
    json groups = json::object();
    for (const Group& group : twin.bundle().groups) {
      if (group.key != key) continue;
      for (const Attribute& each : group.attributes) {
        groups[group.name][each.name] = twin.read(each, id);
      }
    }
    test["steps"].push_back(
        {{"attributes", {{"name", key}, {"id", id}}}, {"held", json::array()}, {"expect", groups}});
  }
  return test;
}

}  // namespace oracle
