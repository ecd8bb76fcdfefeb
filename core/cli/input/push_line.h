// A line that sets fields of external groups, among the events:
//   {"type": "attributes", "attribute_key": {"name", "id"}, "group", "version"?, "attributes": {},
//    "time"?}
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "tripline/tripline.h"

namespace tripline::cli {

/// A push that owns its values.
struct PushLine {
  Target profile;
  std::optional<Time> time;
  std::vector<Program::Index> attributes;
  List<Value> values;  // of the attributes

  /// The views that Engine::push takes; they live as long as this and `lists`.
  [[nodiscard]] std::vector<PushedValue> views(std::vector<std::vector<ValueView>>& lists) const;
};

/// Whether a line can be a push: costs a search for a word that no event has.
[[nodiscard]] bool may_be_push(std::string_view line);

/// The push that the line is; nothing if it is an event after all. The error says why it is
/// refused.
[[nodiscard]] tl::expected<std::optional<PushLine>, std::string> read_push(const Program& program,
                                                                           std::string_view line);

}  // namespace tripline::cli
