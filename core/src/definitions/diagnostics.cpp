#include "definitions/json_tree.h"
#include "support/text.h"
#include "tripline/diagnostic.h"

namespace tripline {
namespace {

/// A member's name, escaped as RFC 6901 says, or the index of an element.
void append_step(const JsonNode& node, Text& pointer) {
  pointer += '/';
  if (node.parent->kind == JsonNode::Kind::array) {
    std::uint32_t index = 0;
    for (const JsonNode* each = node.parent->first; each != &node; each = each->next) ++index;
    pointer += concat({index});
  }
  for (const char c : node.key) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
}

/// Nested no deeper than read_json() allows.
void append_pointer(const JsonNode* node, Text& pointer) {
  if (node == nullptr || node->parent == nullptr) return;
  append_pointer(node->parent, pointer);
  append_step(*node, pointer);
}

}  // namespace

void Diagnostics::error(const JsonNode* where, const char* step, const char* message,
                        std::initializer_list<TextPart> parts) {
  warning(where, step, message, parts);
  entries_.back().severity = Diagnostic::Severity::error;
  has_errors_ = true;
}

void Diagnostics::warning(const JsonNode* where, const char* step, const char* message,
                          std::initializer_list<TextPart> parts) {
  Diagnostic& diagnostic = entries_.emplace_back(Diagnostic::Severity::warning, Text(), Text());
  append_pointer(where, diagnostic.pointer);
  diagnostic.pointer += step;
  const TextPart* part = parts.begin();
  for (; *message != 0; ++message) {
    if (*message == '%' && part != parts.end()) {
      (part++)->append_to(diagnostic.message);
    } else {
      diagnostic.message += *message;
    }
  }
}

}  // namespace tripline
