// The values of attributes, literals and an event's properties.
//
//   Value       owns its data: attribute values, literals, triggered interventions
//   ValueView   looks into somebody else's buffer: an event's properties (see event.h)
//
// A missing value and a JSON null are the same here: nothing in Signals tells them apart.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "tripline/detail/list.h"
#include "tripline/detail/text.h"

/// The engine and all its types; tripline.h says in which order to read.
namespace tripline {

/// Whole milliseconds since 1970-01-01T00:00:00Z.
using Time = std::int64_t;

/// The range of times: 100,000,000 days before and after 1970, as in JavaScript's Date. A time
/// beyond it counts as absent (rule 10).
inline constexpr Time kEarliestTime = -8'640'000'000'000'000;
/// See kEarliestTime.
inline constexpr Time kLatestTime = 8'640'000'000'000'000;
/// True if the time is in that range.
[[nodiscard]] inline bool is_time(Time time) {
  return time >= kEarliestTime && time <= kLatestTime;
}

/// Lies before every time.
inline constexpr Time kEarliest = -(Time{1} << 53);
/// Lies after every time.
inline constexpr Time kNever = Time{1} << 53;

class Value;
class ValueView;

/// A null, boolean, number, string, list of scalars, or counts: the dictionary that
/// `category_count` makes, as a list in which each counted value, as a string, is followed by its
/// count. Numbers are finite IEEE doubles. A Value has the size of two words, since strings and
/// lists lie behind a pointer, so copying a number costs nothing.
class Value {
 public:
  enum class Kind : std::uint8_t { null, boolean, number, string, list, counts };

  Value() = default;
  static Value boolean(bool flag);
  /// NaN and infinities are missing: they give a null (rule 1).
  static Value number(double number);
  static Value string(Text text);
  static Value list(List<Value> scalars);
  static Value counts(List<Value> texts_and_numbers);
  /// Copies a view. A time becomes null.
  static Value of(const ValueView& view);

  Value(const Value& other) : kind_(other.kind_), content_(other.content_) {
    if (is_large()) copy_content();
  }
  Value(Value&& other) noexcept : kind_(other.kind_), content_(other.content_) {
    other.kind_ = Kind::null;
  }
  Value& operator=(Value other) noexcept {
    std::swap(kind_, other.kind_);
    std::swap(content_, other.content_);
    return *this;
  }
  ~Value() {
    if (is_large()) delete_content();
  }

  bool is_null() const { return kind_ == Kind::null; }
  /// Each returns the content if it is of that kind, else null.
  const bool* as_boolean() const { return kind_ == Kind::boolean ? &content_.flag : nullptr; }
  const double* as_number() const { return kind_ == Kind::number ? &content_.number : nullptr; }
  const Text* as_string() const { return kind_ == Kind::string ? content_.text : nullptr; }
  const List<Value>* as_list() const { return kind_ == Kind::list ? content_.list : nullptr; }
  const List<Value>* as_counts() const { return kind_ == Kind::counts ? content_.list : nullptr; }

  /// True for null, "", [] and {}: the values for which `is null` holds (rule 5).
  bool is_empty() const;

  friend bool operator==(const Value& a, const Value& b);

 private:
  bool is_large() const { return kind_ >= Kind::string; }
  void copy_content();
  void delete_content();

  union Content {
    bool flag;
    double number;
    Text* text;
    List<Value>* list;
  };
  Kind kind_ = Kind::null;
  Content content_{.number = 0};
};

/// A property of an event, in the host's memory. It is valid only until the call returns that it
/// was handed to: to keep it, copy it into a Value.
class ValueView {
 public:
  enum class Kind : std::uint8_t { missing, boolean, number, string, time, list };

  ValueView() = default;
  static ValueView boolean(bool flag) { return {Kind::boolean, {.number = flag ? 1.0 : 0.0}}; }
  static ValueView number(double number) {
    return std::isfinite(number) ? ValueView(Kind::number, {.number = number}) : ValueView();
  }
  static ValueView string(std::string_view text) {
    return {Kind::string, {.text = text.data()}, text.size()};
  }
  /// A time beyond the range of times is missing.
  static ValueView time(Time time) {
    return is_time(time) ? ValueView(Kind::time, {.number = static_cast<double>(time)})
                         : ValueView();
  }
  static ValueView list(std::span<const ValueView> scalars) {
    return {Kind::list, {.elements = scalars.data()}, scalars.size()};
  }
  /// Returns a view of a scalar, or a missing one for a list or counts. It must not outlive
  /// `value`.
  static ValueView of(const Value& value);

  Kind kind() const { return kind_; }
  bool is_missing() const { return kind_ == Kind::missing; }
  /// Call each for its own kind only. For another kind, text() and elements() are empty.
  bool flag() const { return content_.number != 0; }
  double number() const { return content_.number; }
  Time as_time() const { return static_cast<Time>(content_.number); }
  std::string_view text() const {
    return kind_ == Kind::string ? std::string_view(content_.text, size_) : std::string_view();
  }
  std::span<const ValueView> elements() const {
    return kind_ == Kind::list ? std::span(content_.elements, size_) : std::span<const ValueView>();
  }

 private:
  union Content {
    double number;
    const char* text;
    const ValueView* elements;
  };
  ValueView(Kind kind, Content content, std::size_t size = 0)
      : kind_(kind), size_(static_cast<std::uint32_t>(size)), content_(content) {}

  // 16 bytes where addresses have 4 or 8: an event is a row of these.
  Kind kind_ = Kind::missing;
  std::uint32_t size_ = 0;
  Content content_{.number = 0};
};

}  // namespace tripline
