// One session, run by the engine and by its slow twin side by side.
//
// A session is a test of tests/conformance: definitions and steps. Here every `event` and `push`
// has its `now`, and what is expected comes from the twin.
#pragma once

#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "tripline/tripline.h"
#include "twin.h"

namespace oracle {

/// Definitions as both sides want them.
struct Definitions {
  json source;
  std::string text;
  std::shared_ptr<const tripline::Program> program;
  std::shared_ptr<const Bundle> bundle;
};

/// The error tells why the engine refuses the definitions.
tl::expected<std::shared_ptr<const Definitions>, std::string> load(const json& source);

struct Session {
  std::shared_ptr<const Definitions> definitions;
  std::vector<json> steps;
};

struct Mismatch {
  std::size_t step;
  std::string what;
};

/// Runs a session and stops at the first difference. Steps `{"to_deadline": offset}` are replaced
/// by the `advance` that they turn out to be. What the engine answered is written to `record`, if
/// there is one, as exact text, one session a line.
std::optional<Mismatch> compare(Session& session, std::ostream* record = nullptr);

/// A case for tests/conformance, with what the twin expects.
json conformance_case(const Session& session, const std::string& name);

}  // namespace oracle
