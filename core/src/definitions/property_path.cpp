#include "definitions/property_path.h"

#include <algorithm>

#include "definitions/json_tree.h"
#include "definitions/words.h"
#include "value/json_writer.h"

namespace tripline {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Cuts the digits off the front of `text`; false if there are none or too many.
bool consume_digits(std::string_view& text, std::uint32_t& number) {
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

bool consume(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

const char* parse_property_path(std::string_view path, Arena& memory, Items<PathStep>& steps) {
  constexpr std::size_t longest = 1000;
  if (path.size() > longest) return "a path may have 1,000 characters";

  std::string_view rest = path;
  if (consume(rest, '$') && !rest.starts_with('[') && !consume(rest, '.')) rest = path;
  auto* step = static_cast<PathStep*>(memory.allocate((rest.size() + 1) * sizeof(PathStep)));
  steps = {step, 0};
  bool needs_dot = false;
  for (; !rest.empty(); ++step, needs_dot = true) {
    ++steps.size_;
    if (consume(rest, '[')) {
      if (consume_digits(rest, step->index) && consume(rest, ']')) continue;
      return "only an index such as [0] may stand in brackets";
    }
    if (needs_dot && !consume(rest, '.')) return "a '.' is missing after ']'";
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
  return consume_digits(text, number) && consume(text, '-') && consume_digits(text, number) &&
         consume(text, '-') && consume_digits(text, number) && text.empty();
}

Text property_example(std::string_view text) {
  const bool is_entity = text.starts_with("contexts_");
  const std::size_t prefix = is_entity ? 9 : text.starts_with("unstruct_event_") ? 15 : text.size();
  // The last underscores before the path begin version and name.
  std::size_t at = prefix, version = prefix, name = prefix;
  for (; at < text.size() && text[at] != '[' && text[at] != '.' && text[at] != ':'; ++at) {
    if (text[at] != '_') continue;
    name = version;
    version = at + 1;
  }
  const std::string_view number = text.substr(version, at - version);
  std::string_view index = "0";
  if (at < text.size() && text[at] == '[') {
    const std::size_t begin = ++at;
    while (at < text.size() && is_digit(text[at])) ++at;
    index = text.substr(begin, at++ - begin);
  }
  JsonWriter example;
  example.begin_object().key("type");
  if (name == prefix || number.empty() || !is_digit(number[0]) || index.empty() ||
      ++at >= text.size()) {
    example.string("atomic").key("name").string(is_atomic_field(text) ? text : "app_id");
    return example.end_object().finish();
  }
  Text vendor(text.substr(prefix, name - prefix - 1));
  for (char& c : vendor) {
    if (c == '_') c = '.';
  }
  example.string(is_entity ? "entity" : "event").key("vendor").string(vendor);
  example.key("name").string(text.substr(name, version - name - 1));
  example.key("major_version").raw(number);
  if (is_entity) example.key("index").raw(index);
  return example.key("path").string(text.substr(at)).end_object().finish();
}

}  // namespace tripline
