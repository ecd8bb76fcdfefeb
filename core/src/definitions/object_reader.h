// Reads one JSON object field by field, and afterwards warns about the fields that nobody asked
// for.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "definitions/json_tree.h"
#include "definitions/names.h"
#include "support/text.h"
#include "support/time_text.h"
#include "tripline/diagnostic.h"

namespace tripline {

/// A null counts as an absent field, as the Python SDK leaves out what is None. Every `read`
/// function returns nothing where the field is absent or wrong; what is wrong has been reported.
class ObjectReader {
 public:
  ObjectReader(const JsonNode& node, std::string pointer, Diagnostics& diagnostics)
      : node_(node), pointer_(std::move(pointer)), diagnostics_(diagnostics) {
    if (node.kind != JsonNode::Kind::object) error_here("an object is needed here");
  }

  const std::string& pointer() const { return pointer_; }
  std::string pointer_to(std::string_view field) const { return join_pointer(pointer_, field); }
  Diagnostics& diagnostics() const { return diagnostics_; }
  bool is_object() const { return node_.kind == JsonNode::Kind::object; }

  void error_here(std::string message) const { diagnostics_.error(pointer_, std::move(message)); }
  void error_at(std::string_view field, std::string message) const {
    diagnostics_.error(pointer_to(field), std::move(message));
  }

  /// The field, or null if it is absent.
  const JsonNode* read(std::string_view field) {
    known_.push_back(field);
    const JsonNode* member = node_.member(field);
    return member == nullptr || member->kind == JsonNode::Kind::null ? nullptr : member;
  }
  /// Fields that have a meaning elsewhere and none here.
  void ignore(std::initializer_list<std::string_view> fields) {
    known_.insert(known_.end(), fields.begin(), fields.end());
  }

  std::optional<std::string> read_text(std::string_view field) {
    const JsonNode* node = read(field);
    if (node == nullptr) return std::nullopt;
    if (node->kind == JsonNode::Kind::string) return node->text;
    error_at(field, "a string is needed here");
    return std::nullopt;
  }

  std::optional<bool> read_flag(std::string_view field) {
    const JsonNode* node = read(field);
    if (node == nullptr) return std::nullopt;
    if (node->kind == JsonNode::Kind::boolean) return node->flag;
    error_at(field, "true or false is needed here");
    return std::nullopt;
  }

  /// A whole number in [least, most].
  std::optional<std::uint32_t> read_whole(std::string_view field, std::uint32_t least,
                                          std::uint32_t most) {
    const JsonNode* node = read(field);
    if (node == nullptr) return std::nullopt;
    if (node->kind == JsonNode::Kind::number && node->number >= least && node->number <= most) {
      const auto whole = static_cast<std::uint32_t>(node->number);
      if (whole == node->number) return whole;
    }
    error_at(field, concat({"a whole number from ", std::to_string(least), " to ",
                            std::to_string(most), " is needed here"}));
    return std::nullopt;
  }

  std::optional<std::int64_t> read_duration(std::string_view field) {
    const auto text = read_text(field);
    if (!text) return std::nullopt;
    const auto duration = parse_duration(*text);
    if (!duration) {
      error_at(field, concat({"'", *text,
                              "' is not an ISO 8601 duration; write for example PT15M or P7D"}));
    } else if (*duration <= 0) {
      error_at(field, "a duration must be longer than zero");
      return std::nullopt;
    }
    return duration;
  }

  template <typename Enum, std::size_t size>
  std::optional<Enum> read_word(std::string_view field, const Name<Enum> (&names)[size]) {
    const auto text = read_text(field);
    if (!text) return std::nullopt;
    const auto value = value_of(std::span<const Name<Enum>>(names), *text);
    if (value) return value;
    std::vector<std::string_view> words;
    std::string all;
    for (const Name<Enum>& name : names) {
      words.push_back(name.text);
      all += concat({(all.empty() ? "" : ", "), name.text});
    }
    const std::string nearest = suggestion(*text, words);
    const std::string better = nearest.empty() ? concat({"; use one of ", all}) : nearest;
    error_at(field, concat({"'", *text, "' is not known here", better}));
    return std::nullopt;
  }

  /// The elements of an array field with their pointers; nothing if it is absent.
  template <typename Visit>
  bool for_each(std::string_view field, Visit visit) {
    const JsonNode* node = read(field);
    if (node == nullptr) return false;
    if (node->kind != JsonNode::Kind::array) {
      error_at(field, "a list is needed here");
      return false;
    }
    for (std::size_t i = 0; i < node->children.size(); ++i) {
      visit(node->children[i], join_pointer(pointer_to(field), std::to_string(i)));
    }
    return true;
  }

  /// An error for a required field that is absent; true if it is there, right or wrong.
  bool require(std::string_view field) const {
    const JsonNode* member = node_.member(field);
    if (member != nullptr && member->kind != JsonNode::Kind::null) return true;
    if (is_object()) error_here(concat({"'", field, "' is missing"}));
    return false;
  }

  /// Warns about every field that was neither read nor ignored: newer definitions still load.
  void warn_about_unknown_fields() const {
    if (!is_object()) return;
    for (const JsonNode& member : node_.children) {
      if (std::find(known_.begin(), known_.end(), member.key) != known_.end()) continue;
      diagnostics_.warning(pointer_to(member.key), concat({"unknown field; it has no effect",
                                                           suggestion(member.key, known_)}));
    }
  }

 private:
  const JsonNode& node_;
  std::string pointer_;
  Diagnostics& diagnostics_;
  std::vector<std::string_view> known_;
};

}  // namespace tripline
