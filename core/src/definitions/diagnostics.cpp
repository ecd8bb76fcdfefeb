#include "support/text.h"
#include "tripline/diagnostic.h"

namespace tripline {

void Diagnostics::error(const Text& pointer, const char* step, const char* message,
                        std::initializer_list<TextPart> parts) {
  warning(pointer, step, message, parts);
  entries_.back().severity = Diagnostic::Severity::error;
  has_errors_ = true;
}

void Diagnostics::warning(const Text& pointer, const char* step, const char* message,
                          std::initializer_list<TextPart> parts) {
  Diagnostic& diagnostic =
      entries_.emplace_back(Diagnostic::Severity::warning, concat({pointer, step}), Text());
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
