#include "terminal/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>

#include "terminal/printable.h"

namespace tripline::cli {

std::optional<std::size_t> terminal_width(int descriptor) {
  if (isatty(descriptor) != 1) return std::nullopt;
  winsize size{};
  const bool known = ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

void complain(const std::string& message) {
  std::fprintf(stderr, "tripline: %s\n", printable(message).c_str());
}

}  // namespace tripline::cli
