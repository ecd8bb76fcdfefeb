#include "attributes/window.h"

#include <algorithm>

#include "value/value_bytes.h"

namespace tripline {
namespace {

/// Reads the sum of a merged entry; false if the value is none.
bool read_sum(const Value& value, ExactSum& sum) {
  const Text* bytes = value.as_string();
  if (bytes == nullptr) return false;
  Archive archive(*bytes);
  sum.visit(archive);
  return archive.ok() && archive.rest().empty();
}

/// Adds to a sum what an entry's value stands for, or takes it out.
void add_to(ExactSum& sum, const Value& value, bool negated = false) {
  if (const double* number = value.as_number()) return sum.add(negated ? -*number : *number);
  ExactSum merged;
  (void)read_sum(value, merged);
  sum.add(merged, negated);
}

void merge_sum(Window::Entry& earlier, const Window::Entry& later) {
  ExactSum both;
  add_to(both, earlier.value);
  add_to(both, later.value);
  Archive archive;
  both.visit(archive);
  earlier.value = Value::string(archive.saved());
}

}  // namespace

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
    // An entry that leaves as late or later, and is as good or better, makes another one
    // superfluous.
    if (place != entries_.end() && dominates(*place, entry)) return;
    Entry* from = place;
    while (from != head && dominates(entry, from[-1])) --from;
    place = entries_.erase(from, place);
  }
  add_to_totals(entry);
  entries_.insert(place, std::move(entry));
  if (entries_.size() - head_ > capacity_) merge_neighbours();
}

bool Window::dominates(const Entry& a, const Entry& b) const {
  const double first = *a.value.as_number(), second = *b.value.as_number();
  return definition_->aggregation == Aggregation::min ? first <= second : first >= second;
}

void Window::add_to_totals(const Entry& entry) {
  count_ += entry.count;
  if (keeps_sum()) add_to(sum_, entry.value);
}

void Window::drop_left(Time now) {
  for (; head_ < entries_.size() && !is_in(entries_[head_], now); ++head_) {
    count_ -= entries_[head_].count;
    if (keeps_sum()) add_to(sum_, entries_[head_].value, true);
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

double Window::sum(Time now, std::uint64_t divisor) const {
  const Entry* entry = entries_.begin() + head_;
  const Entry* const end = at(now);
  if (entry == end) return sum_.value(divisor);
  ExactSum sum = sum_;
  for (; entry != end; ++entry) add_to(sum, entry->value, true);
  return sum.value(divisor);
}

Time Window::oldest(Time now) const {
  const Entry* const entry = at(now);
  return entry == entries_.end() ? kNever : entry->last;
}

void Window::visit(Archive& archive) {
  drop_gone();
  Time latest = kEarliest;
  archive.list(entries_, 25, capacity_, [&](Entry& entry) {
    archive.time(entry.first);
    archive.time(entry.last);
    archive.number(entry.count);
    visit_scalar(entry.value, archive);
    archive.require(latest <= entry.last && entry.first <= entry.last && entry.count != 0 &&
                    is_right(entry.value));
    latest = entry.last;
    if (archive.is_loading() && archive.ok()) add_to_totals(entry);
  });
}

bool Window::is_right(const Value& value) const {
  if (!keeps_sum() && !keeps_extreme()) return !value.is_null();
  ExactSum sum;
  return value.as_number() != nullptr || (keeps_sum() && read_sum(value, sum));
}

}  // namespace tripline
