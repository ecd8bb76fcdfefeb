// One session, run by the engine and by its slow twin side by side.
//
// A session has the form of a test in tests/conformance: definitions and steps. Here every `event`
// and `set_attributes` has a `now`, and the twin provides the expectations.
#pragma once

#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "tripline/tripline.h"
#include "twin.h"

namespace oracle {

/// The definitions in the forms of both engines.
struct Definitions {
  json source;
  std::string text;
  std::shared_ptr<const tripline::Program> program;
  std::shared_ptr<const Bundle> bundle;
};

/// Returns as the error why the engine refuses the definitions.
tl::expected<std::shared_ptr<const Definitions>, std::string> load(const json& source);

struct Session {
  std::shared_ptr<const Definitions> definitions;
  std::vector<json> steps;
};

struct Mismatch {
  std::size_t step;
  std::string what;
};

/// Runs a session and stops at the first difference. Replaces each step `{"to_deadline": offset}`
/// by the `advance` that it stands for. Writes the engine's results to `record`, if there is one,
/// as exact text, one session per line.
std::optional<Mismatch> compare(Session& session, std::ostream* record = nullptr);

/// Returns the session as a case for tests/conformance, with the twin's expectations.
json conformance_case(const Session& session, const std::string& name);

}  // namespace oracle
