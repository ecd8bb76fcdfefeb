// Compares `rlike` with RE2, in tests and in fuzzing.
#pragma once

#include <re2/re2.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "patterns/regex.h"
#include "support/utf8.h"

namespace tripline::test {

/// True for the message of a refusal that RE2 does not share and that regex.h documents.
inline bool is_documented_refusal(std::string_view message) {
  constexpr std::string_view refusals[] = {
      "\\p and \\P are not supported",  "\\C is not supported",
      "a group's name is made of",      "the pattern compiles to more",
      "the pattern is not valid UTF-8",  // a surrogate
  };
  return std::any_of(std::begin(refusals), std::end(refusals),
                     [&](std::string_view refusal) { return message.starts_with(refusal); });
}

/// Replaces each malformed byte by U+FFFD. `rlike` reads a malformed byte as that character.
inline std::string well_formed(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const CodePoint next = decode_utf8(text);
    result += next.size == 1 && next.value == 0xFFFD ? "\xEF\xBF\xBD" : text.substr(0, next.size);
    text.remove_prefix(next.size);
  }
  return result;
}

/// One pattern, compiled by both engines.
class Twins {
 public:
  explicit Twins(const std::string& pattern)
      : pattern_(pattern),
        ours_(Regex::compile(pattern, memory_, reason_)),
        theirs_(pattern, options()) {}

  /// True if both engines accept the pattern.
  bool comparable() const { return ours_ != nullptr && theirs_.ok(); }

  /// Returns a message if exactly one engine accepts the pattern, without a documented reason.
  std::optional<std::string> disagreement() const {
    if (ours_ && !theirs_.ok()) {
      // RE2 releases before 2023 do not know this syntax for a named group.
      if (pattern_.find("(?<") != std::string::npos) return std::nullopt;
      return "only RE2 refuses /" + pattern_ + "/: " + theirs_.error();
    }
    if (!ours_ && theirs_.ok() && !is_documented_refusal(reason_.message)) {
      return "only we refuse /" + pattern_ + "/: " + reason_.message;
    }
    return std::nullopt;
  }

  bool ours(std::string_view text) {
    std::uint64_t budget = std::numeric_limits<std::uint64_t>::max();
    return *ours_->search(text, budget, scratch_);
  }
  bool theirs(std::string_view text) const {
    return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), theirs_);
  }

  /// True if the engines differ by design: RE2 matches \B between two bytes of one character. As
  /// every character begins with a lead byte, only an empty match can be there.
  bool differ_by_right(std::string_view text) const {
    const re2::StringPiece piece(text.data(), text.size());
    re2::StringPiece match;
    return pattern_.find("\\B") != std::string::npos &&
           theirs_.Match(piece, 0, piece.size(), RE2::UNANCHORED, &match, 1) && match.empty() &&
           match.data() != text.data() + text.size() && (*match.data() & 0xC0) == 0x80;
  }

 private:
  static RE2::Options options() {
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(std::int64_t{256} << 20);  // RE2's own limits must not decide
    return options;
  }

  std::string pattern_;
  Arena memory_;
  Regex::Error reason_;
  const Regex* ours_;
  RE2 theirs_;
  Regex::Scratch scratch_;
};

}  // namespace tripline::test
