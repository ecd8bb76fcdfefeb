#include "compile/symbols.h"

#include "support/hash.h"

namespace tripline {

using Index = Program::Index;

namespace {
constexpr Index kNone = Program::kNone;
constexpr std::size_t kFewestBuckets = 16;  // a power of two
}  // namespace

Index& SymbolTable::number_of(const Text& name) {
  (void)add(name);
  return entries_[find_entry(name, hash64(name))].number;
}

Index SymbolTable::find(std::string_view name) const {
  const Index entry = find_entry(name, hash64(name));
  return entry == kNone ? kNone : entries_[entry].number;
}

bool SymbolTable::add(const Text& name) {
  const std::uint64_t hash = hash64(name);
  if (find_entry(name, hash) != kNone) return false;
  entries_.push_back({name, hash, kNone, kNone});
  if (entries_.size() <= buckets_.size()) {
    put_into_bucket(static_cast<Index>(entries_.size() - 1));
    return true;
  }
  // As many buckets as entries at the least, so that chains stay short.
  const std::size_t count = buckets_.empty() ? kFewestBuckets : 2 * buckets_.size();
  buckets_.clear();
  for (std::size_t i = 0; i < count; ++i) buckets_.push_back(kNone);
  for (Index i = 0; i < entries_.size(); ++i) put_into_bucket(i);
  return true;
}

Index SymbolTable::find_entry(std::string_view name, std::uint64_t hash) const {
  if (buckets_.empty()) return kNone;
  Index entry = buckets_[hash & (buckets_.size() - 1)];
  while (entry != kNone && (entries_[entry].hash != hash || entries_[entry].name != name)) {
    entry = entries_[entry].chain;
  }
  return entry;
}

void SymbolTable::put_into_bucket(Index entry) {
  Index& first = buckets_[entries_[entry].hash & (buckets_.size() - 1)];
  entries_[entry].chain = first;
  first = entry;
}

}  // namespace tripline
