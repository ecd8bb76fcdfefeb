#include "event_buffer.h"

#include <cmath>
#include <cstring>

namespace tripline::wasm {

struct EventBuffer::Slot {
  std::uint32_t tag;
  std::uint32_t length;
  union {
    double number;
    std::uint32_t offset;
  };
};

namespace {

struct Header {
  double now;
  double time;
  std::uint32_t slot_count;
  std::uint32_t reserved;
};

}  // namespace

std::optional<Time> time_of(double milliseconds) {
  if (!(std::fabs(milliseconds) <= static_cast<double>(kLatestTime))) return std::nullopt;
  return static_cast<Time>(milliseconds);
}

void* EventBuffer::reserve(std::size_t bytes) {
  // The layout at the top of event_buffer.h.
  static_assert(sizeof(Header) == kHeaderBytes && sizeof(Slot) == kSlotBytes);
  static_assert(offsetof(Header, now) == 0 && offsetof(Header, time) == 8 &&
                offsetof(Header, slot_count) == 16);
  static_assert(offsetof(Slot, tag) == 0 && offsetof(Slot, length) == 4 &&
                offsetof(Slot, number) == 8 && offsetof(Slot, offset) == 8);
  if (bytes > size_) {
    words_.resize((bytes + 7) / 8);
    size_ = words_.size() * 8;
  }
  return words_.data();
}

/// How many slots there are; 0 if it cannot be.
std::size_t EventBuffer::read_header(Time& now, std::optional<Time>& time) {
  if (size_ < kHeaderBytes) return 0;
  Header header;
  std::memcpy(&header, words_.data(), sizeof header);
  const std::size_t count = header.slot_count;
  const std::optional<Time> clock = time_of(header.now);
  if (count > (size_ - kHeaderBytes) / kSlotBytes || !clock) return 0;
  now = *clock;
  time = time_of(header.time);
  used_lists_ = 0;
  if (lists_.size() < count) lists_.resize(count);  // never again while views into it are about
  return count;
}

const EventBuffer::Content* EventBuffer::read() {
  const std::size_t count = read_header(content_.now, content_.event.time);
  if (count == 0) return nullptr;
  values_.resize(count);
  std::size_t at = kHeaderBytes;
  for (ValueView& value : values_) {
    if (!read_slot(at, true, value)) return nullptr;
    at += kSlotBytes;
  }
  content_.event.id = values_.front().text();
  content_.event.inputs = std::span(values_).subspan(1);
  return &content_;
}

const EventBuffer::AttributeUpdate* EventBuffer::read_attribute_update() {
  const std::size_t count = read_header(update_.now, update_.time);
  if (count == 0 || count % 2 != 0) return nullptr;
  ValueView id, name, attribute;
  std::size_t at = kHeaderBytes;
  if (!read_slot(at, false, id) || !read_slot(at + kSlotBytes, false, name)) return nullptr;
  update_.profile = {name.text(), id.text()};
  attribute_values_.resize(count / 2 - 1);
  update_.values = attribute_values_;
  for (AttributeValue& set : attribute_values_) {
    at += 2 * kSlotBytes;
    if (!read_slot(at, false, attribute) || !read_slot(at + kSlotBytes, true, set.value)) {
      return nullptr;
    }
    if (attribute.kind() != ValueView::Kind::number ||
        !(attribute.number() >= 0 && attribute.number() <= Program::kNone)) {
      return nullptr;
    }
    set.attribute = static_cast<Program::Index>(attribute.number());
  }
  return &update_;
}

/// False if it leads out of the buffer. What is missing, null or an object has no value.
[[gnu::noinline]] bool EventBuffer::read_slot(std::size_t at, bool may_be_list, ValueView& value) {
  const char* bytes = reinterpret_cast<const char*>(words_.data());
  Slot slot;
  std::memcpy(&slot, bytes + at, sizeof slot);
  value = ValueView();
  switch (slot.tag) {
    case no:
    case yes:
      value = ValueView::boolean(slot.tag == yes);
      return true;
    case number:
      value = ValueView::number(slot.number);
      return true;
    case time:
      if (const auto moment = time_of(slot.number)) value = ValueView::time(*moment);
      return true;
    case string:
      if (slot.offset > size_ || slot.length > size_ - slot.offset) return false;
      value = ValueView::string({bytes + slot.offset, slot.length});
      return true;
    case list:
      return may_be_list && read_list(slot.offset, slot.length, value);
    default:
      return true;
  }
}

bool EventBuffer::read_list(std::size_t at, std::size_t length, ValueView& value) {
  if (at % 8 != 0 || at > size_ || length > (size_ - at) / kSlotBytes) return false;
  List<ValueView>& elements = lists_[used_lists_++];
  elements.resize(length);
  for (std::size_t i = 0; i < length; ++i) {
    if (!read_slot(at + i * kSlotBytes, false, elements[i])) return false;
  }
  value = ValueView::list(elements);
  return true;
}

}  // namespace tripline::wasm
