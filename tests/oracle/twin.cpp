#include "twin.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace oracle {
namespace {

constexpr Time kBeginning = std::numeric_limits<Time>::min() / 4;
constexpr std::size_t kMostValues = 100;
constexpr Time kDormantFor = Time{30} * 24 * 3'600'000;

bool is_time_since(const Attribute& attribute) {
  return attribute.aggregation.starts_with("time_since");
}

double milliseconds_of(const std::string& unit) {
  if (unit == "s") return 1000;
  if (unit == "min") return 60'000;
  return unit == "h" ? 3'600'000 : 86'400'000;
}

bool matches(const json& selector, const json& event) {
  if (selector.contains("event_specification_id")) {
    const json entities =
        event.value("contexts_com_snowplowanalytics_snowplow_event_specification_1", json::array());
    return std::any_of(entities.begin(), entities.end(), [&](const json& each) {
      return each.is_object() && each.contains("id") &&
             each["id"] == selector["event_specification_id"];
    });
  }
  for (const char* part : {"vendor", "name", "version"}) {
    if (selector.contains(part) && !selector[part].is_null() &&
        selector[part] != event.value("event_" + std::string(part), "")) {
      return false;
    }
  }
  return true;
}

bool converts_first(const std::string& aggregation) {
  return aggregation == "first" || aggregation == "last" || aggregation == "most_frequent" ||
         aggregation == "least_frequent" || aggregation == "unique_list" ||
         aggregation == "category_count";
}

bool takes_lists(const std::string& aggregation) {
  return aggregation == "unique_list" || aggregation == "category_count" ||
         aggregation == "most_frequent" || aggregation == "least_frequent" ||
         aggregation == "approx_count_distinct";
}

json convert_field(const json& value, const std::string& type) {
  if (!value.is_array()) return type.ends_with("_list") ? json() : convert({value, {}}, type);
  if (!type.ends_with("_list")) return nullptr;
  json converted = json::array();
  for (const json& each : value) {
    const json element = convert({each, {}}, element_type(type));
    if (!element.is_null()) converted.push_back(element);
  }
  return converted;
}

std::string deadline_of(const Profile& profile, Time instant) {
  return "deadline|" + profile.first + "|" + profile.second + "|" + std::to_string(instant);
}

struct Count {
  json value;
  double count;
  long counted;  // when last
};

/// Counts each value, in the order of first occurrence; at most 100 values (rule 27).
class Counting {
 public:
  /// `order` breaks ties; values that it lacks follow in the order of their arrival.
  explicit Counting(const std::vector<json>& order) {
    for (const json& value : order) counts_.push_back({value, 0, 0});
  }
  void add(const json& value) {
    ++clock_;
    for (Count& each : counts_) {
      if (each.value == value && each.value.type() == value.type()) {
        ++each.count;
        each.counted = clock_;
        return;
      }
    }
    if (counts_.size() == kMostValues) {
      counts_.erase(std::min_element(counts_.begin(), counts_.end(), [](auto& a, auto& b) {
        return std::pair(a.count, a.counted) < std::pair(b.count, b.counted);
      }));
    }
    counts_.push_back({value, 1, clock_});
  }
  const std::vector<Count>& counts() const { return counts_; }

 private:
  std::vector<Count> counts_;
  long clock_ = 0;
};

}  // namespace

std::string comparable_id(const std::string& id) {
  if (id == "00000000-0000-0000-0000-000000000000") return "";
  if (id.size() != 36) return id;
  std::string lower;
  for (std::size_t i = 0; i < id.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const auto c = static_cast<unsigned char>(id[i]);
    if (dash ? c != '-' : !std::isxdigit(c)) return id;
    lower += static_cast<char>(std::tolower(c));
  }
  return lower;
}

Twin::Twin(std::shared_ptr<const Bundle> bundle) : bundle_(std::move(bundle)), clock_(kBeginning) {
  for (const Group& group : bundle_->groups) {
    for (const Attribute& each : group.attributes) key_of_[each.identity] = each.key;
  }
}

