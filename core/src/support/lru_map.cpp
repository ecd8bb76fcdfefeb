#include "support/lru_map.h"

namespace tripline {

void LruOrder::add(Entry& entry) {
  if (size_ >= buckets_.size()) grow();
  Entry*& first = buckets_[entry.hash & (buckets_.size() - 1)];
  entry.chain = first;
  first = &entry;
  append(entry);
  ++size_;
}

void LruOrder::remove(Entry& entry) {
  Entry** link = &buckets_[entry.hash & (buckets_.size() - 1)];
  while (*link != &entry) link = &(*link)->chain;
  *link = entry.chain;
  unlink(entry);
  --size_;
}

void LruOrder::make_newest(Entry& entry) {
  unlink(entry);
  append(entry);
}

void LruOrder::clear() {
  buckets_.clear();
  size_ = 0;
  oldest_ = newest_ = nullptr;
}

void LruOrder::append(Entry& entry) {
  entry.older = newest_;
  entry.newer = nullptr;
  (newest_ ? newest_->newer : oldest_) = &entry;
  newest_ = &entry;
}

void LruOrder::unlink(Entry& entry) {
  (entry.older ? entry.older->newer : oldest_) = entry.newer;
  (entry.newer ? entry.newer->older : newest_) = entry.older;
}

void LruOrder::grow() {
  List<Entry*> buckets(buckets_.empty() ? 8 : 2 * buckets_.size());
  for (Entry* entry = oldest_; entry != nullptr; entry = entry->newer) {
    Entry*& first = buckets[entry->hash & (buckets.size() - 1)];
    entry->chain = first;
    first = entry;
  }
  buckets_ = std::move(buckets);
}

}  // namespace tripline
