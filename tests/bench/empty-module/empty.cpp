// The least that an embind module can hold.

#include <emscripten/bind.h>

namespace {

void nothing() {
}

}  // namespace

EMSCRIPTEN_BINDINGS(empty) {
  emscripten::function("nothing", &nothing);
}
