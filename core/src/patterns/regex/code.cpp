#include "patterns/regex/code.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include "patterns/regex/match.h"

namespace tripline::regex {
namespace {

using Operation = Instruction::Operation;

constexpr std::int32_t kNoJump = -1;

/// Follows the program from its start as though every condition held.
void find_first_bytes(Program& program) {
  const std::unique_ptr<Scratch> scratch(new Scratch);
  std::uint64_t budget = std::numeric_limits<std::uint64_t>::max();
  Machine machine(program, *scratch, budget);
  constexpr std::uint8_t every_condition = 0xFF;
  const bool can_be_empty = machine.enter(0, every_condition) == Machine::Outcome::matched;
  if (can_be_empty) program.first_bytes.fill(true);
  for (const std::uint16_t place : machine.places()) {
    const auto operand = static_cast<std::size_t>(program.instructions[place].operand);
    const Bounds set = program.sets.at(operand);
    for (char32_t byte = 0; byte < 0x80; ++byte) {
      program.first_bytes[byte] |= contains(set, byte);
    }
    program.first_bytes[0x80] |= contains(set, 0x80) || count_up_to(set, 0x80) < set.size();
  }
}

}  // namespace

// Code for a piece of the pattern is one stretch: entered at its first instruction, left past its
// last. Pieces in sequence need nothing between them.
//
//   a|b     split ─┐        a{2,4}   a
//           a      │                 a
//           jump ──┼─┐               split ──┐
//           b ◀────┘ │               a       │
//             ◀──────┘               split ─┐│
//                                    a      ││
//   a+      a ◀────┐                   ◀────┴┘
//           split ─┘        a*       (a+){0,1}

void Code::emit(Operation operation, std::size_t operand) {
  code_.push_back({operation, static_cast<std::int32_t>(operand)});
}

void Code::insert_split(std::uint32_t place, std::uint32_t operand) {
  code_.insert(code_.begin() + place, {Operation::split, static_cast<std::int32_t>(operand)});
}

Code::Group Code::begin_group() const {
  return {size(), size(), kNoJump};
}

void Code::begin_alternative(Group& group) {
  insert_split(group.alternative, size() - group.alternative + 2);
  const auto jump = static_cast<std::int32_t>(size());
  code_.push_back({Operation::jump, std::exchange(group.last_jump, jump)});
  group.alternative = size();
}

void Code::end_group(const Group& group) {
  for (std::int32_t jump = group.last_jump; jump != kNoJump;) {
    const auto distance = static_cast<std::int32_t>(size()) - jump;
    jump = std::exchange(code_[static_cast<std::size_t>(jump)].operand, distance);
  }
  item_ = group.begin;
}

void Code::repeat(std::uint32_t least, std::uint32_t most) {
  const bool loops = most == kUnlimited;
  const std::uint32_t copies = loops ? std::max(least, 1u) : most;
  const std::uint32_t length = size() - item_;
  too_long_ = item_ + copies * length + (copies - least) + loops > kMostInstructions;
  if (too_long_) return;
  if (copies == 0) return code_.resize(item_);
  for (std::uint32_t copy = 0; copy < copies; ++copy) {
    if (copy >= least) {
      insert_split(copy == 0 ? item_ : size(), (copies - copy) * (length + 1) + loops);
    }
    if (copy == 0) continue;
    const std::uint32_t first_copy = item_ + (least == 0);
    for (std::uint32_t i = 0; i < length; ++i) {
      const Instruction instruction = code_[first_copy + i];
      code_.push_back(instruction);
    }
  }
  if (loops) emit(Operation::split, 0 - std::size_t{length});
}

bool is_safe(const Program& program) {
  const auto count = static_cast<std::int64_t>(program.instructions.size());
  if (count == 0 || count > static_cast<std::int64_t>(kMostInstructions)) return false;
  for (std::int64_t at = 0; at < count; ++at) {
    const auto [operation, operand] = program.instructions[static_cast<std::size_t>(at)];
    const bool jumps = operation == Operation::split || operation == Operation::jump;
    const std::int64_t target = at + operand;
    if (operation > Operation::match) return false;
    if (jumps && (target < 0 || target >= count)) return false;
    if (operation == Operation::consume && !program.sets.has(operand)) return false;
  }
  // All other instructions but a jump go on to the next one, so the last must be an end.
  return program.instructions[static_cast<std::size_t>(count - 1)].operation == Operation::match;
}

void finish(Program& program) {
  find_first_bytes(program);
  const Instruction& first = program.instructions[0];
  program.anchored = first.operation == Operation::require && first.operand == kTextBegin;
}

}  // namespace tripline::regex
