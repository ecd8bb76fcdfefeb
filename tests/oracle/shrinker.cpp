#include "shrinker.h"

namespace oracle {
namespace {

bool fails(Session session) {
  return session.definitions != nullptr && compare(session).has_value();
}

/// Drops runs of consecutive steps, the longest first.
bool drop_steps(Session& session) {
  bool dropped = false;
  for (std::size_t length = session.steps.size(); length > 0; length /= 2) {
    for (std::size_t start = 0; start + length <= session.steps.size();) {
      Session smaller = session;
      const auto from = smaller.steps.begin() + static_cast<std::ptrdiff_t>(start);
      smaller.steps.erase(from, from + static_cast<std::ptrdiff_t>(length));
      if (fails(smaller)) {
        session = std::move(smaller);
        dropped = true;
      } else {
        ++start;
      }
    }
  }
  return dropped;
}

/// Lists the removable parts of a JSON value: list elements and members, at any depth.
void list_parts(const json& value, const json::json_pointer& at,
                std::vector<json::json_pointer>& parts) {
  if (value.is_array()) {
    for (std::size_t i = value.size(); i-- > 0;) {
      parts.push_back(at / i);
      list_parts(value[i], at / i, parts);
    }
  } else if (value.is_object()) {
    for (const auto& [name, member] : value.items()) {
      parts.push_back(at / name);
      list_parts(member, at / name, parts);
    }
  }
}

json without(json value, const json::json_pointer& part) {
  json& parent = value[part.parent_pointer()];
  if (parent.is_array()) {
    parent.erase(std::stoul(part.back()));
  } else {
    parent.erase(part.back());
  }
  return value;
}

/// Tries to remove each part of `value`. `accepts` keeps the smaller value if it still fails.
template <typename Accepts>
bool drop_parts(const json& value, Accepts accepts) {
  std::vector<json::json_pointer> parts;
  list_parts(value, json::json_pointer(), parts);
  for (const json::json_pointer& part : parts) {
    if (accepts(without(value, part))) return true;
  }
  return false;
}

bool drop_from_definitions(Session& session) {
  return drop_parts(session.definitions->source, [&](const json& smaller) {
    Session attempt = session;
    const auto loaded = load(smaller);
    if (!loaded) return false;
    attempt.definitions = *loaded;
    if (!fails(attempt)) return false;
    session = std::move(attempt);
    return true;
  });
}

bool drop_from_events(Session& session) {
  for (std::size_t i = 0; i < session.steps.size(); ++i) {
    const char* part = session.steps[i].contains("event") ? "event" : "definitions";
    if (!session.steps[i].contains(part)) continue;
    const bool dropped = drop_parts(session.steps[i][part], [&](const json& smaller) {
      if (part == std::string("event") && !smaller.contains("event_id")) return false;
      if (part == std::string("definitions") && !load(smaller)) return false;
      Session attempt = session;
      attempt.steps[i][part] = smaller;
      if (!fails(attempt)) return false;
      session = std::move(attempt);
      return true;
    });
    if (dropped) return true;
  }
  return false;
}

}  // namespace

Session shrink(Session session) {
  while (drop_steps(session) || drop_from_definitions(session) || drop_from_events(session)) {
  }
  return session;
}

}  // namespace oracle
