#include "attributes/window.h"

#include <algorithm>
#include <limits>

#include "value/value_bytes.h"

namespace tripline {

bool Window::keeps_sum() const {
  return definition_->aggregation == Aggregation::sum ||
         definition_->aggregation == Aggregation::mean;
}

bool Window::keeps_extreme() const {
  return definition_->aggregation == Aggregation::min ||
         definition_->aggregation == Aggregation::max;
}

void Window::add(Value& value, Time time, Time now) {
  drop_left(now);
  Entry entry{time, time, 1, std::move(value)};
  Entry* const head = entries_.begin() + head_;
  Entry* place = entries_.end();
  while (place != head && place[-1].last > time) --place;
  if (keeps_extreme()) {
    // Whoever leaves no earlier and is no worse makes an entry superfluous.
    if (place != entries_.end() && dominates(*place, entry)) return;
    Entry* from = place;
    while (from != head && dominates(entry, from[-1])) --from;
    place = entries_.erase(from, place);
  }
  take(entry);
  entries_.insert(place, std::move(entry));
  if (entries_.size() - head_ > capacity_) merge_neighbours();
}

bool Window::dominates(const Entry& a, const Entry& b) const {
  const double first = *a.value.as_number(), second = *b.value.as_number();
  return definition_->aggregation == Aggregation::min ? first <= second : first >= second;
}

void Window::take(const Entry& entry) {
  count_ += entry.count;
  if (keeps_sum()) sum_.add(*entry.value.as_number());
}

void Window::drop_left(Time now) {
  for (; head_ < entries_.size() && !is_in(entries_[head_], now); ++head_) {
    count_ -= entries_[head_].count;
    if (keeps_sum()) sum_.subtract(*entries_[head_].value.as_number());
  }
  if (head_ * 2 > entries_.size()) drop_gone();
}

void Window::drop_gone() {
  entries_.erase(entries_.begin(), entries_.begin() + head_);
  head_ = 0;
}

void Window::merge_neighbours() {
  const Duration slice = definition_->period / (capacity_ / 4);
  drop_gone();
  Entry* kept = entries_.begin();
  for (Entry* next = kept + 1; next != entries_.end(); ++next) {
    if (next->last - kept->first > slice) {
      if (++kept != next) *kept = std::move(*next);
      continue;
    }
    kept->last = next->last;
    kept->count += next->count;
    // The earlier one of minimums and maximums is the better one: the later has not dropped it.
    if (keeps_sum()) merge_sum(*kept, *next);
  }
  entries_.erase(kept + 1, entries_.end());
}

void Window::merge_sum(Entry& earlier, const Entry& later) {
  constexpr double most = std::numeric_limits<double>::max();
  const double first = *earlier.value.as_number(), second = *later.value.as_number();
  const double both = std::clamp(first + second, -most, most);
  sum_.subtract(first);
  sum_.subtract(second);
  sum_.add(both);
  earlier.value = Value::number(both);
}

const Window::Entry* Window::at(Time now) const {
  const Entry* entry = entries_.begin() + head_;
  while (entry != entries_.end() && !is_in(*entry, now)) ++entry;
  return entry;
}

std::uint64_t Window::count(Time now) const {
  std::uint64_t count = count_;
  const Entry* const end = at(now);
  for (const Entry* entry = entries_.begin() + head_; entry != end; ++entry) count -= entry->count;
  return count;
}

double Window::sum(Time now) const {
  const Entry* entry = entries_.begin() + head_;
  const Entry* const end = at(now);
  if (entry == end) return sum_.value();
  ExactSum sum = sum_;
  for (; entry != end; ++entry) sum.subtract(*entry->value.as_number());
  return sum.value();
}

Time Window::oldest(Time now) const {
  const Entry* const entry = at(now);
  return entry == entries_.end() ? kNever : entry->last;
}

void Window::pass(Archive& archive) {
  drop_gone();
  const bool is_numeric = keeps_sum() || keeps_extreme();
  Time latest = kEarliest;
  archive.list(entries_, 25, capacity_, [&](Entry& entry) {
    archive.time(entry.first);
    archive.time(entry.last);
    archive.number(entry.count);
    pass_scalar(entry.value, archive);
    archive.require(latest <= entry.last && entry.first <= entry.last && entry.count != 0 &&
                    !entry.value.is_null() && (!is_numeric || entry.value.as_number() != nullptr));
    latest = entry.last;
    if (archive.is_loading() && archive.ok()) take(entry);
  });
}

}  // namespace tripline
