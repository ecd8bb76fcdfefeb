#include <array>

#include "patterns/regex/case_folding_table.h"
#include "patterns/regex/character_set.h"

namespace tripline::regex {
namespace {

// A page loads the table, so it is packed when this file is compiled: numbers of seven bits a byte,
// each run relative to the one before. 2.5 KB become 0.8 KB.

constexpr std::size_t kMostBytesPerRun = 3 * 5;
struct PackedRuns {
  std::array<std::uint8_t, std::size(kCaseRuns) * kMostBytesPerRun> bytes{};
  std::size_t size = 0;

  constexpr void write(std::uint32_t number) {
    for (; number >= 0x80; number >>= 7) bytes[size++] = (number & 0x7F) | 0x80;
    bytes[size++] = number;
  }
};

constexpr PackedRuns pack() {
  PackedRuns packed;
  std::uint32_t previous = 0;
  for (const CaseRun& run : kCaseRuns) {
    packed.write(run.first - previous);
    packed.write(run.count << 1 | (run.stride - 1));
    packed.write(run.distance);
    previous = run.first;
  }
  return packed;
}

constexpr auto kPackedRuns = [] {
  constexpr PackedRuns packed = pack();
  std::array<std::uint8_t, packed.size> bytes{};
  for (std::size_t i = 0; i < packed.size; ++i) bytes[i] = packed.bytes[i];
  return bytes;
}();

class RunReader {
 public:
  bool at_end() const { return next_ == kPackedRuns.size(); }

  CaseRun read() {
    first_ += number();
    const std::uint32_t count_and_stride = number();
    return {first_, count_and_stride >> 1, (count_and_stride & 1) + 1, number()};
  }

 private:
  std::uint32_t number() {
    std::uint32_t number = 0;
    for (int shift = 0;; shift += 7) {
      const std::uint32_t byte = kPackedRuns[next_++];
      number |= (byte & 0x7F) << shift;
      if (byte < 0x80) return number;
    }
  }

  std::size_t next_ = 0;
  std::uint32_t first_ = 0;
};

}  // namespace

// Variants of one another share their lowest one. So: first the lowest variant of each that is in,
// then whatever has its lowest variant in.
void CharacterSet::add_case_variants() {
  if (bounds_.empty()) return;
  for (const bool to_lowest : {true, false}) {
    const char32_t begin = bounds_[0];
    const char32_t end = bounds_.size() % 2 == 0 ? bounds_.back() : kLastCodePoint + 1;
    for (RunReader runs; !runs.at_end();) {
      const CaseRun run = runs.read();
      const std::uint32_t lowest = run.first - run.distance;
      const std::uint32_t from = to_lowest ? run.first : lowest;
      const std::uint32_t to = to_lowest ? lowest : run.first;
      const std::uint32_t length = run.count * run.stride;
      if (from >= end || from + length <= begin) continue;
      for (std::uint32_t i = 0; i < length; i += run.stride) {
        const bool lacks = contains(bounds_, from + i) && !contains(bounds_, to + i);
        if (lacks) add(to + i, to + i);
      }
    }
  }
}

}  // namespace tripline::regex
