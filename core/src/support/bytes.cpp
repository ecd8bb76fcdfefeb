#include "support/bytes.h"

namespace tripline {

void ByteWriter::text(std::string_view text) {
  u32(static_cast<std::uint32_t>(text.size()));
  bytes_ += text;
}

void ByteWriter::patch_u32(std::size_t at, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) bytes_[at + i] = static_cast<char>(value >> (8 * i) & 0xff);
}

void ByteWriter::little_endian(std::uint64_t value, int width) {
  for (int i = 0; i < width; ++i) bytes_ += static_cast<char>(value >> (8 * i) & 0xff);
}

std::int64_t ByteReader::time() {
  constexpr std::int64_t most = std::int64_t{1} << 53;
  const std::int64_t time = i64();
  if (time < -most || time > most) fail();
  return time;
}

std::string_view ByteReader::take(std::size_t size) {
  if (size > bytes_.size()) {
    fail();
    return {};
  }
  const std::string_view taken = bytes_.substr(0, size);
  bytes_.remove_prefix(size);
  return taken;
}

std::uint32_t ByteReader::count(std::size_t least) {
  const std::uint32_t count = u32();
  if (count <= bytes_.size() / least) return count;
  fail();
  return 0;
}

void ByteReader::fail() {
  ok_ = false;
  bytes_ = {};
}

std::uint64_t ByteReader::little_endian(std::size_t width) {
  const std::string_view taken = take(width);
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < taken.size(); ++i) {
    value |= std::uint64_t{static_cast<unsigned char>(taken[i])} << (8 * i);
  }
  return value;
}

}  // namespace tripline
