// Changes a field of a saved program, repairs the checksum and reads the bytes: they are refused,
// or the program runs 100 events and survives being saved. Input: for each change a u16 place, a
// byte that says how wide the field is, and the bytes to put there.
#include <algorithm>
#include <cstring>

#include "exercise.h"
#include "rich_definitions.h"
#include "support/hash.h"

namespace {

using namespace tripline;

constexpr std::size_t kEvents = 100;

std::string with_header(std::string_view header, std::string_view body) {
  std::string bytes(header);
  const std::uint64_t checksum = hash64(body);
  for (int shift = 0; shift < 64; shift += 8) bytes += static_cast<char>(checksum >> shift & 0xff);
  return bytes.append(body);
}

bool is_read(const std::string& bytes, std::shared_ptr<const Program>& program) {
  Diagnostics diagnostics;
  program = read_program(bytes, diagnostics);
  fuzz::must((program == nullptr) == diagnostics.has_errors());
  return program != nullptr;
}

/// Puts the input's bytes over those of the program.
void change(std::string& body, const std::uint8_t* data, std::size_t size) {
  while (size >= 4) {
    const std::size_t at = (data[0] | data[1] << 8) % body.size();
    const std::size_t width = std::min<std::size_t>(std::size_t{1} << data[2] % 4, size - 3);
    std::memcpy(&body[at], data + 3, std::min(width, body.size() - at));
    data += 3 + width;
    size -= 3 + width;
  }
}

void run(const std::shared_ptr<const Program>& program) {
  (void)list_program(*program);
  (void)inputs_json(*program);
  (void)fields_json(*program);
  Engine engine(program);
  Time now = 1767225600000;
  for (std::size_t events = 0; events < kEvents; events += fuzz::kExerciseEvents) {
    fuzz::exercise(engine, now);
    now = engine.clock() + 1;
  }
  for (const Target& profile : engine.profiles()) {
    for (const auto& each : program->interventions) (void)engine.explain(each.name, profile);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string saved = save_program(*fuzz::rich_program());
  static const std::size_t header_size = 8 + 4 + static_cast<std::uint8_t>(saved[8]);
  static const std::string_view header = std::string_view(saved).substr(0, header_size);
  static const std::string body = saved.substr(header_size + 8);
  std::shared_ptr<const Program> program;
  // With a wrong header, every input would be refused and this target would test nothing.
  static const bool header_is_right = is_read(with_header(header, body), program);
  fuzz::must(header_is_right);
  std::string changed = body;
  change(changed, data, size);
  if (!is_read(with_header(header, changed), program)) return 0;
  const std::string again = save_program(*program);
  std::shared_ptr<const Program> copy;
  fuzz::must(is_read(again, copy));
  fuzz::must(save_program(*copy) == again);
  fuzz::must(list_program(*copy) == list_program(*program));
  run(program);
  return 0;
}
