#include "patterns/regex/parse.h"

#include <algorithm>
#include <utility>

#include "patterns/regex/code.h"
#include "support/text.h"
#include "support/utf8.h"
#include "tripline/detail/text.h"

namespace tripline::regex {
namespace {

constexpr std::uint32_t kMostRepetitions = 1000;

enum Flag : unsigned { kFoldCase = 1, kMultiLine = 2, kDotAll = 4, kUngreedy = 8 };

/// All of them ASCII, as in RE2. The first three go by their letter: \d, \s, \w.
struct NamedClass {
  std::string_view name;
  std::string_view pairs;
};
using namespace std::string_view_literals;
constexpr NamedClass kNamedClasses[] = {
    {"d", "09"},           {"s", "\t\n\f\r  "},  // without \v, which is in [:space:]
    {"w", "09AZ__az"},     {"alnum", "09AZaz"},   {"alpha", "AZaz"},
    {"ascii", "\0\x7F"sv}, {"blank", "\t\t  "},   {"cntrl", "\0\x1F\x7F\x7F"sv},
    {"digit", "09"},       {"graph", "!~"},       {"lower", "az"},
    {"print", " ~"},       {"punct", "!/:@[`{~"}, {"space", "\t\r  "},
    {"upper", "AZ"},       {"word", "09AZ__az"},  {"xdigit", "09AFaf"},
};

const NamedClass* find_class(std::string_view name) {
  for (const NamedClass& candidate : kNamedClasses) {
    if (candidate.name == name) return &candidate;
  }
  return nullptr;
}

/// Where a sign stands among others; -1 if it is none of them.
int place_of(char sign, const char* signs) {
  for (int place = 0; signs[place] != 0; ++place) {
    if (signs[place] == sign) return place;
  }
  return -1;
}

/// 0 to 35 for ASCII's digits and letters, 99 for all else.
unsigned digit_value(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  const char letter = ascii_lower(c);
  return letter >= 'a' && letter <= 'z' ? static_cast<unsigned>(letter - 'a' + 10) : 99;
}

/// A function that reads something returns false when it has stored an error.
class Parser {
 public:
  Parser(std::string_view pattern, Arena& memory, Program& program, Error& error)
      : text_(pattern), size_(pattern.size()), memory_(memory), program_(program), error_(error) {
    for (int i = 0; i < kFurthestPeek; ++i) text_ += '\0';
  }

  bool parse() {
    groups_.push_back({0, 1, 0, code_.begin_group()});
    while (!at_end()) {
      if (!read_item()) return false;
      if (code_.is_too_long()) {
        return fail(item_, "the pattern compiles to more than 2,000 instructions");
      }
    }
    if (groups_.size() > 1) {
      return fail(groups_.back().position, "this group is not closed; add a )");
    }
    code_.end_group(groups_.back().code);
    code_.add(Operation::match);
    for (const Instruction& instruction : code_.instructions()) {
      memory_.add(program_.instructions, instruction);
    }
    return true;
  }

 private:
  using Operation = Instruction::Operation;
  static constexpr int kFurthestPeek = 3;

  struct Group {
    std::size_t position;
    std::uint32_t outer_copies;
    unsigned outer_flags;
    Code::Group code;
  };

  bool fail(std::size_t position, const char* message) {
    error_ = {position, message};
    return false;
  }

  bool at_end() const { return position_ == size_; }
  /// The character ahead; NUL beyond the end.
  char peek(std::size_t distance = 0) const { return text_[position_ + distance]; }
  bool consume(char sign) {
    if (peek() != sign || at_end()) return false;
    ++position_;
    return true;
  }
  bool consume_code_point(char32_t& code_point) {
    const CodePoint next = decode_utf8({text_.data() + position_, size_ - position_});
    code_point = next.value;
    if (next.value == 0xFFFD && next.size == 1) {
      return fail(position_, "the pattern is not valid UTF-8");
    }
    position_ += next.size;
    return true;
  }

