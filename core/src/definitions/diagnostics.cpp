#include "support/text.h"
#include "tripline/diagnostic.h"

namespace tripline {

void Diagnostics::error(std::initializer_list<TextPart> pointer,
                        std::initializer_list<TextPart> message) {
  has_errors_ = true;
  entries_.push_back({Diagnostic::Severity::error, concat(pointer), concat(message)});
}

void Diagnostics::warning(std::initializer_list<TextPart> pointer,
                          std::initializer_list<TextPart> message) {
  entries_.push_back({Diagnostic::Severity::warning, concat(pointer), concat(message)});
}

}  // namespace tripline
