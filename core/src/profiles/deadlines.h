// Profiles in the order of their deadlines.
#pragma once

#include "profiles/profile_store.h"
#include "tripline/detail/list.h"

namespace tripline {

/// Profiles by deadline, the earliest first; of equal deadlines by key and id, so that order never
/// depends on history. The deadline of a profile that is not held stays where it is when the clock
/// passes it. A binary heap in which each profile knows its place: all calls cost
/// O(log profiles). A profile must be removed before it goes.
class Deadlines {
 public:
  /// The profile that is due next, or null.
  Profile* next() const { return heap_.empty() ? nullptr : heap_.front(); }
  /// Gives a profile a deadline; kNever takes it out.
  void set(Profile& profile, Time deadline);
  void remove(Profile& profile) { set(profile, kNever); }
  void clear() { heap_.clear(); }
  /// True if `a` is due first.
  static bool before(const Profile& a, const Profile& b);

 private:
  void place(Profile* profile, std::size_t position);
  void sift_up(std::size_t position);
  void sift_down(std::size_t position);

  List<Profile*> heap_;
};

}  // namespace tripline
