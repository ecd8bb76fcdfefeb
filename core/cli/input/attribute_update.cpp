#include "input/attribute_update.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "input/lenient_json.h"
#include "support/text.h"
#include "value/time_text.h"

namespace tripline::cli {
namespace {

using nlohmann::json;

std::string text_of(const json& object, const char* field) {
  const auto found = object.find(field);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool is_scalar(const json& node) {
  return node.is_primitive() && !node.is_null();
}

bool is_value(const json& node) {
  if (!node.is_array()) return node.is_primitive();
  return std::all_of(node.begin(), node.end(), is_scalar);
}

Value value_of(const json& node) {
  if (node.is_boolean()) return Value::boolean(node.get<bool>());
  if (node.is_number()) return Value::number(node.get<double>());
  if (node.is_string()) {
    return Value::string(std::string(within_limit(node.get_ref<const std::string&>())));
  }
  if (!node.is_array()) return {};
  List<Value> list;
  for (const json& element : node) list.push_back(value_of(element));
  return Value::list(std::move(list));
}

const Program::Group& group_of(const Program& program, const Program::Attribute& field) {
  return program.groups[field.group];
}

/// True if the attribute is a field of an external group of this name.
bool is_field(const Program& program, const Program::Attribute& attribute, std::string_view group) {
  return attribute.aggregate != Program::kNone &&
         program.aggregates[attribute.aggregate].is_external &&
         group_of(program, attribute).name == group;
}

/// The highest version of an external group; 0 if there is none of that name.
std::uint32_t highest_version(const Program& program, std::string_view group) {
  std::uint32_t highest = 0;
  for (const Program::Attribute& each : program.attributes) {
    if (!is_field(program, each, group)) continue;
    highest = std::max(highest, group_of(program, each).version);
  }
  return highest;
}

std::optional<Program::Index> find_field(const Program& program, std::string_view group,
                                         std::uint32_t version, std::string_view name) {
  for (Program::Index i = 0; i < program.attributes.size(); ++i) {
    const Program::Attribute& attribute = program.attributes[i];
    if (is_field(program, attribute, group) && group_of(program, attribute).version == version &&
        attribute.name == name) {
      return i;
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<AttributeValue> AttributeUpdate::views(
    std::vector<std::vector<ValueView>>& lists) const {
  std::vector<AttributeValue> set;
  lists.clear();
  lists.reserve(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    ValueView view = ValueView::of(values[i]);
    if (const List<Value>* list = values[i].as_list()) {
      std::vector<ValueView>& elements = lists.emplace_back();
      for (const Value& element : *list) elements.push_back(ValueView::of(element));
      view = ValueView::list(elements);
    }
    set.push_back({attributes[i], view});
  }
  return set;
}

bool may_be_attribute_update(std::string_view line) {
  return line.find("\"attribute_key\"") != line.npos;
}

tl::expected<std::optional<AttributeUpdate>, std::string> read_attribute_update(
    const Program& program, std::string_view line) {
  const std::string text = lenient_json(line);
  const json object = json::parse(text.begin(), text.end(), nullptr, false);
  if (!object.is_object() || text_of(object, "type") != "attributes") return std::nullopt;
  const auto refuse = [](std::string why) { return tl::make_unexpected(std::move(why)); };

  AttributeUpdate update;
  const json key = object.value("attribute_key", json::object());
  if (!key.is_object()) return refuse("'attribute_key' must be {\"name\", \"id\"}");
  update.profile = {text_of(key, "name"), text_of(key, "id")};
  if (const auto time = object.find("time"); time != object.end() && !time->is_null()) {
    update.time = parse_time(text_of(object, "time"));
    if (!update.time) return refuse("'time' must be a time as in 2026-11-23T01:41:24.367Z");
  }
  const json attributes = object.value("attributes", json::object());
  if (!attributes.is_object()) return refuse("'attributes' must be an object");
  const std::string group = text_of(object, "group");
  const json version = object.value("version", json(highest_version(program, group)));
  constexpr std::uint64_t highest = 1'000'000;  // rule 30
  if (!version.is_number_unsigned() || version.get<std::uint64_t>() > highest) {
    return refuse("'version' must be a whole number from 0 to 1000000");
  }
  const auto number = version.get<std::uint32_t>();
  for (const auto& [name, value] : attributes.items()) {
    const auto field = find_field(program, group, number, name);
    if (!field) {
      return refuse(concat({"there is no field '", std::string_view(name), "' in version ", number,
                            " of the external group '", std::string_view(group), "'"}));
    }
    if (!is_value(value)) {
      return refuse("the value of '" + name +
                    "' must be a string, a number, a boolean, a list of these, or null");
    }
    update.attributes.push_back(*field);
    update.values.push_back(value_of(value));
  }
  return update;
}

}  // namespace tripline::cli
