// unique_list: the values seen, ordered by when they were last seen, at most 100.

#include <algorithm>

#include "attributes/aggregate.h"
#include "attributes/input.h"
#include "value/value_bytes.h"

namespace tripline {
namespace {

constexpr std::size_t kMostValues = 100;

class UniqueList final : public Aggregate {
 public:
  explicit UniqueList(const Program::Aggregate& definition) : definition_(definition) {}

  bool update(const ValueView& input, Time time, Time now) override {
    if (has_left(time, now)) return false;
    erase_if(sightings_, [&](const Sighting& sighting) { return has_left(sighting.time, now); });
    bool taken = false;
    for (const ValueView& scalar : scalars_of(input)) {
      Value value = convert_input(scalar, definition_);
      if (value.is_null()) continue;
      see(std::move(value), time);
      taken = true;
    }
    return taken;
  }

  Value value(Time now) const override {
    List<Value> values;
    for (const Sighting& sighting : sightings_) {
      if (!has_left(sighting.time, now)) values.push_back(sighting.value);
    }
    return values.empty() ? Value() : Value::list(std::move(values));
  }

  Time next_change(Time now) const override {
    if (definition_.period == 0) return kNever;
    for (const Sighting& sighting : sightings_) {
      if (!has_left(sighting.time, now)) return sighting.time + definition_.period;
    }
    return kNever;
  }
  void rebase(Time now) override {
    for (Sighting& sighting : sightings_) sighting.time = std::min(sighting.time, now);
  }

  void save(ByteWriter& bytes) const override {
    bytes.u32(static_cast<std::uint32_t>(sightings_.size()));
    for (const Sighting& sighting : sightings_) {
      bytes.i64(sighting.time);
      save_scalar(sighting.value, bytes);
    }
  }
  void load(ByteReader& bytes) override {
    std::uint32_t count = bytes.count(9);
    if (count > kMostValues) bytes.fail();
    for (; count > 0 && bytes.ok(); --count) {
      const Time time = bytes.time();
      Value value = load_scalar(bytes);
      const bool ordered = sightings_.empty() || sightings_.back().time <= time;
      if (value.is_null() || !ordered) return bytes.fail();
      sightings_.push_back({time, std::move(value)});
    }
  }

 private:
  struct Sighting {
    Time time;
    Value value;
  };

  bool has_left(Time time, Time now) const {
    return definition_.period != 0 && time <= now - definition_.period;
  }

  void see(Value value, Time time) {
    const auto known = std::find_if(sightings_.begin(), sightings_.end(),
                                    [&](const Sighting& each) { return each.value == value; });
    if (known != sightings_.end()) {
      if (known->time > time) return;
      sightings_.erase(known);
    }
    const auto place = std::upper_bound(sightings_.begin(), sightings_.end(), time,
                                        [](Time t, const Sighting& each) { return t < each.time; });
    sightings_.insert(place, {time, std::move(value)});
    if (sightings_.size() > kMostValues) sightings_.erase(sightings_.begin());
  }

  const Program::Aggregate& definition_;
  List<Sighting> sightings_;  // by time, of equal times by arrival
};

}  // namespace

std::unique_ptr<Aggregate> make_unique_list(const Program::Aggregate& definition) {
  return std::make_unique<UniqueList>(definition);
}

}  // namespace tripline
