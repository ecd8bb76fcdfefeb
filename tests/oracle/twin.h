// The slow twin of the engine: keeps all events and computes each attribute from them at every
// read. It fires by evaluating every intervention before and after a step. Written from the
// numbered rules of core/docs/semantics.md alone, so that it shares no mistake with core/.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "bundle.h"

namespace oracle {

/// One intervention for one target.
struct Fired {
  json intervention;  // as in the case files: name, version, target, attributes, triggered_at
  std::string cause;  // one intervention_id belongs to each cause and intervention name
};

using Ids = std::map<std::string, std::string>;  // key name → id

using Profile = std::pair<std::string, std::string>;  // key name, id
/// The ids for which time passes; without a set, all ids.
using Held = std::optional<std::set<Profile>>;

class Twin {
 public:
  explicit Twin(std::shared_ptr<const Bundle> bundle);

  /// `event` is an enriched event in the JSON form of Snowplow's Analytics SDKs.
  std::vector<Fired> process(const json& event, Time now, Held held = {});
  std::vector<Fired> set_attributes(const json& update, Time now, Held held = {});
  std::vector<Fired> advance(Time now, const Held& held = {});
  /// Forgets an id. Returns false if nothing was known of it.
  bool forget(const std::string& key, const std::string& id);

  /// Changes the state as restoring a snapshot under these definitions does.
  void restart(std::shared_ptr<const Bundle> bundle);

  /// Returns the first instant at which a leaf of some profile flips, if any. For a profile that
  /// was not held, the instant may be in the past.
  std::optional<Time> next_flip(const Held& held) const;
  /// Returns true if time was evaluated for all of these ids up to the clock.
  bool is_up_to_date(const Held& held) const;

  Time clock() const { return clock_; }
  const Bundle& bundle() const { return *bundle_; }
  /// Returns key name and id of all profiles that an event or attribute update has touched: by key
  /// in the order of the definitions, then by id. Deadlines of one instant run in this order.
  std::vector<Profile> profiles() const;
  /// Returns the value of an attribute for an id at the clock.
  json read(const Attribute& attribute, const std::string& id) const;
  /// Returns true if the criteria hold at the clock, under the ids of the profile's last event.
  bool criteria_hold(const Intervention& intervention, const Profile& profile) const;

 private:
  /// An event (or attribute update) that counted for an attribute.
  struct Observation {
    long number;               // of the event
    Time time;                 // when it happened
    Time arrived;              // the clock when it came
    std::vector<json> values;  // the values that it adds; a counter's event adds a null
  };
  /// An instant, and the observations that count at it: those with numbers below `before`.
  struct View {
    Time now;
    long before;  // observations numbered from here on are not there
  };
  /// An intervention that became true while its profile was not held.
  struct Late {
    const Intervention* intervention;
    Profile profile;
    Time instant;
  };

  const std::vector<Observation>& observations(const Attribute& attribute,
                                               const std::string& id) const;
  std::vector<const Observation*> in_force(const Attribute& attribute, const std::string& id,
                                           const View& view) const;
  std::vector<json> first_seen(const Attribute& attribute, const std::string& id,
                               const View& view) const;
  json aggregate(const Attribute& attribute, const std::string& id, const View& view) const;
  json result(const Attribute& attribute, const Ids& ids, const View& view) const;
  json read(const Attribute& attribute, const Ids& ids, const View& view) const;
  bool leaf_holds(const Leaf& leaf, const Ids& ids, const View& view, const View* previous) const;
  bool node_holds(const Node& node, const Ids& ids, const View& view, const View* previous) const;
  bool is_edge(const Intervention& intervention, const Ids& ids, const View& before,
               const View& after) const;
  std::vector<Profile> passing(const Held& held) const;
  std::vector<Time> candidates(const Leaf& leaf, const std::string& id, Time after) const;
  std::optional<Time> next_flip(const Profile& profile, Time after) const;
  bool flips(const Leaf& leaf, const Profile& profile, Time instant) const;
  void send(const Intervention& intervention, const Ids& ids, const View& view, Time instant,
            const std::string& cause, std::vector<Fired>& fired);
  void fire_deadline(const Profile& profile, Time instant, std::vector<Late>* late,
                     std::vector<Fired>& fired);
  void wake(const std::string& identity);
  bool is_dormant(const Profile& profile) const;
  /// The engine keeps profiles only of keys with online attributes.
  bool keeps_profiles(const std::string& key) const;
  std::vector<json> values_for(const Attribute& attribute, const json& event) const;
  bool counts(const Attribute& attribute, const json& event) const;
  Ids ids_of(const json& event) const;

  std::shared_ptr<const Bundle> bundle_;
  Time clock_;
  long number_ = 0;
  bool catching_up_ = false;  // since a restore: what fires must still hold (rule 12)
  std::map<std::string, std::map<std::string, std::vector<Observation>>> history_;  // identity, id
  /// An identity in history_ that the present definitions do not have (rule 40).
  struct Dormant {
    std::string key;
    Time since;
  };
  std::map<std::string, Dormant> dormant_;
  std::map<std::string, std::string> key_of_;  // of each identity that there was
  std::map<Profile, Ids> last_ids_;
  std::map<Profile, Time> evaluated_;       // up to when time was evaluated for it (rule 12)
  std::map<Profile, long> update_numbers_;  // since the profile began (rule 23)
  std::set<std::string> event_ids_;
  std::set<std::tuple<std::string, int, std::string, std::string>> sent_;
};

/// Canonical UUIDs compare without regard to case (rule 17).
std::string comparable_id(const std::string& id);

}  // namespace oracle
