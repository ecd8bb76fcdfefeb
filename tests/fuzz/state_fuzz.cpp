// Reads any bytes as calls of an engine: events, attribute updates and clocks, with times and
// numbers of any size. A snapshot must restore, and both engines must return the same from then on.
#include <algorithm>
#include <cstring>
#include <optional>

#include "exercise.h"
#include "rich_definitions.h"

namespace {

using namespace tripline;

/// Reads the input's bytes, then zeros without end.
class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}

  bool done() const { return size_ == 0; }
  template <typename Number>
  Number next() {
    Number number{};
    const std::size_t size = std::min(size_, sizeof number);
    std::memcpy(&number, data_, size);
    data_ += size;
    size_ -= size;
    return number;
  }
  std::uint8_t below(std::uint8_t bound) { return next<std::uint8_t>() % bound; }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
};

class Session {
 public:
  explicit Session(Bytes bytes) : bytes_(bytes) { engines_[0].emplace(program()); }

  void run() {
    while (!bytes_.done()) {
      step();
      fuzz::must(engines_[0]->clock() <= kLatestTime);
      hold();
    }
    through_snapshot();
  }

 private:
  static const std::shared_ptr<const Program>& program() {
    static const auto rich = fuzz::rich_program();
    return rich;
  }

  void step() {
    switch (bytes_.below(8)) {
      case 0:
        return advance();
      case 1:
        return set_attributes();
      case 2:
        return rebase();
      case 3:
        return through_snapshot();
      default:
        return event();
    }
  }

  void event() {
    std::vector<ValueView> inputs;
    for (const Property& input : program()->inputs) inputs.push_back(value(input));
    const std::string id = bytes_.below(4) == 0 ? "again" : "e" + std::to_string(++events_);
    const Event event{id, optional_time(), inputs};
    const Time now = clock();
    each([&](Engine& engine) {
      return Text(interventions_json(engine.process(event, now, held_)));
    });
  }

  void set_attributes() {
    std::vector<AttributeValue> values;
    for (Program::Index i = 0; i < program()->attributes.size(); ++i) {
      const Program::Index aggregate = program()->attributes[i].aggregate;
      if (aggregate == Program::kNone || !program()->aggregates[aggregate].is_external) continue;
      values.push_back({i, scalar()});
    }
    const Time now = clock();
    const std::optional<Time> when = optional_time();
    each([&](Engine& engine) {
      const auto fired = engine.set_attributes({"user_id", "u1"}, values, now, when, held_);
      fuzz::must(fired.has_value());
      return interventions_json(*fired);
    });
  }

  void advance() {
    const Time now = bytes_.below(2) == 0 ? engines_[0]->next_deadline(held_) : clock();
    each([&](Engine& engine) { return interventions_json(engine.advance(now, held_)); });
  }

  void rebase() {
    const Time now = clock();
    each([&](Engine& engine) {
      engine.rebase(now);
      return Text();
    });
  }

  /// Lets time pass for all ids from now on, or for one of them.
  void hold() {
    static const List<Target> ids[] = {
        {{"user_id", "u1"}}, {{"user_id", "u2"}}, {{"domain_sessionid", "s"}}};
    const std::uint8_t id = bytes_.below(8);
    held_ = id < std::size(ids) ? &ids[id] : nullptr;
  }

  /// Makes the second engine from the first one's snapshot. Once both have caught up with the clock
  /// for all ids, they behave the same.
  void through_snapshot() {
    compare();
    const std::string bytes = engines_[0]->snapshot();
    engines_[1].emplace(program());
    fuzz::must(engines_[1]->restore(bytes).has_value());
    fuzz::must(engines_[1]->snapshot() == bytes);
    const Time now = engines_[0]->clock();
    each([&](Engine& engine) { return interventions_json(engine.advance(now)); });
    fuzz::must(engines_[0]->next_deadline() > now);
    compare();
  }

  template <typename Act>
  void each(Act act) {
    const Text first = act(*engines_[0]);
    if (engines_[1]) fuzz::must(act(*engines_[1]) == first);
  }

  void compare() {
    each([](Engine& engine) {
      Text all;
      for (const Target& profile : engine.profiles()) {
        all += attributes_json(engine.attributes(profile.name, profile.id));
        all += engine.explain("i2", profile);
      }
      all += std::to_string(engine.next_deadline());
      return all;
    });
  }

  Time time() {
    switch (bytes_.below(4)) {
      case 0:
        return bytes_.next<std::int64_t>();
      case 1:
        return (bytes_.below(2) == 0 ? kEarliestTime : kLatestTime) + bytes_.next<std::int8_t>();
      default:
        return engines_[0]->clock() + bytes_.next<std::int16_t>();
    }
  }
  std::optional<Time> optional_time() {
    return bytes_.below(8) == 0 ? std::nullopt : std::optional(time());
  }
  Time clock() { return bytes_.below(8) < 6 ? engines_[0]->clock() + bytes_.below(200) : time(); }

  ValueView value(const Property& input) {
    if (input.name == "user_id") return ValueView::string(bytes_.below(4) == 0 ? "u2" : "u1");
    if (input.name == "domain_sessionid") return ValueView::string("s");
    if (input.name == "event_name") return ValueView::string("b");
    if (input.name == "event_vendor") return ValueView::string("a");
    if (bytes_.below(4) != 0) return scalar();
    for (ValueView& each : list_) each = scalar();
    return ValueView::list(list_);
  }
  ValueView scalar() {
    switch (bytes_.below(8)) {
      case 0:
        return {};
      case 1:
        return ValueView::string(bytes_.below(2) == 0 ? "x" : "y");
      case 2:
        return ValueView::boolean(true);
      case 3:
        return ValueView::time(time());
      case 4:
        return ValueView::number(bytes_.next<std::int8_t>());
      default:
        return ValueView::number(bytes_.next<double>());
    }
  }

  Bytes bytes_;
  std::optional<Engine> engines_[2];
  HeldIds held_ = nullptr;
  std::vector<ValueView> list_ = std::vector<ValueView>(3);
  int events_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Session({data, size}).run();
  return 0;
}