std::vector<Profile> Twin::profiles() const {
  std::vector<Profile> profiles;
  for (const Key& key : bundle_->keys) {
    for (const auto& [profile, unused] : last_ids_) {
      if (profile.first == key.name) profiles.push_back(profile);
    }
  }
  return profiles;
}

void Twin::restart(std::shared_ptr<const Bundle> bundle) {
  bundle_ = std::move(bundle);
  catching_up_ = true;
  std::set<std::string> identities, keys;
  for (const Group& group : bundle_->groups) {
    for (const Attribute& each : group.attributes) {
      if (each.online) identities.insert(each.identity);
      key_of_[each.identity] = each.key;
    }
  }
  for (const Key& key : bundle_->keys) keys.insert(key.name);
  std::erase_if(last_ids_, [&](const auto& entry) { return !keeps_profiles(entry.first.first); });
  for (auto& [profile, ids] : last_ids_) {
    std::erase_if(ids, [&](const auto& entry) { return !keys.contains(entry.first); });
  }
  std::erase_if(evaluated_, [&](const auto& entry) { return !keeps_profiles(entry.first.first); });
  std::erase_if(dormant_, [&](const auto& entry) {
    const bool is_over = entry.second.since + kDormantFor <= clock_;
    if (is_over) history_.erase(entry.first);
    return is_over;
  });
  for (const auto& [identity, by_id] : history_) {
    if (!identities.contains(identity)) {
      dormant_.try_emplace(identity, Dormant{key_of_[identity], clock_});
    } else if (dormant_.erase(identity) > 0) {
      wake(identity);
    }
  }
  std::erase_if(update_numbers_, [&](const auto& entry) {
    return !keeps_profiles(entry.first.first) && !is_dormant(entry.first);
  });
}

/// A profile that only dormant attributes had begins anew, but for those.
void Twin::wake(const std::string& identity) {
  for (const auto& [id, unused] : history_[identity]) {
    const Profile profile{key_of_[identity], id};
    if (!last_ids_.try_emplace(profile, Ids{profile}).second) continue;
    evaluated_[profile] = clock_;
  }
}

bool Twin::is_dormant(const Profile& profile) const {
  for (const auto& [identity, dormant] : dormant_) {
    const auto by_id = history_.find(identity);
    if (dormant.key == profile.first && by_id != history_.end() &&
        by_id->second.contains(profile.second)) {
      return true;
    }
  }
  return false;
}

bool Twin::keeps_profiles(const std::string& key) const {
  for (const Group& group : bundle_->groups) {
    for (const Attribute& each : group.attributes) {
      if (group.key == key && each.online) return true;
    }
  }
  return false;
}

// Admission

Ids Twin::ids_of(const json& event) const {
  Ids ids;
  for (const Key& key : bundle_->keys) {
    const json id = convert(read_property(key.property, event), "string");
    if (!is_empty(id)) ids[key.name] = comparable_id(id.get<std::string>());
  }
  return ids;
}

bool Twin::counts(const Attribute& attribute, const json& event) const {
  const json& selectors = attribute.events;
  if (!selectors.empty() && std::none_of(selectors.begin(), selectors.end(),
                                         [&](const json& each) { return matches(each, event); })) {
    return false;
  }
  if (attribute.criteria.is_null()) return true;
  const auto met = [&](const json& criterion) {
    return filter_holds(read_value(criterion["property"], event),
                        criterion["operator"].get<std::string>(),
                        criterion.contains("value") ? criterion["value"] : json());
  };
  const json all = attribute.criteria.value("all", json::array());
  const json any = attribute.criteria.value("any", json::array());
  return std::all_of(all.begin(), all.end(), met) &&
         (any.empty() || std::any_of(any.begin(), any.end(), met));
}

