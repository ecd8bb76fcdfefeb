// unique_list: the values seen, ordered by when they were last seen, at most 100.

#include <algorithm>

#include "attributes/aggregate.h"
#include "value/value_bytes.h"

namespace tripline {
namespace {

class UniqueList final : public Aggregate {
 public:
  using Aggregate::Aggregate;

  void record(Value& value, Time time, Time now) override {
    erase_if(sightings_, [&](const Sighting& each) { return has_left(each.time, now); });
    Sighting* const known = std::find_if(sightings_.begin(), sightings_.end(),
                                         [&](const Sighting& each) { return each.value == value; });
    if (known != sightings_.end()) {
      if (known->time > time) return;
      sightings_.erase(known);
    }
    Sighting* place = sightings_.end();
    while (place != sightings_.begin() && place[-1].time > time) --place;
    sightings_.insert(place, {time, std::move(value)});
    if (sightings_.size() > kMostValues) sightings_.erase(sightings_.begin());
  }

  Value stored(Time now) const override {
    List<Value> values;
    for (const Sighting& sighting : sightings_) {
      if (!has_left(sighting.time, now)) values.push_back(sighting.value);
    }
    return values.empty() ? Value() : Value::list(std::move(values));
  }

  Time oldest(Time now) const override {
    for (const Sighting& sighting : sightings_) {
      if (!has_left(sighting.time, now)) return sighting.time;
    }
    return kNever;
  }

  void visit(Archive& archive) override {
    Time latest = kEarliest;
    archive.list(sightings_, 9, kMostValues, [&](Sighting& sighting) {
      archive.time(sighting.time);
      visit_scalar(sighting.value, archive);
      archive.require(!sighting.value.is_null() && latest <= sighting.time);
      latest = sighting.time;
    });
  }

 private:
  struct Sighting {
    Time time = 0;
    Value value;
  };

  List<Sighting> sightings_;  // by time, of equal times by arrival
};

}  // namespace

std::unique_ptr<Aggregate> make_unique_list(const Program::Aggregate& definition) {
  return std::make_unique<UniqueList>(definition);
}

}  // namespace tripline
