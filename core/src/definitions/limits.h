// Limits of definitions (rule 26). Reading definitions and loading a compiled program both hold
// them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tripline {

inline constexpr std::uint16_t kMostCriteria = 100;   // of one node, and in a list of a filter
inline constexpr std::uint16_t kMostProperties = 50;  // of a calculated one
inline constexpr std::uint16_t kMostInterventions = 10'000;
inline constexpr int kDeepestCriteria = 32;
inline constexpr std::size_t kLongestPattern = 1000;  // in code points
inline constexpr std::size_t kLongestSeparator = 16;  // in code points

}  // namespace tripline
