#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <tuple>

#include "profiles/deadlines.h"

using namespace tripline;

TEST_CASE("profiles are due in the order of their deadlines, after any sets and removals",
          "[profiles]") {
  constexpr std::size_t count = 50;
  std::vector<ProfileName> names(count);
  std::vector<Profile> profiles(count);
  for (std::size_t i = 0; i < count; ++i) {
    names[i] = {static_cast<Program::Index>(i % 3), "u" + std::to_string(i)};
    profiles[i].name = &names[i];
  }
  const auto is_earlier = [](const Profile& a, const Profile& b) {
    return std::tie(a.deadline, a.name->key, a.name->id) <
           std::tie(b.deadline, b.name->key, b.name->id);
  };
  std::mt19937_64 random(1);
  for (int round = 0; round < 500; ++round) {
    Deadlines deadlines;
    // Few different times, so that many are equal. Some profiles get a deadline twice, or none.
    for (int step = 0; step < 80; ++step) {
      Profile& profile = profiles[random() % count];
      if (random() % 4 == 0)
        deadlines.remove(profile);
      else
        deadlines.set(profile, static_cast<Time>(random() % 20));
    }
    std::vector<Profile*> expected;
    for (Profile& profile : profiles) {
      if (profile.deadline != kNever) expected.push_back(&profile);
    }
    std::sort(expected.begin(), expected.end(),
              [&](const Profile* a, const Profile* b) { return is_earlier(*a, *b); });
    std::vector<Profile*> served;
    while (Profile* next = deadlines.next()) {
      served.push_back(next);
      deadlines.remove(*next);
    }
    CHECK(served == expected);
  }
}
