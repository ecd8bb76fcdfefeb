#include "profiles/deadlines.h"

#include <utility>

namespace tripline {

bool Deadlines::before(const Profile& a, const Profile& b) {
  if (a.deadline != b.deadline) return a.deadline < b.deadline;
  if (a.name->key != b.name->key) return a.name->key < b.name->key;
  return a.name->id < b.name->id;
}

void Deadlines::set(Profile& profile, Time deadline) {
  const bool is_in = profile.deadline != kNever;
  if (profile.deadline == deadline) return;
  profile.deadline = deadline;
  if (!is_in) {
    heap_.push_back(&profile);
    profile.place = heap_.size() - 1;
  } else if (deadline == kNever) {
    Profile* last = heap_.back();
    heap_.pop_back();
    if (last == &profile) return;
    place(last, profile.place);
    sift_up(last->place);
    sift_down(last->place);
    return;
  }
  sift_up(profile.place);
  sift_down(profile.place);
}

void Deadlines::place(Profile* profile, std::size_t position) {
  heap_[position] = profile;
  profile->place = position;
}

void Deadlines::sift_up(std::size_t position) {
  Profile* profile = heap_[position];
  while (position > 0 && before(*profile, *heap_[(position - 1) / 2])) {
    place(heap_[(position - 1) / 2], position);
    position = (position - 1) / 2;
  }
  place(profile, position);
}

void Deadlines::sift_down(std::size_t position) {
  Profile* profile = heap_[position];
  for (;;) {
    std::size_t child = 2 * position + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && before(*heap_[child + 1], *heap_[child])) ++child;
    if (!before(*heap_[child], *profile)) break;
    place(heap_[child], position);
    position = child;
  }
  place(profile, position);
}

}  // namespace tripline