  bool read_item() {
    item_ = position_;
    const bool after_repetition = std::exchange(after_repetition_, false);
    Times times;
    if (read_times(times)) return add_repetition(times, after_repetition);
    switch (peek()) {
      case '(':
        return open_group();
      case ')':
        return close_group();
      case '|':
        ++position_;
        repeatable_ = false;
        code_.begin_alternative(groups_.back().code);
        return true;
      case '^':
        ++position_;
        return add_condition(flags_ & kMultiLine ? kLineBegin : kTextBegin);
      case '$':
        ++position_;
        return add_condition(flags_ & kMultiLine ? kLineEnd : kTextEnd);
      case '.':
        ++position_;
        return add_dot();
      case '[':
        return read_class();
      case '\\':
        return read_escape();
      default:
        return add_literal();
    }
  }

  /// For what a repetition can follow.
  bool add_atom(Operation operation, std::uint32_t operand) {
    repeatable_ = true;
    item_copies_ = 1;
    code_.add(operation, operand);
    return true;
  }

  bool add_condition(std::uint32_t condition) { return add_atom(Operation::require, condition); }

  /// Those of `set_`, which is empty then.
  bool add_characters(bool negated = false) {
    if (flags_ & kFoldCase) set_.add_case_variants();
    if (negated) set_.negate();
    const std::uint32_t place = program_.sets.add(set_, memory_);
    set_.clear();
    return add_atom(Operation::consume, place);
  }

  bool add_character(char32_t code_point) {
    set_.add(code_point, code_point);
    return add_characters();
  }

  bool add_literal() {
    char32_t code_point = 0;
    return consume_code_point(code_point) && add_character(code_point);
  }

  bool add_dot() {
    if (!(flags_ & kDotAll)) set_.add('\n', '\n');
    return add_characters(true);
  }

  /// How many digits of `number_` it read, `most` at most. What is above 10FFFF stays above it.
  std::size_t read_number(unsigned base, std::size_t most) {
    number_ = 0;
    std::size_t digits = 0;
    for (; digits < most && digit_value(peek()) < base; ++digits, ++position_) {
      if (number_ <= kLastCodePoint) number_ = number_ * base + digit_value(peek());
    }
    return digits;
  }

  // --- Repetitions ---

  struct Times {
    std::uint32_t least;
    std::uint32_t most;
  };

  /// False if no repetition is ahead; a brace is then an ordinary character.
  bool read_times(Times& times) {
    const int sign = place_of(peek(), "?*+");
    if (sign >= 0) {
      ++position_;
      times = {sign == 2, sign == 0 ? 1 : kUnlimited};
      return true;
    }
    const std::size_t begin = position_;
    if (consume('{') && read_bound(times.least)) {
      times.most = times.least;
      bool reads = true;
      if (consume(',')) {
        times.most = kUnlimited;
        reads = peek() == '}' || read_bound(times.most);
      }
      if (reads && consume('}')) return true;
    }
    position_ = begin;
    return false;
  }

  /// A zero leads no number, and as in RE2 neither does one of ten digits count as a repetition.
  bool read_bound(std::uint32_t& number) {
    const bool is_zero = peek() == '0';
    const std::size_t digits = read_number(10, 10);
    number = number_;
    return digits > 0 && digits < (is_zero ? 2 : 10);
  }

  bool add_repetition(Times times, bool after_repetition) {
    const bool unlimited = times.most == kUnlimited;
    const std::uint32_t copies = unlimited ? times.least : times.most;
    if (times.least > kMostRepetitions || copies > kMostRepetitions) {
      return fail(item_, "{m,n} goes up to 1,000");
    }
    if (times.least > times.most) return fail(item_, "m is larger than n in {m,n}");
    consume('?');  // prefers fewer, which does not change whether there is a match
    if (after_repetition) {
      return fail(item_, "two repetitions in a row; group the first, as in (?:a*)*");
    }
    if (!repeatable_) {
      return fail(item_, "nothing to repeat; to match the sign itself, put a \\ before it");
    }
    item_copies_ *= std::max(copies, 1u);
    if (item_copies_ > kMostRepetitions) {
      return fail(item_, "nested {m,n} multiply to more than 1,000");
    }
    copies_ = std::max(copies_, item_copies_);
    after_repetition_ = true;
    code_.repeat(times.least, times.most);
    return true;
  }

