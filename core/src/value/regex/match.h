// Runs a program on a text (Thompson, 1968, as Pike ran it: at all places of the program at once,
// one character at a time), so the time is linear in the text whatever the pattern.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "value/regex/program.h"

namespace tripline::regex {

/// Memory that searches share. A search that needs no more than an earlier one allocates nothing.
struct Scratch {
  std::vector<std::uint32_t> entered;  // per instruction, the last round in which it was entered
  std::vector<std::uint16_t> places;
  std::vector<std::uint16_t> last_places;
  std::vector<std::uint16_t> pending;
};

/// Where in a program a search stands: at instructions that wait for a character.
class Machine {
 public:
  enum class Outcome : std::uint8_t { waiting, matched, out_of_budget };

  /// Both must outlive the machine.
  Machine(const Program& program, Scratch& scratch);

  std::span<const std::uint16_t> places() const { return scratch_.places; }

  /// Goes on from an instruction until only places that wait for a character are left. No
  /// instruction is entered twice in a round; each takes one from the budget.
  Outcome enter(std::size_t instruction, std::uint8_t conditions, std::uint64_t& budget);

  /// Begins a round at the next byte, which only a machine may that waits nowhere.
  void skip() { ++round_; }

  /// Begins a round behind a character: every place that waits takes it, or is given up.
  Outcome consume(char32_t character, std::uint8_t conditions_behind, std::uint64_t& budget);

 private:
  const Program& program_;
  Scratch& scratch_;
  std::uint32_t round_ = 1;
};

/// See Regex::search.
[[nodiscard]] std::optional<bool> match(const Program& program, std::string_view text,
                                        std::uint64_t& budget, Scratch& scratch);

}  // namespace tripline::regex
