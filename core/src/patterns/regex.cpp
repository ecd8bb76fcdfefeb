#include "patterns/regex.h"

#include "patterns/regex/code.h"

namespace tripline {

const Regex* Regex::compile(std::string_view pattern, Arena& memory, Error& error) {
  auto* const regex = new (memory.allocate(sizeof(Regex))) Regex;
  if (!regex::parse(pattern, memory, regex->program_, error)) return nullptr;
  regex::finish(regex->program_);
  return regex;
}

void Regex::visit(Archive& archive, Arena& memory) {
  program_.sets.visit(archive, memory);
  archive.items(program_.instructions, memory, 5, [&](regex::Instruction& instruction) {
    archive.number(instruction.operation);
    archive.number(instruction.operand);
  });
  if (!archive.is_loading()) return;
  archive.require(regex::is_safe(program_));
  if (archive.ok()) regex::finish(program_);
}

std::optional<bool> Regex::search(std::string_view text, std::uint64_t& budget,
                                  Scratch& scratch) const {
  return regex::match(program_, text, budget, scratch);
}

}  // namespace tripline
