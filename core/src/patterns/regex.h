// Regular expressions in the syntax of RE2, for `rlike` (rule 6): a search for a match anywhere in
// a string, in time linear in the string.
//
//   pattern ──regex/parse──▶ program ──regex/match──▶ yes or no
//
// Supported, each with the meaning that RE2 gives it:
//   x . [x-y] [^x]               a character, all but newline, classes
//   \d \w \s \D \W \S            and in a class [:alpha:], [:^alpha:] and so on; all of them ASCII
//   \a \f \n \r \t \v \.         and other signs after a \ ; \Q...\E around literal text
//   \x41 \x{1F600} \101 \0       code points by hexadecimal or octal number
//   xy x|y (x) (?:x)             also (?P<name>x) and (?<name>x); nothing is captured
//   x* x+ x? x{m} x{m,} x{m,n}   and with a ? behind, which makes no difference here
//   ^ $ \A \z \b \B
//   (?i) (?m) (?s) (?U)          set, (?-i) cleared, (?i:x) within a group
//
// (?i) folds case as RE2 does, by Unicode 15.0's simple case folding: "k" is also the Kelvin sign.
// Pattern and text are UTF-8; a malformed byte in the text reads as U+FFFD.
//
// Refused: \p and \P, \C, lookahead and lookbehind, backreferences, all else that RE2 refuses,
// names of groups with other than ASCII letters, digits and _; patterns of over 2,000 instructions;
// {m,n} over 1,000, also when multiplied through nesting (rule 26).
//
// The one difference: RE2 lets an empty match, as of \B, be between the bytes of one character.
// Here a match begins and ends between characters.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "patterns/regex/match.h"
#include "patterns/regex/parse.h"
#include "support/archive.h"

namespace tripline {

/// A compiled pattern. Immutable: any number of threads may search with one at once.
class Regex {
 public:
  /// `position`, in bytes, and `message`, which is a constant.
  using Error = regex::Error;
  /// Memory for searches, one at a time, whatever the patterns: 20 KB, so best on the heap and made
  /// when there is a first pattern. No search allocates any.
  using Scratch = regex::Scratch;

  /// Null, and the reason in `error`, if the pattern is refused. Lies in `memory` and needs nothing
  /// else.
  [[nodiscard]] static const Regex* compile(std::string_view pattern, Arena& memory, Error& error);

  /// Names the parts of a compiled pattern to an archive. One that loads is left failed, or the
  /// pattern is as safe to search with as one that compile() returned.
  void visit(Archive& archive, Arena& memory);

  /// Returns whether the pattern matches anywhere in `text`. Each step, an instruction entered or a
  /// byte passed over, takes one from `budget`; nothing if that is used up before the result is
  /// known. At most `instructions` steps per character. The count is the same on every host.
  [[nodiscard]] std::optional<bool> search(std::string_view text, std::uint64_t& budget,
                                           Scratch& scratch) const;

 private:
  regex::Program program_;
};

}  // namespace tripline
