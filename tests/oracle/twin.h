// The slow twin of the engine: keeps everything that ever happened and computes each attribute anew
// from it whenever it is read. It fires by evaluating every intervention before and after. Written
// from the numbered rules of the design alone, so that it shares no mistake with core/.
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
  json payload;       // as in the case files: name, version, target, attributes, triggered_at
  std::string cause;  // what intervention_id must stand for, with the intervention's name
};

using Ids = std::map<std::string, std::string>;  // key name → id

using Profile = std::pair<std::string, std::string>;  // key name, id
/// Whose time passes; everybody's without a set.
using Held = std::optional<std::set<Profile>>;

class Twin {
 public:
  explicit Twin(std::shared_ptr<const Bundle> bundle);

  /// `event` as the Analytics SDKs have it.
  std::vector<Fired> process(const json& event, Time now, Held held = {});
  std::vector<Fired> push(const json& push, Time now, Held held = {});
  std::vector<Fired> advance(Time now, const Held& held = {});
  /// Whether something was known of the id.
  bool forget(const std::string& key, const std::string& id);

  /// What restoring a snapshot under (other) definitions does.
  void restart(std::shared_ptr<const Bundle> bundle);

  /// The first instant at which a leaf of some profile flips, if any: of a profile that was not
  /// held meanwhile, that may be long ago.
  std::optional<Time> next_flip(const Held& held) const;
  /// Whether time was evaluated for all of them up to the clock.
  bool is_up_to_date(const Held& held) const;

  Time clock() const { return clock_; }
  const Bundle& bundle() const { return *bundle_; }
  /// Key name and id of everybody an event or push has touched: by key in the order of the
  /// definitions, then by id. Deadlines of one instant run in this order.
  std::vector<Profile> profiles() const;
  /// What an attribute reads for an id at the clock.
  json read(const Attribute& attribute, const std::string& id) const;

 private:
  /// An event (or push) that counted for an attribute.
  struct Observation {
    long number;               // of the event
    Time time;                 // when it happened
    Time arrived;              // the clock when it came
    std::vector<json> values;  // what it brought; a counter's event brings a null
  };
  /// A way of looking at the world: an instant, and whether the latest event has happened.
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
  /// The engine keeps no profile where it computes nothing.
  bool keeps_profiles(const std::string& key) const;
  std::vector<json> values_for(const Attribute& attribute, const json& event) const;
  bool counts(const Attribute& attribute, const json& event) const;
  Ids ids_of(const json& event) const;

  std::shared_ptr<const Bundle> bundle_;
  Time clock_;
  long number_ = 0;
  bool catching_up_ = false;  // since a restore: what fires must still hold (rule 12)
  std::map<std::string, std::map<std::string, std::vector<Observation>>> history_;  // identity, id
  std::map<Profile, Ids> last_ids_;
  std::map<Profile, Time> evaluated_;     // up to when time was evaluated for it (rule 12)
  std::map<Profile, long> push_numbers_;  // since the profile began (rule 23)
  std::set<std::string> event_ids_;
  std::set<std::tuple<std::string, int, std::string, std::string>> sent_;
};

/// Canonical UUIDs compare without regard to case (rule 17).
std::string comparable_id(const std::string& id);

}  // namespace oracle
