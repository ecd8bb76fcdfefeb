// Runs tests/conformance/cases natively. The format is defined in tests/conformance/README.md.

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "input/enriched_event.h"
#include "tripline/tripline.h"
#include "value/time_text.h"

namespace {

using nlohmann::json;
using tripline::Time;

Time time_of(const json& text) {
  const auto time = tripline::parse_time(text.get<std::string>());
  if (!time) FAIL("not a time: " << text);
  return *time;
}

/// Returns the definitions after a test's `change` and `remove`.
json edited(json definitions, const json& edits) {
  const json change = edits.value("change", json::object());
  for (const auto& [text, value] : change.items()) {
    const json::json_pointer pointer(text);
    json& parent = definitions[pointer.parent_pointer()];
    if (parent.is_array() &&
        (pointer.back() == "-" || std::stoul(pointer.back()) == parent.size())) {
      parent.push_back(value);
    } else {
      definitions[pointer] = value;
    }
  }
  const json remove = edits.value("remove", json::array());
  for (const json& text : remove) {
    const json::json_pointer pointer(text.get<std::string>());
    json& parent = definitions[pointer.parent_pointer()];
    if (parent.is_array()) {
      parent.erase(std::stoul(pointer.back()));
    } else {
      parent.erase(pointer.back());
    }
  }
  return definitions;
}

bool contains_ignoring_case(std::string text, std::string part) {
  const auto lower = [](std::string& s) {
    for (char& c : s) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  };
  lower(text);
  lower(part);
  return text.find(part) != text.npos;
}

/// How a test is run: as it is written, with a snapshot before each step, or on programs that were
/// saved and read.
enum class Way { as_written, through_snapshots, on_read_programs };

class Run {
 public:
  Run(const json& file, const json& test, Way way)
      : test_(test), way_(way), event_defaults_(file.value("event_defaults", json::object())) {
    definitions_ =
        edited(test.contains("definitions") ? test["definitions"] : file["definitions"], test);
    load(true);
    std::size_t number = 0;
    const json steps = test.value("steps", json::array());
    for (const json& step : steps) {
      INFO("step " << ++number << ": " << step.dump()
                   << (way == Way::through_snapshots  ? " (through snapshots)"
                       : way == Way::on_read_programs ? " (on read programs)"
                                                      : ""));
      if (!engine_) FAIL_CHECK("the definitions did not load");
      if (!engine_) return;
      if (way == Way::through_snapshots) through_snapshot(json::object());
      run(step);
    }
  }

 private:
  void load(bool check_diagnostics) {
    const std::string text =
        definitions_.is_string() ? definitions_.get<std::string>() : definitions_.dump();
    tripline::Diagnostics diagnostics;
    program_ = tripline::load_program(text, diagnostics);
    CHECK((program_ == nullptr) == diagnostics.has_errors());
    if (check_diagnostics) check(diagnostics);
    if (way_ == Way::on_read_programs && program_) program_ = saved_and_read(*program_);
    engine_.reset();
    reader_.reset();
    if (!program_) return;
    const json options = test_.value("options", json::object());
    tripline::Limits limits;
    limits.profiles = options.value("profiles", limits.profiles);
    limits.sent_marks = options.value("sent_marks", limits.sent_marks);
    limits.event_ids = options.value("event_ids", limits.event_ids);
    engine_.emplace(program_, limits);
    reader_ = std::make_unique<tripline::cli::EnrichedReader>(*program_);
    if (check_diagnostics && test_.contains("inputs")) check_inputs();
  }

  static std::shared_ptr<const tripline::Program> saved_and_read(const tripline::Program& program) {
    const std::string bytes = tripline::save_program(program);
    tripline::Diagnostics diagnostics;
    auto read = tripline::read_program(bytes, diagnostics);
    CHECK(diagnostics.entries().empty());
    if (!read) return nullptr;
    CHECK(tripline::list_program(*read) == tripline::list_program(program));
    CHECK(read->fingerprint == program.fingerprint);
    CHECK(tripline::save_program(*read) == bytes);
    return read;
  }

