// How far a replay is, on a terminal.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace tripline::cli {

/// A line on standard error that is written over itself, ten times a second at most; nothing where
/// standard error is not a terminal.
class Progress {
 public:
  /// For a regular file, the line also shows the share that was read.
  explicit Progress(const std::string& path);
  ~Progress() { clear(); }

  /// Called for each line, with the bytes up to its end.
  void step(std::uint64_t bytes);

  /// Takes the line away, before something else is printed.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;

  void show(std::uint64_t bytes, Clock::time_point now);

  bool is_on_;
  bool is_shown_ = false;
  std::uint64_t size_ = 0;  // of the file; 0 where it is not known
  std::uint64_t lines_ = 0;
  Clock::time_point started_ = Clock::now();
  Clock::time_point last_shown_ = started_;
};

/// The text of the line: `  42 %  1,234,567 lines  0:07 left`, as far as `width` columns hold it.
[[nodiscard]] std::string progress_text(std::uint64_t bytes, std::uint64_t size,
                                        std::uint64_t lines, double seconds, std::size_t width);

}  // namespace tripline::cli
