#include "input/enriched_event.h"

#include <nlohmann/json.hpp>

#include "definitions/words.h"
#include "event/identifier.h"
#include "input/atomic_value.h"
#include "input/lenient_json.h"
#include "input/not_an_event.h"
#include "support/hash.h"
#include "support/text.h"
#include "value/time_text.h"

namespace tripline::cli {
namespace {

/// As many elements of an array count (rule 26).
constexpr std::uint32_t kMostElements = 1000;

constexpr const char* kTimes[] = {"derived_tstamp", "true_tstamp", "dvce_created_tstamp",
                                  "collector_tstamp"};

/// `.` and `-` become `_`; of a schema's name camelCase becomes snake_case.
std::string spell(std::string_view text, bool split_words) {
  std::string spelt;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper && split_words && i > 0) {
      const char previous = text[i - 1];
      const bool after_word =
          (previous >= 'a' && previous <= 'z') || (previous >= '0' && previous <= '9');
      if (after_word) spelt += '_';
    }
    spelt += c == '.' || c == '-' ? '_' : ascii_lower(c);
  }
  return spelt;
}

}  // namespace

std::string enriched_key(std::string_view prefix, std::string_view vendor, std::string_view name,
                         std::uint32_t major_version) {
  return std::string(prefix) + '_' + spell(vendor, false) + '_' + spell(name, true) + '_' +
         std::to_string(major_version);
}

/// The parts of an event that somebody reads: members by name, array elements by index, and at the
/// end of a path the slots that take the value.
class EnrichedReader::Tree {
 public:
  struct Node {
    std::map<std::string, Node, std::less<>> members;
    std::map<std::uint32_t, Node> elements;
    std::vector<Node> others;  // none, or one for the elements that have no node of their own
    std::vector<std::size_t> slots;
    std::vector<std::size_t> lists;  // slots to whose list the value is added
    bool is_time = false;
  };

  explicit Tree(const Program& program) {
    std::size_t slot = 0;
    for (const Property& input : program.inputs) add(input, slot++);
    // Last, since a property of each entity is one of those that are read by their index, too.
    slot = 0;
    for (const Property& input : program.inputs) add_to_each(input, slot++);
    for (const char* time : kTimes) add_atomic(time, slot++);
    add_atomic("event_id", slot++);
  }

  const Node& root() const { return root_; }

 private:
  void add_atomic(const std::string& name, std::size_t slot) {
    Node& node = root_.members[name];
    node.slots.push_back(slot);
    node.is_time = is_time_field(name);
  }

  void add(const Property& input, std::size_t slot) {
    if (input.source == Property::Source::atomic) return add_atomic(std::string(input.name), slot);
    if (input.index == Property::kEach) return;
    Node& schema = schema_of(input);
    const bool entity = input.source == Property::Source::entity;
    at_path(entity ? schema.elements[input.index] : schema, input.path).slots.push_back(slot);
  }

  void add_to_each(const Property& input, std::size_t slot) {
    if (input.index != Property::kEach) return;
    Node& schema = schema_of(input);
    if (schema.others.empty()) schema.others.emplace_back();
    at_path(schema.others.front(), input.path).lists.push_back(slot);
    for (auto& [index, node] : schema.elements) {
      at_path(node, input.path).lists.push_back(slot);
    }
  }

  Node& schema_of(const Property& input) {
    const bool entity = input.source == Property::Source::entity;
    return root_.members[enriched_key(entity ? "contexts" : "unstruct_event", input.vendor,
                                      input.name, input.major_version)];
  }

  static Node& at_path(Node& begin, const Items<PathStep>& path) {
    Node* node = &begin;
    for (const PathStep& step : path) {
      node =
          step.name.empty() ? &node->elements[step.index] : &node->members[std::string(step.name)];
    }
    return *node;
  }

  Node root_;
};

/// Walks the tree along with the text. Containers that nobody reads have a null node.
class EnrichedReader::Handler : public nlohmann::json_sax<nlohmann::json> {
 public:
  Handler(const Tree& tree, List<Value>& values) : root_(tree.root()), values_(values) {}