/// Returns the values that the event adds to the attribute; none if it does not count.
std::vector<json> Twin::values_for(const Attribute& attribute, const json& event) const {
  if (!counts(attribute, event)) return {};
  if (attribute.aggregation == "counter" || is_time_since(attribute)) return {json()};
  const bool is_calculated = attribute.property["type"] == "calculated";
  const Raw raw = is_calculated ? read_value(attribute.property, event)
                                : read_property(attribute.property, event);
  std::vector<Raw> raws;
  if (!raw.value.is_array()) {
    raws.push_back(raw);
  } else if (takes_lists(attribute.aggregation)) {
    for (const json& each : raw.value) raws.push_back({each, {}});
  }
  std::vector<json> values;
  for (Raw& each : raws) {
    if (attribute.property.contains("date_part") && !attribute.property["date_part"].is_null()) {
      each = {date_part(each, attribute.property["date_part"].get<std::string>()), {}};
    }
    json value = each.time ? json(time_text(*each.time)) : each.value;
    if (converts_first(attribute.aggregation)) {
      value = convert(each, element_type(attribute.type));
    } else if (attribute.aggregation != "approx_count_distinct" && !value.is_number()) {
      value = nullptr;  // sum, min, max and mean
    }
    if (!value.is_null() && !value.is_structured()) values.push_back(value);
  }
  return values;
}

// Values

const std::vector<Twin::Observation>& Twin::observations(const Attribute& attribute,
                                                         const std::string& id) const {
  static const std::vector<Observation> none;
  const auto by_id = history_.find(attribute.identity);
  if (by_id == history_.end()) return none;
  const auto found = by_id->second.find(id);
  return found == by_id->second.end() ? none : found->second;
}

/// Returns the observations that determine the value, in the order of arrival.
std::vector<const Twin::Observation*> Twin::in_force(const Attribute& attribute,
                                                     const std::string& id,
                                                     const View& view) const {
  std::vector<const Observation*> kept;
  Time gone = kBeginning;  // with a time to live: when the kept observations expire
  for (const Observation& each : observations(attribute, id)) {
    if (each.number >= view.before) continue;
    if (attribute.period && each.time <= view.now - *attribute.period) continue;
    if (attribute.ttl) {
      if (gone <= each.arrived) kept.clear();
      gone = std::max(kept.empty() ? kBeginning : gone, each.time + *attribute.ttl);
    }
    kept.push_back(&each);
  }
  if (attribute.ttl && gone <= view.now) kept.clear();
  return kept;
}

/// Returns the values of a window in the order of first occurrence. A value keeps its place while
/// the window holds it.
std::vector<json> Twin::first_seen(const Attribute& attribute, const std::string& id,
                                   const View& view) const {
  std::vector<json> order;
  if (!attribute.period) return order;
  const auto& all = observations(attribute, id);
  const auto holds = [&](const json& value, const View& at) {
    return std::any_of(all.begin(), all.end(), [&](const Observation& each) {
      return each.number < at.before && each.time > at.now - *attribute.period &&
             std::find(each.values.begin(), each.values.end(), value) != each.values.end();
    });
  };
  for (const Observation& each : all) {
    if (each.number >= view.before) break;
    const View arrival{each.arrived, each.number};
    std::erase_if(order, [&](const json& value) { return !holds(value, arrival); });
    for (const json& value : each.values) {
      const bool known = std::find(order.begin(), order.end(), value) != order.end();
      if (!known) order.push_back(value);
    }
  }
  std::erase_if(order, [&](const json& value) { return !holds(value, view); });
  return order;
}

