// State ↔ bytes.
//
//   magic "TPLS" | u32 format | u64 checksum of all that follows
//   i64 clock
//   u32 n, n × key name
//   u32 n, n × u64 identity of an aggregate
//   u32 n, n × profile: u32 key, id, u64 attribute updates, i64 evaluated until,
//                       u32 n, n × id by key,
//                       u32 n, n × (u32 aggregate, i64 expires, u32 size, bytes)
//   u32 n, n × dormant: key name, id, u64 attribute updates,
//                       u32 n, n × (u64 identity of an aggregate, i64 since, i64 expires,
//                                   i64 rebased to, u32 size, bytes)
//   u32 n, n × (u64, u64 mark, i64 time)      sent marks, least recently used first, as profiles
//   u32 n, n × u64                            event ids, oldest first
//
// All little-endian; a string is its u32 size and its bytes. Keys and aggregates are numbered
// within the snapshot, so that it can be read under another program. What that program does not
// have is dormant there (rule 40).

#include <algorithm>
#include <cassert>

#include "engine/state.h"
#include "support/archive.h"
#include "support/text.h"

namespace tripline {
namespace {

using Index = Program::Index;

constexpr std::uint32_t kMagic = 0x534c5054;  // "TPLS"
constexpr std::uint32_t kFormat = 5;
constexpr Index kGone = Program::kNone;

struct Header {
  std::uint32_t magic = kMagic;
  std::uint32_t format = kFormat;
  std::uint64_t checksum = 0;

  void visit(Archive& archive) {
    archive.number(magic);
    archive.number(format);
    archive.number(checksum);
  }
};

/// Saves a state, or loads one into an empty state. Whatever is wrong leaves the archive failed.
class StatePass {
  struct NewlyDormant {
    DormantName name;
    std::uint64_t attribute_updates;
    DormantSlot slot;
  };

 public:
  StatePass(EngineState& state, Archive& archive)
      : state_(state), program_(*state.program), archive_(archive) {}

  void run() {
    archive_.time(state_.clock);
    visit_keys();
    visit_aggregates();
    visit_profiles();
    visit_dormant();
    visit_marks(state_.sent, true);
    visit_marks(state_.events, false);
    if (archive_.is_loading()) archive_.require(archive_.rest().empty());
  }

 private:
  void visit_keys() {
    const std::size_t count = archive_.count(program_.keys.size(), 4);
    for (Index i = 0; i < count; ++i) {
      Text name;
      if (!archive_.is_loading()) name = program_.keys[i].name;
      archive_.text(name);
      keys_.push_back(program_.find_key(name));
      key_names_.push_back(std::move(name));
    }
  }

  void visit_aggregates() {
    if (archive_.is_loading()) {
      for (Index i = 0; i < program_.aggregates.size(); ++i) {
        index_of_.add({program_.aggregates[i].identity, 0}, i);
      }
    }
    const std::size_t count = archive_.count(program_.aggregates.size(), 8);
    for (Index i = 0; i < count; ++i) {
      Hash128 identity;
      if (!archive_.is_loading()) identity.low = program_.aggregates[i].identity;
      archive_.number(identity.low);
      identities_.push_back(identity.low);
      if (archive_.is_loading()) aggregates_.push_back(index_of(identity.low));
    }
  }

  /// The program's aggregate with this identity, or kGone.
  Index index_of(std::uint64_t identity) const {
    const Time* found = index_of_.find(Hash128{identity, 0});
    return found == nullptr ? kGone : static_cast<Index>(*found);
  }

  void visit_profiles() {
    std::size_t count = archive_.count(state_.profiles.size(), 16);
    if (archive_.is_loading()) {
      for (; count > 0 && archive_.ok(); --count) load_profile();
      return;
    }
    state_.profiles.for_each([&](const ProfileName& name, Profile& profile) {
      ProfileName copy = name;
      visit_name(copy);
      visit_profile(name, name.key, profile);
    });
  }

  void visit_name(ProfileName& name) {
    archive_.number(name.key);
    archive_.text(name.id);
  }