  bool null() override {
    return add_scalar([] { return Value(); });
  }
  bool boolean(bool flag) override {
    return add_scalar([=] { return Value::boolean(flag); });
  }
  bool number_integer(number_integer_t number) override {
    return add_scalar([=] { return Value::number(static_cast<double>(number)); });
  }
  bool number_unsigned(number_unsigned_t number) override {
    return add_scalar([=] { return Value::number(static_cast<double>(number)); });
  }
  bool number_float(number_float_t number, const string_t&) override {
    return add_scalar([=] { return Value::number(number); });
  }
  bool string(string_t& text) override {
    return add_scalar([&] { return Value::string(std::string(within_limit(text))); });
  }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(false); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(true); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    Level& level = levels_.back();
    level.next = nullptr;
    is_at_event_ = levels_.size() == 1 && name == "event";
    if (level.node == nullptr) return true;
    const auto found = level.node->members.find(name);
    if (found == level.node->members.end()) return true;
    level.next = &found->second;
    if (levels_.size() == 1 && !is_at_event_) has_field_ = true;
    return true;
  }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    position_ = position;
    return false;
  }

  /// True if the line may be something other than an event: its whole text must be looked at.
  bool is_doubtful() const { return !has_field_ || has_object_as_event_; }
  /// The byte at which reading stopped; 0: the JSON is not an object.
  std::size_t position() const { return position_; }

 private:
  struct Level {
    const Tree::Node* node;            // null: nobody reads what is in here
    const Tree::Node* next = nullptr;  // of the member whose value comes next
    bool is_array = false;
    std::uint32_t index = 0;
    List<Value> scalars;  // of an array that is read as a list
  };

  /// The node of the value that comes now, or null.
  const Tree::Node* next() {
    if (levels_.empty()) return nullptr;
    Level& level = levels_.back();
    if (!level.is_array) return level.next;
    const std::uint32_t index = level.index++;
    if (level.node == nullptr) return nullptr;
    const auto found = level.node->elements.find(index);
    if (found != level.node->elements.end()) return &found->second;
    const bool counts = !level.node->others.empty() && index < kMostElements;
    return counts ? &level.node->others.front() : nullptr;
  }

  /// A scalar. The value is only made where somebody reads it.
  template <typename Make>
  bool add_scalar(Make make) {
    if (levels_.empty()) return false;
    Level& level = levels_.back();
    const bool is_in_list = level.is_array && level.node != nullptr && !level.node->slots.empty();
    if (is_in_list && level.index < kMostElements) {
      Value value = make();
      if (!value.is_null()) level.scalars.push_back(std::move(value));
    }
    if (const Tree::Node* node = next()) store(*node, make());
    return true;
  }

  void store(const Tree::Node& node, const Value& value) {
    for (const std::size_t slot : node.slots) values_[slot] = value;
    if (value.is_null() || value.as_list() != nullptr) return;
    for (const std::size_t slot : node.lists) {
      const List<Value>* known = values_[slot].as_list();
      List<Value> list = known == nullptr ? List<Value>() : *known;
      list.push_back(value);
      values_[slot] = Value::list(std::move(list));
    }
  }

  bool open(bool is_array) {
    if (levels_.empty() && is_array) return false;
    const Tree::Node* node = levels_.empty() ? &root_ : next();
    has_object_as_event_ |= is_at_event_ && levels_.size() == 1 && !is_array;
    levels_.push_back({node, nullptr, is_array, 0, {}});
    // An object is missing (rule 4), but where a time should be it is none.
    if (!is_array && node != nullptr) store(*node, node->is_time ? Value::list({}) : Value());
    return true;
  }

  bool close() {
    Level& level = levels_.back();
    if (level.is_array && level.node != nullptr) {
      store(*level.node, Value::list(std::move(level.scalars)));
    }
    levels_.pop_back();
    return true;
  }

  const Tree::Node& root_;
  List<Value>& values_;
  std::vector<Level> levels_;
  bool is_at_event_ = false;  // the value of the outermost member "event" comes next
  bool has_field_ = false;
  bool has_object_as_event_ = false;
  std::size_t position_ = 0;
};

