// Which types embind knows. Its own list, which this one replaces, has forty more (strings,
// views, handles of JavaScript's values) and brings the glue for each of them into every page.
//
// Whoever binds a function with another type adds it here; until then its call fails with "unbound
// types".

#include <emscripten/bind.h>

#include <cstdlib>
#include <typeinfo>

using emscripten::internal::TypeID;

extern "C" {

/// Numbers cross as doubles, as JavaScript has no others.
__attribute__((used, constructor)) void __embind_register_native_and_builtin_types() {
  emscripten::internal::_embind_register_float(TypeID<double>::get(), "double", sizeof(double));
}

/// What "unbound types" calls a type; embind frees it.
__attribute__((used)) const char* __getTypeName(const std::type_info*) {
  return static_cast<const char*>(std::calloc(1, 1));
}

}  // extern "C"
