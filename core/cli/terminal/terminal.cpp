#include "terminal/terminal.h"

#ifdef __EMSCRIPTEN__
#include <emscripten.h>
#else
#include <sys/ioctl.h>
#endif
#include <unistd.h>

#include <cstdio>

#include "terminal/printable.h"

namespace tripline::cli {
namespace {

/// How many columns a terminal has; 0: it does not say.
#ifdef __EMSCRIPTEN__
EM_JS(int, columns_of, (int descriptor),
      { return (descriptor == 1 ? process.stdout : process.stderr).columns | 0; });
#else
int columns_of(int descriptor) {
  winsize size{};
  return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}
#endif

}  // namespace

std::optional<std::size_t> terminal_width(int descriptor) {
  if (isatty(descriptor) != 1) return std::nullopt;
  const int columns = columns_of(descriptor);
  return columns > 0 ? static_cast<std::size_t>(columns) : 80;
}

void complain(const std::string& message) {
  std::fprintf(stderr, "tripline: %s\n", printable(message).c_str());
}

}  // namespace tripline::cli
