// What is wrong with a definition, and where. "Your definition is wrong" travels here; "the engine
// could not" travels as the error of a tl::expected.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace tripline {

struct Diagnostic {
  enum class Severity { error, warning };

  Severity severity;
  /// JSON Pointer (RFC 6901) into the definitions bundle; "" is the whole bundle.
  std::string pointer;
  /// One sentence: what is wrong and what to write instead.
  std::string message;
};

/// Collects every finding and goes on, so that an author sees all of them at once.
class Diagnostics {
 public:
  void error(std::string pointer, std::string message) {
    has_errors_ = true;
    entries_.push_back({Diagnostic::Severity::error, std::move(pointer), std::move(message)});
  }
  void warning(std::string pointer, std::string message) {
    entries_.push_back({Diagnostic::Severity::warning, std::move(pointer), std::move(message)});
  }

  [[nodiscard]] bool has_errors() const { return has_errors_; }
  [[nodiscard]] const std::vector<Diagnostic>& entries() const { return entries_; }

 private:
  std::vector<Diagnostic> entries_;
  bool has_errors_ = false;
};

}  // namespace tripline
