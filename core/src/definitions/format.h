// How a kind of JSON object is written, as a table: which fields it has, what each holds and where
// in a C++ struct that goes. One small interpreter reads all objects by such tables, which weigh a
// page far less than code that reads each kind of object.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "definitions/json_tree.h"
#include "definitions/words.h"
#include "tripline/definitions.h"
#include "tripline/diagnostic.h"

namespace tripline {

class Reader;
struct AnyFormat;

struct FieldFormat {
  enum class Kind : std::uint8_t {
    text,
    name,
    word,
    unless,
    whole,
    positive,
    version,
    duration,
    schema_version,
    path,
    value,
    presence,
    refused,
    object,
    list,
  };

  const char* name;
  Kind kind;
  bool is_required = false;
  std::uint16_t offset = 0;  // in the struct
  const void* argument = nullptr;
};

struct AnyFormat {
  std::span<const FieldFormat> fields;
  /// Fields without a meaning here, with `|` between them. Of all others an author is warned,
  /// unless this is null: then the rest of the object is for another format.
  const char* ignored;
  /// Checks what a table cannot express, once the object has been read. May be null.
  void (*check)(Reader& reader, void* object);
  std::uint16_t object_bytes;
  std::uint16_t most = 0xffff;  // such objects in a list
};

template <typename Object>
struct Format : AnyFormat {};

/// Reads objects by their formats. What is absent or wrong is left zero; what is wrong is reported.
class Reader {
 public:
  Reader(Arena& memory, Diagnostics& diagnostics) : memory_(memory), diagnostics_(diagnostics) {}

  template <typename Object>
  void read(const JsonNode& node, const Format<Object>& format, Object& object) {
    read_object(node, format, &object);
  }

  void error(const JsonNode* where, const char* message,
             std::initializer_list<TextPart> parts = {}) {
    diagnostics_.error(where, "", message, parts);
  }
  Diagnostics& diagnostics() { return diagnostics_; }
  /// How many lists contain what is read.
  int lists() const { return lists_; }

 private:
  void read_object(const JsonNode& node, const AnyFormat& format, void* object);
  /// Reports what is not an object, and how to write it as one.
  void refuse(const JsonNode& node, const AnyFormat& format);
  void refuse_duration(const JsonNode& node, std::string_view text);
  void read_field(const JsonNode& node, const FieldFormat& field, void* place);
  void read_text(const JsonNode& node, const FieldFormat& field, void* place);
  void read_word(const JsonNode& node, const FieldFormat& field, std::uint8_t& value);
  void read_list(const JsonNode& node, const FieldFormat& field, ItemsStorage& items);
  void warn_about_unknown_fields(const JsonNode& node, const AnyFormat& format);

  Arena& memory_;
  Diagnostics& diagnostics_;
  int lists_ = 0;
};

/// `1 to 128` letters, digits and what is in `punctuation`.
[[nodiscard]] bool is_name(std::string_view text, std::string_view punctuation = "_");

// The parts of tables. A place in a struct knows its type, so a table cannot confuse them.

template <typename Member>
struct Place {
  std::uint16_t offset;
};

constexpr FieldFormat required(FieldFormat field) {
  field.is_required = true;
  return field;
}

constexpr FieldFormat text(const char* name, Place<std::string_view> place) {
  return {name, FieldFormat::Kind::text, false, place.offset};
}
constexpr FieldFormat name(const char* name, Place<std::string_view> place,
                           const char* punctuation = "_") {
  return {name, FieldFormat::Kind::name, false, place.offset, punctuation};
}
/// `1-0-0`.
constexpr FieldFormat schema_version(const char* name, Place<std::string_view> place) {
  return {name, FieldFormat::Kind::schema_version, false, place.offset};
}
template <typename Enum>
constexpr FieldFormat word(const char* name, Place<Enum> place, const Words<Enum>& words) {
  static_assert(sizeof(Enum) == 1);
  return {name, FieldFormat::Kind::word, false, place.offset, words.list};
}
/// True or false, kept the other way round: it is true where it is absent.
constexpr FieldFormat unless(const char* name, Place<bool> place) {
  return {name, FieldFormat::Kind::unless, false, place.offset};
}
/// A whole number from 0; 1 where it is absent.
constexpr FieldFormat version(const char* name, Place<std::uint32_t> place) {
  return {name, FieldFormat::Kind::version, false, place.offset};
}
/// A whole number from 0.
constexpr FieldFormat whole(const char* name, Place<std::uint32_t> place) {
  return {name, FieldFormat::Kind::whole, false, place.offset};
}
/// A whole number from 1.
constexpr FieldFormat positive(const char* name, Place<std::uint32_t> place) {
  return {name, FieldFormat::Kind::positive, false, place.offset};
}
constexpr FieldFormat duration(const char* name, Place<Duration> place) {
  return {name, FieldFormat::Kind::duration, false, place.offset};
}
constexpr FieldFormat path(const char* name, Place<Items<PathStep>> place) {
  return {name, FieldFormat::Kind::path, false, place.offset};
}
/// A scalar or a list of scalars.
constexpr FieldFormat value(const char* name, Place<const JsonNode*> place) {
  return {name, FieldFormat::Kind::value, false, place.offset};
}
/// True if the field is there, whatever it holds.
constexpr FieldFormat presence(const char* name, Place<bool> place) {
  return {name, FieldFormat::Kind::presence, false, place.offset};
}
/// A field that must not be there, and why.
constexpr FieldFormat refused(const char* name, const char* message) {
  return {name, FieldFormat::Kind::refused, false, 0, message};
}
template <typename Object>
constexpr FieldFormat object(const char* name, Place<Object> place, const Format<Object>& format) {
  return {name, FieldFormat::Kind::object, false, place.offset, &format};
}
template <typename Object>
constexpr FieldFormat list(const char* name, Place<Items<Object>> place,
                           const Format<Object>& format) {
  return {name, FieldFormat::Kind::list, false, place.offset, &format};
}

/// The Reader writes the node that it reads to the beginning of each struct.
template <typename Object>
constexpr bool kBeginsWithPointer =
    offsetof(Object, pointer) == 0 && std::is_same_v<decltype(Object::pointer), const JsonNode*>;

template <typename Object>
constexpr Format<Object> format(std::span<const FieldFormat> fields, const char* ignored) {
  static_assert(kBeginsWithPointer<Object>);
  return {{fields, ignored, nullptr, sizeof(Object)}};
}
template <typename Object, void (*check)(Reader&, Object&)>
constexpr Format<Object> format(std::span<const FieldFormat> fields, const char* ignored) {
  static_assert(kBeginsWithPointer<Object>);
  constexpr auto untyped = [](Reader& reader, void* object) {
    check(reader, *static_cast<Object*>(object));
  };
  return {{fields, ignored, untyped, sizeof(Object)}};
}
template <typename Object>
constexpr Format<Object> at_most(std::uint16_t count, Format<Object> format) {
  format.most = count;
  return format;
}

}  // namespace tripline
