#include "input/lenient_json.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "support/number_text.h"

namespace tripline::cli {
namespace {

/// The code unit that a `\u` escape at the front stands for; -1 if there is none.
int escaped_unit(std::string_view text) {
  constexpr std::size_t size = 6;
  int unit = -1;
  if (text.size() < size || !text.starts_with("\\u")) return -1;
  const auto [end, error] = std::from_chars(text.data() + 2, text.data() + size, unit, 16);
  return error == std::errc() && end == text.data() + size ? unit : -1;
}

/// Removes the escape at the front of `rest` and returns its replacement.
std::string_view consume_escape(std::string_view& rest) {
  const auto is_between = [](int unit, int first, int last) {
    return unit >= first && unit <= last;
  };
  const int unit = escaped_unit(rest);
  const bool is_pair =
      is_between(unit, 0xd800, 0xdbff) && is_between(escaped_unit(rest.substr(6)), 0xdc00, 0xdfff);
  const bool is_lone = !is_pair && is_between(unit, 0xd800, 0xdfff);
  const std::size_t size = is_pair ? 12 : unit >= 0 ? 6 : std::min<std::size_t>(rest.size(), 2);
  const std::string_view escape = rest.substr(0, size);
  rest.remove_prefix(size);
  return is_lone ? "\\ufffd" : escape;
}

/// The number at the front of `rest`, or null in its place.
std::string_view consume_number(std::string_view& rest) {
  const std::size_t size = std::min(rest.find_first_not_of("+-.0123456789eE"), rest.size());
  const std::string_view number = rest.substr(0, size);
  rest.remove_prefix(size);
  return is_number(number) && std::isinf(parse_number(number)) ? "null" : number;
}

}  // namespace

std::string lenient_json(std::string_view json) {
  std::string_view rest = json;
  std::string text;
  bool is_in_string = false;
  while (!rest.empty()) {
    const char c = rest.front();
    if (is_in_string && c == '\\') {
      text += consume_escape(rest);
    } else if (!is_in_string && (c == '-' || (c >= '0' && c <= '9'))) {
      text += consume_number(rest);
    } else {
      is_in_string ^= c == '"';
      text += c;
      rest.remove_prefix(1);
    }
  }
  return text;
}

std::string_view within_limit(std::string_view text) {
  constexpr std::size_t most = 8192;
  if (text.size() <= most) return text;
  const auto continues = [&](std::size_t at) { return (text[at] & 0xc0) == 0x80; };
  std::size_t size = most;
  while (size > 0 && continues(size)) --size;
  return text.substr(0, size);
}

}  // namespace tripline::cli
