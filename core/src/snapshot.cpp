// State ↔ bytes.
//
//   magic "TPLS" | u32 format | u64 checksum of all that follows
//   i64 clock
//   u32 n, n × key name
//   u32 n, n × u64 identity of an aggregate
//   u32 n, n × profile: u32 key, id, u64 pushes, u32 n ids,
//                       u32 n, n × (u32 aggregate, i64 expires, u32 size, bytes)
//   u32 n, n × (u64, u64 mark, i64 time)      sent marks, least recently used first, as profiles
//   u32 n, n × u64                            event ids, oldest first
//
// All little-endian; a text is its u32 size and its bytes. Keys and aggregates are numbered within
// the snapshot, so that it can be read under another program.

#include <algorithm>

#include "engine_state.h"
#include "support/bytes.h"
#include "support/text.h"

namespace tripline {
namespace {

using Index = Program::Index;

constexpr std::string_view kMagic = "TPLS";
constexpr std::uint32_t kFormat = 2;
constexpr Index kGone = Program::kNone;

void save_profile(const Program& program, const ProfileName& name, const Profile& profile,
                  ByteWriter& bytes) {
  bytes.u32(name.key);
  bytes.text(name.id);
  bytes.u64(profile.pushes);
  bytes.u32(static_cast<std::uint32_t>(profile.ids.size()));
  for (const Text& id : profile.ids) bytes.text(id);
  const auto used = std::count_if(profile.slots.begin(), profile.slots.end(),
                                  [](const Slot& slot) { return slot.aggregate != nullptr; });
  bytes.u32(static_cast<std::uint32_t>(used));
  for (Index i = 0; i < profile.slots.size(); ++i) {
    if (!profile.slots[i].aggregate) continue;
    bytes.u32(program.keys[name.key].aggregates[i]);
    bytes.i64(profile.slots[i].expires);
    const std::size_t size_at = bytes.size();
    bytes.u32(0);
    profile.slots[i].aggregate->save(bytes);
    bytes.patch_u32(size_at, static_cast<std::uint32_t>(bytes.size() - size_at - 4));
  }
}

/// Reads a snapshot into an empty state. Whatever is wrong leaves the reader failed.
class SnapshotReader {
 public:
  SnapshotReader(EngineState& state, ByteReader& bytes)
      : state_(state), program_(*state.program), bytes_(bytes) {}

  void read() {
    state_.clock = bytes_.i64();
    if (state_.clock < kEarliest || state_.clock > kNever) bytes_.fail();
    read_keys();
    read_aggregates();
    for (std::uint32_t n = bytes_.count(16); n > 0 && bytes_.ok(); --n) read_profile();
    for (std::uint32_t n = bytes_.count(24); n > 0 && bytes_.ok(); --n) read_sent_mark();
    for (std::uint32_t n = bytes_.count(8); n > 0 && bytes_.ok(); --n) read_event();
    if (!bytes_.at_end()) bytes_.fail();
  }

 private:
  void read_keys() {
    for (std::uint32_t n = bytes_.count(4); n > 0 && bytes_.ok(); --n) {
      keys_.push_back(program_.find_key(bytes_.text()));
    }
  }

  void read_aggregates() {
    LruMap<std::uint64_t, std::uint32_t> index_of;
    for (Index i = 0; i < program_.aggregates.size(); ++i) {
      index_of.add(program_.aggregates[i].identity, i);
    }
    for (std::uint32_t n = bytes_.count(8); n > 0 && bytes_.ok(); --n) {
      const Index* found = index_of.find(bytes_.u64());
      aggregates_.push_back(found == nullptr ? kGone : *found);
    }
  }

  /// The program's number for one of the snapshot's; an unknown number fails the reader.
  Index translate(const List<Index>& numbers, std::uint32_t number) {
    if (number < numbers.size()) return numbers[number];
    bytes_.fail();
    return kGone;
  }

  void read_profile() {
    const Index key = translate(keys_, bytes_.u32());
    const Text id(bytes_.text());
    Profile profile;
    profile.pushes = bytes_.u64();
    read_ids(profile);
    if (key != kGone) profile.slots.resize(program_.keys[key].aggregates.size());
    for (std::uint32_t n = bytes_.count(16); n > 0 && bytes_.ok(); --n) {
      const Index index = translate(aggregates_, bytes_.u32());
      const Time expires = bytes_.time();
      ByteReader own(bytes_.text());
      if (!bytes_.ok() || key == kGone || index == kGone) continue;
      read_aggregate(key, index, expires, own, profile);
    }
    const bool keeps_something = key != kGone && !program_.keys[key].aggregates.empty();
    if (!bytes_.ok() || !keeps_something) return;
    if (id.empty() || state_.profiles.find(ProfileNameView{key, id}) != nullptr) {
      return bytes_.fail();
    }
    Profile& kept = state_.touch_profile(key, id);
    kept.slots = std::move(profile.slots);
    kept.ids = std::move(profile.ids);
    kept.pushes = profile.pushes;
    state_.schedule(kept);
  }

