// The one difference between the two modules: the form of definitions that they load.
#pragma once

#include <memory>
#include <string_view>

#include "tripline/program.h"

namespace tripline::wasm {

/// tripline.wasm: definitions in JSON, or a compiled program (compiling_loader.cpp).
/// tripline-runtime.wasm: a compiled program alone (reading_loader.cpp).
[[nodiscard]] std::shared_ptr<const Program> load(std::string_view bytes, Diagnostics& diagnostics);

}  // namespace tripline::wasm