json Twin::aggregate(const Attribute& attribute, const std::string& id, const View& asked) const {
  // The engine does not know a profile's state before its last evaluation.
  const auto evaluated = evaluated_.find({attribute.key, id});
  const View view{
      evaluated == evaluated_.end() ? asked.now : std::max(asked.now, evaluated->second),
      asked.before};
  const auto kept = in_force(attribute, id, view);
  if (kept.empty()) return nullptr;
  const std::string& how = attribute.aggregation;
  const auto earlier = [](const Observation* a, const Observation* b) { return a->time < b->time; };

  if (attribute.is_external) return kept.back()->values.front();
  if (how == "counter") return convert_number(static_cast<double>(kept.size()), attribute.type);
  // min_element returns the first of equal times, so the last is found from the end.
  const Observation& first = **std::min_element(kept.begin(), kept.end(), earlier);
  const Observation& last = **std::max_element(kept.rbegin(), kept.rend(), earlier);
  if (how == "first") return first.values.front();
  if (how == "last") return last.values.front();
  if (is_time_since(attribute)) {
    const Time since = view.now - (how == "time_since_first" ? first : last).time;
    return static_cast<double>(std::max(since, Time{0})) / milliseconds_of(attribute.time_unit);
  }

  std::vector<json> values;
  std::vector<double> numbers;
  for (const Observation* each : kept) {
    for (const json& value : each->values) {
      values.push_back(value);
      if (value.is_number()) numbers.push_back(value.get<double>());
    }
  }
  if (how == "sum") return convert_number(exact_sum(numbers), attribute.type);
  if (how == "mean") return convert_number(exact_mean(numbers), attribute.type);
  if (how == "min") {
    return convert_number(*std::min_element(numbers.begin(), numbers.end()), attribute.type);
  }
  if (how == "max") {
    return convert_number(*std::max_element(numbers.begin(), numbers.end()), attribute.type);
  }
  if (how == "approx_count_distinct") {
    std::set<std::string> distinct;
    for (const json& value : values) {
      distinct.insert(value.is_number() ? number_text(value.get<double>()) : value.dump());
    }
    return convert_number(static_cast<double>(distinct.size()), attribute.type);
  }
  if (how == "unique_list") {
    std::vector<std::tuple<Time, std::size_t, json>> sightings;
    std::size_t order = 0;
    for (const Observation* each : kept) {
      for (const json& value : each->values) sightings.emplace_back(each->time, order++, value);
    }
    std::sort(sightings.rbegin(), sightings.rend());  // latest first
    json list = json::array();
    for (const auto& [time, number, value] : sightings) {
      if (list.size() < kMostValues && std::find(list.begin(), list.end(), value) == list.end()) {
        list.push_back(value);
      }
    }
    std::reverse(list.begin(), list.end());
    return list;
  }
  Counting counting(first_seen(attribute, id, view));
  for (const json& value : values) counting.add(value);
  const auto& counts = counting.counts();
  if (how == "category_count") {
    json dict = json::object();
    for (const Count& each : counts) dict[each.value.get<std::string>()] = each.count;
    return dict;
  }
  const auto rarer = [](const Count& a, const Count& b) { return a.count < b.count; };
  return how == "most_frequent" ? std::max_element(counts.begin(), counts.end(), rarer)->value
                                : std::min_element(counts.begin(), counts.end(), rarer)->value;
}

/// Returns the value or its default, but not the zero from which some aggregations start.
json Twin::result(const Attribute& attribute, const Ids& ids, const View& view) const {
  const auto id = ids.find(attribute.key);
  if (id == ids.end() || !attribute.online) return nullptr;
  const json value = aggregate(attribute, id->second, view);
  return value.is_null() ? attribute.default_value : value;
}

json Twin::read(const Attribute& attribute, const Ids& ids, const View& view) const {
  const json value = result(attribute, ids, view);
  const bool zero =
      attribute.aggregation == "counter" || attribute.aggregation == "approx_count_distinct";
  return value.is_null() && zero && attribute.online && ids.contains(attribute.key) ? json(0.0)
                                                                                    : value;
}

json Twin::read(const Attribute& attribute, const std::string& id) const {
  return read(attribute, Ids{{attribute.key, id}}, View{clock_, number_ + 1});
}

// Criteria

bool Twin::leaf_holds(const Leaf& leaf, const Ids& ids, const View& view,
                      const View* previous) const {
  // A counter that has counted no event compares as 0, although `is null` holds (rule 9).
  if (leaf.op == "is null" || leaf.op == "is not null") {
    return holds(result(*leaf.attribute, ids, view), leaf.op, leaf.literal);
  }
  if (leaf.op != "changed") return holds(read(*leaf.attribute, ids, view), leaf.op, leaf.literal);
  if (previous == nullptr) return false;
  // `changed` compares stored values, not read ones: the first value is a change, even from an
  // equal default, and so is a new instant of time_since_*. (Both views have the same `now`, so the
  // ages of time_since_* differ exactly if the instants do.)
  const auto id = ids.find(leaf.attribute->key);
  return id != ids.end() && leaf.attribute->online &&
         aggregate(*leaf.attribute, id->second, *previous) !=
             aggregate(*leaf.attribute, id->second, view);
}

