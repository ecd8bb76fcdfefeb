#include "tripline/diagnostic.h"

namespace tripline {

void Diagnostics::error(std::string_view pointer, std::string_view message) {
  has_errors_ = true;
  entries_.push_back({Diagnostic::Severity::error, std::string(pointer), std::string(message)});
}

void Diagnostics::warning(std::string_view pointer, std::string_view message) {
  entries_.push_back({Diagnostic::Severity::warning, std::string(pointer), std::string(message)});
}

}  // namespace tripline