EnrichedReader::EnrichedReader(const Program& program)
    : tree_(std::make_unique<Tree>(program)), input_count_(program.inputs.size()) {
  for (const Property& input : program.inputs) {
    const bool is_atomic = input.source == Property::Source::atomic;
    time_fields_.emplace_back(is_atomic && is_time_field(input.name) ? input.name : "");
    types_.push_back(is_atomic ? atomic_type(input.name) : ValueType::none);
  }
  time_fields_.insert(time_fields_.end(), std::begin(kTimes), std::end(kTimes));
  types_.resize(time_fields_.size(), ValueType::unix_timestamp);
  types_.push_back(ValueType::string_);  // of event_id
}
EnrichedReader::~EnrichedReader() = default;

tl::expected<void, std::string> EnrichedReader::parse(std::string_view json) {
  values_.clear();
  values_.resize(input_count_ + std::size(kTimes) + 1);
  Handler handler(*tree_, values_);
  if (!nlohmann::json::sax_parse(json.begin(), json.end(), &handler)) {
    return tl::make_unexpected(why_not_an_object(json, handler.position()));
  }
  if (!handler.is_doubtful()) return {};
  auto reason = why_not_an_event(json);
  if (!reason) return {};
  return tl::make_unexpected(*std::move(reason));
}

tl::expected<void, std::string> EnrichedReader::read_times() {
  times_.assign(time_fields_.size(), std::nullopt);
  for (std::size_t i = 0; i < time_fields_.size(); ++i) {
    if (time_fields_[i].empty() || values_[i].is_null()) continue;
    const Text* text = values_[i].as_string();
    if (text != nullptr) times_[i] = parse_time(*text);
    if (times_[i]) continue;
    return tl::make_unexpected(
        "'" + time_fields_[i] + "' is not a time " +
        (text ? "that can be read: \"" + excerpt(*text) + "\"" : "in a string") +
        "; write it as in 2026-11-23T01:41:24.367Z");
  }
  return {};
}

tl::expected<Event, std::string> EnrichedReader::read(std::string_view json) {
  const std::size_t id_slot = input_count_ + std::size(kTimes);
  const auto parsed = parse(json);
  if (!parsed && !parse(lenient_json(json))) return tl::make_unexpected(parsed.error());
  if (const auto read = read_times(); !read) return tl::make_unexpected(read.error());
  for (std::size_t slot = 0; slot < types_.size(); ++slot) {
    convert_atomic(values_[slot], types_[slot]);
  }

  Event event;
  for (std::size_t i = input_count_; i < id_slot && !event.time; ++i) event.time = times_[i];
  if (const Text* id = values_[id_slot].as_string()) id_ = *id;
  Text scratch;
  const bool has_id = !values_[id_slot].is_empty() && !normal_id(id_, scratch).empty();
  if (!has_id) id_ = "line-" + std::to_string(hash64(json));
  event.id = id_;
  views_.clear();
  lists_.clear();
  lists_.reserve(input_count_);  // views into it must stay
  for (std::size_t i = 0; i < input_count_; ++i) views_.push_back(view(i));
  event.inputs = views_;
  return event;
}

ValueView EnrichedReader::view(std::size_t input) {
  const Value& value = values_[input];
  if (!time_fields_[input].empty()) {
    return times_[input] ? ValueView::time(*times_[input]) : ValueView();
  }
  const List<Value>* elements = value.as_list();
  if (elements == nullptr) return ValueView::of(value);
  std::vector<ValueView>& list = lists_.emplace_back();
  for (const Value& element : *elements) list.push_back(ValueView::of(element));
  return ValueView::list(list);
}

}  // namespace tripline::cli
