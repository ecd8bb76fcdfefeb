// approx_count_distinct: how many different values were seen (rule 28).

#include <algorithm>

#include "attributes/aggregate.h"
#include "attributes/hyperloglog.h"
#include "attributes/input.h"
#include "support/bits.h"
#include "support/hash.h"
#include "support/text.h"
#include "support/time_text.h"
#include "value/date_part.h"

namespace tripline {
namespace {

/// Values of different types are different: 1 is not "1".
std::uint64_t hash_of(const ValueView& scalar) {
  switch (scalar.kind()) {
    case ValueView::Kind::boolean:
      return hash64(scalar.flag() ? "true" : "false");
    case ValueView::Kind::string:
      return hash64(concat({"\"", scalar.text()}));
    case ValueView::Kind::time:
      return hash64(concat({"\"", format_time(scalar.as_time())}));
    case ValueView::Kind::number: {
      ByteWriter bytes;
      bytes.f64(scalar.number() + 0.0);  // -0 is 0
      return hash64(bytes.bytes());
    }
    default:
      return 0;
  }
}

/// The hash of what counts, a date part where one is asked for; nothing for what does not count.
std::optional<std::uint64_t> hash_of_input(const ValueView& scalar,
                                           const Program::Aggregate& definition) {
  Value part;
  ValueView counted = scalar;
  if (definition.date_part != DatePart::none) {
    part = date_part(scalar, definition.date_part);
    counted = ValueView::of(part);
  }
  if (counted.is_missing() || counted.kind() == ValueView::Kind::list) return std::nullopt;
  return hash_of(counted);
}

/// Exact up to 256 values, then a sketch.
class Distinct final : public Aggregate {
 public:
  explicit Distinct(const Program::Aggregate& definition) : definition_(definition) {}

  bool update(const ValueView& input, Time, Time) override {
    bool taken = false;
    for (const ValueView& scalar : scalars_of(input)) {
      const auto hash = hash_of_input(scalar, definition_);
      if (!hash) continue;
      take(*hash);
      taken = true;
    }
    return taken;
  }
  Value value(Time) const override {
    const double count = sketch_.empty() ? static_cast<double>(hashes_.size()) : sketch_.estimate();
    return count_value(count, definition_.type);
  }
  void save(ByteWriter& bytes) const override {
    bytes.u32(static_cast<std::uint32_t>(hashes_.size()));
    for (const std::uint64_t hash : hashes_) bytes.u64(hash);
    sketch_.save(bytes);
  }
  void load(ByteReader& bytes) override {
    std::uint32_t count = bytes.count(8);
    if (count > kExact) bytes.fail();
    for (; count > 0 && bytes.ok(); --count) {
      const std::uint64_t hash = bytes.u64();
      if (!hashes_.empty() && hashes_.back() >= hash) return bytes.fail();
      hashes_.push_back(hash);
    }
    sketch_.load(bytes);
  }

 private:
  static constexpr std::size_t kExact = 256;

  void take(std::uint64_t hash) {
    if (!sketch_.empty()) return sketch_.add(hash);
    const auto place = std::lower_bound(hashes_.begin(), hashes_.end(), hash);
    if (place != hashes_.end() && *place == hash) return;
    hashes_.insert(place, hash);
    if (hashes_.size() <= kExact) return;
    for (const std::uint64_t known : hashes_) sketch_.add(known);
    hashes_.clear();
  }

  const Program::Aggregate& definition_;
  List<std::uint64_t> hashes_;  // ascending
  HyperLogLog sketch_;
};

/// Exact while no more than 4,096 values are remembered, then a sliding sketch.
class WindowDistinct final : public Aggregate {
 public:
  explicit WindowDistinct(const Program::Aggregate& definition)
      : definition_(definition), sketch_(definition.period) {}

  bool update(const ValueView& input, Time time, Time now) override {
    if (has_left(time, now)) return false;
    bool taken = false;
    for (const ValueView& scalar : scalars_of(input)) {
      const auto hash = hash_of_input(scalar, definition_);
      if (!hash) continue;
      take(*hash, time, now);
      taken = true;
    }
    return taken;
  }
  Value value(Time now) const override {
    if (!sketch_.empty()) return count_value(sketch_.estimate(now), definition_.type);
    const auto count = std::count_if(seen_.begin(), seen_.end(),
                                     [&](const Seen& seen) { return !has_left(seen.last, now); });
    return count_value(static_cast<double>(count), definition_.type);
  }
  Time next_change(Time now) const override {
    if (!sketch_.empty()) return sketch_.next_change(now);
    Time next = kNever;
    for (const Seen& seen : seen_) {
      if (!has_left(seen.last, now)) next = std::min(next, seen.last + definition_.period);
    }
    return next;
  }
  void rebase(Time now) override {
    for (Seen& seen : seen_) seen.last = std::min(seen.last, now);
    sketch_.rebase(now);
  }
  void save(ByteWriter& bytes) const override {
    bytes.u32(static_cast<std::uint32_t>(seen_.size()));
    for (const Seen& seen : seen_) {
      bytes.u64(seen.hash);
      bytes.i64(seen.last);
    }
    sketch_.save(bytes);
  }
  void load(ByteReader& bytes) override {
    std::uint32_t count = bytes.count(16);
    if (count > kExact) bytes.fail();
    for (; count > 0 && bytes.ok(); --count) {
      const Seen seen{bytes.u64(), bytes.time()};
      if (!seen_.empty() && seen_.back().hash >= seen.hash) return bytes.fail();
      seen_.push_back(seen);
    }
    sketch_.load(bytes);
  }

 private:
  static constexpr std::size_t kExact = 4096;

  struct Seen {
    std::uint64_t hash;
    Time last;
  };

  bool has_left(Time time, Time now) const { return time <= now - definition_.period; }

  void take(std::uint64_t hash, Time time, Time now) {
    if (!sketch_.empty()) return sketch_.add(hash, time, now);
    const auto place =
        std::lower_bound(seen_.begin(), seen_.end(), hash,
                         [](const Seen& seen, std::uint64_t wanted) { return seen.hash < wanted; });
    if (place != seen_.end() && place->hash == hash) {
      place->last = std::max(place->last, time);
      return;
    }
    seen_.insert(place, {hash, time});
    if (seen_.size() <= kExact) return;
    erase_if(seen_, [&](const Seen& seen) { return has_left(seen.last, now); });
    if (seen_.size() <= kExact) return;
    for (const Seen& seen : seen_) sketch_.add(seen.hash, seen.last, now);
    seen_.clear();
  }

  const Program::Aggregate& definition_;
  List<Seen> seen_;  // by hash
  SlidingHyperLogLog sketch_;
};

}  // namespace

std::unique_ptr<Aggregate> make_distinct(const Program::Aggregate& definition) {
  if (definition.period != 0) return std::make_unique<WindowDistinct>(definition);
  return std::make_unique<Distinct>(definition);
}

}  // namespace tripline
