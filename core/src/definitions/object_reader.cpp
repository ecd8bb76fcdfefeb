#include "definitions/object_reader.h"

#include <algorithm>

#include "support/text.h"
#include "support/time_text.h"

namespace tripline {
namespace {

bool read_scalar(const JsonNode& node, Value& value) {
  switch (node.kind) {
    case JsonNode::Kind::boolean:
      value = Value::boolean(node.flag);
      return true;
    case JsonNode::Kind::number:
      value = Value::number(node.number);
      return true;
    case JsonNode::Kind::string:
      value = Value::string(node.text);
      return true;
    default:
      return false;
  }
}

/// What tutorials and older definitions write for a word of the format.
std::string_view without_alias(std::string_view word) {
  if (word == "==") return "=";  // rule 8
  if (word == "timestamp") return "unix_timestamp";
  return word == "timestamp_list" ? "unix_timestamp_list" : word;
}

}  // namespace

ObjectReader::ObjectReader(const JsonNode& node, Text pointer, Diagnostics& diagnostics, int depth)
    : node_(node), pointer_(std::move(pointer)), diagnostics_(diagnostics), depth_(depth) {
}

Text ObjectReader::pointer_to(std::string_view field) const {
  return join_pointer(pointer_, field);
}

void ObjectReader::error_here(const char* message, std::initializer_list<TextPart> parts) const {
  diagnostics_.error(pointer_, "", message, parts);
}

void ObjectReader::error_at(std::string_view field, const char* message,
                            std::initializer_list<TextPart> parts) const {
  diagnostics_.error(pointer_to(field), "", message, parts);
}

const JsonNode* ObjectReader::read(std::string_view field) {
  known_.push_back(field);
  const JsonNode* member = node_.member(field);
  return member == nullptr || member->kind == JsonNode::Kind::null ? nullptr : member;
}

void ObjectReader::ignore(std::initializer_list<std::string_view> fields) {
  for (const std::string_view field : fields) known_.push_back(field);
}

bool ObjectReader::read_text(std::string_view field, Text& text) {
  const JsonNode* node = read(field);
  if (node == nullptr) return false;
  if (node->kind == JsonNode::Kind::string) {
    text = node->text;
    return true;
  }
  error_at(field, "a string is needed here");
  return false;
}

bool ObjectReader::read_text(std::string_view field, std::optional<Text>& text) {
  Text found;
  if (!read_text(field, found)) return false;
  text = std::move(found);
  return true;
}

bool ObjectReader::read_flag(std::string_view field, bool& flag) {
  const JsonNode* node = read(field);
  if (node == nullptr) return false;
  if (node->kind == JsonNode::Kind::boolean) {
    flag = node->flag;
    return true;
  }
  error_at(field, "true or false is needed here");
  return false;
}

bool ObjectReader::read_whole(std::string_view field, std::uint32_t least, std::uint32_t most,
                              std::uint32_t& number) {
  const JsonNode* node = read(field);
  if (node == nullptr) return false;
  if (node->kind == JsonNode::Kind::number && node->number >= least && node->number <= most) {
    const auto whole = static_cast<std::uint32_t>(node->number);
    if (whole == node->number) {
      number = whole;
      return true;
    }
  }
  error_at(field, "a whole number from % to % is needed here", {least, most});
  return false;
}

bool ObjectReader::read_duration(std::string_view field, std::optional<Duration>& duration) {
  Text text;
  if (!read_text(field, text)) return false;
  const auto parsed = parse_duration(text);
  if (!parsed) {
    error_at(field, "'%' is not an ISO 8601 duration; write for example PT15M or P7D", {text});
  } else if (*parsed <= 0) {
    error_at(field, "a duration must be longer than zero");
  } else {
    duration = parsed;
    return true;
  }
  return false;
}

bool ObjectReader::read_value(std::string_view field, Value& value) {
  const JsonNode* node = read(field);
  if (node == nullptr) return false;
  if (node->kind != JsonNode::Kind::array) {
    if (read_scalar(*node, value)) return true;
    error_at(field, "a string, a number, a boolean or a list of them is needed here");
    return false;
  }
  List<Value> list(node->children.size());
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (read_scalar(node->children[i], list[i])) continue;
    error_at(field, "a list may hold strings, numbers and booleans only");
    return false;
  }
  value = Value::list(std::move(list));
  return true;
}

bool ObjectReader::require(std::string_view field) const {
  const JsonNode* member = node_.member(field);
  if (member != nullptr && member->kind != JsonNode::Kind::null) return true;
  error_here("'%' is missing", {field});
  return false;
}

void ObjectReader::warn_about_unknown_fields() const {
  for (const JsonNode& member : node_.children) {
    const bool is_repeated = node_.member(member.key) != &member;
    if (is_repeated || std::find(known_.begin(), known_.end(), member.key) != known_.end())
      continue;
    diagnostics_.warning(pointer_to(member.key), "", "unknown field; it has no effect%",
                         {suggestion(member.key, known_)});
  }
}

const JsonNode* ObjectReader::read_array(std::string_view field) {
  const JsonNode* node = read(field);
  if (node == nullptr || node->kind == JsonNode::Kind::array) return node;
  error_at(field, "a list is needed here");
  return nullptr;
}

int ObjectReader::read_position(std::string_view field, std::string_view words) {
  Text text;
  if (!read_text(field, text)) return -1;
  const int position = position_of(without_alias(text), words);
  if (position >= 0) return position;
  const List<std::string_view> known = words_of(words);
  Text better = suggestion(text, known);
  if (better.empty()) {
    for (const std::string_view word : known) {
      better += concat({better.empty() ? "; use one of " : ", ", word});
    }
  }
  error_at(field, "'%' is not known here%", {text, better});
  return -1;
}

void ObjectReader::read_thing_at(const JsonNode& node, Text pointer, void* thing,
                                 ReadThing read) const {
  ObjectReader object(node, std::move(pointer), diagnostics_, depth_ + 1);
  if (node.kind == JsonNode::Kind::object) {
    read(object, thing);
  } else {
    object.error_here("an object is needed here");
  }
}

void ObjectReader::read_things(std::string_view field, const JsonNode& list, void* things,
                               std::size_t size, ReadThing read) const {
  for (std::size_t i = 0; i < list.children.size(); ++i) {
    read_thing_at(list.children[i], join_pointer(pointer_to(field), concat({i})),
                  static_cast<char*>(things) + i * size, read);
  }
}

}  // namespace tripline
