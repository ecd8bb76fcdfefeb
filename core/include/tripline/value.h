// What an attribute, a literal or an event's property can hold.
//
//   Value       owns its data: attribute values, literals, payloads
//   ValueView   looks into somebody else's buffer: an event's properties (see event.h)
//
// A missing value and a JSON null are the same thing here: nothing in Signals tells them apart.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tripline {

/// Whole milliseconds since 1970-01-01T00:00:00Z.
using Time = std::int64_t;

/// Times in text have four-digit years, so every real one lies far inside these.
inline constexpr Time kEarliest = -(Time{1} << 53);
inline constexpr Time kNever = Time{1} << 53;

class Value;

/// The dictionary that `category_count` makes: value as text, and how often it was seen.
using Counts = std::vector<std::pair<std::string, double>>;

/// null, bool, number, string, list of scalars, or counts. Numbers are finite IEEE doubles. Two
/// words: what is larger than a number lies behind a pointer, so copying a number costs nothing.
class Value {
 public:
  enum class Kind : std::uint8_t { null, boolean, number, string, list, counts };

  Value() = default;
  static Value boolean(bool flag);
  /// NaN and infinities are missing: they give a null (rule 1).
  static Value number(double number);
  static Value string(std::string text);
  static Value list(std::vector<Value> scalars);
  static Value counts(Counts counts);

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
  /// Each gives the content if it is of that kind, else null.
  const bool* as_boolean() const { return kind_ == Kind::boolean ? &content_.flag : nullptr; }
  const double* as_number() const { return kind_ == Kind::number ? &content_.number : nullptr; }
  const std::string* as_string() const { return kind_ == Kind::string ? content_.text : nullptr; }
  const std::vector<Value>* as_list() const {
    return kind_ == Kind::list ? content_.list : nullptr;
  }
  const Counts* as_counts() const { return kind_ == Kind::counts ? content_.counts : nullptr; }

  /// null, "", [] and {}: what `is null` means by "no value" (rule 5).
  bool is_empty() const;

  friend bool operator==(const Value& a, const Value& b);

 private:
  bool is_large() const { return kind_ >= Kind::string; }
  void copy_content();
  void delete_content();

  union Content {
    bool flag;
    double number;
    std::string* text;
    std::vector<Value>* list;
    Counts* counts;
  };
  Kind kind_ = Kind::null;
  Content content_{.number = 0};
};

/// A property of an event, in the host's memory. Valid only while the call that it was handed to
/// runs: keep a Value, never a view.
class ValueView {
 public:
  enum class Kind : std::uint8_t { missing, boolean, number, string, time, list };

  ValueView() = default;
  static ValueView boolean(bool flag) { return {Kind::boolean, flag ? 1.0 : 0.0, {}, {}}; }
  static ValueView number(double number);
  static ValueView string(std::string_view text) { return {Kind::string, 0, text, {}}; }
  static ValueView time(Time time) { return {Kind::time, static_cast<double>(time), {}, {}}; }
  static ValueView list(std::span<const ValueView> scalars) { return {Kind::list, 0, {}, scalars}; }
  /// A view of a scalar; a list or counts gives a missing one. Must not outlive `value`.
  static ValueView of(const Value& value);

  Kind kind() const { return kind_; }
  bool is_missing() const { return kind_ == Kind::missing; }
  bool flag() const { return number_ != 0; }
  double number() const { return number_; }
  std::string_view text() const { return text_; }
  Time as_time() const { return static_cast<Time>(number_); }
  std::span<const ValueView> elements() const { return elements_; }

 private:
  ValueView(Kind kind, double number, std::string_view text, std::span<const ValueView> elements)
      : kind_(kind), number_(number), text_(text), elements_(elements) {}

  Kind kind_ = Kind::missing;
  double number_ = 0;
  std::string_view text_;
  std::span<const ValueView> elements_;
};

}  // namespace tripline
