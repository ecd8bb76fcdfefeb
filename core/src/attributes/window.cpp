#include "attributes/window.h"

#include <algorithm>

#include "value/value_bytes.h"

namespace tripline {

bool Window::add(Time time, Value value, Time now) {
  drop_left(now);
  Entry entry{time, time, 1, std::move(value)};
  if (!is_in(entry, now)) return false;
  const auto head = entries_.begin() + static_cast<std::ptrdiff_t>(head_);
  auto place = std::upper_bound(head, entries_.end(), time,
                                [](Time t, const Entry& other) { return t < other.last; });
  if (kind_ == Kind::least || kind_ == Kind::greatest) {
    // Whoever leaves no earlier and is no worse makes an entry superfluous.
    if (place != entries_.end() && dominates(*place, entry)) return true;
    auto from = place;
    while (from != head && dominates(entry, *(from - 1))) --from;
    place = entries_.erase(from, place);
  }
  take(entry);
  entries_.insert(place, std::move(entry));
  if (entries_.size() - head_ > capacity_) merge_neighbours();
  return true;
}

bool Window::dominates(const Entry& a, const Entry& b) const {
  const double first = *a.value.as_number(), second = *b.value.as_number();
  return kind_ == Kind::least ? first <= second : first >= second;
}

void Window::take(const Entry& entry) {
  count_ += entry.count;
  if (kind_ == Kind::sum) sum_.add(*entry.value.as_number());
}

void Window::give(const Entry& entry) {
  count_ -= entry.count;
  if (kind_ == Kind::sum) sum_.subtract(*entry.value.as_number());
}

void Window::drop_left(Time now) {
  while (head_ < entries_.size() && !is_in(entries_[head_], now)) give(entries_[head_++]);
  if (head_ * 2 > entries_.size()) {
    entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
  }
}

void Window::merge_neighbours() {
  const Duration width = period_ / slices_;
  entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(head_));
  head_ = 0;
  std::size_t kept = 0;
  for (std::size_t i = 1; i < entries_.size(); ++i) {
    if (entries_[i].last - entries_[kept].first <= width) {
      merge(entries_[kept], entries_[i]);
    } else if (++kept != i) {
      entries_[kept] = std::move(entries_[i]);
    }
  }
  entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(kept) + 1, entries_.end());
}

void Window::merge(Entry& earlier, const Entry& later) {
  give(earlier);
  give(later);
  earlier.last = later.last;
  earlier.count += later.count;
  if (kind_ == Kind::sum) {
    ExactSum both;
    both.add(*earlier.value.as_number());
    both.add(*later.value.as_number());
    earlier.value = Value::number(both.value());
  }
  // Of `least` and `greatest` the earlier is the better one: the later has not dropped it.
  take(earlier);
}

std::span<const Window::Entry> Window::at(Time now) const {
  const auto all = std::span(entries_).subspan(head_);
  const auto first =
      std::find_if(all.begin(), all.end(), [&](const Entry& entry) { return is_in(entry, now); });
  return all.subspan(static_cast<std::size_t>(first - all.begin()));
}

std::uint64_t Window::count(Time now) const {
  std::uint64_t count = count_;
  for (std::size_t i = head_; i < entries_.size() && !is_in(entries_[i], now); ++i) {
    count -= entries_[i].count;
  }
  return count;
}

double Window::sum(Time now) const {
  if (head_ == entries_.size() || is_in(entries_[head_], now)) return sum_.value();
  ExactSum sum = sum_;
  for (std::size_t i = head_; i < entries_.size() && !is_in(entries_[i], now); ++i) {
    sum.subtract(*entries_[i].value.as_number());
  }
  return sum.value();
}

Time Window::next_leaving(Time now) const {
  const auto entries = at(now);
  return entries.empty() ? kNever : entries.front().last + period_;
}

void Window::rebase(Time now) {
  for (Entry& entry : entries_) {
    entry.first = std::min(entry.first, now);
    entry.last = std::min(entry.last, now);
  }
}

void Window::save(ByteWriter& bytes) const {
  bytes.u32(static_cast<std::uint32_t>(entries_.size() - head_));
  for (const Entry& entry : std::span(entries_).subspan(head_)) {
    bytes.i64(entry.first);
    bytes.i64(entry.last);
    bytes.u64(entry.count);
    save_scalar(entry.value, bytes);
  }
}

void Window::load(ByteReader& bytes) {
  const bool numeric = kind_ == Kind::sum || kind_ == Kind::least || kind_ == Kind::greatest;
  std::uint32_t count = bytes.count(25);
  if (count > capacity_) bytes.fail();
  Time latest = kEarliest;
  for (; count > 0 && bytes.ok(); --count) {
    Entry entry{bytes.time(), bytes.time(), bytes.u64(), load_scalar(bytes)};
    const bool ordered = latest <= entry.last && entry.first <= entry.last;
    const bool fits = (entry.value.as_number() != nullptr) || !numeric;
    if (!ordered || !fits || entry.count == 0) return bytes.fail();
    latest = entry.last;
    take(entry);
    entries_.push_back(std::move(entry));
  }
}

}  // namespace tripline
