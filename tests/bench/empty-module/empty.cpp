// The least that an embind module can hold.

#include <emscripten/bind.h>

EMSCRIPTEN_BINDINGS(empty) {
  emscripten::function(
      "nothing", +[] {});
}
