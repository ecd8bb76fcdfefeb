// A file's lines, in constant memory.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace tripline::cli {

/// The longest line that is taken whole; of one that is longer, `text` is its beginning.
inline constexpr std::size_t kLongestLine = 16u << 20;

struct Line {
  std::string_view text;  // without its end; never empty
  std::size_t number;     // from 1
  std::uint64_t end;      // bytes of the file up to its end
  bool is_too_long;
};

/// Visits each line that is not blank; `-` is standard input. False, and a message on stderr, if
/// the file cannot be read to its end.
[[nodiscard]] bool for_each_line(const std::string& path,
                                 const std::function<void(const Line&)>& visit);

}  // namespace tripline::cli