bool Twin::node_holds(const Node& node, const Ids& ids, const View& view,
                      const View* previous) const {
  if (node.kind == "leaf") return leaf_holds(node.leaf, ids, view, previous);
  const auto met = [&](const Node& child) { return node_holds(child, ids, view, previous); };
  if (node.kind == "all") return std::all_of(node.children.begin(), node.children.end(), met);
  if (node.kind == "any") return std::any_of(node.children.begin(), node.children.end(), met);
  return std::none_of(node.children.begin(), node.children.end(), met);
}

bool Twin::criteria_hold(const Intervention& intervention, const Profile& profile) const {
  const auto last = last_ids_.find(profile);
  const bool is_known = last != last_ids_.end() && keeps_profiles(profile.first);
  return node_holds(intervention.criteria, is_known ? last->second : Ids{profile},
                    View{clock_, number_ + 1}, nullptr);
}

bool Twin::is_edge(const Intervention& intervention, const Ids& ids, const View& before,
                   const View& after) const {
  // Time alone changes nothing for `changed` (rule 21).
  const View* previous = before.now == after.now ? &before : nullptr;
  return !node_holds(intervention.criteria, ids, before, nullptr) &&
         node_holds(intervention.criteria, ids, after, previous);
}

// Firing

void Twin::send(const Intervention& intervention, const Ids& ids, const View& view, Time instant,
                const std::string& cause, std::vector<Fired>& fired) {
  json attributes = json::object();
  std::vector<const Group*> groups = intervention.payload_groups;
  std::stable_sort(groups.begin(), groups.end(),
                   [](const Group* a, const Group* b) { return a->version < b->version; });
  for (const Group* group : groups) {
    for (const Attribute& each : group->attributes) {
      attributes[group->name + ":" + each.name] = read(each, ids, view);
    }
  }
  // The higher of two versions wins, even if its value is missing.
  std::erase_if(attributes.get_ref<json::object_t&>(),
                [](const auto& entry) { return entry.second.is_null(); });
  for (const std::string& target : intervention.targets) {
    const auto id = ids.find(target);
    if (id == ids.end()) continue;
    const bool is_first =
        sent_.emplace(intervention.name, intervention.version, target, id->second).second;
    if (!is_first && !intervention.has_changed) continue;
    fired.push_back({{{"name", intervention.name},
                      {"version", intervention.version},
                      {"target", {{"name", target}, {"id", id->second}}},
                      {"attributes", attributes},
                      {"triggered_at", time_text(instant)}},
                     cause});
  }
}

std::vector<Fired> Twin::process(const json& event, Time now, Held held) {
  const Ids ids = ids_of(event);
  if (held) held->insert(ids.begin(), ids.end());
  std::vector<Fired> fired = advance(now, held);
  const std::string event_id = event["event_id"].get<std::string>();
  if (event.value("event_vendor", "") == "com.snowplowanalytics.signals") return fired;
  if (!event_ids_.insert(event_id).second) return fired;

  std::optional<Time> time;
  for (const char* field :
       {"derived_tstamp", "true_tstamp", "dvce_created_tstamp", "collector_tstamp"}) {
    if (!time && event.contains(field) && event[field].is_string()) {
      time = parse_time(event[field].get<std::string>());
    }
  }
  time = std::min(time.value_or(clock_), clock_);
  const View before{clock_, ++number_}, after{clock_, number_ + 1};
  std::set<std::string> counted;
  for (const Group& group : bundle_->groups) {
    for (const Attribute& each : group.attributes) {
      const auto id = ids.find(each.key);
      if (each.is_external || !each.online || id == ids.end()) continue;
      if (!counted.insert(each.identity).second) continue;  // shared with another group
      const auto values = values_for(each, event);
      if (values.empty()) continue;
      history_[each.identity][id->second].push_back({number_, *time, clock_, values});
    }
  }
  for (const auto& profile : ids) {
    if (!keeps_profiles(profile.first)) continue;
    last_ids_[profile] = ids;
    evaluated_[profile] = clock_;
  }
  for (const Intervention& each : bundle_->interventions) {
    if (is_edge(each, ids, before, after)) {
      send(each, ids, after, clock_, "event|" + event_id, fired);
    }
  }
  return fired;
}