  void check(const tripline::Diagnostics& diagnostics) {
    const json actual = json::parse(tripline::diagnostics_json(diagnostics));
    std::vector<json> left;
    for (const json& each : actual) {
      if (test_.contains("diagnostics") || each["severity"] == "error") left.push_back(each);
    }
    const json all_expected = test_.value("diagnostics", json::array());
    for (const json& expected : all_expected) {
      const auto found = std::find_if(left.begin(), left.end(),
                                      [&](const json& each) { return is_like(each, expected); });
      if (found == left.end()) {
        FAIL_CHECK("no diagnostic like " << expected << " in " << actual);
      } else {
        left.erase(found);
      }
    }
    for (const json& each : left) FAIL_CHECK("unexpected: " << each);
  }

  static bool is_like(const json& actual, const json& expected) {
    if (actual["severity"] != expected["severity"] || actual["pointer"] != expected["pointer"])
      return false;
    json says = expected.value("says", json::array());
    if (says.is_string()) says = json::array({says});
    return std::all_of(says.begin(), says.end(), [&](const json& part) {
      return contains_ignoring_case(actual["message"].get<std::string>(), part.get<std::string>());
    });
  }

  void check_inputs() {
    const auto sorted = [](const json& inputs) {
      std::multiset<std::string> texts;
      for (const json& input : inputs) texts.insert(input.dump());
      return texts;
    };
    CHECK(sorted(json::parse(tripline::inputs_json(*program_))) == sorted(test_["inputs"]));
  }

  void run(const json& step) {
    hold(step);
    if (step.contains("event")) return run_events(step);
    if (step.contains("advance")) {
      return check_triggered(engine_->advance(tick(time_of(step["advance"])), held_), step);
    }
    if (step.contains("set_attributes")) return run_set_attributes(step);
    if (step.contains("rebase")) return run_rebase(step);
    if (step.contains("forget")) return run_forget(step);
    if (step.contains("next_deadline")) return run_next_deadline(step);
    if (step.contains("attributes")) return run_attributes(step);
    if (step.contains("snapshot")) return through_snapshot(step);
    if (step.contains("new_engine")) return start_afresh();
    FAIL_CHECK("a step of no known kind");
  }

  /// Sets the held ids of a step. A step without `held` lets time pass for all ids.
  void hold(const json& step) {
    held_ids_.clear();
    const json ids = step.value("held", json::array());
    for (const json& key : ids) held_ids_.push_back(target_of(key));
    held_ = step.contains("held") ? &held_ids_ : nullptr;
  }

  static tripline::Target target_of(const json& key) {
    return {key["name"].get<std::string>(), key["id"].get<std::string>()};
  }

  void run_events(const json& step) {
    json event = event_defaults_;
    event.update(step["event"]);
    for (int left = step.value("repeat", 1); left > 0; --left) {
      const bool has_id =
          step["event"].contains("event_id") || event_defaults_.contains("event_id");
      if (!has_id) event["event_id"] = next_event_id();
      const std::string text = event.dump();
      const auto read = reader_->read(text);
      if (!read) FAIL_CHECK("the event cannot be read: " << read.error());
      if (!read) return;
      const Time now = step.contains("now") ? tick(time_of(step["now"]))
                                            : tick(std::max(clock_, read->time.value_or(clock_)));
      check_triggered(engine_->process(*read, now, held_), left == 1 ? step : json::object());
    }
  }

  void run_set_attributes(const json& step) {
    const json& update = step["set_attributes"];
    const json& key = update["attribute_key"];
    std::optional<Time> time;
    if (update.contains("time")) time = time_of(update["time"]);
    const Time now =
        tick(step.contains("now") ? time_of(step["now"]) : std::max(clock_, time.value_or(clock_)));
    tripline::List<tripline::Value> kept;
    std::vector<std::vector<tripline::ValueView>> lists;
    std::vector<tripline::AttributeValue> values;
    kept.reserve(update["attributes"].size());
    lists.reserve(update["attributes"].size());
    for (const auto& [name, value] : update["attributes"].items()) {
      values.push_back({attribute_number(update, name), view_of(value, kept, lists)});
    }
    const auto fired = engine_->set_attributes(target_of(key), values, now, time, held_);
    INFO((fired ? "" : fired.error()));
    CHECK(fired.has_value() != step.value("refused", false));
    check_triggered(fired ? *fired : std::span<const tripline::TriggeredIntervention>(), step);
  }

