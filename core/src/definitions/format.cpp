#include "definitions/format.h"

#include <algorithm>

#include "definitions/property_path.h"
#include "support/number_text.h"
#include "support/text.h"
#include "value/json_writer.h"
#include "value/time_text.h"

namespace tripline {
namespace {

constexpr std::uint32_t kHighestNumber = 1'000'000;
constexpr std::size_t kLongestName = 128;

/// Returns the format's word for one that tutorials and older definitions use.
std::string_view without_alias(std::string_view word) {
  if (word == "==") return "=";  // rule 8
  if (word == "timestamp") return "unix_timestamp";
  return word == "timestamp_list" ? "unix_timestamp_list" : word;
}

bool is_scalar(const JsonNode& node) {
  return node.kind == JsonNode::Kind::boolean || node.kind == JsonNode::Kind::number ||
         node.kind == JsonNode::Kind::string;
}

bool is_value(const JsonNode& node) {
  if (node.kind != JsonNode::Kind::array) return is_scalar(node);
  for (const JsonNode* item = node.first; item != nullptr; item = item->next) {
    if (!is_scalar(*item)) return false;
  }
  return true;
}

}  // namespace

bool is_name(std::string_view text, std::string_view punctuation) {
  return !text.empty() && text.size() <= kLongestName &&
         std::all_of(text.begin(), text.end(), [punctuation](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  punctuation.find(c) != punctuation.npos;
         });
}

void Reader::read_object(const JsonNode& node, const AnyFormat& format, void* object) {
  *static_cast<const JsonNode**>(object) = &node;
  if (node.kind != JsonNode::Kind::object) return refuse(node, format);
  for (const FieldFormat& field : format.fields) {
    void* const place = static_cast<char*>(object) + field.offset;
    if (const JsonNode* member = node.member(field.name)) {
      read_field(*member, field, place);
    } else if (field.is_required) {
      error(&node, "'%' is missing", {field.name});
    } else if (field.kind == FieldFormat::Kind::version) {
      *static_cast<std::uint32_t*>(place) = 1;
    }
  }
  if (format.check != nullptr) format.check(*this, object);
  if (format.ignored != nullptr) warn_about_unknown_fields(node, format);
}

void Reader::refuse(const JsonNode& node, const AnyFormat& format) {
  using Kind = FieldFormat::Kind;
  const Kind first = format.fields.empty() ? Kind::object : format.fields[0].kind;
  Text example;
  if (node.kind == JsonNode::Kind::string && first == Kind::word) {  // its type: a property
    example = property_example(node.text);
  } else if (node.kind == JsonNode::Kind::string && first == Kind::name) {
    example = JsonWriter().begin_object().key("name").string(node.text).end_object().finish();
  }
  error(&node, "an object is needed here%%", {example.empty() ? "" : ", such as ", example});
}

void Reader::refuse_duration(const JsonNode& node, std::string_view text) {
  const Text seconds = concat({"PT", text, "S"});
  error(&node,
        parse_duration(seconds).value_or(0) > 0
            ? "'%' is not an ISO 8601 duration; write the string \"%\" if it means seconds"
            : "'%' is not an ISO 8601 duration; write for example PT15M or P7D",
        {text, seconds});
}

void Reader::read_field(const JsonNode& node, const FieldFormat& field, void* place) {
  using Kind = FieldFormat::Kind;
  switch (field.kind) {
    case Kind::unless:
      *static_cast<bool*>(place) = !node.flag;
      if (node.kind != JsonNode::Kind::boolean) error(&node, "true or false is needed here");
      break;
    case Kind::version:
    case Kind::whole:
    case Kind::positive: {
      const int least = field.kind == Kind::positive ? 1 : 0;
      const auto number =
          static_cast<std::uint32_t>(std::clamp<double>(node.number, least, kHighestNumber));
      *static_cast<std::uint32_t*>(place) = number;
      if (node.kind != JsonNode::Kind::number || number != node.number) {
        error(&node, "a whole number from % to % is needed here", {least, kHighestNumber});
      }
      break;
    }
    case Kind::value:
      if (is_value(node)) {
        *static_cast<const JsonNode**>(place) = &node;
      } else {
        error(&node, "a string, a number, a boolean or a list of them is needed here");
      }
      break;
    case Kind::presence:
      *static_cast<bool*>(place) = true;
      break;
    case Kind::refused:
      error(&node, static_cast<const char*>(field.argument));
      break;
    case Kind::object:
      read_object(node, *static_cast<const AnyFormat*>(field.argument), place);
      break;
    case Kind::list:
      read_list(node, field, *static_cast<ItemsStorage*>(place));
      break;
    default:
      if (node.kind == JsonNode::Kind::string) {
        read_text(node, field, place);
      } else if (field.kind == Kind::duration && node.kind == JsonNode::Kind::number) {
        refuse_duration(node, number_text(node.number));
      } else {
        error(&node, "a string is needed here");
      }
  }
}

void Reader::read_text(const JsonNode& node, const FieldFormat& field, void* place) {
  using Kind = FieldFormat::Kind;
  const std::string_view text = node.text;
  switch (field.kind) {
    case Kind::word:
      read_word(node, field, *static_cast<std::uint8_t*>(place));
      return;
    case Kind::duration:
      if (const auto duration = parse_duration(text); !duration) {
        refuse_duration(node, text);
      } else if (*duration <= 0) {
        error(&node, "a duration must be longer than zero");
      } else {
        *static_cast<Duration*>(place) = *duration;
      }
      return;
    case Kind::path:
      if (const char* wrong =
              parse_property_path(text, memory_, *static_cast<Items<PathStep>*>(place))) {
        error(&node, wrong);
      }
      return;
    case Kind::schema_version:
      if (!is_schema_version(text)) return error(&node, "a schema version looks like 1-0-0");
      break;
    case Kind::name: {
      const auto* const punctuation = static_cast<const char*>(field.argument);
      if (text == "__proto__") return error(&node, "'__proto__' is not allowed here");
      if (is_name(text, punctuation)) break;
      return error(&node, "'%' is not a name here: 1 to 128 letters, digits or any of %",
                   {text.substr(0, kLongestName), punctuation});
    }
    default:
      break;
  }
  *static_cast<std::string_view*>(place) = text;
}

void Reader::read_word(const JsonNode& node, const FieldFormat& field, std::uint8_t& value) {
  const std::string_view words = static_cast<const char*>(field.argument);
  value = static_cast<std::uint8_t>(position_of(without_alias(node.text), words));
  if (value != 0) return;
  const List<std::string_view> known = words_of(words);
  Text better = suggestion(node.text, known);
  if (better.empty()) {
    for (const std::string_view word : known) {
      better += better.empty() ? "; use one of " : ", ";
      better += word;
    }
  }
  error(&node, "'%' is not known here%", {node.text, better});
}

void Reader::read_list(const JsonNode& node, const FieldFormat& field, ItemsStorage& items) {
  if (node.kind != JsonNode::Kind::array) return error(&node, "a list is needed here");
  const auto& format = *static_cast<const AnyFormat*>(field.argument);
  if (node.size > format.most) error(&node, "at most % are allowed here", {format.most});
  auto* object = static_cast<char*>(memory_.allocate(node.size * format.object_bytes));
  items = {object, node.size};
  ++lists_;
  for (const JsonNode* item = node.first; item != nullptr; item = item->next) {
    read_object(*item, format, object);
    object += format.object_bytes;
  }
  --lists_;
}

void Reader::warn_about_unknown_fields(const JsonNode& node, const AnyFormat& format) {
  List<std::string_view> known = words_of(format.ignored);
  for (const FieldFormat& field : format.fields) known.push_back(field.name);
  for (const JsonNode* member = node.first; member != nullptr; member = member->next) {
    const bool counts = node.member(member->key) == member;
    if (!counts || std::find(known.begin(), known.end(), member->key) != known.end()) continue;
    diagnostics_.warning(member, "", "unknown field; it has no effect%",
                         {suggestion(member->key, known)});
  }
}

}  // namespace tripline