std::vector<Fired> Twin::set_attributes(const json& update, Time now, Held held) {
  const std::string key = update["attribute_key"]["name"].get<std::string>();
  const std::string id = comparable_id(update["attribute_key"]["id"].get<std::string>());
  if (held) held->insert({key, id});
  std::vector<Fired> fired = advance(now, held);
  std::optional<Time> time;
  if (update.contains("time")) time = parse_time(update["time"].get<std::string>());
  time = std::min(time.value_or(clock_), clock_);
  const View before{clock_, ++number_}, after{clock_, number_ + 1};
  for (const Group& group : bundle_->groups) {
    if (group.name != update["group"].get<std::string>() ||
        group.version != update.value("version", 1)) {
      continue;
    }
    for (const Attribute& each : group.attributes) {
      if (!each.is_external || !each.online || !update["attributes"].contains(each.name)) continue;
      const json& value = update["attributes"][each.name];
      const json converted = convert_field(value, each.type);
      if (converted.is_null() && !value.is_null()) continue;  // does not fit
      history_[each.identity][id].push_back({number_, *time, clock_, {converted}});
    }
  }
  const Profile profile{key, id};
  last_ids_.try_emplace(profile, Ids{{key, id}});
  evaluated_[profile] = clock_;
  const Ids ids = last_ids_[profile];
  const std::string cause =
      "set_attributes|" + key + "|" + id + "|" + std::to_string(++update_numbers_[profile]);
  for (const Intervention& each : bundle_->interventions) {
    if (is_edge(each, ids, before, after)) send(each, ids, after, clock_, cause, fired);
  }
  return fired;
}

std::vector<Fired> Twin::advance(Time now, const Held& held) {
  std::vector<Fired> fired;
  std::vector<Late> late;
  const Time end = std::max(clock_, now);
  std::map<Profile, Time> done;  // up to when, of those whose time passes
  for (const Profile& each : passing(held)) done[each] = evaluated_[each];
  // A profile that was not evaluated when the clock last moved was not held then, and has missed
  // its deadlines.
  const auto is_late = [&](const Profile& each) {
    return catching_up_ || evaluated_[each] < clock_;
  };
  for (;;) {
    std::optional<Time> instant;
    for (const auto& [profile, after] : done) {
      const auto flip = next_flip(profile, after);
      if (flip && (!instant || *flip < *instant)) instant = flip;
    }
    if (!instant || *instant > end) break;
    for (const Profile& each : passing(held)) {
      if (next_flip(each, done[each]) != instant) continue;
      fire_deadline(each, *instant, is_late(each) ? &late : nullptr, fired);
      done[each] = *instant;
    }
  }
  for (const auto& [profile, unused] : done) evaluated_[profile] = end;
  clock_ = end;
  catching_up_ = false;
  const View now_{clock_, number_ + 1};
  for (const Late& each : late) {
    const Ids& ids = last_ids_.at(each.profile);
    if (!node_holds(each.intervention->criteria, ids, now_, nullptr)) continue;
    // An intervention that fires late carries the latest values (rule 24).
    send(*each.intervention, ids, now_, each.instant, deadline_of(each.profile, each.instant),
         fired);
  }
  return fired;
}

