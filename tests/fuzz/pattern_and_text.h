// An input of `like` and `rlike`: the pattern in the first line, then the string to search.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace tripline::test {

struct PatternAndText {
  PatternAndText(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::size_t end = input.find('\n');
    pattern = input.substr(0, end);
    if (end != std::string_view::npos) text = input.substr(end + 1);
  }
  std::string_view pattern;
  std::string_view text;
};

/// Prints a finding and aborts the program: libFuzzer reports that.
[[noreturn]] inline void report(const std::string& finding) {
  std::fprintf(stderr, "%s\n", finding.c_str());
  std::abort();
}

}  // namespace tripline::test
