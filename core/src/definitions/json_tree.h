// JSON text → a small tree, through nlohmann's SAX interface: its own document model would weigh
// half as much again as the whole engine in the browser.
#pragma once

#include <cstdint>
#include <string_view>

#include "tripline/diagnostic.h"
#include "tripline/list.h"
#include "tripline/text.h"

namespace tripline {

struct JsonNode {
  enum class Kind : std::uint8_t { null, boolean, number, string, array, object };

  Kind kind = Kind::null;
  bool flag = false;
  double number = 0;
  Text text;  // string
  Text key;   // where it is a member of an object
  List<JsonNode> children;

  /// The member of that name, the last one if there are several, or null. Linear: definitions'
  /// objects are small.
  const JsonNode* member(std::string_view name) const;
};

/// Reads JSON text. On a syntax error, on arrays and objects nested over 256 deep, and on an object
/// of over 1,000 members, adds a diagnostic and returns a null.
[[nodiscard]] JsonNode read_json(std::string_view text, Diagnostics& diagnostics);

/// `pointer` + "/" + `step`, escaped as RFC 6901 says.
[[nodiscard]] Text join_pointer(std::string_view pointer, std::string_view step);

}  // namespace tripline
