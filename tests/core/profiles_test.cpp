#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <tuple>

#include "profiles/deadlines.h"

using namespace tripline;

TEST_CASE("the profile that is due next is the earliest of all, whatever was set and removed",
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
  Deadlines deadlines;
  for (int step = 0; step < 20'000; ++step) {
    Profile& profile = profiles[random() % count];
    // Few different times, so that many are equal.
    random() % 3 == 0 ? deadlines.remove(profile)
                      : deadlines.set(profile, static_cast<Time>(random() % 20));
    const Profile& earliest = *std::min_element(profiles.begin(), profiles.end(), is_earlier);
    const Profile* expected = earliest.deadline == kNever ? nullptr : &earliest;
    if (deadlines.next() == expected) continue;
    FAIL_CHECK("after step " << step);
  }
}
