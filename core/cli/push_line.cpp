#include "push_line.h"

#include <nlohmann/json.hpp>

#include "lenient_json.h"
#include "support/text.h"
#include "support/time_text.h"

namespace tripline::cli {
namespace {

using nlohmann::json;

std::string text_of(const json& object, const char* field) {
  const auto found = object.find(field);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Value value_of(const json& node) {
  if (node.is_boolean()) return Value::boolean(node.get<bool>());
  if (node.is_number()) return Value::number(node.get<double>());
  if (node.is_string()) {
    return Value::string(std::string(within_limit(node.get_ref<const std::string&>())));
  }
  if (!node.is_array()) return {};
  std::vector<Value> list;
  for (const json& element : node) {
    if (element.is_primitive() && !element.is_null()) list.push_back(value_of(element));
  }
  return Value::list(std::move(list));
}

std::optional<Program::Index> find_field(const Program& program, const std::string& group,
                                         std::uint32_t version, const std::string& name) {
  for (Program::Index i = 0; i < program.attributes.size(); ++i) {
    const Program::Attribute& attribute = program.attributes[i];
    const Program::Group& its_group = program.groups[attribute.group];
    const bool pushed = attribute.aggregate && program.aggregates[*attribute.aggregate].is_pushed;
    if (pushed && its_group.name == group && its_group.version == version &&
        attribute.name == name) {
      return i;
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<PushedValue> PushLine::views(std::vector<std::vector<ValueView>>& lists) const {
  std::vector<PushedValue> pushed;
  lists.clear();
  lists.reserve(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    ValueView view = ValueView::of(values[i]);
    if (const std::vector<Value>* list = values[i].as_list()) {
      std::vector<ValueView>& elements = lists.emplace_back();
      for (const Value& element : *list) elements.push_back(ValueView::of(element));
      view = ValueView::list(elements);
    }
    pushed.push_back({attributes[i], view});
  }
  return pushed;
}

bool may_be_push(std::string_view line) {
  return line.find("\"attribute_key\"") != line.npos;
}

tl::expected<std::optional<PushLine>, std::string> read_push(const Program& program,
                                                             std::string_view line) {
  const json object = json::parse(line.begin(), line.end(), nullptr, false);
  if (!object.is_object() || text_of(object, "type") != "attributes") return std::nullopt;
  const auto refuse = [](std::string why) { return tl::make_unexpected(std::move(why)); };

  PushLine push;
  const json key = object.value("attribute_key", json::object());
  if (!key.is_object()) return refuse("'attribute_key' must be {\"name\", \"id\"}");
  push.profile = {text_of(key, "name"), text_of(key, "id")};
  if (const auto time = object.find("time"); time != object.end() && !time->is_null()) {
    push.time = parse_time(text_of(object, "time"));
    if (!push.time) return refuse("'time' must be ISO 8601");
  }
  const json attributes = object.value("attributes", json::object());
  if (!attributes.is_object()) return refuse("'attributes' must be an object");
  const auto version = object.find("version");
  const bool has_version = version != object.end() && version->is_number_unsigned();
  const std::string group = text_of(object, "group");
  for (const auto& [name, value] : attributes.items()) {
    const auto field =
        find_field(program, group, has_version ? version->get<std::uint32_t>() : 1, name);
    if (!field) {
      return refuse(concat(
          {"there is no field '", name, "' in that version of the external group '", group, "'"}));
    }
    push.attributes.push_back(*field);
    push.values.push_back(value_of(value));
  }
  return push;
}

}  // namespace tripline::cli
