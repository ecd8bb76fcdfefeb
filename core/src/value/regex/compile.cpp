#include "value/regex/compile.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include "value/regex/match.h"

namespace tripline::regex {
namespace {

using Operation = Instruction::Operation;

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
class Compiler {
 public:
  std::optional<Error> compile(const Tokens& tokens) {
    groups_.push_back({0, 0, kNoJump});
    for (const Token& token : tokens) {
      add(token);
      if (too_long_ || code_.size() >= kMostInstructions) {
        return Error{token.position, "the pattern compiles to more than 2,000 instructions"};
      }
    }
    end_group();
    emit(Operation::match);
    return std::nullopt;
  }

  List<Instruction> code() const { return {code_.begin(), code_.end()}; }

 private:
  static constexpr std::int32_t kNoJump = -1;

  struct Group {
    std::size_t begin;
    std::size_t alternative;  // where the last one begins
    /// The jumps to the end of the group, the last one first: each holds the place of the one
    /// before until that end is known.
    std::int32_t last_jump;
  };

  void emit(Operation operation, std::size_t operand = 0) {
    code_.push_back({operation, static_cast<std::int32_t>(operand)});
  }

  void insert_split(std::size_t place, std::size_t operand) {
    emit(Operation::split);
    std::move_backward(code_.begin() + place, code_.end() - 1, code_.end());
    code_[place] = {Operation::split, static_cast<std::int32_t>(operand)};
  }

  void add(const Token& token) {
    switch (token.kind) {
      case Token::Kind::characters:
        item_ = code_.size();
        return emit(Operation::consume, token.operand);
      case Token::Kind::condition:
        item_ = code_.size();
        return emit(Operation::require, token.operand);
      case Token::Kind::open:
        return groups_.push_back({code_.size(), code_.size(), kNoJump});
      case Token::Kind::alternative:
        return begin_alternative();
      case Token::Kind::close:
        return end_group();
      case Token::Kind::repeat:
        return repeat(token.least, token.most);
    }
  }

  void begin_alternative() {
    Group& group = groups_.back();
    insert_split(group.alternative, code_.size() - group.alternative + 2);
    const auto jump = static_cast<std::int32_t>(code_.size());
    code_.push_back({Operation::jump, std::exchange(group.last_jump, jump)});
    group.alternative = code_.size();
  }

  void end_group() {
    const Group group = groups_.pop_back();
    for (std::int32_t jump = group.last_jump; jump != kNoJump;) {
      const auto distance = static_cast<std::int32_t>(code_.size()) - jump;
      jump = std::exchange(code_[static_cast<std::size_t>(jump)].operand, distance);
    }
    item_ = group.begin;
  }

  /// Nothing is copied if the result would be too long.
  void repeat(std::size_t least, std::size_t most) {
    const bool loops = most == kUnlimited;
    const std::size_t copies = loops ? std::max<std::size_t>(least, 1) : most;
    const std::size_t length = code_.size() - item_;
    too_long_ = item_ + copies * length + (copies - least) + loops > kMostInstructions;
    if (too_long_) return;
    if (copies == 0) return code_.shrink(item_);
    for (std::size_t copy = 0; copy < copies; ++copy) {
      if (copy >= least) {
        insert_split(copy == 0 ? item_ : code_.size(), (copies - copy) * (length + 1) + loops);
      }
      if (copy == 0) continue;
      const std::size_t first_copy = item_ + (least == 0);
      for (std::size_t i = 0; i < length; ++i) code_.push_back(code_[first_copy + i]);
    }
    if (loops) emit(Operation::split, -length);
  }

  /// One token adds two at most, if it does not repeat.
  FixedVector<Instruction, kMostInstructions + 2> code_;
  FixedVector<Group, kMostCharacters / 2 + 1> groups_;
  std::size_t item_ = 0;  // where the code of the last item begins
  bool too_long_ = false;
};

/// Follows the program from its start as though every condition held.
void find_first_bytes(Program& program) {
  const std::unique_ptr<Scratch> scratch(new Scratch);
  std::uint64_t budget = std::numeric_limits<std::uint64_t>::max();
  Machine machine(program, *scratch, budget);
  constexpr std::uint8_t every_condition = 0xFF;
  if (machine.enter(0, every_condition) == Machine::Outcome::matched) {
    program.first_bytes.fill(true);
    return;
  }
  for (const std::uint16_t place : machine.places()) {
    const auto operand = static_cast<std::size_t>(program.instructions[place].operand);
    const Bounds set = program.sets.at(operand);
    for (char32_t byte = 0; byte < 0x80; ++byte) {
      if (contains(set, byte)) program.first_bytes[byte] = true;
    }
    const bool others = contains(set, 0x80) || count_up_to(set, 0x80) < set.size();
    if (others) program.first_bytes[0x80] = true;
  }
}

}  // namespace

std::optional<Error> compile(const Tokens& tokens, Program& program) {
  const std::unique_ptr<Compiler> compiler(new Compiler);
  if (const auto error = compiler->compile(tokens)) return error;
  program.instructions = compiler->code();
  find_first_bytes(program);
  const Instruction& first = program.instructions[0];
  program.anchored = first.operation == Operation::require && first.operand == kTextBegin;
  return std::nullopt;
}

}  // namespace tripline::regex