  // --- Groups and flags ---

  bool open_group() {
    ++position_;
    if (!consume('?')) return begin_group(flags_);
    if (place_of(peek(peek() == '<'), "=!") >= 0) {
      return fail(item_, "lookahead and lookbehind are not supported");
    }
    if (peek() == 'P' && peek(1) == '<') ++position_;
    return consume('<') ? read_name() : read_flags();
  }

  bool begin_group(unsigned flags) {
    groups_.push_back({item_, std::exchange(copies_, 1), flags_, code_.begin_group()});
    flags_ = flags;
    repeatable_ = false;
    return true;
  }

  bool read_name() {
    const std::size_t begin = position_;
    while (digit_value(peek()) < 36 || peek() == '_') ++position_;
    if (position_ == begin || !consume('>')) {
      return fail(item_, "a group's name is made of ASCII letters, digits and _");
    }
    return begin_group(flags_);
  }

  /// The rest of "(?i)", "(?i-s)", "(?i-s:" or "(?:".
  bool read_flags() {
    unsigned flags = flags_;
    bool clear = false;
    bool useless_minus = false;
    for (;;) {
      if (consume('-')) {
        useless_minus = true;
        if (clear) break;
        clear = true;
        continue;
      }
      const int flag = place_of(peek(), "imsU");
      if (flag < 0) break;
      ++position_;
      useless_minus = false;
      flags = clear ? flags & ~(1u << flag) : flags | 1u << flag;
    }
    if (!useless_minus && consume(':')) return begin_group(flags);
    if (!useless_minus && consume(')')) {
      flags_ = flags;
      return true;
    }
    return fail(item_, "after (? comes a :, P<name>, <name> or flags out of i, m, s and U");
  }

  bool close_group() {
    if (groups_.size() == 1) return fail(item_, "this ) closes no group; a literal one is \\)");
    ++position_;
    const Group group = groups_.back();
    groups_.pop_back();
    flags_ = group.outer_flags;
    item_copies_ = copies_;
    copies_ = std::max(copies_, group.outer_copies);
    repeatable_ = true;
    code_.end_group(group.code);
    return true;
  }

  // --- Escapes and classes ---

  bool read_escape() {
    if (add_letter_class()) return add_characters();
    const int condition = place_of(peek(1), "bBAz");  // in the order of Condition
    if (condition >= 0) {
      position_ += 2;
      return add_condition(1u << condition);
    }
    if (peek(1) == 'Q') return read_quoted();
    char32_t code_point = 0;
    return read_escaped(code_point) && add_character(code_point);
  }

  /// Up to "\\E" or the end.
  bool read_quoted() {
    position_ += 2;
    while (!at_end()) {
      if (peek() == '\\' && peek(1) == 'E') {
        position_ += 2;
        break;
      }
      if (!add_literal()) return false;
    }
    return true;
  }

  /// Takes \d, \D, \s, \S, \w or \W and adds it. False if something else is ahead.
  bool add_letter_class() {
    if (peek() != '\\') return false;
    const char letter = ascii_lower(peek(1));
    const NamedClass* found = find_class({&letter, 1});
    if (found == nullptr) return false;
    add_class(*found, peek(1) != letter);
    position_ += 2;
    return true;
  }

  void add_class(const NamedClass& named, bool negated) {
    CharacterSet characters;
    characters.add_pairs(named.pairs);
    if (negated) {
      if (flags_ & kFoldCase) characters.add_case_variants();
      characters.negate();
    }
    set_.add_all(characters);
  }

