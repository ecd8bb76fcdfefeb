// The functions of the C and C++ libraries that the JSON library needs, without the 17 KB that the
// general functions weigh: numbers of 128 bits, formats of every kind, casts by type. The linker
// takes these instead. Those that nobody calls are here because they share a file with the others
// in the C library, which must stay out; they leave no trace in the module.

#include <cerrno>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "support/number_text.h"

namespace {

/// "Out of range": the JSON library then reads the number by strtod, which suits integers too.
int no_integer() {
  errno = ERANGE;
  return 0;
}

}  // namespace

// Numbers in the JSON library's messages, without the tables that make libc++'s own fast. Weak, for
// a libc++ that brings its own in any case.

[[gnu::weak]] std::string std::to_string(unsigned long number) {
  char digits[20];
  char* const end = digits + sizeof digits;
  char* start = end;
  do {
    *--start = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0);
  return std::string(start, end);
}
[[gnu::weak]] std::string std::to_string(int number) {
  return std::to_string(static_cast<unsigned long>(number));
}

extern "C" {

/// The JSON library hands it a number in JSON's grammar.
double strtod(const char* text, char** end) {
  const std::size_t size = std::strlen(text);
  *end = const_cast<char*>(text) + size;
  return tripline::parse_number({text, size});
}
float strtof(const char* text, char** end) {
  return static_cast<float>(strtod(text, end));
}
long double strtold(const char* text, char** end) {
  return strtod(text, end);
}

unsigned long long strtoull(const char*, char**, int) {
  return no_integer();
}
long long strtoll(const char*, char**, int) {
  return no_integer();
}
unsigned long strtoul(const char*, char**, int) {
  return no_integer();
}
long strtol(const char*, char**, int) {
  return no_integer();
}

/// The JSON library shows a control character with it, by the format "<U+%.4X>".
int snprintf(char* buffer, std::size_t, const char* format, ...) {
  std::va_list arguments;
  va_start(arguments, format);
  const auto character = va_arg(arguments, std::uint32_t);
  va_end(arguments);
  constexpr std::string_view shown = "<U+0000>";
  std::memcpy(buffer, shown.data(), shown.size() + 1);
  buffer[5] = "01"[character >> 4 & 1];
  buffer[6] = "0123456789ABCDEF"[character & 15];
  return static_cast<int>(shown.size());
}

/// The tables of type information for catch and dynamic_cast. Nothing here throws or asks for a
/// type.
extern const void* const class_type[3] asm("_ZTVN10__cxxabiv117__class_type_infoE") = {};
extern const void* const derived_type[3] asm("_ZTVN10__cxxabiv120__si_class_type_infoE") = {};
extern const void* const other_type[3] asm("_ZTVN10__cxxabiv121__vmi_class_type_infoE") = {};

}  // extern "C"
