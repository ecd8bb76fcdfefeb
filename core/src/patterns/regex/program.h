// A compiled pattern: instructions for a machine that is in many places at once.
#pragma once

#include <array>
#include <cstdint>

#include "patterns/regex/character_set.h"
#include "tripline/detail/arena.h"

namespace tripline::regex {

inline constexpr std::size_t kMostInstructions = 2000;

/// A condition between two characters; a bit each, so that an instruction can ask for several.
enum Condition : std::uint8_t {
  kWordBoundary = 1,
  kNoWordBoundary = 2,
  kTextBegin = 4,
  kTextEnd = 8,
  kLineBegin = 16,
  kLineEnd = 32,
};

/// Jumps are relative, so a stretch of code means the same wherever it is copied to.
struct Instruction {
  enum class Operation : std::uint8_t {
    consume,  // take a character of the set at `operand`, then go on
    require,  // go on if one of the conditions in `operand` holds
    split,    // go on, and also at this + `operand`
    jump,     // go on at this + `operand`
    match,
  };
  Operation operation;
  std::int32_t operand;
};

/// Immutable once compiled.
struct Program {
  Items<Instruction> instructions;
  CharacterSets sets;
  /// True for each ASCII character that a match can begin with; the last element stands for all
  /// other characters. All are true if a match can be empty.
  std::array<bool, 0x81> first_bytes{};
  /// A match can begin only where the text begins.
  bool anchored = false;
};

}  // namespace tripline::regex