  void load_profile() {
    ProfileName name{};
    visit_name(name);
    const Index key = translate(keys_, name.key);
    Profile gone;
    if (key == kGone || program_.keys[key].aggregates.empty()) {
      return visit_profile(name, kGone, gone);
    }
    archive_.require(!name.id.empty() &&
                     state_.profiles.find(ProfileNameView{key, name.id}) == nullptr);
    if (!archive_.ok()) return;
    Profile& profile = state_.touch_profile(key, name.id);
    visit_profile(name, key, profile);
    if (archive_.ok()) state_.schedule(profile, profile.evaluated_until);
  }

  /// `name` has the number of the key in the snapshot, `key` in the program.
  void visit_profile(const ProfileName& name, Index key, Profile& profile) {
    archive_.number(profile.attribute_updates);
    profile.evaluated_until = state_.evaluated_until(profile);
    archive_.time(profile.evaluated_until);
    archive_.require(profile.evaluated_until <= state_.clock);
    visit_ids(profile);
    const auto used = std::count_if(profile.slots.begin(), profile.slots.end(),
                                    [](const Slot& slot) { return slot.aggregate != nullptr; });
    std::size_t count = archive_.count(static_cast<std::size_t>(used), 16);
    for (Index i = 0; count > 0 && archive_.ok(); ++i) {
      if (archive_.is_loading()) {
        load_slot(name, key, profile);
      } else if (profile.slots[i].aggregate) {
        save_slot(program_.keys[key].aggregates[i], profile.slots[i]);
      } else {
        continue;
      }
      --count;
    }
  }

  /// The ids of a profile are by the snapshot's keys; here they become by the program's.
  void visit_ids(Profile& profile) {
    List<Text> ids = profile.ids;
    archive_.list(ids, 4, 0xffffffff, [&](Text& id) { archive_.text(id); });
    archive_.require(ids.empty() || ids.size() == keys_.size());
    if (!archive_.is_loading() || !archive_.ok() || ids.empty()) return;
    profile.ids.resize(program_.keys.size());
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (keys_[i] != kGone) profile.ids[keys_[i]] = std::move(ids[i]);
    }
  }

  void save_slot(Index index, Slot& slot) {
    archive_.number(index);
    archive_.time(slot.expires);
    const std::size_t mark = archive_.begin_part();
    slot.aggregate->visit(archive_);
    archive_.end_part(mark);
  }

  void load_slot(const ProfileName& name, Index key, Profile& profile) {
    Index number = 0;
    Slot slot;
    archive_.number(number);
    archive_.time(slot.expires);
    const Index index = translate(aggregates_, number);
    if (!archive_.ok()) return;
    if (key == kGone || index == kGone) {
      DormantSlot dormant{identities_[number], state_.clock, slot.expires, kNever, {}};
      archive_.text(dormant.bytes);
      newly_dormant_.push_back(
          {{key_names_[name.key], name.id}, profile.attribute_updates, std::move(dormant)});
      return;
    }
    const std::size_t mark = archive_.begin_part();
    const Program::Aggregate& definition = program_.aggregates[index];
    archive_.require(definition.key == key);
    slot.aggregate = make_aggregate(definition);
    slot.aggregate->visit(archive_);
    archive_.end_part(mark);
    if (archive_.ok()) profile.slots[definition.slot] = std::move(slot);
  }

  void visit_dormant() {
    if (!archive_.is_loading()) state_.dormant.expire(state_.clock);
    std::size_t count = archive_.count(state_.dormant.size(), 20);
    if (archive_.is_loading()) {
      for (; count > 0 && archive_.ok(); --count) load_dormant();
      for (const NewlyDormant& each : newly_dormant_) {
        state_.dormant.add(each.name, each.attribute_updates, each.slot);
      }
      return;
    }
    state_.dormant.for_each([&](const DormantName& name, DormantProfile& profile) {
      DormantName copy = name;
      visit_dormant(copy, profile);
    });
  }

  void visit_dormant(DormantName& name, DormantProfile& profile) {
    archive_.text(name.key);
    archive_.text(name.id);
    archive_.number(profile.attribute_updates);
    archive_.list(profile.slots, 36, kMostDormant, [&](DormantSlot& slot) {
      archive_.number(slot.identity);
      archive_.time(slot.since);
      archive_.require(slot.since <= state_.clock);
      archive_.time(slot.expires);
      archive_.time(slot.rebased_to);
      archive_.text(slot.bytes);
    });
  }

