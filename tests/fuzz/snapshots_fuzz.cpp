// Restores any bytes as a snapshot, after repairing its checksum: the engine refuses it and is
// empty, or continues from the restored state.
#include "exercise.h"
#include "rich_definitions.h"
#include "support/hash.h"

namespace {

constexpr std::size_t kHeader = 16;  // magic, format, checksum (core/src/engine/snapshot.cpp)

std::string with_header(std::string_view body) {
  std::string bytes("TPLS\5\0\0\0", 8);
  const std::uint64_t checksum = tripline::hash64(body);
  for (int shift = 0; shift < 64; shift += 8) bytes += static_cast<char>(checksum >> shift & 0xff);
  return bytes.append(body);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto program = fuzz::rich_program();
  // With a wrong header, the engine would refuse every input and this target would test nothing.
  static const bool header_is_right =
      tripline::Engine(program)
          .restore(with_header(tripline::Engine(program).snapshot().view().substr(kHeader)))
          .has_value();
  fuzz::must(header_is_right);
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (text.size() < kHeader) return 0;
  tripline::Engine engine(program);
  if (!engine.restore(with_header(text.substr(kHeader)))) {
    fuzz::must(engine.snapshot() == tripline::Engine(program).snapshot());
  }
  fuzz::through_snapshot(engine);
  fuzz::read_all(engine);
  (void)tripline::interventions_json(engine.advance(engine.clock()));  // some were not held
  fuzz::must(engine.next_deadline() > engine.clock());
  fuzz::exercise(engine, std::max(engine.clock(), tripline::Time{1767225600000}));
  return 0;
}
