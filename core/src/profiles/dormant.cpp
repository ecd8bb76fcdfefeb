#include "profiles/dormant.h"

#include <algorithm>

namespace tripline {

void DormantStore::add(const DormantName& name, std::uint64_t attribute_updates, DormantSlot slot) {
  DormantProfile* profile = profiles_.touch(name);
  if (profile == nullptr) profile = &profiles_.add(name, {});
  profile->attribute_updates = std::max(profile->attribute_updates, attribute_updates);
  if (profile->slots.size() == kMostDormant) profile->slots.erase(profile->slots.begin());
  profile->slots.push_back(std::move(slot));
}

bool DormantStore::forget(const DormantName& name) {
  return profiles_.remove(name);
}

void DormantStore::rebase(Time now) {
  profiles_.for_each([&](const DormantName&, DormantProfile& profile) {
    for (DormantSlot& slot : profile.slots) {
      slot.since = std::min(slot.since, now);
      slot.rebased_to = std::min(slot.rebased_to, now);
    }
  });
}

void DormantStore::expire(Time now) {
  List<DormantName> over;
  profiles_.for_each([&](const DormantName& name, DormantProfile& profile) {
    erase_if(profile.slots, [&](const DormantSlot& slot) { return slot.is_over(now); });
    if (profile.slots.empty()) over.push_back(name);
  });
  for (const DormantName& name : over) profiles_.remove(name);
}

}  // namespace tripline
