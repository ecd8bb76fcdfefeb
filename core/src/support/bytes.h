// Fixed-width little-endian bytes in and out, for snapshots.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "support/bits.h"
#include "tripline/text.h"

namespace tripline {

class ByteWriter {
 public:
  void u8(std::uint8_t value) { little_endian(value, 1); }
  void u32(std::uint32_t value) { little_endian(value, 4); }
  void u64(std::uint64_t value) { little_endian(value, 8); }
  void i64(std::int64_t value) { u64(static_cast<std::uint64_t>(value)); }
  void f64(double value) { u64(bit_cast<std::uint64_t>(value)); }
  void text(std::string_view text);

  std::size_t size() const { return bytes_.size(); }
  /// Overwrites four bytes written earlier: a length that is known only afterwards.
  void patch_u32(std::size_t at, std::uint32_t value);
  const Text& bytes() const { return bytes_; }
  Text take() { return std::move(bytes_); }

 private:
  void little_endian(std::uint64_t value, int width);
  Text bytes_;
};

/// Reads hostile bytes: past the end everything reads as zero and ok() is false from then on.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  std::uint8_t u8() { return static_cast<std::uint8_t>(little_endian(1)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(little_endian(4)); }
  std::uint64_t u64() { return little_endian(8); }
  std::int64_t i64() { return static_cast<std::int64_t>(u64()); }
  double f64() { return bit_cast<double>(u64()); }
  /// A moment that arithmetic with durations cannot overflow.
  std::int64_t time();
  /// A view into the bytes being read.
  std::string_view text() { return take(u32()); }
  std::string_view take(std::size_t size);
  /// A count of things that take at least `least` bytes each: refused where the bytes that are left
  /// cannot hold so many, so that nothing is allocated on a lie.
  std::uint32_t count(std::size_t least);

  void fail();
  bool ok() const { return ok_; }
  bool at_end() const { return bytes_.empty(); }

 private:
  std::uint64_t little_endian(std::size_t width);

  std::string_view bytes_;
  bool ok_ = true;
};

}  // namespace tripline
