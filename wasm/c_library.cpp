// What the JSON library and embind ask of the C library, without the 16 KB that the general
// functions weigh: numbers of 128 bits, formats of every kind. The linker takes these instead.
// Those that nobody calls are here because they share a file with the others in the C library,
// which must stay out; they leave no trace in the module.

#include <cerrno>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "support/number_text.h"

namespace {

/// "Out of range": the JSON library then reads the number by strtod, which suits integers too.
int no_integer() {
  errno = ERANGE;
  return 0;
}

/// Every conversion is taken as one of a 32-bit number to at least four hexadecimal digits.
int print(char* buffer, std::size_t size, const char* format, std::va_list arguments) {
  std::size_t length = 0;
  const auto put = [&](char c) {
    if (length + 1 < size) buffer[length++] = c;
  };
  for (; *format != 0; ++format) {
    if (*format != '%') {
      put(*format);
      continue;
    }
    while ((*format | 0x20) < 'a') ++format;
    const auto number = va_arg(arguments, std::uint32_t);
    for (int shift = 28; shift >= 0; shift -= 4) {
      if (shift < 16 || number >> shift != 0) put("0123456789ABCDEF"[number >> shift & 15]);
    }
  }
  buffer[length] = 0;
  return static_cast<int>(length);
}

}  // namespace

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

/// The JSON library shows a control character with it, embind (by the next one) a type that has no
/// name.
int snprintf(char* buffer, std::size_t size, const char* format, ...) {
  std::va_list arguments;
  va_start(arguments, format);
  const int length = print(buffer, size, format, arguments);
  va_end(arguments);
  return length;
}
/// What Emscripten's compiler makes of an sprintf without floats.
int siprintf(char* buffer, const char* format, ...) {
  std::va_list arguments;
  va_start(arguments, format);
  const int length = print(buffer, SIZE_MAX, format, arguments);
  va_end(arguments);
  return length;
}

}  // extern "C"
