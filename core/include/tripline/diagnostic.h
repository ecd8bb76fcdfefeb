// Mistakes in definitions, and their places. An engine's call that fails has the error of a
// tl::expected instead.
#pragma once

#include <initializer_list>
#include <string_view>

#include "tripline/detail/list.h"
#include "tripline/detail/text.h"

namespace tripline {

class TextPart;
struct JsonNode;

/// A mistake in the definitions, or a part of them that has no effect.
struct Diagnostic {
  enum class Severity { error, warning };

  Severity severity;
  /// JSON Pointer (RFC 6901) into the definitions bundle; "" is the whole bundle.
  Text pointer;
  /// One sentence: what is wrong and what to write instead.
  Text message;
};

/// Collects every finding and goes on, so that an author sees all of them at once.
class Diagnostics {
 public:
  /// Adds an error. Its pointer is that of `where`, a node of the bundle's JSON
  /// (definitions/json_tree.h; null: the whole bundle), with `step` appended. In the message, each
  /// `%` is replaced by one of the parts (support/text.h), in order.
  void error(const JsonNode* where, const char* step, const char* message,
             std::initializer_list<TextPart> parts = {});
  /// Adds a warning, in the same way.
  void warning(const JsonNode* where, const char* step, const char* message,
               std::initializer_list<TextPart> parts = {});

  [[nodiscard]] bool has_errors() const { return has_errors_; }
  [[nodiscard]] const List<Diagnostic>& entries() const { return entries_; }

 private:
  List<Diagnostic> entries_;
  bool has_errors_ = false;
};

}  // namespace tripline
