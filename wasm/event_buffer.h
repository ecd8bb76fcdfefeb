// The buffer in linear memory through which events reach the engine without JSON and without
// embind: the host writes tagged values, then makes one call that passes numbers only. (Long
// strings and snapshots take the same way, as bytes from 0 on.) Its layout is stated here, in
// js/src/event/event-buffer.ts and in tests/conformance/layout.mjs.
//
//   0   f64 now          the host's clock in ms
//   8   f64 time         when the event happened in ms; else NaN, or beyond the range of times
//  16   u32 slot_count   1 + number of inputs
//  20   u32 0
//  24   slot[slot_count], then whatever the slots point at, in any order
//
// Held ids are written in the same way: slot 0 is empty, then come pairs of an attribute key's name
// and an id.
//
// An attribute update is written in the same way: slot 0 is the profile's id, slot 1 the name of
// its attribute key, then come pairs of an attribute's number and its value; `time` is that of
// the values.
//
//   slot:  u32 tag | u32 length | f64 number      number, time
//                               | u32 offset, u32 0   string: length bytes of UTF-8 at offset
//                                                     list: length slots at offset (8-aligned)
//
// Slot 0 is the event's id, slot 1 + k the value of input k. Little-endian, as WebAssembly is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "tripline/detail/list.h"
#include "tripline/engine.h"

namespace tripline::wasm {

/// Returns a time that the host gave in ms, or nothing if it is beyond the range of times.
[[nodiscard]] std::optional<Time> time_of(double milliseconds);

class EventBuffer {
 public:
  enum Tag : std::uint32_t { missing, null, no, yes, number, string, time, list };
  static constexpr std::size_t kHeaderBytes = 24;
  static constexpr std::size_t kSlotBytes = 16;

  /// Makes room for at least `bytes` and returns where they begin. Earlier addresses are void, and
  /// so is every view that the host holds of the memory, since it may have grown.
  void* reserve(std::size_t bytes);

  struct Content {
    Event event;
    Time now;
  };
  /// The values that the host wrote, as views into the buffer; null if an offset or a count leads
  /// out of it. Valid until the next call, as what read_attribute_update() gives.
  const Content* read();

  struct AttributeUpdate {
    TargetView profile;
    std::span<const AttributeValue> values;
    Time now;
    std::optional<Time> time;
  };
  const AttributeUpdate* read_attribute_update();

 private:
  struct Slot;
  std::size_t read_header(Time& now, std::optional<Time>& time);
  bool read_slot(std::size_t at, bool may_be_list, ValueView& value);
  bool read_list(std::size_t at, std::size_t length, ValueView& value);

  List<std::uint64_t> words_;  // 8-aligned bytes
  std::size_t size_ = 0;
  List<ValueView> values_;
  Content content_;
  List<AttributeValue> attribute_values_;
  AttributeUpdate update_;
  List<List<ValueView>> lists_;
  std::size_t used_lists_ = 0;
};

}  // namespace tripline::wasm