  void load_dormant() {
    DormantName name;
    DormantProfile profile;
    visit_dormant(name, profile);
    archive_.require(!name.id.empty());
    if (!archive_.ok()) return;
    for (DormantSlot& slot : profile.slots) {
      if (!wake(name, profile, slot)) {
        state_.dormant.add(name, profile.attribute_updates, std::move(slot));
      }
    }
  }

  /// Puts an aggregate that the program has again where it was. False if the program does not.
  bool wake(const DormantName& name, const DormantProfile& dormant, const DormantSlot& from) {
    const Index index = index_of(from.identity);
    const Index key = program_.find_key(name.key);
    if (index == kGone || program_.aggregates[index].key != key) return false;
    const Program::Aggregate& definition = program_.aggregates[index];
    Slot slot{make_aggregate(definition), from.expires};
    Archive bytes{std::string_view(from.bytes)};
    slot.aggregate->visit(bytes);
    // Nobody has looked at these bytes before.
    if (!bytes.ok() || !bytes.rest().empty()) return true;
    if (from.rebased_to != kNever) slot.rebase(definition, from.rebased_to);
    Profile* known = state_.profiles.find(ProfileNameView{key, name.id});
    Profile& profile = known != nullptr ? *known : state_.add_profile(key, name.id);
    profile.attribute_updates = std::max(profile.attribute_updates, dormant.attribute_updates);
    if (profile.slots[definition.slot].aggregate == nullptr) {
      profile.slots[definition.slot] = std::move(slot);
    }
    state_.schedule(profile, profile.evaluated_until);
    return true;
  }

  /// The program's number for one of the snapshot's; an unknown number fails the archive.
  Index translate(const List<Index>& numbers, std::uint32_t number) {
    archive_.require(number < numbers.size());
    return archive_.ok() ? numbers[number] : kGone;
  }

  /// For event ids, only the lower half of the hash is kept.
  void visit_marks(Marks& marks, bool are_whole) {
    const auto visit_mark = [&](Hash128& mark, Time& time) {
      archive_.number(mark.low);
      if (!are_whole) return;
      archive_.number(mark.high);
      archive_.time(time);
    };
    std::size_t count = archive_.count(marks.size(), are_whole ? 24 : 8);
    if (!archive_.is_loading()) {
      return marks.for_each([&](Hash128 mark, Time time) { visit_mark(mark, time); });
    }
    for (; count > 0 && archive_.ok(); --count) {
      Hash128 mark;
      Time time = 0;
      visit_mark(mark, time);
      archive_.require(marks.find(mark) == nullptr);
      if (archive_.ok()) marks.add(mark, time);
    }
  }

  EngineState& state_;
  const Program& program_;
  Archive& archive_;
  List<Index> keys_;
  List<Text> key_names_;
  List<Index> aggregates_;
  List<std::uint64_t> identities_;
  Marks index_of_;
  List<NewlyDormant> newly_dormant_;
};

}  // namespace

Text Engine::snapshot() const {
  Archive body;
  StatePass(*state_, body).run();
  assert(body.ok() && "restore() would refuse this snapshot");
  Archive whole;
  Header header;
  header.checksum = hash64(body.saved());
  header.visit(whole);
  return concat({whole.saved(), body.saved()});
}

tl::expected<void, Text> Engine::restore(std::string_view snapshot) {
  state_->clear();
  Archive archive(snapshot);
  Header header;
  header.visit(archive);
  if (header.magic != kMagic) return tl::make_unexpected("this is not a Tripline snapshot");
  if (header.format != kFormat) {
    return tl::make_unexpected(concat(
        {"the snapshot has format ", header.format, "; this engine reads format ", kFormat}));
  }
  archive.require(header.checksum == hash64(archive.rest()));
  if (archive.ok()) StatePass(*state_, archive).run();
  if (!archive.ok()) {
    state_->clear();
    return tl::make_unexpected("the snapshot is damaged");
  }
  state_->has_missed_deadlines = true;
  return {};
}

}  // namespace tripline
