#include "terminal/printable.h"

#include <cstdio>

#include "support/utf8.h"

namespace tripline::cli {
namespace {

bool is_control(char32_t value) {
  return value < 0x20 || (value >= 0x7f && value < 0xa0);
}

bool is_kept(char32_t value, std::string_view kept) {
  return value < 0x80 && kept.find(static_cast<char>(value)) != kept.npos;
}

}  // namespace

std::string printable(std::string_view text, std::string_view kept) {
  std::string shown;
  shown.reserve(text.size());
  while (!text.empty()) {
    const CodePoint next = decode_utf8(text);
    if (is_control(next.value) && !is_kept(next.value, kept)) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(next.value));
      shown += escape;
    } else if (next.value == 0xfffd) {
      shown += "\xef\xbf\xbd";
    } else {
      shown += text.substr(0, next.size);
    }
    text.remove_prefix(next.size);
  }
  return shown;
}

void print_json(std::string_view json) {
  const std::string shown = printable(json, "\n");
  std::fwrite(shown.data(), 1, shown.size(), stdout);
  std::fputc('\n', stdout);
}

}  // namespace tripline::cli
