#include "value/regex/parse.h"

#include <algorithm>
#include <utility>

#include "support/utf8.h"

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
    {"d"sv, "09"},           {"s", "\t\n\f\r  "sv},  // without \v, which is in [:space:]
    {"w"sv, "09AZ__az"},     {"alnum", "09AZaz"},   {"alpha", "AZaz"sv},
    {"ascii"sv, "\0\x7F"sv}, {"blank", "\t\t  "},   {"cntrl", "\0\x1F\x7F\x7F"sv},
    {"digit"sv, "09"},       {"graph", "!~"},       {"lower", "az"sv},
    {"print"sv, " ~"},       {"punct", "!/:@[`{~"}, {"space", "\t\r  "sv},
    {"upper"sv, "AZ"},       {"word", "09AZ__az"},  {"xdigit", "09AFaf"sv},
};

const NamedClass* find_class(std::string_view name) {
  for (const NamedClass& candidate : kNamedClasses) {
    if (candidate.name == name) return &candidate;
  }
  return nullptr;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_octal(char c) {
  return c >= '0' && c <= '7';
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
bool is_letter(char c) {
  return lower(c) >= 'a' && lower(c) <= 'z';
}

/// 0 to 15, or a larger number for what is no hexadecimal digit.
unsigned hex_value(char c) {
  if (is_digit(c)) return static_cast<unsigned>(c - '0');
  return is_letter(c) ? static_cast<unsigned>(lower(c) - 'a' + 10) : 16;
}

/// A function that reads something returns false when it has stored an error.
class Parser {
 public:
  Parser(std::string_view pattern, Tokens& tokens, CharacterSets& sets)
      : pattern_(pattern), tokens_(tokens), sets_(sets) {}

  std::optional<Error> parse() {
    if (read()) return std::nullopt;
    return Error{error_position_, error_message_};
  }

 private:
  using Kind = Token::Kind;

  struct Group {
    std::uint16_t position;
    std::uint16_t outer_copies;
    unsigned outer_flags;
  };

  bool read() {
    if (!check_text()) return false;
    while (!at_end()) {
      if (!read_item()) return false;
    }
    if (groups_.empty()) return true;
    return fail(groups_.back().position, "this group is not closed; add a )");
  }

  bool fail(std::size_t position, const char* message) {
    error_position_ = position;
    error_message_ = message;
    return false;
  }

  bool at_end() const { return position_ == pattern_.size(); }
  /// What is ahead, NUL beyond the end.
  char peek(std::size_t distance = 0) const {
    const std::size_t position = position_ + distance;
    return position < pattern_.size() ? pattern_[position] : '\0';
  }
  bool take(char sign) {
    if (at_end() || peek() != sign) return false;
    ++position_;
    return true;
  }
  bool take(char first, char second) {
    if (peek() != first || peek(1) != second) return false;
    position_ += 2;
    return true;
  }
  char32_t take_code_point() {
    const CodePoint code_point =
        decode_utf8({pattern_.data() + position_, pattern_.size() - position_});
    position_ += code_point.size;
    return code_point.value;
  }

  bool check_text() {
    std::size_t characters = 0;
    for (; !at_end(); ++characters) {
      const std::size_t begin = position_;
      if (characters == kMostCharacters) {
        return fail(begin, "a pattern has at most 1,000 characters");
      }
      if (take_code_point() == 0xFFFD && position_ == begin + 1) {
        return fail(begin, "the pattern is not valid UTF-8");
      }
    }
    position_ = 0;
    return true;
  }

  bool read_item() {
    item_ = position_;
    const bool after_repetition = std::exchange(after_repetition_, false);
    if (const auto times = read_times()) return add_repetition(*times, after_repetition);
    switch (peek()) {
      case '(':
        return open_group();
      case ')':
        return close_group();
      case '|':
        ++position_;
        repeatable_ = false;
        return add_token(Kind::alternative);
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
        return add_literal(take_code_point());
    }
  }

  bool add_token(Kind kind, std::uint32_t operand = 0, std::uint32_t least = 0,
                 std::uint32_t most = 0) {
    tokens_.push_back({kind, static_cast<std::uint16_t>(item_), static_cast<std::uint16_t>(least),
                       static_cast<std::uint16_t>(most), operand});
    return true;
  }

  /// For what a repetition can follow.
  bool add_atom(Kind kind, std::uint32_t operand) {
    repeatable_ = true;
    item_copies_ = 1;
    return add_token(kind, operand);
  }

  bool add_condition(Condition condition) { return add_atom(Kind::condition, condition); }

  bool add_characters(CharacterSet& set, bool negated = false) {
    if (flags_ & kFoldCase) set.add_case_variants();
    if (negated) set.negate();
    return add_atom(Kind::characters, sets_.add(set));
  }

  bool add_literal(char32_t code_point) {
    CharacterSet set;
    set.add(code_point, code_point);
    return add_characters(set);
  }

  bool add_dot() {
    CharacterSet set;
    if (!(flags_ & kDotAll)) set.add_pairs("\n\n");
    return add_characters(set, true);
  }

  // --- Repetitions ---

  struct Times {
    std::uint32_t least;
    std::uint32_t most;
  };

  /// Nothing if what is ahead is no repetition; a brace is then an ordinary character.
  std::optional<Times> read_times() {
    if (take('*')) return Times{0, kUnlimited};
    if (take('+')) return Times{1, kUnlimited};
    if (take('?')) return Times{0, 1};
    const std::size_t begin = position_;
    if (take('{')) {
      const auto least = read_number();
      auto most = least;
      if (least && take(',')) most = peek() == '}' ? kUnlimited : read_number();
      if (most && take('}')) return Times{*least, *most};
    }
    position_ = begin;
    return std::nullopt;
  }

  /// A zero leads no number, and as in RE2 neither does one of ten digits count as a repetition.
  /// What is above the limit stays above it and below kUnlimited.
  std::optional<std::uint32_t> read_number() {
    if (!is_digit(peek()) || (peek() == '0' && is_digit(peek(1)))) return std::nullopt;
    std::uint32_t number = 0;
    while (is_digit(peek())) {
      if (number >= 100'000'000) return std::nullopt;
      number = number * 10 + static_cast<std::uint32_t>(pattern_[position_++] - '0');
    }
    return number == kUnlimited ? kUnlimited - 1 : number;
  }

  bool add_repetition(Times times, bool after_repetition) {
    const bool unlimited = times.most == kUnlimited;
    const std::uint32_t copies = unlimited ? times.least : times.most;
    if (times.least > kMostRepetitions || copies > kMostRepetitions) {
      return fail(item_, "{m,n} goes up to 1,000");
    }
    if (times.least > times.most) return fail(item_, "m is larger than n in {m,n}");
    take('?');  // prefers fewer, which does not change whether there is a match
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
    return add_token(Kind::repeat, 0, times.least, times.most);
  }

  // --- Groups and flags ---

  bool open_group() {
    if (!take('(', '?')) {
      ++position_;
      return begin_group(flags_);
    }
    if (peek() == '=' || peek() == '!' || (peek() == '<' && (peek(1) == '=' || peek(1) == '!'))) {
      return fail(item_, "lookahead and lookbehind are not supported");
    }
    if (take('P', '<') || take('<')) return read_name();
    return read_flags();
  }

  bool begin_group(unsigned flags) {
    groups_.push_back({static_cast<std::uint16_t>(item_),
                       static_cast<std::uint16_t>(std::exchange(copies_, 1)), flags_});
    flags_ = flags;
    repeatable_ = false;
    return add_token(Kind::open);
  }

  bool read_name() {
    const std::size_t begin = position_;
    while (is_letter(peek()) || is_digit(peek()) || peek() == '_') ++position_;
    if (position_ == begin || !take('>')) {
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
      if (take('-')) {
        if (clear) break;
        clear = useless_minus = true;
        continue;
      }
      const bool ends = peek() == ':' || peek() == ')';
      if (ends && useless_minus) break;
      if (take(':')) return begin_group(flags);
      if (take(')')) {
        flags_ = flags;
        return true;
      }
      const std::size_t flag = "imsU"sv.find(peek());
      if (at_end() || flag == std::string_view::npos) break;
      ++position_;
      useless_minus = false;
      flags = clear ? flags & ~(1u << flag) : flags | 1u << flag;
    }
    return fail(item_, "after (? comes a :, P<name>, <name> or flags out of i, m, s and U");
  }

  bool close_group() {
    if (groups_.empty()) return fail(item_, "this ) closes no group; a literal one is \\)");
    ++position_;
    const Group group = groups_.pop_back();
    flags_ = group.outer_flags;
    item_copies_ = copies_;
    copies_ = std::max<std::uint32_t>(copies_, group.outer_copies);
    repeatable_ = true;
    return add_token(Kind::close);
  }

  // --- Escapes and classes ---

  bool read_escape() {
    CharacterSet set;
    if (add_letter_class(set)) return add_characters(set);
    if (take('\\', 'b')) return add_condition(kWordBoundary);
    if (take('\\', 'B')) return add_condition(kNoWordBoundary);
    if (take('\\', 'A')) return add_condition(kTextBegin);
    if (take('\\', 'z')) return add_condition(kTextEnd);
    if (take('\\', 'Q')) {
      while (!at_end() && !take('\\', 'E')) add_literal(take_code_point());
      return true;
    }
    char32_t code_point = 0;
    return read_escaped(code_point) && add_literal(code_point);
  }

  /// Takes \d, \D, \s, \S, \w or \W and adds it. False if something else is ahead.
  bool add_letter_class(CharacterSet& set) {
    if (peek() != '\\') return false;
    const char letter = lower(peek(1));
    const NamedClass* found = find_class({&letter, 1});
    if (found == nullptr) return false;
    add_class(set, *found, peek(1) != letter);
    position_ += 2;
    return true;
  }

  void add_class(CharacterSet& set, const NamedClass& named, bool negated) {
    CharacterSet characters;
    characters.add_pairs(named.pairs);
    if (negated) {
      if (flags_ & kFoldCase) characters.add_case_variants();
      characters.negate();
    }
    set.add_all(characters);
  }

  /// An escape that stands for one code point.
  bool read_escaped(char32_t& code_point) {
    const std::size_t begin = position_++;
    if (at_end()) return fail(begin, "a \\ at the end; a literal one is \\\\");
    const char sign = pattern_[position_++];
    if (sign == 'x') {
      return read_hexadecimal(code_point) ||
             fail(begin, "\\x takes two hexadecimal digits, or up to 10FFFF in braces");
    }
    if (sign == '0' || (is_octal(sign) && is_octal(peek()))) {
      code_point = static_cast<char32_t>(sign - '0');
      for (int i = 0; i < 2 && is_octal(peek()); ++i) {
        code_point = code_point * 8 + static_cast<char32_t>(pattern_[position_++] - '0');
      }
      return true;
    }
    constexpr std::string_view letters = "afnrtv"sv, meanings = "\a\f\n\r\t\v"sv;
    if (const std::size_t letter = letters.find(sign); letter != letters.npos) {
      code_point = static_cast<char32_t>(meanings[letter]);
      return true;
    }
    if (is_digit(sign)) return fail(begin, "backreferences are not supported");
    if (lower(sign) == 'p') {
      return fail(begin, "\\p and \\P are not supported; list the characters in a class");
    }
    if (sign == 'C') return fail(begin, "\\C is not supported; . is any character");
    if (is_letter(sign) || static_cast<unsigned char>(sign) >= 0x80) {
      return fail(begin, "unknown escape sequence");
    }
    code_point = static_cast<char32_t>(sign);
    return true;
  }

  /// What is after "\x".
  bool read_hexadecimal(char32_t& code_point) {
    const bool in_braces = take('{');
    int digits = 0;
    code_point = 0;
    for (; hex_value(peek()) < 16 && (in_braces || digits < 2); ++digits, ++position_) {
      code_point = code_point * 16 + hex_value(peek());
      if (code_point > kLastCodePoint) return false;
    }
    return in_braces ? digits > 0 && take('}') : digits == 2;
  }

  bool read_class() {
    ++position_;
    CharacterSet set;
    const bool negated = take('^');
    const std::size_t first = position_;  // where a ] is a character
    while (peek() != ']' || position_ == first) {
      if (!read_class_item(set)) return false;
    }
    ++position_;
    return add_characters(set, negated);
  }

  bool read_class_item(CharacterSet& set) {
    if (peek() == '[' && peek(1) == ':') {
      for (std::size_t length = 2; position_ + length + 1 < pattern_.size(); ++length) {
        if (peek(length) == ':' && peek(length + 1) == ']') return read_posix_class(set, length);
      }
    }
    if (add_letter_class(set)) return true;
    const std::size_t begin = position_;
    char32_t first = 0;
    if (!read_class_character(first)) return false;
    char32_t last = first;
    if (peek() == '-' && position_ + 1 < pattern_.size() && peek(1) != ']') {
      ++position_;
      if (!read_class_character(last)) return false;
      if (last < first) return fail(begin, "a range that ends before it begins");
    }
    set.add(first, last);
    return true;
  }

  bool read_class_character(char32_t& code_point) {
    if (at_end()) return fail(item_, "this class is not closed; add a ]");
    if (peek() == '\\') return read_escaped(code_point);
    code_point = take_code_point();
    return true;
  }

  /// Up to its ":]", which is `length` bytes ahead.
  bool read_posix_class(CharacterSet& set, std::size_t length) {
    const std::size_t begin = position_;
    const std::size_t end = position_ + length;
    position_ += 2;
    const bool negated = take('^');
    const NamedClass* found = find_class({pattern_.data() + position_, end - position_});
    if (found == nullptr || end == position_ + 1) {
      return fail(begin, "unknown class; there are [:alpha:], [:digit:], [:space:], ...");
    }
    add_class(set, *found, negated);
    position_ = end + 2;
    return true;
  }

  std::string_view pattern_;
  std::size_t position_ = 0;
  std::size_t item_ = 0;  // where the item begins that is being read
  unsigned flags_ = 0;
  FixedVector<Group, kMostCharacters> groups_;
  /// A repetition has something before it in the same alternative.
  bool repeatable_ = false;
  bool after_repetition_ = false;
  /// How often the bounds of repetitions, one in another, multiply something in the last item, and
  /// in the innermost open group.
  std::uint32_t item_copies_ = 1;
  std::uint32_t copies_ = 1;
  Tokens& tokens_;
  CharacterSets& sets_;
  std::size_t error_position_ = 0;
  const char* error_message_ = nullptr;
};

}  // namespace

std::optional<Error> parse(std::string_view pattern, Tokens& tokens, CharacterSets& sets) {
  return Parser(pattern, tokens, sets).parse();
}

}  // namespace tripline::regex
