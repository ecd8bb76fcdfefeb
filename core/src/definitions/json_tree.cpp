#include "definitions/json_tree.h"

#include <nlohmann/json.hpp>

#include "support/text.h"

namespace tripline {
namespace {

constexpr std::size_t kDeepest = 256;
constexpr std::size_t kMostMembers = 1000;

/// Keeps the path of open containers as pointers: a container's children vector does not grow while
/// one of its children is open, so they stay valid.
class TreeBuilder : public nlohmann::json_sax<nlohmann::json> {
 public:
  TreeBuilder(JsonNode& root, Diagnostics& diagnostics) : root_(root), diagnostics_(diagnostics) {}

  bool null() override { return place(JsonNode::Kind::null) != nullptr; }
  bool boolean(bool flag) override {
    place(JsonNode::Kind::boolean)->flag = flag;
    return true;
  }
  bool number_integer(number_integer_t number) override {
    return add_number(static_cast<double>(number));
  }
  bool number_unsigned(number_unsigned_t number) override {
    return add_number(static_cast<double>(number));
  }
  bool number_float(number_float_t number, const string_t&) override { return add_number(number); }
  bool string(string_t& text) override {
    place(JsonNode::Kind::string)->text = text;
    return true;
  }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(JsonNode::Kind::object); }
  bool key(string_t& name) override {
    key_ = name;
    if (open_.back()->children.size() < kMostMembers) return true;
    diagnostics_.error({}, "", "an object has more than 1,000 members");
    return false;
  }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(JsonNode::Kind::array); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override {
    // The library's sentence starts with its own error code in brackets.
    const std::string_view text = error.what();
    const std::size_t bracket = text.find("] ");
    diagnostics_.error({}, "", "this is not JSON (byte %): %",
                       {position, text.substr(bracket == text.npos ? 0 : bracket + 2)});
    return false;
  }

 private:
  bool add_number(double number) {
    place(JsonNode::Kind::number)->number = number;
    return true;
  }

  JsonNode* place(JsonNode::Kind kind) {
    JsonNode* node = &root_;
    if (!open_.empty()) {
      node = &open_.back()->children.emplace_back();
      node->key = std::move(key_);
      key_.clear();
    }
    node->kind = kind;
    return node;
  }

  bool open(JsonNode::Kind kind) {
    if (open_.size() == kDeepest) {
      diagnostics_.error({}, "", "the JSON is nested more than 256 levels deep");
      return false;
    }
    open_.push_back(place(kind));
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  JsonNode& root_;
  Diagnostics& diagnostics_;
  List<JsonNode*> open_;
  Text key_;
};

}  // namespace

const JsonNode* JsonNode::member(std::string_view name) const {
  if (kind != Kind::object) return nullptr;
  for (std::size_t i = children.size(); i-- > 0;) {
    if (children[i].key == name) return &children[i];
  }
  return nullptr;
}

JsonNode read_json(std::string_view text, Diagnostics& diagnostics) {
  JsonNode root;
  TreeBuilder builder(root, diagnostics);
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) return {};
  return root;
}

Text join_pointer(std::string_view pointer, std::string_view step) {
  Text joined(pointer);
  joined += '/';
  for (const char c : step) {
    if (c == '~') {
      joined += "~0";
    } else if (c == '/') {
      joined += "~1";
    } else {
      joined += c;
    }
  }
  return joined;
}

}  // namespace tripline
