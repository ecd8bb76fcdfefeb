#include "definitions/property_path.h"

#include <algorithm>

namespace tripline {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Cuts the digits off the front of `text`; false if there are none or too many.
bool take_digits(std::string_view& text, std::uint32_t& number) {
  constexpr std::size_t most_digits = 6;
  std::size_t count = 0;
  number = 0;
  while (count < text.size() && is_digit(text[count])) {
    if (count == most_digits) return false;
    number = number * 10 + static_cast<std::uint32_t>(text[count++] - '0');
  }
  text.remove_prefix(count);
  return count != 0;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

tl::expected<List<PathStep>, Text> parse_property_path(std::string_view path) {
  const auto refuse = [](Text why) { return tl::make_unexpected(std::move(why)); };
  constexpr std::size_t longest = 1000;
  if (path.size() > longest) return refuse("a path may have 1,000 characters");

  List<PathStep> steps;
  std::string_view rest = path;
  if (rest.starts_with("$.")) {
    rest.remove_prefix(2);
  } else if (rest.starts_with("$[")) {
    rest.remove_prefix(1);
  }
  bool needs_dot = false;
  while (!rest.empty()) {
    if (take(rest, '[')) {
      PathStep step;
      if (!take_digits(rest, step.index) || !take(rest, ']')) {
        return refuse("only an index such as [0] may stand in brackets");
      }
      steps.push_back(step);
      needs_dot = true;
      continue;
    }
    if (needs_dot && !take(rest, '.')) return refuse("a '.' is missing after ']'");
    const std::size_t size = std::min(rest.find_first_of(".[]"), rest.size());
    const std::string_view name = rest.substr(0, size);
    if (name.empty()) return refuse("a step of the path is empty; write for example user.name");
    if (name == "*") return refuse("a path leads to one value; '*' is not allowed");
    if (name == "$") return refuse("a path names a field in the schema, for example $.price");
    if (name == "__proto__") return refuse("'__proto__' is not allowed in a path");
    steps.push_back({Text(name), 0});
    rest.remove_prefix(size);
    needs_dot = true;
    if (rest == ".") return refuse("the path ends with a '.'");
  }
  if (steps.empty()) return refuse("a path names a field in the schema, for example $.price");
  return steps;
}

bool is_schema_version(std::string_view text) {
  std::uint32_t number = 0;
  return take_digits(text, number) && take(text, '-') && take_digits(text, number) &&
         take(text, '-') && take_digits(text, number) && text.empty();
}

}  // namespace tripline
