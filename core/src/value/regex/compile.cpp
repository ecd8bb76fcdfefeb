#include "value/regex/compile.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "value/regex/match.h"

namespace tripline::regex {
namespace {

constexpr std::size_t kMostInstructions = 2000;

using Operation = Instruction::Operation;
using Code = std::vector<Instruction>;

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
  explicit Compiler(Syntax& syntax) : syntax_(syntax) {}

  tl::expected<Code, Error> compile() {
    groups_.push_back({});
    for (const Token& token : syntax_.tokens) {
      add(token);
      if (code_.size() >= kMostInstructions || too_long_) {
        return tl::unexpected(
            Error{token.position, "the pattern compiles to more than 2,000 instructions"});
      }
    }
    end_group();
    emit(Operation::match);
    return std::move(code_);
  }

 private:
  struct Group {
    std::size_t begin = 0;
    std::size_t alternative = 0;  // where the last one begins
    std::size_t first_jump = 0;   // of those in jumps_ that belong to this group
  };

  void emit(Operation operation, std::ptrdiff_t operand = 0) {
    code_.push_back({operation, static_cast<std::int16_t>(operand)});
  }

  void append(const Code& code) { code_.insert(code_.end(), code.begin(), code.end()); }

  /// Cuts off the stretch from `begin` on.
  Code cut(std::size_t begin) {
    Code stretch(code_.begin() + static_cast<std::ptrdiff_t>(begin), code_.end());
    code_.resize(begin);
    return stretch;
  }

  void add(const Token& token) {
    switch (token.kind) {
      case Token::Kind::characters:
        item_ = code_.size();
        return emit(Operation::consume, token.first);
      case Token::Kind::condition:
        item_ = code_.size();
        return emit(Operation::require, token.first);
      case Token::Kind::open:
        groups_.push_back({code_.size(), code_.size(), jumps_.size()});
        return;
      case Token::Kind::alternative:
        return begin_alternative();
      case Token::Kind::close:
        return end_group();
      case Token::Kind::repeat:
        return repeat(token.first, token.second);
    }
  }

  void begin_alternative() {
    Group& group = groups_.back();
    const Code last = cut(group.alternative);
    emit(Operation::split, static_cast<std::ptrdiff_t>(last.size()) + 2);
    append(last);
    jumps_.push_back(code_.size());
    emit(Operation::jump);  // to the end of the group, once that is known
    group.alternative = code_.size();
  }

  void end_group() {
    const Group group = groups_.back();
    groups_.pop_back();
    for (; jumps_.size() > group.first_jump; jumps_.pop_back()) {
      const std::size_t jump = jumps_.back();
      code_[jump].operand = static_cast<std::int16_t>(code_.size() - jump);
    }
    item_ = group.begin;
  }

  /// Nothing is copied if the result would be too long.
  void repeat(std::size_t least, std::size_t most) {
    const Code once = cut(item_);
    const std::size_t optional = most == kUnlimited ? least == 0 : most - least;
    const std::size_t length = once.size() * (least + optional) + optional + 1;
    too_long_ = code_.size() + length > kMostInstructions;
    if (too_long_) return;
    for (std::size_t i = 0; i < least; ++i) append(once);
    for (std::size_t left = optional; left > 0; --left) {
      const bool loops = most == kUnlimited;
      emit(Operation::split, static_cast<std::ptrdiff_t>((once.size() + 1) * left + loops));
      append(once);
    }
    if (most == kUnlimited) emit(Operation::split, -static_cast<std::ptrdiff_t>(once.size()));
  }

  Syntax& syntax_;
  Code code_;
  std::vector<Group> groups_;
  std::vector<std::size_t> jumps_;  // those that do not know their target yet
  std::size_t item_ = 0;            // where the code of the last item begins
  bool too_long_ = false;
};

/// Follows the program from its start as though every condition held.
std::bitset<256> find_first_bytes(const Program& program) {
  Scratch scratch;
  Machine machine(program, scratch);
  std::uint64_t budget = std::numeric_limits<std::uint64_t>::max();
  constexpr auto every_condition = static_cast<std::uint8_t>(~0u);
  std::bitset<256> bytes;
  if (machine.enter(0, every_condition, budget) == Machine::Outcome::matched) return bytes.set();
  for (const std::uint16_t place : machine.places()) {
    for (const Range& range : program.sets[program.instructions[place].operand]) {
      for (char32_t byte = range.first; byte <= std::min<char32_t>(range.last, 0x7F); ++byte) {
        bytes.set(byte);
      }
      if (range.last >= 0x80) bytes |= std::bitset<256>().set() << 0x80;
    }
  }
  return bytes;
}

}  // namespace

tl::expected<Program, Error> compile(Syntax syntax) {
  auto code = Compiler(syntax).compile();
  if (!code) return tl::unexpected(code.error());
  Program program;
  program.instructions = std::move(*code);
  program.sets = std::move(syntax.sets);
  program.first_bytes = find_first_bytes(program);
  const Instruction& first = program.instructions[0];
  program.anchored = first.operation == Operation::require && first.operand == kTextBegin;
  return program;
}

}  // namespace tripline::regex
