// Runs a program on a text (Thompson, 1968, as Pike ran it: at all places of the program at once,
// one character at a time), so the time is linear in the text whatever the pattern.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "patterns/regex/fixed_vector.h"
#include "patterns/regex/program.h"

namespace tripline::regex {

/// Memory for searches (20 KB: for the heap).
struct Scratch {
  using Places = FixedVector<std::uint16_t, kMostInstructions>;

  std::uint32_t entered[kMostInstructions];  // the last round in which each instruction was entered
  Places places[2];                          // those of this round, and of the one before
  Places pending;
};

/// Where in a program a search stands: at instructions that wait for a character.
class Machine {
 public:
  enum class Outcome : std::uint8_t { waiting, matched, out_of_budget };

  /// All must outlive the machine.
  Machine(const Program& program, Scratch& scratch, std::uint64_t& budget);

  const Scratch::Places& places() const { return *places_; }

  /// Goes on from an instruction until only places that wait for a character are left. No
  /// instruction is entered twice in a round; each takes one from the budget.
  Outcome enter(std::size_t instruction, std::uint8_t conditions);

  /// Begins a round at the next byte, which only a machine may that waits nowhere.
  void skip() { ++round_; }

  /// Begins a round behind a character: every place that waits takes it, or is given up.
  Outcome consume(char32_t character, std::uint8_t conditions_behind);

 private:
  void follow(std::size_t instruction);

  const Program& program_;
  Scratch& scratch_;
  std::uint64_t& budget_;
  Scratch::Places* places_;
  Scratch::Places* last_places_;
  std::uint32_t round_ = 1;
};

/// See Regex::search.
[[nodiscard]] std::optional<bool> match(const Program& program, std::string_view text,
                                        std::uint64_t& budget, Scratch& scratch);

}  // namespace tripline::regex
