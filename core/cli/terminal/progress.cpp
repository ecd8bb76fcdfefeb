#include "terminal/progress.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>

#include "terminal/terminal.h"

namespace tripline::cli {
namespace {

/// 1234567 as 1,234,567.
std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

std::string minutes(double seconds) {
  const auto whole = std::lround(seconds);
  const std::string rest = std::to_string(whole % 60);
  return std::to_string(whole / 60) + (rest.size() < 2 ? ":0" : ":") + rest;
}

}  // namespace

std::string progress_text(std::uint64_t bytes, std::uint64_t size, std::uint64_t lines,
                          double seconds, std::size_t width) {
  std::string text;
  const auto append = [&](const std::string& part) {
    // The last column stays free: writing there would move to the next line.
    if (text.size() + part.size() < width) text += part;
  };
  const double share = size == 0 ? 0 : static_cast<double>(bytes) / static_cast<double>(size);
  if (size != 0) append(" " + std::to_string(static_cast<int>(100 * share)) + " %");
  append("  " + grouped(lines) + " lines");
  // Below a second's work the rest is a guess.
  if (share > 0 && seconds >= 1) append("  " + minutes(seconds / share - seconds) + " left");
  return text;
}

Progress::Progress(const std::string& path) : is_on_(terminal_width(STDERR_FILENO).has_value()) {
  struct stat about {};
  const bool is_file = path != "-" && stat(path.c_str(), &about) == 0 && S_ISREG(about.st_mode);
  if (is_file) size_ = static_cast<std::uint64_t>(about.st_size);
}

void Progress::step(std::uint64_t bytes) {
  ++lines_;
  if (!is_on_ || lines_ % 256 != 0) return;
  const auto now = Clock::now();
  if (now - last_shown_ < std::chrono::milliseconds(100)) return;
  last_shown_ = now;
  show(bytes, now);
}

void Progress::show(std::uint64_t bytes, Clock::time_point now) {
  const double seconds = std::chrono::duration<double>(now - started_).count();
  // Asked each time: a window may be resized.
  const std::size_t width = terminal_width(STDERR_FILENO).value_or(80);
  std::fprintf(stderr, "\r%s\033[K", progress_text(bytes, size_, lines_, seconds, width).c_str());
  std::fflush(stderr);
  is_shown_ = true;
}

void Progress::clear() {
  if (is_shown_) std::fputs("\r\033[K", stderr);
  is_shown_ = false;
}

}  // namespace tripline::cli
