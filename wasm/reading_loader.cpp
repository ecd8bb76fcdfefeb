#include "loader.h"

namespace tripline::wasm {

std::shared_ptr<const Program> load(std::string_view bytes, Diagnostics& diagnostics) {
  return read_program(bytes, diagnostics);
}

}  // namespace tripline::wasm
