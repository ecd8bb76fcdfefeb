// A map with a capacity: adding beyond it drops the entry that was used longest ago.
#pragma once

#include <cstddef>
#include <unordered_map>
#include <utility>

namespace tripline {

/// Look-ups accept whatever `Hash` and `Equal` do (both transparent). Addresses of values are
/// stable while the entry lives. Iteration runs from the least to the most recently used and so
/// does not depend on hashes.
template <typename Key, typename Value, typename Hash, typename Equal>
class LruMap {
  struct Node;
  using Map = std::unordered_map<Key, Node, Hash, Equal>;

  struct Node {
    Value value;
    Node* older = nullptr;
    Node* newer = nullptr;
    const Key* key = nullptr;
  };

 public:
  explicit LruMap(std::size_t capacity) : capacity_(capacity) {}

  std::size_t size() const { return map_.size(); }
  std::size_t capacity() const { return capacity_; }

  template <typename Like>
  const Value* find(const Like& key) const {
    const auto found = map_.find(key);
    return found == map_.end() ? nullptr : &found->second.value;
  }
  template <typename Like>
  Value* find(const Like& key) {
    return const_cast<Value*>(std::as_const(*this).find(key));
  }

  /// Finds an entry and makes it the most recently used one.
  template <typename Like>
  Value* touch(const Like& key) {
    const auto found = map_.find(key);
    if (found == map_.end()) return nullptr;
    unlink(found->second);
    append(found->second);
    return &found->second.value;
  }

  /// Adds an entry that must not be there yet, as the most recently used one.
  Value& add(Key key, Value value) {
    if (map_.size() >= capacity_ && oldest_ != nullptr) drop_oldest();
    const auto added = map_.emplace(std::move(key), Node{std::move(value)}).first;
    added->second.key = &added->first;
    append(added->second);
    return added->second.value;
  }

  void clear() {
    map_.clear();
    oldest_ = newest_ = nullptr;
  }

  /// `visit(key, value)`, least recently used first.
  template <typename Visit>
  void for_each(Visit visit) const {
    for (const Node* node = oldest_; node != nullptr; node = node->newer) {
      visit(*node->key, node->value);
    }
  }

 private:
  void drop_oldest() {
    Node& oldest = *oldest_;
    unlink(oldest);
    map_.erase(map_.find(*oldest.key));
  }
  void unlink(Node& node) {
    (node.older ? node.older->newer : oldest_) = node.newer;
    (node.newer ? node.newer->older : newest_) = node.older;
  }
  void append(Node& node) {
    node.older = newest_;
    node.newer = nullptr;
    (newest_ ? newest_->newer : oldest_) = &node;
    newest_ = &node;
  }

  std::size_t capacity_;
  Map map_;
  Node* oldest_ = nullptr;
  Node* newest_ = nullptr;
};

}  // namespace tripline
