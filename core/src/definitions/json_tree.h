// JSON text → a small tree, through nlohmann's SAX interface: its own document model would weigh
// half as much again as the whole engine in the browser.
#pragma once

#include <cstdint>
#include <string_view>

#include "tripline/detail/arena.h"
#include "tripline/diagnostic.h"
#include "tripline/value.h"

namespace tripline {

/// Lies in an arena, with what it refers to.
struct JsonNode {
  enum class Kind : std::uint8_t { null, boolean, number, string, array, object };

  Kind kind;
  bool flag;
  std::uint32_t size;  // how many children
  double number;
  std::string_view text;  // string
  std::string_view key;   // where it is a member of an object
  JsonNode* parent;
  JsonNode* first;  // child
  JsonNode* last;
  JsonNode* next;  // child of the same parent

  /// The member of that name, the last one if there are several; null if there is none or if it is
  /// a JSON null, as the Python SDK leaves out what is None. Linear: definitions' objects are
  /// small.
  const JsonNode* member(std::string_view name) const;
};

/// Returns the value of a scalar or a list of scalars; missing for any other node. It looks into
/// the node's memory, and a list's elements are in `memory`. With `are_times`, strings are times
/// (rule 10).
[[nodiscard]] ValueView value_of(const JsonNode* node, Arena& memory, bool are_times = false);

/// Reads JSON text into the arena. On a syntax error, on arrays and objects nested over 256 deep,
/// and on an object of over 1,000 members, adds a diagnostic and returns null.
[[nodiscard]] const JsonNode* read_json(std::string_view text, Arena& memory,
                                        Diagnostics& diagnostics);

}  // namespace tripline
