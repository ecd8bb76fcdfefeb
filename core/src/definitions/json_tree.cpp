#include "definitions/json_tree.h"

// A namespace of our own for what this file compiles without exceptions: a program that links the
// library may compile the same functions with them.
#define NLOHMANN_JSON_NAMESPACE nlohmann::tripline
#define NLOHMANN_JSON_NAMESPACE_BEGIN \
  namespace nlohmann {                \
  inline namespace tripline {
#define NLOHMANN_JSON_NAMESPACE_END \
  }                                 \
  }
#include <nlohmann/json.hpp>

#include "support/text.h"
#include "value/time_text.h"

namespace tripline {
namespace {

constexpr int kDeepest = 256;
constexpr std::uint32_t kMostMembers = 1000;

class TreeBuilder {
 public:
  TreeBuilder(Arena& memory, Diagnostics& diagnostics)
      : memory_(memory), diagnostics_(diagnostics) {}

  /// The root of the tree, or null.
  JsonNode* root() const { return above_.first; }

  bool null() { return place(JsonNode::Kind::null) != nullptr; }
  bool boolean(bool flag) {
    place(JsonNode::Kind::boolean)->flag = flag;
    return true;
  }
  bool number_integer(std::int64_t number) { return add_number(static_cast<double>(number)); }
  bool number_unsigned(std::uint64_t number) { return add_number(static_cast<double>(number)); }
  bool number_float(double number, const std::string&) { return add_number(number); }
  bool string(const std::string& text) {
    place(JsonNode::Kind::string)->text = memory_.keep(text);
    return true;
  }
  bool binary(const nlohmann::json::binary_t&) { return false; }
  bool start_object(std::size_t) { return open(JsonNode::Kind::object); }
  bool key(const std::string& name) {
    key_ = memory_.keep(name);
    return open_->size < kMostMembers || refuse("an object has more than 1,000 members");
  }
  bool end_object() { return close(); }
  bool start_array(std::size_t) { return open(JsonNode::Kind::array); }
  bool end_array() { return close(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception& error) {
    // The library's sentence starts with its own error code in brackets.
    const std::string_view text = error.what();
    return refuse("this is not JSON: %", {text.substr(text.find(']') + 2)});
  }

 private:
  bool refuse(const char* message, std::initializer_list<TextPart> parts = {}) {
    diagnostics_.error(nullptr, "", message, parts);
    return false;
  }

  bool add_number(double number) {
    place(JsonNode::Kind::number)->number = number;
    return true;
  }

  JsonNode* place(JsonNode::Kind kind) {
    auto* node = static_cast<JsonNode*>(memory_.allocate(sizeof(JsonNode)));
    node->kind = kind;
    node->key = std::exchange(key_, {});
    node->parent = open_;
    (open_->last == nullptr ? open_->first : open_->last->next) = node;
    open_->last = node;
    ++open_->size;
    return node;
  }

  bool open(JsonNode::Kind kind) {
    open_ = place(kind);
    return ++depth_ <= kDeepest || refuse("the JSON is nested more than 256 levels deep");
  }

  bool close() {
    open_ = open_->parent;
    --depth_;
    return true;
  }

  Arena& memory_;
  Diagnostics& diagnostics_;
  JsonNode above_{};  // its one child is the root
  JsonNode* open_ = &above_;
  int depth_ = 0;
  std::string_view key_;
};

}  // namespace

const JsonNode* JsonNode::member(std::string_view name) const {
  const JsonNode* found = nullptr;
  for (const JsonNode* child = first; child != nullptr; child = child->next) {
    if (child->key == name) found = child;
  }
  return found == nullptr || found->kind == Kind::null ? nullptr : found;
}

ValueView value_of(const JsonNode* node, Arena& memory, bool are_times) {
  if (node == nullptr) return {};
  switch (node->kind) {
    case JsonNode::Kind::boolean:
      return ValueView::boolean(node->flag);
    case JsonNode::Kind::number:
      return ValueView::number(node->number);
    case JsonNode::Kind::string: {
      const auto time = are_times ? parse_time(node->text) : std::nullopt;
      return time ? ValueView::time(*time) : ValueView::string(node->text);
    }
    case JsonNode::Kind::array: {
      Items<ValueView> scalars;
      for (const JsonNode* item = node->first; item != nullptr; item = item->next) {
        memory.add(scalars, value_of(item, memory, are_times));
      }
      return ValueView::list({scalars.begin(), scalars.size()});
    }
    default:
      return {};
  }
}

const JsonNode* read_json(std::string_view text, Arena& memory, Diagnostics& diagnostics) {
  TreeBuilder builder(memory, diagnostics);
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) return nullptr;
  builder.root()->parent = nullptr;
  return builder.root();
}

}  // namespace tripline
