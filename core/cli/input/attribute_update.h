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

/// An attribute update that owns its values.
struct AttributeUpdate {
  Target profile;
  std::optional<Time> time;
  std::vector<Program::Index> attributes;
  List<Value> values;  // of the attributes

  /// Returns the arguments of Engine::set_attributes; they live as long as this and `lists`.
  [[nodiscard]] std::vector<AttributeValue> views(std::vector<std::vector<ValueView>>& lists) const;
};

/// True if a line can be an attribute update. Costs a search for a word that no event has.
[[nodiscard]] bool may_be_attribute_update(std::string_view line);

/// Returns the attribute update of the line; nothing if it is an event after all. The error is the
/// reason for refusing the update.
[[nodiscard]] tl::expected<std::optional<AttributeUpdate>, std::string> read_attribute_update(
    const Program& program, std::string_view line);

}  // namespace tripline::cli
