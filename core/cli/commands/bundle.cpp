#include "commands/bundle.h"

#include <algorithm>
#include <charconv>

#include "input/lenient_json.h"

namespace tripline::cli {
namespace {

using Json = Bundle::Json;

constexpr const char* kLists[] = {"attribute_keys", "attribute_groups", "services", "interventions",
                                  "event_logs"};

bool is_list(const std::string& name) {
  return std::find(std::begin(kLists), std::end(kLists), name) != std::end(kLists);
}

bool is_list_of_objects(const Json& value) {
  return value.is_array() &&
         std::all_of(value.begin(), value.end(), [](const Json& each) { return each.is_object(); });
}

bool is_published(const Json& object) {
  const auto flag = object.find("is_published");
  return flag == object.end() || *flag != Json(false);
}

Json for_pages(const Json& value) {
  if (value.is_array()) {
    Json list = Json::array();
    for (const Json& each : value) list.push_back(for_pages(each));
    return list;
  }
  if (!value.is_object()) return value;
  Json object = Json::object();
  for (const auto& [name, member] : value.items()) {
    if (name == "owner" || name == "description" || name == "batch_source") continue;
    const bool is_column = name == "external_column" && !member.is_null();
    // The engine only asks whether the key is a column.
    object[name] = is_column && value.contains("name") ? value["name"] : for_pages(member);
  }
  return object;
}

}  // namespace

bool Bundle::add(const std::string& path, const std::string& text, bool published_only) {
  const Json file = Json::parse(lenient_json(text), nullptr, false);
  if (!file.is_object()) return false;
  for (const char* name : kLists) {
    if (file.contains(name) && !file[name].is_null() && !is_list_of_objects(file[name])) {
      return false;
    }
  }
  for (const auto& [name, value] : file.items()) {
    if (value.is_null()) continue;  // as if it were absent (rule 30)
    if (is_list(name)) {
      add_list(path, name, value, published_only);
    } else if (paths_.try_emplace(name, path).second) {
      bundle_[name] = value;
    }
  }
  return true;
}

void Bundle::add_list(const std::string& path, const std::string& name, const Json& list,
                      bool published_only) {
  if (!bundle_.contains(name)) bundle_[name] = Json::array();
  Json& objects = bundle_[name];
  const auto known = static_cast<std::ptrdiff_t>(objects.size());
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (published_only && !is_published(list[i])) continue;
    if (std::count(objects.begin(), objects.begin() + known, list[i]) != 0) continue;
    objects.push_back(list[i]);
    origins_[name].push_back({path, '/' + name + '/' + std::to_string(i)});
  }
}

void Bundle::strip() {
  bundle_ = for_pages(bundle_);
}

std::string Bundle::json() const {
  return bundle_.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Bundle::Place Bundle::origin_of(const std::string& pointer) const {
  const std::size_t end = pointer.find('/', 1);
  const std::string name = pointer.empty() ? "" : pointer.substr(1, end - 1);
  const auto path = paths_.find(name);
  if (path != paths_.end()) return {path->second, pointer};
  const auto origins = origins_.find(name);
  if (end == pointer.npos || origins == origins_.end()) return {"", pointer};
  std::size_t index = 0;
  const char* last = pointer.data() + pointer.size();
  const auto [rest, error] = std::from_chars(pointer.data() + end + 1, last, index);
  if (error != std::errc() || index >= origins->second.size()) return {"", pointer};
  const Place& origin = origins->second[index];
  return {origin.path, origin.pointer + std::string(rest, last)};
}

}  // namespace tripline::cli
