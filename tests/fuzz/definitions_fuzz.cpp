// Loads any bytes as a definitions bundle: loading returns an error, or a program that runs.
#include "exercise.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  tripline::Diagnostics diagnostics;
  const auto program = tripline::load_program(text, diagnostics);
  fuzz::must((program == nullptr) == diagnostics.has_errors());
  (void)tripline::diagnostics_json(diagnostics);
  if (!program) return 0;
  (void)tripline::list_program(*program);
  (void)tripline::inputs_json(*program);
  (void)tripline::fields_json(*program);
  (void)tripline::keys_json(*program);
  (void)tripline::interventions_json(*program);
  tripline::Engine engine(program);
  fuzz::exercise(engine, 1767225600000);
  return 0;
}
