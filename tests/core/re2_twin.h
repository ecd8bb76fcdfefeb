// RE2 as the twin that `rlike` is compared with, in tests and in fuzzing.
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

/// All that we may refuse although RE2 takes it, by the message's beginning.
inline bool is_documented_refusal(std::string_view message) {
  constexpr std::string_view refusals[] = {
      "\\p and \\P are not supported",  "\\C is not supported",
      "a group's name is made of",      "the pattern compiles to more",
      "the pattern is not valid UTF-8",  // a surrogate
  };
  return std::any_of(std::begin(refusals), std::end(refusals),
                     [&](std::string_view refusal) { return message.starts_with(refusal); });
}

/// With U+FFFD for every malformed byte: what we search when handed such a text.
inline std::string well_formed(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const CodePoint next = decode_utf8(text);
    result += next.size == 1 && next.value == 0xFFFD ? "\xEF\xBF\xBD" : text.substr(0, next.size);
    text.remove_prefix(next.size);
  }
  return result;
}

/// One pattern in both engines.
class Twins {
 public:
  explicit Twins(const std::string& pattern)
      : pattern_(pattern),
        ours_(Regex::compile(pattern, memory_, reason_)),
        theirs_(pattern, options()) {}

  /// Both take the pattern.
  bool comparable() const { return ours_ != nullptr && theirs_.ok(); }

  /// What is wrong if one takes the pattern and the other does not.
  std::optional<std::string> disagreement() const {
    if (ours_ && !theirs_.ok()) {
      // Releases before 2023 do not know this way to name a group.
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

  /// RE2 lets a match be between two bytes of one character, where \B holds. We do not, and as
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
    options.set_max_mem(std::int64_t{256} << 20);  // its own limits are not what is compared
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
