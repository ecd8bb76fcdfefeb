#include "input/lines.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "terminal/terminal.h"

namespace tripline::cli {
namespace {

/// Puts lines together from blocks. A line within one block is not copied.
class LineCutter {
 public:
  explicit LineCutter(const std::function<void(const Line&)>& visit) : visit_(visit) {}

  void add(std::string_view block) {
    while (!block.empty()) {
      const std::size_t end = block.find('\n');
      position_ += std::min(end, block.size() - 1) + 1;
      if (end == block.npos) return keep(block);
      if (begun_.empty()) {
        finish(block.substr(0, end), false);
      } else {
        keep(block.substr(0, end));
        finish(begun_, is_cut_);
        begun_.clear();
        is_cut_ = false;
      }
      block.remove_prefix(end + 1);
    }
  }

  /// The end of the file ends its last line.
  void end() {
    if (!begun_.empty()) finish(begun_, is_cut_);
  }

 private:
  void keep(std::string_view part) {
    const std::size_t room = kLongestLine - begun_.size();
    is_cut_ |= part.size() > room;
    begun_ += part.substr(0, room);
  }

  void finish(std::string_view text, bool is_cut) {
    ++number_;
    const std::size_t last = text.find_last_not_of(" \t\r");
    if (last == text.npos) return;
    visit_({text.substr(0, last + 1), number_, position_, is_cut});
  }

  const std::function<void(const Line&)>& visit_;
  std::string begun_;  // of a line that goes on in the next block
  bool is_cut_ = false;
  std::size_t number_ = 0;
  std::uint64_t position_ = 0;
};

}  // namespace

bool for_each_line(const std::string& path, const std::function<void(const Line&)>& visit) {
  // read(2) hands on what a pipe has so far, where fread would wait for more.
  const int file = path == "-" ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC);
  LineCutter cutter(visit);
  std::vector<char> block(1u << 18);
  ssize_t size = file < 0 ? -1 : 0;
  while (size >= 0 && (size = read(file, block.data(), block.size())) > 0) {
    cutter.add({block.data(), static_cast<std::size_t>(size)});
  }
  if (size < 0) complain(path + ": " + std::strerror(errno));
  cutter.end();
  if (file > STDIN_FILENO) close(file);
  return size == 0;
}

}  // namespace tripline::cli
