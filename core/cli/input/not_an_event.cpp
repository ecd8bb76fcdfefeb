#include "input/not_an_event.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "definitions/words.h"
#include "input/lenient_json.h"
#include "support/text.h"

namespace tripline::cli {
namespace {

using nlohmann::json;

json parsed(std::string_view text) {
  const std::string lenient = lenient_json(text);
  return json::parse(lenient.begin(), lenient.end(), nullptr, false);
}

std::string text_of(const json& object, const char* member) {
  const auto found = object.find(member);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// A name as it would be without its separators and in lower case.
std::string plain(std::string_view name) {
  std::string letters;
  for (const char c : name) {
    if (c == '_' || c == '-' || c == ' ' || c == '.') continue;
    letters += ascii_lower(c);
  }
  return letters;
}

/// `event` is left out: other tools have a field of that name, too.
bool is_field(std::string_view name) {
  return (name != "event" && is_atomic_field(name)) || name.starts_with("unstruct_event_") ||
         name.starts_with("contexts_");
}

/// The atomic field that a name is another spelling of; empty if there is none.
std::string_view field_spelt_as(std::string_view name) {
  const std::string letters = plain(name);
  for (const std::string_view field : atomic_fields()) {
    if (field != "event" && plain(field) == letters) return field;
  }
  return {};
}

bool looks_like_event(const json& value) {
  if (!value.is_object()) return false;
  return std::any_of(value.items().begin(), value.items().end(), [](const auto& member) {
    return is_field(member.key()) || !field_spelt_as(member.key()).empty();
  });
}

/// The command that takes events out of a line, or nothing where a shell might misread the name.
std::string command(const std::string& name, const char* rest) {
  const std::string shown = excerpt(name);
  const bool is_word = name.find_first_not_of(
                           "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                           "0123456789_") == name.npos &&
                       !name.empty() && (name[0] < '0' || name[0] > '9');
  if (name.find('\'') != name.npos || shown != name) return {};
  return ": jq -c '." + (is_word ? name : "[\"" + name + "\"]") + rest + "'";
}

/// Where another object holds the event.
std::string guess_wrapper(const json& object) {
  for (const auto& [name, value] : object.items()) {
    const std::string where = "'" + excerpt(name) + "'";
    if (looks_like_event(value)) {
      return "the event seems to be in " + where + "; take it out" + command(name, "");
    }
    if (value.is_array() && !value.empty() && looks_like_event(value.front())) {
      return "the events seem to be in an array in " + where + "; take them out" +
             command(name, "[]");
    }
    if (value.is_string() && value.get_ref<const std::string&>().starts_with('{') &&
        looks_like_event(parsed(value.get_ref<const std::string&>()))) {
      return "the event seems to be a string in " + where + "; take it out" +
             command(name, " | fromjson");
    }
  }
  return {};
}

std::string guess_schema(const json& object) {
  const std::string schema = text_of(object, "schema");
  if (!schema.starts_with("iglu:") || !object.contains("data")) return {};
  if (schema.find("/payload_data/") != schema.npos) {
    return "it is the payload_data that a tracker sends, before Enrich";
  }
  if (schema.find(".badrows/") != schema.npos) return "it is a failed event (bad row)";
  return "it is a self-describing JSON, without the event around it";
}

bool is_tracker_payload(const json& object) {
  constexpr std::string_view kinds = "pv|pp|se|ue|tr|ti|ad";
  const auto has = [&](const char* name) { return object.contains(name); };
  return position_of(text_of(object, "e"), kinds) != 0 &&
         (has("p") || has("tv") || has("eid") || has("dtm") || has("duid") || has("aid"));
}

std::string guess_spelling(const json& object) {
  for (const auto& [name, value] : object.items()) {
    const std::string_view field = field_spelt_as(name);
    if (field.empty()) continue;
    const bool is_upper =
        std::none_of(name.begin(), name.end(), [](char c) { return c >= 'a' && c <= 'z'; });
    if (is_upper) {
      return "its names are in upper case; write them in lower case: jq -c "
             "'with_entries(.key |= ascii_downcase)'";
    }
    return "its names are spelt otherwise: '" + excerpt(name) + "' for '" + std::string(field) +
           "'";
  }
  return {};
}

std::string guess(const json& object) {
  if (std::string wrapper = guess_wrapper(object); !wrapper.empty()) return wrapper;
  if (std::string schema = guess_schema(object); !schema.empty()) return schema;
  if (object.contains("attribute_key")) {
    return "a line that sets attributes has \"type\": \"attributes\"";
  }
  if (is_tracker_payload(object)) return "it is what a tracker sends, before Enrich";
  if (std::string spelling = guess_spelling(object); !spelling.empty()) return spelling;
  return "no field of an event is in it";
}

}  // namespace

std::optional<std::string> why_not_an_event(std::string_view line) {
  const json object = parsed(line);
  if (!object.is_object()) return std::nullopt;
  const bool is_inside = looks_like_event(object.value("event", json()));
  const bool has_field = std::any_of(object.items().begin(), object.items().end(),
                                     [](const auto& member) { return is_field(member.key()); });
  if (has_field && !is_inside) return std::nullopt;
  return "this is not an enriched event: " +
         (is_inside ? guess_wrapper({{"event", object["event"]}}) : guess(object));
}

std::string why_not_an_object(std::string_view line, std::size_t position) {
  constexpr std::ptrdiff_t fewest_tabs = 100;  // of the 130 in an enriched event
  if (std::count(line.begin(), line.end(), '\t') >= fewest_tabs) {
    return "this looks like TSV; turn it into JSON with one of Snowplow's Analytics SDKs";
  }
  const std::size_t first = line.find_first_not_of(" \t");
  if (first != line.npos && line[first] == '[') {
    return "an event is a JSON object, and this is an array; take its elements out: jq -c '.[]'";
  }
  if (!parsed(line).is_discarded()) return "an event is a JSON object";
  if (position > line.size()) {
    return "not JSON: it ends too early; an event must be on one line: jq -c .";
  }
  return "not JSON (byte " + std::to_string(position) + ")";
}

std::string excerpt(std::string_view text) {
  constexpr std::size_t most = 40;
  const std::string shown =
      json(text.substr(0, most)).dump(-1, ' ', true, json::error_handler_t::replace);
  return shown.substr(1, shown.size() - 2) + (text.size() > most ? "..." : "");
}

}  // namespace tripline::cli
