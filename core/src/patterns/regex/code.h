// The part of a pattern that has been read, as instructions.
#pragma once

#include <cstddef>
#include <cstdint>

#include "patterns/regex/program.h"
#include "tripline/detail/list.h"

namespace tripline::regex {

inline constexpr std::uint32_t kUnlimited = 0xFFFFFFFF;

class Code {
 public:
  const List<Instruction>& instructions() const { return code_; }

  struct Group {
    std::uint32_t begin;
    /// Where the last alternative begins.
    std::uint32_t alternative;
    /// The jumps to the end of the group, the last one first: each holds the place of the one
    /// before until that end is known.
    std::int32_t last_jump;
  };

  void add(Instruction::Operation operation, std::size_t operand = 0) {
    item_ = size();
    emit(operation, operand);
  }
  [[nodiscard]] Group begin_group() const;
  void begin_alternative(Group& group);
  /// The whole group is then the last item.
  void end_group(const Group& group);
  /// Repeats the last item; `most` may be kUnlimited. Nothing is copied if the result would be too
  /// long.
  void repeat(std::uint32_t least, std::uint32_t most);
  /// True if the pattern needs more than kMostInstructions, the one at its end included.
  bool is_too_long() const { return too_long_ || code_.size() >= kMostInstructions; }

 private:
  std::uint32_t size() const { return static_cast<std::uint32_t>(code_.size()); }
  void emit(Instruction::Operation operation, std::size_t operand);
  void insert_split(std::uint32_t place, std::uint32_t operand);

  List<Instruction> code_;
  std::uint32_t item_ = 0;  // where the code of the last item begins
  bool too_long_ = false;
};

/// True if no search with these instructions leaves them or the sets, whatever the text.
[[nodiscard]] bool is_safe(const Program& program);

/// The rest of a program, from its instructions.
void finish(Program& program);

}  // namespace tripline::regex
