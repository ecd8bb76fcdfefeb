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

const char* parse_property_path(std::string_view path, Arena& memory, Items<PathStep>& steps) {
  constexpr std::size_t longest = 1000;
  if (path.size() > longest) return "a path may have 1,000 characters";

  std::string_view rest = path;
  if (take(rest, '$') && !rest.starts_with('[') && !take(rest, '.')) rest = path;
  auto* step = static_cast<PathStep*>(memory.take((rest.size() + 1) * sizeof(PathStep)));
  steps = {step, 0};
  bool needs_dot = false;
  for (; !rest.empty(); ++step, needs_dot = true) {
    ++steps.size_;
    if (take(rest, '[')) {
      if (take_digits(rest, step->index) && take(rest, ']')) continue;
      return "only an index such as [0] may stand in brackets";
    }
    if (needs_dot && !take(rest, '.')) return "a '.' is missing after ']'";
    step->name = rest.substr(0, rest.find_first_of(".[]"));
    if (step->name.empty()) return "a step of the path is empty; write for example user.name";
    if (step->name == "*") return "a path leads to one value; '*' is not allowed";
    if (step->name == "$") break;
    if (step->name == "__proto__") return "'__proto__' is not allowed here";
    rest.remove_prefix(step->name.size());
  }
  return step == steps.begin() || !rest.empty()
             ? "a path names a field in the schema, for example $.price"
             : nullptr;
}

bool is_schema_version(std::string_view text) {
  std::uint32_t number = 0;
  return take_digits(text, number) && take(text, '-') && take_digits(text, number) &&
         take(text, '-') && take_digits(text, number) && text.empty();
}

}  // namespace tripline
