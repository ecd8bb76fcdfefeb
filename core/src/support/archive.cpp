#include "support/archive.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace tripline {

static_assert(std::endian::native == std::endian::little, "snapshots are little-endian");

void Archive::time(std::int64_t& time) {
  constexpr std::int64_t most = std::int64_t{1} << 53;
  number(time);
  if (task_ == Task::rebase) time = std::min(time, now_);
  require(time >= -most && time <= most);
}

void Archive::text(Text& text) {
  std::string_view content = text;
  view(content);
  if (is_loading()) text = content;
}

void Archive::view(std::string_view& text) {
  const std::size_t size = count(text.size(), 1);
  if (is_loading()) {
    text = rest_.substr(0, size);
    rest_.remove_prefix(size);
  } else if (task_ == Task::save) {
    saved_ += text.substr(0, size);
  }
}

void Archive::flag(bool& flag) {
  std::uint8_t byte = flag;
  number(byte);
  require(byte <= 1);
  flag = byte == 1;
}

std::size_t Archive::count(std::size_t size, std::size_t least, std::size_t most) {
  auto count = static_cast<std::uint32_t>(size);
  number(count);
  require(count <= most && (is_loading() ? count <= rest_.size() / least : count == size));
  return ok_ || !is_loading() ? count : 0;
}

std::size_t Archive::begin_part() {
  const std::size_t begin = saved_.size();
  const std::size_t size = count(0, 1);
  return is_loading() ? rest_.size() - size : begin;
}

void Archive::end_part(std::size_t mark) {
  if (is_loading()) return require(rest_.size() == mark);
  const auto size = static_cast<std::uint32_t>(saved_.size() - mark - sizeof(std::uint32_t));
  std::memcpy(&saved_[mark], &size, sizeof size);
}

void Archive::require(bool holds) {
  if (holds) return;
  ok_ = false;
  rest_ = {};
}

void Archive::bytes(void* item, std::size_t size) {
  if (task_ == Task::save) {
    saved_ += std::string_view(static_cast<const char*>(item), size);
  } else if (task_ == Task::load) {
    require(size <= rest_.size());
    std::memset(item, 0, size);
    if (!ok_) return;
    std::memcpy(item, rest_.data(), size);
    rest_.remove_prefix(size);
  }
}

}  // namespace tripline
