// What a pattern compiles to: instructions for a machine that is in many places at once.
#pragma once

#include <bitset>
#include <cstdint>
#include <span>
#include <vector>

#include "value/regex/character_set.h"

namespace tripline::regex {

/// What holds between two characters; a bit each, so that an instruction can ask for some of them.
enum Condition : std::uint8_t {
  kTextBegin = 1,
  kTextEnd = 2,
  kLineBegin = 4,
  kLineEnd = 8,
  kWordBoundary = 16,
  kNoWordBoundary = 32,
};

/// Jumps are relative, so a stretch of code means the same wherever it is copied to.
struct Instruction {
  enum class Operation : std::uint8_t {
    consume,  // take a character of set number `operand`, then go on
    require,  // go on if one of the conditions in `operand` holds
    split,    // go on, and also at this + `operand`
    jump,     // go on at this + `operand`
    match,
  };
  Operation operation;
  std::int16_t operand = 0;
};

/// The sets of a pattern, one after the other.
class CharacterSets {
 public:
  /// Gives the number of the set.
  std::int16_t add(const CharacterSet& set) {
    ranges_.insert(ranges_.end(), set.ranges().begin(), set.ranges().end());
    ends_.push_back(static_cast<std::uint32_t>(ranges_.size()));
    return static_cast<std::int16_t>(ends_.size() - 1);
  }
  std::span<const Range> operator[](std::size_t number) const {
    const std::size_t begin = number == 0 ? 0 : ends_[number - 1];
    return {ranges_.data() + begin, ends_[number] - begin};
  }

 private:
  std::vector<Range> ranges_;
  std::vector<std::uint32_t> ends_;
};

/// Immutable once compiled.
struct Program {
  std::vector<Instruction> instructions;
  CharacterSets sets;
  /// The bytes that a match can begin with; all of them if it can be empty.
  std::bitset<256> first_bytes;
  /// A match can begin only where the text begins.
  bool anchored = false;
};

}  // namespace tripline::regex
