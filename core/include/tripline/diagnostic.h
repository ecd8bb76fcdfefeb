// What is wrong with a definition, and where. "Your definition is wrong" travels here; "the engine
// could not" travels as the error of a tl::expected.
#pragma once

#include <string>
#include <string_view>
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
  void error(std::string_view pointer, std::string_view message);
  void warning(std::string_view pointer, std::string_view message);

  [[nodiscard]] bool has_errors() const { return has_errors_; }
  [[nodiscard]] const std::vector<Diagnostic>& entries() const { return entries_; }

 private:
  std::vector<Diagnostic> entries_;
  bool has_errors_ = false;
};

}  // namespace tripline
