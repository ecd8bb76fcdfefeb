// A map with a capacity: adding beyond it drops the entry that was used longest ago.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string_view>
#include <utility>

#include "support/hash.h"
#include "tripline/detail/list.h"
#include "tripline/detail/text.h"

namespace tripline {

/// The part of all maps that does not depend on types, so that a page loads it once: a hash table
/// with chains, and the order of use as a doubly linked list through the same entries.
///
///   buckets_:  [0] → b → d     [1]     [2] → a → c        by hash, through `chain`
///   use:       oldest_ → a ⇄ d ⇄ c ⇄ b ← newest_          through `older` and `newer`
class LruOrder {
 public:
  struct Entry {
    std::uint64_t hash = 0;
    Entry* chain = nullptr;
    Entry* older = nullptr;
    Entry* newer = nullptr;
  };

  std::size_t size() const { return size_; }
  Entry* oldest() const { return oldest_; }
  Entry* newest() const { return newest_; }
  /// The entries whose hash may be this one: follow `chain` and compare.
  Entry* bucket(std::uint64_t hash) const {
    return buckets_.empty() ? nullptr : buckets_[hash & (buckets_.size() - 1)];
  }
  /// Adds an entry as the newest. The table doubles when it has as many entries as buckets.
  void add(Entry& entry);
  void remove(Entry& entry);
  void make_newest(Entry& entry);
  void clear();

 private:
  void append(Entry& entry);
  void unlink(Entry& entry);
  void grow();

  List<Entry*> buckets_;
  std::size_t size_ = 0;
  Entry* oldest_ = nullptr;
  Entry* newest_ = nullptr;
};

/// How keys are hashed and compared. Specialised beside a key's own type.
template <typename Key>
struct KeyTraits;

template <>
struct KeyTraits<Text> {
  static std::uint64_t hash(std::string_view key) { return hash64(key); }
};
/// For keys that are hashes themselves.
template <>
struct KeyTraits<std::uint64_t> {
  static std::uint64_t hash(std::uint64_t key) { return key; }
};
template <>
struct KeyTraits<Hash128> {
  static std::uint64_t hash(const Hash128& key) { return key.low; }
};

/// Addresses of values are stable while the entry lives. Iteration runs from the least to the most
/// recently used and so does not depend on hashes. `Like` is whatever KeyTraits can hash and `==`
/// can compare with a key.
template <typename Key, typename Value>
class LruMap {
 public:
  explicit LruMap(std::size_t capacity = std::numeric_limits<std::size_t>::max())
      : capacity_(capacity) {}
  ~LruMap() { clear(); }
  LruMap(const LruMap&) = delete;
  LruMap& operator=(const LruMap&) = delete;

  std::size_t size() const { return order_.size(); }

  /// The entry that the next add() drops, or null.
  Value* next_to_drop() {
    const bool full = size() >= capacity_ && size() > 0;
    return full ? &static_cast<Node*>(order_.oldest())->value : nullptr;
  }

  /// The key itself, which stays where it is while the entry lives.
  template <typename Like>
  const Key* find_key(const Like& key) const {
    const Node* node = find_node(key);
    return node == nullptr ? nullptr : &node->key;
  }
  template <typename Like>
  const Value* find(const Like& key) const {
    const Node* node = find_node(key);
    return node == nullptr ? nullptr : &node->value;
  }
  template <typename Like>
  Value* find(const Like& key) {
    return const_cast<Value*>(std::as_const(*this).find(key));
  }

  /// Finds an entry and makes it the most recently used one. The one that is that already is found
  /// without hashing, since most visitors come many times in a row.
  template <typename Like>
  Value* touch(const Like& key) {
    auto* newest = static_cast<Node*>(order_.newest());
    if (newest != nullptr && newest->key == key) return &newest->value;
    Node* node = find_node(key);
    if (node == nullptr) return nullptr;
    order_.make_newest(*node);
    return &node->value;
  }

  /// Adds an entry that must not be there yet, as the most recently used one.
  Value& add(Key key, Value value) {
    if (size() >= capacity_ && size() > 0) drop_oldest();
    Node* node = new Node{{}, std::move(key), std::move(value)};
    node->hash = KeyTraits<Key>::hash(node->key);
    order_.add(*node);
    return node->value;
  }

  /// False if there is no such entry.
  template <typename Like>
  bool remove(const Like& key) {
    Node* node = find_node(key);
    if (node == nullptr) return false;
    drop(*node);
    return true;
  }

  void clear() {
    for (LruOrder::Entry* entry = order_.oldest(); entry != nullptr;) {
      delete static_cast<Node*>(std::exchange(entry, entry->newer));
    }
    order_.clear();
  }

  /// `visit(key, value)`, least recently used first.
  template <typename Visit>
  void for_each(Visit visit) const {
    for (LruOrder::Entry* entry = order_.oldest(); entry != nullptr; entry = entry->newer) {
      const Node& node = static_cast<const Node&>(*entry);
      visit(node.key, node.value);
    }
  }
  template <typename Visit>
  void for_each(Visit visit) {
    for (LruOrder::Entry* entry = order_.oldest(); entry != nullptr; entry = entry->newer) {
      Node& node = static_cast<Node&>(*entry);
      visit(std::as_const(node.key), node.value);
    }
  }

 private:
  struct Node : LruOrder::Entry {
    Node(LruOrder::Entry entry, Key key, Value value)
        : LruOrder::Entry(entry), key(std::move(key)), value(std::move(value)) {}
    Key key;
    Value value;
  };

  template <typename Like>
  Node* find_node(const Like& key) const {
    const std::uint64_t hash = KeyTraits<Key>::hash(key);
    for (LruOrder::Entry* entry = order_.bucket(hash); entry != nullptr; entry = entry->chain) {
      if (entry->hash == hash && static_cast<Node*>(entry)->key == key) {
        return static_cast<Node*>(entry);
      }
    }
    return nullptr;
  }

  void drop_oldest() { drop(*static_cast<Node*>(order_.oldest())); }

  void drop(Node& node) {
    order_.remove(node);
    delete &node;
  }

  std::size_t capacity_;
  LruOrder order_;
};

}  // namespace tripline