  /// Returns the number of the attribute in the named version of the group, else in the highest
  /// version that has it. Returns UINT32_MAX if no version has it.
  tripline::Program::Index attribute_number(const json& update, const std::string& name) const {
    tripline::Program::Index found = UINT32_MAX;
    for (tripline::Program::Index i = 0; i < program_->attributes.size(); ++i) {
      const auto& attribute = program_->attributes[i];
      const auto& group = program_->groups[attribute.group];
      if (attribute.name != name || group.name != update["group"]) continue;
      if (update.contains("version") && update["version"] != group.version) continue;
      if (found == UINT32_MAX ||
          program_->groups[program_->attributes[found].group].version < group.version) {
        found = i;
      }
    }
    return found;
  }

  /// Returns a view of a scalar or of a list of scalars. `kept` and `lists` own the values.
  static tripline::ValueView view_of(const json& value, tripline::List<tripline::Value>& kept,
                                     std::vector<std::vector<tripline::ValueView>>& lists) {
    if (value.is_array()) {
      tripline::List<tripline::Value> scalars;
      for (const json& each : value) scalars.push_back(scalar(each));
      kept.push_back(tripline::Value::list(std::move(scalars)));
      lists.emplace_back();
      for (const tripline::Value& each : *kept.back().as_list()) {
        lists.back().push_back(tripline::ValueView::of(each));
      }
      return tripline::ValueView::list(lists.back());
    }
    kept.push_back(scalar(value));
    return tripline::ValueView::of(kept.back());
  }

  static tripline::Value scalar(const json& value) {
    if (value.is_boolean()) return tripline::Value::boolean(value.get<bool>());
    if (value.is_number()) return tripline::Value::number(value.get<double>());
    if (value.is_string()) return tripline::Value::string(value.get<std::string>());
    return {};
  }

  void run_rebase(const json& step) {
    clock_ = time_of(step["rebase"]);
    engine_->rebase(clock_);
    CHECK(engine_->clock() == clock_);
  }

  void run_forget(const json& step) {
    const json& key = step["forget"];
    const bool was_known =
        engine_->forget({key["name"].get<std::string>(), key["id"].get<std::string>()});
    CHECK(was_known != step.value("unknown", false));
  }

  void run_next_deadline(const json& step) {
    const Time deadline = engine_->next_deadline(held_);
    if (!held_) CHECK(deadline > engine_->clock());
    if (step["next_deadline"].is_null()) {
      CHECK(deadline == tripline::kNever);
    } else {
      CHECK(deadline <= time_of(step["next_deadline"]));
    }
  }

  void run_attributes(const json& step) {
    const json& key = step["attributes"];
    const Time now = step.contains("now") ? tick(time_of(step["now"])) : clock_;
    check_triggered(engine_->advance(now, held_), json::object());
    const auto readings =
        engine_->attributes(key["name"].get<std::string>(), key["id"].get<std::string>());
    CHECK(json::parse(tripline::attributes_json(readings)) == step.value("expect", json()));
  }

  void start_afresh() {
    load(false);
    clock_ = tripline::kEarliest;
  }

  void through_snapshot(const json& step) {
    const std::string bytes = engine_->snapshot();
    definitions_ = edited(step.contains("definitions") ? step["definitions"] : definitions_, step);
    load(false);
    if (!engine_) FAIL_CHECK("the definitions did not load");
    if (!engine_) return;
    const auto restored = engine_->restore(bytes);
    CHECK((restored ? "" : restored.error()) == "");
  }