  /// An escape that stands for one code point.
  bool read_escaped(char32_t& code_point) {
    const std::size_t begin = position_++;
    if (at_end()) return fail(begin, "a \\ at the end; a literal one is \\\\");
    const char sign = peek();
    const unsigned digit = digit_value(sign);
    if (sign == '0' || (digit < 8 && digit_value(peek(1)) < 8)) {
      read_number(8, 3);
      code_point = number_;
      return true;
    }
    ++position_;
    if (sign == 'x') {
      if (!read_hexadecimal()) {
        return fail(begin, "\\x takes two hexadecimal digits, or up to 10FFFF in braces");
      }
      code_point = number_;
      return true;
    }
    if (const int letter = place_of(sign, "afnrtv"); letter >= 0) {
      code_point = static_cast<char32_t>("\a\f\n\r\t\v"[letter]);
      return true;
    }
    if (digit < 10) return fail(begin, "backreferences are not supported");
    if (ascii_lower(sign) == 'p') {
      return fail(begin, "\\p and \\P are not supported; list the characters in a class");
    }
    if (sign == 'C') return fail(begin, "\\C is not supported; . is any character");
    if (digit < 36 || static_cast<unsigned char>(sign) >= 0x80) {
      return fail(begin, "unknown escape sequence");
    }
    code_point = static_cast<char32_t>(sign);
    return true;
  }

  /// Reads the number after "\x".
  bool read_hexadecimal() {
    if (!consume('{')) return read_number(16, 2) == 2;
    return read_number(16, size_) > 0 && number_ <= kLastCodePoint && consume('}');
  }

  bool read_class() {
    ++position_;
    const bool negated = consume('^');
    const std::size_t first = position_;  // where a ] is a character
    while (peek() != ']' || position_ == first) {
      if (!read_class_item()) return false;
    }
    ++position_;
    return add_characters(negated);
  }

  bool read_class_item() {
    if (peek() == '[' && peek(1) == ':') {
      const std::size_t end = find_end_of_name();
      if (end != 0) return read_posix_class(end);
    }
    if (add_letter_class()) return true;
    const std::size_t begin = position_;
    char32_t first = 0;
    if (!read_class_character(first)) return false;
    char32_t last = first;
    if (peek() == '-' && position_ + 1 < size_ && peek(1) != ']') {
      ++position_;
      if (!read_class_character(last)) return false;
      if (last < first) return fail(begin, "a range that ends before it begins");
    }
    set_.add(first, last);
    return true;
  }

  /// How far ahead the next ":]" is; 0 if there is none.
  std::size_t find_end_of_name() const {
    for (std::size_t distance = 2; position_ + distance < size_; ++distance) {
      if (peek(distance) == ':' && peek(distance + 1) == ']') return distance;
    }
    return 0;
  }

  bool read_class_character(char32_t& code_point) {
    if (at_end()) return fail(item_, "this class is not closed; add a ]");
    return peek() == '\\' ? read_escaped(code_point) : consume_code_point(code_point);
  }

  /// Up to its ":]", which is `length` bytes ahead.
  bool read_posix_class(std::size_t length) {
    const std::size_t begin = position_;
    const std::size_t end = position_ + length;
    position_ += 2;
    const bool negated = consume('^');
    const NamedClass* found = find_class({text_.data() + position_, end - position_});
    if (found == nullptr || end == position_ + 1) {
      return fail(begin, "unknown class; there are [:alpha:], [:digit:], [:space:], ...");
    }
    add_class(*found, negated);
    position_ = end + 2;
    return true;
  }

  Text text_;  // with room to peek behind its end
  std::size_t size_;
  std::size_t position_ = 0;
  std::size_t item_ = 0;      // where the item begins that is being read
  std::uint32_t number_ = 0;  // the one that was read last
  unsigned flags_ = 0;
  CharacterSet set_;    // what the item accepts, as far as it was read
  List<Group> groups_;  // the open ones; the first is the pattern
  /// A repetition has something before it in the same alternative.
  bool repeatable_ = false;
  bool after_repetition_ = false;
  /// How often the bounds of repetitions, one in another, multiply something in the last item, and
  /// in the innermost open group.
  std::uint32_t item_copies_ = 1;
  std::uint32_t copies_ = 1;
  Arena& memory_;
  Program& program_;
  Code code_;
  Error& error_;
};

}  // namespace

bool parse(std::string_view pattern, Arena& memory, Program& program, Error& error) {
  return Parser(pattern, memory, program, error).parse();
}

}  // namespace tripline::regex
