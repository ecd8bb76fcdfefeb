#include "patterns/regex/match.h"

#include <algorithm>
#include <utility>

#include "support/utf8.h"

namespace tripline::regex {
namespace {

using Operation = Instruction::Operation;

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

/// The conditions between two characters. Bytes will do: only ASCII matters here.
std::uint8_t conditions_at(std::string_view text, std::size_t position) {
  const bool begins = position == 0;
  const bool ends = position == text.size();
  const char before = begins ? '\n' : text[position - 1];
  const char after = ends ? '\n' : text[position];
  unsigned conditions = is_word(before) == is_word(after) ? kNoWordBoundary : kWordBoundary;
  if (begins) conditions |= kTextBegin;
  if (ends) conditions |= kTextEnd;
  if (before == '\n') conditions |= kLineBegin;
  if (after == '\n') conditions |= kLineEnd;
  return static_cast<std::uint8_t>(conditions);
}

}  // namespace

Machine::Machine(const Program& program, Scratch& scratch, std::uint64_t& budget)
    : program_(program),
      scratch_(scratch),
      budget_(budget),
      places_(&scratch.places[0]),
      last_places_(&scratch.places[1]) {
  for (std::size_t i = 0; i < program.instructions.size(); ++i) scratch.entered[i] = 0;
  places_->clear();
}

void Machine::follow(std::size_t instruction) {
  if (scratch_.entered[instruction] == round_) return;
  scratch_.entered[instruction] = round_;
  scratch_.pending.push_back(static_cast<std::uint16_t>(instruction));
}

Machine::Outcome Machine::enter(std::size_t instruction, std::uint8_t conditions) {
  scratch_.pending.clear();
  follow(instruction);
  while (!scratch_.pending.empty()) {
    if (budget_ == 0) return Outcome::out_of_budget;
    --budget_;
    const std::uint16_t at = scratch_.pending.pop_back();
    const Instruction current = program_.instructions[at];
    const std::size_t target = at + static_cast<std::size_t>(current.operand);
    switch (current.operation) {
      case Operation::consume:
        places_->push_back(at);
        break;
      case Operation::require:
        if (conditions & current.operand) follow(at + 1u);
        break;
      case Operation::split:
        follow(at + 1u);
        follow(target);
        break;
      case Operation::jump:
        follow(target);
        break;
      case Operation::match:
        return Outcome::matched;
    }
  }
  return Outcome::waiting;
}

Machine::Outcome Machine::consume(char32_t character, std::uint8_t conditions_behind) {
  ++round_;
  std::swap(places_, last_places_);
  places_->clear();
  for (const std::uint16_t place : *last_places_) {
    const auto set = static_cast<std::size_t>(program_.instructions[place].operand);
    if (!contains(program_.sets.at(set), character)) continue;
    const Outcome outcome = enter(place + 1u, conditions_behind);
    if (outcome != Outcome::waiting) return outcome;
  }
  return Outcome::waiting;
}

std::optional<bool> match(const Program& program, std::string_view text, std::uint64_t& budget,
                          Scratch& scratch) {
  Machine machine(program, scratch, budget);
  const auto can_begin_at = [&](std::size_t position) {
    if (program.anchored) return position == 0;
    return position == text.size() ||
           program.first_bytes[std::min<unsigned char>(text[position], 0x80)];
  };
  auto outcome = Machine::Outcome::waiting;
  for (std::size_t position = 0;;) {
    const bool can_begin = can_begin_at(position);
    if (can_begin && outcome == Machine::Outcome::waiting) {
      outcome = machine.enter(0, conditions_at(text, position));
    }
    if (outcome == Machine::Outcome::matched) return true;
    if (outcome == Machine::Outcome::out_of_budget) return std::nullopt;
    const bool waits = !machine.places().empty();
    if (position == text.size() || (program.anchored && !waits)) return false;
    if (can_begin || waits) {
      const CodePoint character = decode_utf8(text.substr(position));
      position += character.size;
      outcome = machine.consume(character.value, conditions_at(text, position));
    } else {  // all bytes of one character can begin a match, or none
      if (budget == 0) return std::nullopt;
      --budget;
      ++position;
      machine.skip();
    }
  }
}

}  // namespace tripline::regex