  /// Moves the host's clock forward to `now`, never back, and returns it.
  Time tick(Time now) {
    clock_ = std::max(clock_, now);
    return now;
  }

  std::string next_event_id() {
    std::string number = std::to_string(++events_numbered_);
    return "00000000-0000-4000-8000-" + std::string(12 - number.size(), '0') + number;
  }

  void check_triggered(std::span<const tripline::TriggeredIntervention> triggered,
                       const json& step) {
    const json expected = step.value("expect", json::array());
    json shown = json::array(), wanted = json::array();
    std::map<std::string, std::string> id_of_intervention;
    for (std::size_t i = 0; i < triggered.size(); ++i) {
      const json intervention = json::parse(tripline::intervention_json(triggered[i]));
      const json like = i < expected.size() ? expected[i] : json::object();
      json item = {{"name", intervention["name"]},
                   {"version", intervention["version"]},
                   {"target", intervention["target_attribute_key"]}};
      for (const char* field : {"attributes", "triggered_at"}) {
        if (like.contains(field)) item[field] = intervention[field];
      }
      shown.push_back(item);
      const std::string id = intervention["intervention_id"].get<std::string>();
      check_id(id, intervention["name"].get<std::string>() + " " + like.value("id_label", ""),
               id_of_intervention);
      if (like.contains("id_label")) check_label(like["id_label"].get<std::string>(), id);
    }
    for (json item : expected) {
      item.erase("id_label");
      if (!item.contains("version")) item["version"] = 1;
      wanted.push_back(item);
    }
    CHECK(shown == wanted);
  }

  /// Checks that `id` is a UUID of version 8, the same for all targets of one intervention and
  /// different between interventions.
  static void check_id(const std::string& id, const std::string& name,
                       std::map<std::string, std::string>& ids) {
    CHECK(id.size() == 36);
    CHECK(id.substr(14, 1) == "8");
    CHECK(std::string("89ab").find(id[19]) != std::string::npos);
    const auto [known, is_new] = ids.emplace(name, id);
    CHECK(known->second == id);
    for (const auto& [other_name, other_id] : ids) CHECK((other_name == name || other_id != id));
  }

  void check_label(const std::string& label, const std::string& id) {
    for (const auto& [other_label, other_id] : labels_) {
      CHECK((id == other_id) == (label == other_label));
    }
    labels_.emplace(label, id);
  }

  const json& test_;
  Way way_;
  json event_defaults_;
  json definitions_;
  std::shared_ptr<const tripline::Program> program_;
  std::optional<tripline::Engine> engine_;
  std::unique_ptr<tripline::cli::EnrichedReader> reader_;
  tripline::List<tripline::Target> held_ids_;
  tripline::HeldIds held_ = nullptr;
  Time clock_ = tripline::kEarliest;
  int events_numbered_ = 0;
  std::map<std::string, std::string> labels_;
};

struct CaseFile {
  std::string name;
  json content;
};

/// Reads the files only once: Catch restarts the test case for every section.
const std::vector<CaseFile>& case_files() {
  static const std::vector<CaseFile> files = [] {
    std::map<std::string, json> by_name;
    for (const auto& entry : std::filesystem::directory_iterator(TRIPLINE_CASES)) {
      if (entry.path().extension() != ".json") continue;
      std::ifstream stream(entry.path());
      by_name[entry.path().filename().string()] = json::parse(stream);
    }
    std::vector<CaseFile> found;
    for (auto& [name, content] : by_name) found.push_back({name, std::move(content)});
    return found;
  }();
  return files;
}

}  // namespace

TEST_CASE("conformance cases", "[conformance]") {
  CHECK(!case_files().empty());
  for (const auto& [file_name, file] : case_files()) {
    for (const json& test : file["tests"]) {
      const std::string name = file_name + ": " + test["name"].get<std::string>();
      DYNAMIC_SECTION(name) {
        Run(file, test, Way::as_written);
        Run(file, test, Way::on_read_programs);
        if (!test.contains("as_written_only")) Run(file, test, Way::through_snapshots);
      }
    }
  }
}
