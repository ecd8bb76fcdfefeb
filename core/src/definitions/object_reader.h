// Reads one JSON object field by field, and afterwards warns about the fields that nobody asked
// for.
#pragma once

#include <initializer_list>
#include <optional>
#include <string_view>

#include "definitions/json_tree.h"
#include "definitions/names.h"
#include "support/text.h"
#include "tripline/diagnostic.h"
#include "tripline/list.h"
#include "tripline/text.h"

namespace tripline {

/// A null counts as an absent field, as the Python SDK leaves out what is None. Every `read`
/// function writes into what the caller hands it; where the field is absent or wrong it leaves that
/// as it is and returns false. What is wrong has been reported then.
///
/// A page loads this code, so calls are small: no value is passed through an optional or moved, and
/// whatever does not depend on a type is in object_reader.cpp once.
class ObjectReader {
 public:
  /// `depth` objects contain this one.
  ObjectReader(const JsonNode& node, Text pointer, Diagnostics& diagnostics, int depth = 0);

  const Text& pointer() const { return pointer_; }
  Text pointer_to(std::string_view field) const;
  Diagnostics& diagnostics() const { return diagnostics_; }
  int depth() const { return depth_; }

  void error_here(const char* message, std::initializer_list<TextPart> parts = {}) const;
  void error_at(std::string_view field, const char* message,
                std::initializer_list<TextPart> parts = {}) const;

  /// The field, or null if it is absent.
  const JsonNode* read(std::string_view field);
  /// Fields that have a meaning elsewhere and none here.
  void ignore(std::initializer_list<std::string_view> fields);

  bool read_text(std::string_view field, Text& text);
  bool read_text(std::string_view field, std::optional<Text>& text);
  bool read_flag(std::string_view field, bool& flag);
  /// A whole number in [least, most].
  bool read_whole(std::string_view field, std::uint32_t least, std::uint32_t most,
                  std::uint32_t& number);
  bool read_duration(std::string_view field, std::optional<Duration>& duration);
  /// A scalar or a list of scalars.
  bool read_value(std::string_view field, Value& value);

  template <typename Enum, typename Result>
  bool read_word(std::string_view field, const Words<Enum>& words, Result& value) {
    const int position = read_position(field, words.list);
    if (position >= 0) value = static_cast<Enum>(position + words.first);
    return position >= 0;
  }

  /// An object, read by a function that is handed a reader of it; true if the field is there.
  template <auto read_thing, typename Thing>
  bool read_object(std::string_view field, Thing& thing) {
    const JsonNode* node = read(field);
    if (node == nullptr) return false;
    read_thing_at(*node, pointer_to(field), &thing, untyped<read_thing, Thing>);
    return true;
  }

  /// The same for a list of objects.
  template <auto read_thing, typename Thing>
  bool read_list(std::string_view field, List<Thing>& things) {
    const JsonNode* list = read_array(field);
    if (list == nullptr) return false;
    List<Thing>(list->children.size()).swap(things);
    read_things(field, *list, things.data(), sizeof(Thing), untyped<read_thing, Thing>);
    return true;
  }

  /// An error for a required field that is absent; true if it is there, right or wrong.
  bool require(std::string_view field) const;

  /// Warns about every field that was neither read nor ignored: newer definitions still load.
  void warn_about_unknown_fields() const;

 private:
  using ReadThing = void (*)(ObjectReader&, void*);
  template <auto read_thing, typename Thing>
  static void untyped(ObjectReader& object, void* thing) {
    read_thing(object, *static_cast<Thing*>(thing));
  }

  const JsonNode* read_array(std::string_view field);
  int read_position(std::string_view field, std::string_view words);
  void read_thing_at(const JsonNode& node, Text pointer, void* thing, ReadThing read) const;
  void read_things(std::string_view field, const JsonNode& list, void* things, std::size_t size,
                   ReadThing read) const;

  const JsonNode& node_;
  Text pointer_;
  Diagnostics& diagnostics_;
  int depth_;
  List<std::string_view> known_;
};

}  // namespace tripline