bool Twin::forget(const std::string& key, const std::string& any_id) {
  const std::string id = comparable_id(any_id);
  bool was_known = is_dormant({key, id});
  was_known |= last_ids_.erase({key, id}) > 0 && keeps_profiles(key);
  update_numbers_.erase({key, id});
  evaluated_.erase({key, id});
  for (const Intervention& each : bundle_->interventions) {
    was_known |= sent_.erase({each.name, each.version, key, id}) > 0;
  }
  for (auto& [identity, by_id] : history_) {
    if (key_of_.at(identity) == key) by_id.erase(id);
  }
  for (auto& [profile, ids] : last_ids_) {
    if (const auto known = ids.find(key); known != ids.end() && known->second == id) {
      ids.erase(known);
    }
  }
  return was_known;
}

// Time

std::vector<Profile> Twin::passing(const Held& held) const {
  std::vector<Profile> all = profiles();
  std::erase_if(all, [&](const Profile& each) { return held && !held->contains(each); });
  return all;
}

bool Twin::is_up_to_date(const Held& held) const {
  const auto passing_now = passing(held);
  return std::all_of(passing_now.begin(), passing_now.end(), [&](const Profile& each) {
    const auto evaluated = evaluated_.find(each);
    return evaluated == evaluated_.end() || evaluated->second == clock_;
  });
}

/// Returns every instant at which time alone might flip the leaf, in any order.
std::vector<Time> Twin::candidates(const Leaf& leaf, const std::string& id, Time after) const {
  const Attribute& attribute = *leaf.attribute;
  std::vector<Time> instants;
  if (!attribute.period && !attribute.ttl && !is_time_since(attribute)) return instants;
  for (const Observation& each : observations(attribute, id)) {
    if (attribute.period) instants.push_back(each.time + *attribute.period);
    if (attribute.ttl) instants.push_back(each.time + *attribute.ttl);
    if (!is_time_since(attribute)) continue;
    const json literals = leaf.literal.is_array() ? leaf.literal : json::array({leaf.literal});
    for (const json& literal : literals) {
      if (!literal.is_number()) continue;
      const double age = literal.get<double>() * milliseconds_of(attribute.time_unit);
      for (Time near = -2; near <= 2; ++near) {
        instants.push_back(each.time + static_cast<Time>(std::floor(age)) + near);
      }
    }
  }
  std::erase_if(instants, [&](Time instant) { return instant <= after; });
  return instants;
}

bool Twin::flips(const Leaf& leaf, const Profile& profile, Time instant) const {
  const View before{instant - 1, number_ + 1}, after{instant, number_ + 1};
  const Ids own{profile};
  return leaf.attribute->key == profile.first &&
         leaf_holds(leaf, own, before, nullptr) != leaf_holds(leaf, own, after, nullptr);
}

std::optional<Time> Twin::next_flip(const Profile& profile, Time after) const {
  std::optional<Time> next;
  for (const Intervention& intervention : bundle_->interventions) {
    for (const Leaf& leaf : intervention.leaves) {
      if (leaf.attribute->key != profile.first) continue;
      for (const Time instant : candidates(leaf, profile.second, after)) {
        if ((!next || instant < *next) && flips(leaf, profile, instant)) next = instant;
      }
    }
  }
  return next;
}

std::optional<Time> Twin::next_flip(const Held& held) const {
  std::optional<Time> next;
  for (const Profile& each : passing(held)) {
    const auto evaluated = evaluated_.find(each);
    const auto flip = next_flip(each, evaluated == evaluated_.end() ? clock_ : evaluated->second);
    if (flip && (!next || *flip < *next)) next = flip;
  }
  return next;
}

void Twin::fire_deadline(const Profile& profile, Time instant, std::vector<Late>* late,
                         std::vector<Fired>& fired) {
  const View before{instant - 1, number_ + 1}, after{instant, number_ + 1};
  const Ids& ids = last_ids_.at(profile);
  for (const Intervention& each : bundle_->interventions) {
    const bool flipped = std::any_of(each.leaves.begin(), each.leaves.end(), [&](const Leaf& leaf) {
      return flips(leaf, profile, instant);
    });
    if (!flipped || !is_edge(each, ids, before, after)) continue;
    if (late != nullptr) {
      late->push_back({&each, profile, instant});
    } else {
      send(each, ids, after, instant, deadline_of(profile, instant), fired);
    }
  }
}

}  // namespace oracle
