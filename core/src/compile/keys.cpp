#include "compile/keys.h"

#include "compile/tests.h"
#include "definitions/words.h"

namespace tripline {
namespace {

using Index = Program::Index;

constexpr Index kNone = Program::kNone;

/// Sets where a mobile app's session entity holds the ids of a built-in key. False for other keys.
bool find_session_property(std::string_view key, Property& property) {
  const bool is_user = key == "client_session_user_id";
  if (!is_user && key != "client_session_session_id") return false;
  static PathStep steps[] = {{"userId"}, {"sessionId"}};
  property.source = Property::Source::entity;
  property.vendor = "com.snowplowanalytics.snowplow";
  property.name = "client_session";
  property.major_version = 1;
  property.path = {&steps[is_user ? 0 : 1], 1};
  return true;
}

/// Where events carry the key's ids, if they do.
Index input_of(Compilation& compilation, const AttributeKey& key) {
  const std::string_view name = key.property.name;
  if (key.property.source != Property::Source::atomic || is_atomic_field(name)) {
    return add_input(compilation, key.property);
  }
  Property property;
  if (find_session_property(name, property)) return add_input(compilation, property);
  return kNone;
}

Text describe_input_of_key(const Compilation& compilation, Index input) {
  return input == kNone ? "a column of a warehouse"
                        : describe_input(compilation.program.inputs[input]);
}

}  // namespace

void report_key_without_input(Compilation& compilation, const AttributeKey& key) {
  // A field that it names was reported while reading.
  if (key.property.pointer != nullptr || key.field.data() != nullptr) return;
  compilation.error(
      key.pointer, "",
      "'%' is not an atomic field, so the key needs a 'property' that says where its id is found%",
      {key.property.name, suggestion(key.property.name, atomic_fields())});
}

Index declare_key(Compilation& compilation, const AttributeKey& key) {
  if (key.name.empty()) return kNone;  // reported while reading
  const Index known = compilation.program.find_key(key.name);
  const std::string_view field = key.property.name;
  const bool is_link = field.empty() || field == key.name;
  if (known != kNone && is_link && key.property.source == Property::Source::atomic) return known;
  const Index input = input_of(compilation, key);
  if (input == kNone && !key.is_column) {
    report_key_without_input(compilation, key);
    return kNone;
  }
  if (known == kNone) {
    compilation.program.keys.push_back({key.name, input, {}, {}});
    return static_cast<Index>(compilation.program.keys.size() - 1);
  }
  if (compilation.program.keys[known].input != input) {
    compilation.error(
        key.pointer, "", "the attribute key '%' is defined twice, as % and as %",
        {key.name, describe_input_of_key(compilation, compilation.program.keys[known].input),
         describe_input_of_key(compilation, input)});
  }
  return known;
}

Index target_key(Compilation& compilation, const KeyLink& link) {
  const std::string_view name = link.name;
  if (name.empty()) return kNone;
  if (const Index known = compilation.program.find_key(name); known != kNone) return known;
  AttributeKey key;
  key.name = name;
  key.property.source = Property::Source::atomic;
  key.property.name = name;
  if (input_of(compilation, key) != kNone) return declare_key(compilation, key);
  List<std::string_view> candidates = atomic_fields();
  for (const Program::Key& known : compilation.program.keys) candidates.push_back(known.name);
  compilation.error(link.pointer, "/name", "there is no attribute key '%'%",
                    {name, suggestion(name, candidates)});
  return kNone;
}

}  // namespace tripline