  /// The ids of a profile are by the snapshot's keys; here they become by the program's.
  void read_ids(Profile& profile) {
    const std::uint32_t count = bytes_.count(4);
    if (count != 0 && count != keys_.size()) return bytes_.fail();
    if (count != 0) profile.ids.resize(program_.keys.size());
    for (std::uint32_t i = 0; i < count && bytes_.ok(); ++i) {
      const std::string_view id = bytes_.text();
      if (keys_[i] != kGone) profile.ids[keys_[i]] = id;
    }
  }

  void read_aggregate(Index key, Index index, Time expires, ByteReader& bytes, Profile& profile) {
    const Program::Aggregate& definition = program_.aggregates[index];
    if (definition.key != key) return bytes_.fail();
    auto aggregate = make_aggregate(definition);
    aggregate->load(bytes);
    if (!bytes.ok() || !bytes.at_end()) return bytes_.fail();
    profile.slots[definition.slot] = {std::move(aggregate), expires};
  }

  void read_sent_mark() {
    Hash128 mark;
    mark.low = bytes_.u64();
    mark.high = bytes_.u64();
    const Time time = bytes_.i64();
    if (state_.sent.find(mark) != nullptr) return bytes_.fail();
    state_.sent.add(mark, time);
  }

  void read_event() {
    const std::uint64_t hash = bytes_.u64();
    if (state_.events.find(hash) != nullptr) return bytes_.fail();
    state_.events.add(hash, 0);
  }

  EngineState& state_;
  const Program& program_;
  ByteReader& bytes_;
  List<Index> keys_;
  List<Index> aggregates_;
};

}  // namespace

Text Engine::snapshot() const {
  const Program& program = *state_->program;
  ByteWriter body;
  body.i64(state_->clock);
  body.u32(static_cast<std::uint32_t>(program.keys.size()));
  for (const Program::Key& key : program.keys) body.text(key.name);
  body.u32(static_cast<std::uint32_t>(program.aggregates.size()));
  for (const Program::Aggregate& aggregate : program.aggregates) body.u64(aggregate.identity);
  body.u32(static_cast<std::uint32_t>(state_->profiles.size()));
  state_->profiles.for_each([&](const ProfileName& name, const Profile& profile) {
    save_profile(program, name, profile, body);
  });
  body.u32(static_cast<std::uint32_t>(state_->sent.size()));
  state_->sent.for_each([&](const Hash128& mark, Time time) {
    body.u64(mark.low);
    body.u64(mark.high);
    body.i64(time);
  });
  body.u32(static_cast<std::uint32_t>(state_->events.size()));
  state_->events.for_each([&](std::uint64_t hash, std::uint32_t) { body.u64(hash); });

  ByteWriter snapshot;
  for (const char c : kMagic) snapshot.u8(static_cast<std::uint8_t>(c));
  snapshot.u32(kFormat);
  snapshot.u64(hash64(body.bytes()));
  Text whole = snapshot.take();
  whole += body.bytes();
  return whole;
}

tl::expected<void, Text> Engine::restore(std::string_view snapshot) {
  state_->clear();
  ByteReader bytes(snapshot);
  if (bytes.take(kMagic.size()) != kMagic)
    return tl::make_unexpected("this is no Tripline snapshot");
  const std::uint32_t format = bytes.u32();
  if (format != kFormat) {
    return tl::make_unexpected(
        concat({"the snapshot has format ", format, "; this engine reads format ", kFormat}));
  }
  const std::uint64_t checksum = bytes.u64();
  const bool intact = bytes.ok() && checksum == hash64(snapshot.substr(kMagic.size() + 12));
  if (intact) SnapshotReader(*state_, bytes).read();
  if (!intact || !bytes.ok()) {
    state_->clear();
    return tl::make_unexpected("the snapshot is damaged");
  }
  state_->has_missed_deadlines = true;
  return {};
}

}  // namespace tripline
