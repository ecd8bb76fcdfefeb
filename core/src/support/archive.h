// The one pass over what a state or a program consists of, for its bytes.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "tripline/detail/arena.h"
#include "tripline/detail/list.h"
#include "tripline/detail/text.h"

namespace tripline {

/// Each part of a state or program names its own parts once, in their order, and the archive does
/// its task with them:
///
///   save     appends them to bytes: little-endian, of fixed width
///   load     reads them from bytes, which may be hostile: past the end everything reads as zero,
///   and
///            ok() is false from then on
///   rebase   takes times that lie in the future as now, and leaves all else as it is
///
/// So what is saved cannot differ from what is loaded.
class Archive {
 public:
  /// Saves.
  Archive() = default;
  /// Loads. The bytes must outlive it.
  explicit Archive(std::string_view bytes) : task_(Task::load), rest_(bytes) {}
  /// Rebases.
  explicit Archive(std::int64_t now) : task_(Task::rebase), now_(now) {}

  bool is_loading() const { return task_ == Task::load; }

  template <typename Number>
  void number(Number& number) {
    bytes(&number, sizeof number);
  }
  /// A moment that arithmetic with durations cannot overflow.
  void time(std::int64_t& time);
  void text(Text& text);
  /// The same; what is loaded lies in the bytes.
  void view(std::string_view& text);
  /// Loading fails if the byte is neither 0 nor 1.
  void flag(bool& flag);

  /// The number of items that follow: at most `most`, each of at least `least` bytes. Loading fails
  /// if the bytes that are left cannot hold that number, so that a false one allocates nothing.
  std::size_t count(std::size_t size, std::size_t least, std::size_t most = 0xffffffff);
  /// A list and its count; `visit_item` names the parts of each item.
  template <typename Item, typename VisitItem>
  void list(List<Item>& items, std::size_t least, std::size_t most, VisitItem visit_item) {
    const std::size_t size = count(items.size(), least, most);
    if (is_loading()) items.resize(size);
    for (Item& item : items) visit_item(item);
  }

  /// The same, of items in an arena.
  template <typename Item, typename VisitItem>
  void items(Items<Item>& items, Arena& memory, std::size_t least, VisitItem visit_item) {
    const std::size_t size = count(items.size(), least);
    if (is_loading()) items = {static_cast<Item*>(memory.allocate(size * sizeof(Item))), size};
    for (Item& item : items) visit_item(item);
  }

  /// Bytes between these two calls are preceded by their size, so that a reader that does not know
  /// them may skip them. Pass the mark that begin_part() returns to end_part().
  std::size_t begin_part();
  void end_part(std::size_t mark);
  /// While loading, skips the part instead of reading it.
  void skip_part(std::size_t mark) { rest_.remove_prefix(rest_.size() - mark); }

  /// States a fact that bytes must satisfy. If it does not hold, loading fails.
  void require(bool holds);
  /// True while loading has met nothing wrong; when saving, true if the bytes will load.
  bool ok() const { return ok_; }
  /// When loading: the bytes that have not been read.
  std::string_view rest() const { return rest_; }
  /// When saving: the bytes that have been written.
  const Text& saved() const { return saved_; }

 private:
  enum class Task : std::uint8_t { save, load, rebase };

  void bytes(void* item, std::size_t size);

  Task task_ = Task::save;
  bool ok_ = true;
  std::int64_t now_ = 0;
  Text saved_;
  std::string_view rest_;
};

}  // namespace tripline
