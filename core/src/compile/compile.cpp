// Definitions → Program, and every diagnostic that shows only between objects.

#include <algorithm>

#include "compile/check_attribute.h"
#include "compile/check_literal.h"
#include "compile/criteria_steps.h"
#include "definitions/json_tree.h"
#include "definitions/names.h"
#include "support/hash.h"
#include "support/heap_sort.h"
#include "support/json_writer.h"
#include "support/lru_map.h"
#include "support/text.h"
#include "tripline/program.h"
#include "value/convert.h"
#include "value/regex.h"

namespace tripline {
namespace {

using Index = Program::Index;

constexpr Index kNone = Program::kNone;

constexpr std::ptrdiff_t kLongestPattern = 1000;  // in code points

Text versioned(std::string_view name, std::uint32_t version) {
  return concat({name, " version ", version});
}

/// Where the ids of the keys of mobile apps are found, which name no atomic field; false if it is
/// none of these.
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

/// What criteria are checked against beside an attribute itself.
struct Published {
  ValueType type;
  bool is_offline;
};

class Compiler {
 public:
  Compiler(Definitions& definitions, Diagnostics& diagnostics)
      : definitions_(definitions), diagnostics_(diagnostics) {
    program_->memory = std::move(definitions.memory);
  }

  std::shared_ptr<Program> run() {
    program_->vendor_input = add_atomic_input("event_vendor");
    for (const AttributeKey& key : definitions_.attribute_keys) declare_key(key);
    for (const AttributeGroup& group : definitions_.attribute_groups) add_group(group);
    for (const Service& service : definitions_.services) check_service(service);
    add_interventions();
    if (diagnostics_.has_errors()) return nullptr;

    tell_readers();
    arrange_leaves();
    for (Program::Intervention& intervention : program_->interventions) {
      intervention.first_step = add_steps(*program_, intervention.root);
    }
    return program_;
  }

 private:
  void error(const JsonNode* pointer, const char* step, const char* message,
             std::initializer_list<TextPart> parts = {}) {
    diagnostics_.error(pointer, step, message, parts);
  }

  template <typename T>
  void add_to(Items<T>& items, const T& item) {
    program_->memory.add(items, item);
  }

  // ---- numbers -------------------------------------------------------------------------------

  /// The number that stands for a text, whose first word says what kind of thing it names; kNone
  /// until somebody sets it.
  Index& number_of(std::initializer_list<TextPart> parts) {
    const Text text = concat(parts);
    Index* known = numbers_.find(text);
    return known != nullptr ? *known : numbers_.add(text, kNone);
  }

  /// Whether the text was asked for before.
  bool is_repeated(std::initializer_list<TextPart> parts) {
    return std::exchange(number_of(parts), 0) != kNone;
  }

  /// Numbers equal things equally: the last one goes if there was one with this text. What a thing
  /// is, its text says.
  template <typename Thing>
  Index intern(List<Thing>& things, const char* kind, const Text& text) {
    Index& number = number_of({kind, text});
    if (number == kNone) {
      number = static_cast<Index>(things.size() - 1);
    } else {
      things.pop_back();
    }
    return number;
  }

  // ---- inputs and tests ----------------------------------------------------------------------

  Index add_input(const Property& property) {
    Property& input = program_->inputs.emplace_back(property);
    input.date_part = DatePart::none;
    return intern(program_->inputs, "input ", describe_input(input));
  }

  Index add_atomic_input(const char* name) {
    Property property;
    property.source = Property::Source::atomic;
    property.name = name;
    return add_input(property);
  }

  /// Compiles the pattern of a comparison that has one; what is wrong with it is reported at
  /// `pointer`.
  void compile_pattern(Program::Comparison& comparison, const JsonNode* pointer) {
    const Operator op = comparison.op;
    const std::string_view pattern = comparison.literal.text();
    const bool is_regex = op == Operator::rlike || op == Operator::not_rlike;
    if (!is_regex && op != Operator::like && op != Operator::not_like) return;
    const auto is_start = [](char c) { return (c & 0xc0) != 0x80; };
    if (std::count_if(pattern.begin(), pattern.end(), is_start) > kLongestPattern) {
      error(pointer, "/value", "a pattern has at most 1,000 characters");
    } else if (is_regex) {
      Regex::Error reason;
      comparison.regex = Regex::compile(pattern, program_->memory, reason);
      if (comparison.regex == nullptr) {
        error(pointer, "/value", "position % of the pattern: %", {reason.position, reason.message});
      }
    }
  }

  /// Adds a condition to the last row, and its description to that of the test.
  void add_condition(Index input, Operator op, const ValueView& literal, const JsonNode* pointer,
                     Program::Rows& rows, JsonWriter& description) {
    JsonWriter writer;
    writer.string(describe_input(program_->inputs[input]));
    writer.string(name_of<Operator>(kOperators, op)).value(literal);
    const Text text = writer.take();
    description.raw(text);
    Program::Condition& condition =
        program_->conditions.emplace_back(input, Program::Comparison{op, literal, nullptr});
    compile_pattern(condition.comparison, pointer);
    add_to(rows, intern(program_->conditions, "condition ", text));
  }

  void add_conditions(const char* title, const Items<FilterCriterion>& criteria, bool are_rows,
                      Program::Rows& rows, JsonWriter& description) {
    description.string(title).begin_array();
    for (const FilterCriterion& criterion : criteria) {
      check_filter_criterion(criterion, diagnostics_);
      add_condition(add_input(criterion.property), criterion.op,
                    value_of(criterion.literal, program_->memory), criterion.pointer, rows,
                    description);
      if (are_rows || &criterion + 1 == criteria.end()) add_to(rows, kNone);
    }
    description.end_array();
  }

  /// Of an event's schema, where the selector asks for it.
  void add_part(const char* field, std::string_view text, Program::Rows& rows,
                JsonWriter& description) {
    if (text.empty()) return;
    add_condition(add_atomic_input(field), Operator::equal, ValueView::string(text), {}, rows,
                  description);
  }

  /// `description` is what the test asks, whatever the rest of the bundle.
  Index add_test(const Attribute& attribute, Text& description) {
    Program::Test& test = program_->tests.emplace_back();
    JsonWriter text;
    bool selects_all = false;
    for (const EventSelector& selector : attribute.events) {
      text.begin_array();
      add_part("event_vendor", selector.vendor, test.selectors, text);
      add_part("event_name", selector.name, test.selectors, text);
      add_part("event_version", selector.version, test.selectors, text);
      text.end_array();
      selects_all |= test.selectors.empty() || test.selectors[test.selectors.size() - 1] == kNone;
      add_to(test.selectors, kNone);
    }
    // A selector without parts matches every event, and so does a list that contains one.
    if (selects_all) {
      test.selectors = {};
      (void)text.take();
    }
    add_conditions("all", attribute.criteria.all, false, test.all, text);
    add_conditions("any", attribute.criteria.any, true, test.any, text);
    description = text.take();
    return intern(program_->tests, "test ", description);
  }

  // ---- keys ----------------------------------------------------------------------------------

  /// Adds a key, or checks that a second definition of one says the same.
  Index declare_key(const AttributeKey& key) {
    if (key.name.empty()) return kNone;  // reported while reading
    const Index known = program_->find_key(key.name);
    const std::string_view field = key.property.name;
    const bool is_link = field.empty() || field == key.name;
    if (known != kNone && is_link && key.property.source == Property::Source::atomic) return known;
    const Index input = input_of(key);
    if (input == kNone && !key.is_column) {
      report_key_without_input(key);
      return kNone;
    }
    if (known == kNone) {
      program_->keys.push_back({key.name, input, {}, {}});
      return static_cast<Index>(program_->keys.size() - 1);
    }
    if (program_->keys[known].input != input) {
      error(key.pointer, "", "the attribute key '%' is defined twice, as % and as %",
            {key.name, describe_input_of_key(program_->keys[known].input),
             describe_input_of_key(input)});
    }
    return known;
  }

  /// Where events carry the key's ids, if they do.
  Index input_of(const AttributeKey& key) {
    const std::string_view name = key.property.name;
    if (key.property.source != Property::Source::atomic || is_atomic_field(name)) {
      return add_input(key.property);
    }
    Property property;
    if (find_session_property(name, property)) return add_input(property);
    return kNone;
  }

  Text describe_input_of_key(Index input) const {
    return input == kNone ? "a column of a warehouse" : describe_input(program_->inputs[input]);
  }

  void report_key_without_input(const AttributeKey& key) {
    error(key.pointer, "",
          "'%' is no atomic field, so the key needs a 'property' that says where its id is found%",
          {key.property.name, suggestion(key.property.name, atomic_fields())});
  }

  /// The key that a target names: a declared one, or a field of the event.
  Index target_key(const KeyLink& link) {
    const std::string_view name = link.name;
    if (name.empty()) return kNone;
    if (const Index known = program_->find_key(name); known != kNone) return known;
    AttributeKey key;
    key.name = name;
    key.property.source = Property::Source::atomic;
    key.property.name = name;
    if (input_of(key) != kNone) return declare_key(key);
    List<std::string_view> candidates = atomic_fields();
    for (const Program::Key& known : program_->keys) candidates.push_back(known.name);
    error(link.pointer, "/name", "there is no attribute key '%'%",
          {name, suggestion(name, candidates)});
    return kNone;
  }

  // ---- groups --------------------------------------------------------------------------------

  void add_group(const AttributeGroup& group) {
    if (group.name.empty()) return;
    const Text full_name = versioned(group.name, group.version);
    Index& number = number_of({"group ", full_name});
    if (number != kNone) {
      error(group.pointer, "", "the group % is defined twice; raise the version", {full_name});
      return;
    }
    number = static_cast<Index>(program_->groups.size());
    const Index key = declare_key(group.attribute_key);
    if (key != kNone && program_->keys[key].input == kNone && !group.attributes.empty()) {
      report_key_without_input(group.attribute_key);
    }
    const auto first = static_cast<Index>(program_->attributes.size());
    program_->groups.push_back({group.name, group.version, key == kNone ? 0 : key, first, 0});
    for (const Attribute& attribute : group.attributes) add_attribute(group, attribute);
    for (const Field& field : group.fields) add_field(group, field);
    program_->groups[number].attribute_count =
        static_cast<Index>(program_->attributes.size()) - first;
  }

  void add_attribute(const AttributeGroup& group, const Attribute& attribute) {
    if (attribute.name.empty()) return;
    Program::Attribute& compiled =
        publish(group, attribute.pointer, "attributes", attribute.name, attribute.type);
    const ValueView default_value = value_of(attribute.default_value, program_->memory);
    check_attribute(attribute, default_value, diagnostics_);
    if (group.is_offline || attribute.type == ValueType::none ||
        attribute.aggregation == Aggregation::none) {
      return;
    }
    compiled.default_value = default_value;
    compiled.reads_zero = reads_zero_by_default(attribute.aggregation);

    Program::Aggregate& aggregate = begin_aggregate(compiled);
    Text test;
    aggregate.test = add_test(attribute, test);
    aggregate.aggregation = attribute.aggregation;
    aggregate.period = attribute.period;
    aggregate.time_unit = attribute.time_unit;
    if (attribute.property.pointer != nullptr && needs_property(attribute.aggregation)) {
      aggregate.input = add_input(attribute.property);
      aggregate.date_part = attribute.property.date_part;
    }
    if (aggregate.period == 0)
      aggregate.ttl = attribute.ttl != 0 ? attribute.ttl : group_ttl(group);
    compiled.aggregate = intern_aggregate(describe_aggregate(aggregate, test));
  }

  void add_field(const AttributeGroup& group, const Field& field) {
    if (field.name.empty()) return;
    Program::Attribute& compiled = publish(group, field.pointer, "fields", field.name, field.type);
    if (group.is_offline || field.type == ValueType::none) return;
    Program::Aggregate& aggregate = begin_aggregate(compiled);
    aggregate.is_pushed = true;
    aggregate.ttl = group_ttl(group);
    compiled.aggregate =
        intern_aggregate(concat({"push ", group.name, " ", describe_aggregate(aggregate, {})}));
  }

  /// Adds an attribute to the last group, and makes it what criteria read if no higher version of
  /// the group has it.
  Program::Attribute& publish(const AttributeGroup& group, const JsonNode* pointer,
                              const char* kind, std::string_view name, ValueType type) {
    const auto index = static_cast<Index>(program_->attributes.size());
    const auto group_index = static_cast<Index>(program_->groups.size() - 1);
    if (is_repeated({"member ", group_index, " ", name})) {
      error(pointer, "", "the group has two % '%'", {kind, name});
    }
    Program::Attribute& attribute = program_->attributes.emplace_back();
    attribute.group = group_index;
    attribute.name = name;
    attribute.type = type;
    published_.push_back({type, group.is_offline});
    Index& newest = number_of({"attribute ", group.name, ":", name});
    if (newest == kNone || version_of(program_->attributes[newest]) <= group.version) {
      newest = index;
    }
    return attribute;
  }

  Program::Aggregate& begin_aggregate(const Program::Attribute& attribute) {
    Program::Aggregate& aggregate = program_->aggregates.emplace_back();
    aggregate.key = program_->groups.back().key;
    aggregate.name = attribute.name;
    aggregate.type = attribute.type;
    return aggregate;
  }

  Index intern_aggregate(const Text& description) {
    program_->aggregates.back().identity = hash64(description);
    return intern(program_->aggregates, "aggregate ", description);
  }

  /// The group's, else its key's, given in the group or with the key itself; 0 is none (rule 13).
  Duration group_ttl(const AttributeGroup& group) const {
    if (group.ttl != 0) return group.ttl;
    if (group.attribute_key.ttl != 0) return group.attribute_key.ttl;
    for (const AttributeKey& key : definitions_.attribute_keys) {
      if (key.name == group.attribute_key.name) return key.ttl;
    }
    return 0;
  }

  /// All that decides the value, in words that do not depend on the rest of the bundle.
  Text describe_aggregate(const Program::Aggregate& aggregate, std::string_view test) {
    JsonWriter text;
    text.begin_array().string(program_->keys.empty() ? "" : program_->keys[aggregate.key].name);
    text.string(aggregate.name);
    text.string(name_of<Aggregation>(kAggregations, aggregate.aggregation));
    text.string(name_of<ValueType>(kValueTypes, aggregate.type));
    text.string(aggregate.input == kNone ? "" : describe_input(program_->inputs[aggregate.input]));
    text.string(name_of<DatePart>(kDateParts, aggregate.date_part));
    text.string(name_of<TimeUnit>(kTimeUnits, aggregate.time_unit));
    text.number(static_cast<double>(aggregate.period));
    text.number(static_cast<double>(aggregate.ttl));
    if (!test.empty()) text.raw(test);
    return text.end_array().take();
  }

  /// Index of a group's version, or an error that says which versions there are.
  Index find_group(const GroupLink& link) {
    if (link.name.empty()) return kNone;
    const Text full_name = versioned(link.name, link.version);
    if (const Index known = number_of({"group ", full_name}); known != kNone) return known;
    List<std::string_view> names;
    for (const Program::Group& group : program_->groups) {
      if (group.name == link.name) {
        error(link.pointer, "", "there is no % of this group; the bundle has version %",
              {full_name, group.version});
        return kNone;
      }
      names.push_back(group.name);
    }
    error(link.pointer, "", "there is no attribute group '%'%",
          {link.name, suggestion(link.name, names)});
    return kNone;
  }

  void check_service(const Service& service) {
    if (is_repeated({"service ", service.name}) && !service.name.empty()) {
      error(service.pointer, "", "the service '%' is defined twice", {service.name});
    }
    Items<Index> keys;
    for (const GroupLink& link : service.attribute_groups) {
      const Index group = find_group(link);
      if (group != kNone) add_unique(keys, program_->groups[group].key);
    }
    if (keys.size() > 1) {
      error(service.pointer, "",
            "a service can only refer to attribute groups with the same attribute key");
    }
  }

  // ---- interventions -------------------------------------------------------------------------

  /// Of each name the highest version, in the order of the definitions (rule 25).
  void add_interventions() {
    const Items<Intervention>& interventions = definitions_.interventions;
    for (Index i = 0; i < interventions.size(); ++i) {
      const std::string_view name = interventions[i].name;
      const std::uint32_t version = interventions[i].version;
      const Text full_name = versioned(name, version);
      if (is_repeated({"intervention ", full_name}) && !name.empty()) {
        error(interventions[i].pointer, "",
              "the intervention % is defined twice; raise the version", {full_name});
      }
      Index& highest = number_of({"highest ", name});
      if (highest == kNone || interventions[highest].version < version) highest = i;
    }
    for (Index i = 0; i < interventions.size(); ++i) {
      const std::string_view name = interventions[i].name;
      if (!name.empty() && number_of({"highest ", name}) == i) add_intervention(interventions[i]);
    }
  }

  void add_intervention(const Intervention& intervention) {
    const auto index = static_cast<Index>(program_->interventions.size());
    Program::Intervention& compiled = program_->interventions.emplace_back();
    compiled.name = intervention.name;
    compiled.version = intervention.version;
    compiled.root = static_cast<Index>(program_->nodes.size());
    Items<Index> read;  // attributes, in the order in which the criteria name them
    add_node(intervention.criteria, compiled, read, true);

    for (const KeyLink& link : intervention.target_attribute_keys) {
      add_unique(compiled.targets, target_key(link));
    }
    Items<Index> groups;
    for (const Index attribute : read) add_unique(groups, program_->attributes[attribute].group);
    if (intervention.target_attribute_keys.empty()) {
      for (const Index group : groups) add_unique(compiled.targets, program_->groups[group].key);
    }
    if (intervention.payload_attribute_groups.exists()) {
      groups = {};
      for (const GroupLink& link : intervention.payload_attribute_groups) {
        add_unique(groups, find_group(link));
      }
    }
    for (const Index index_of_group : groups) {
      const Program::Group& group = program_->groups[index_of_group];
      for (Index i = 0; i < group.attribute_count; ++i) {
        const Index attribute = group.first_attribute + i;
        add_to_payload(compiled.payload, attribute);
        if (!intervention.payload_attribute_groups.exists()) continue;
        const std::string_view name = program_->attributes[attribute].name;
        if (is_repeated({"payload ", index, " ", name})) {
          diagnostics_.warning(intervention.pointer, "/payload_attribute_groups",
                               "two of these groups have an attribute '%'; handlers tell them "
                               "apart by the group's name only",
                               {name});
        }
      }
    }
  }

  /// Two versions of a group have one name in a payload; the higher one has the word.
  void add_to_payload(Items<Index>& payload, Index attribute) {
    const Program::Attribute& added = program_->attributes[attribute];
    for (Index& known : payload) {
      const Program::Attribute& other = program_->attributes[known];
      if (other.name != added.name || name_of_group(other) != name_of_group(added)) continue;
      if (version_of(added) > version_of(other)) known = attribute;
      return;
    }
    add_to(payload, attribute);
  }

  std::string_view name_of_group(const Program::Attribute& attribute) const {
    return program_->groups[attribute.group].name;
  }
  std::uint32_t version_of(const Program::Attribute& attribute) const {
    return program_->groups[attribute.group].version;
  }

  void add_unique(Items<Index>& list, Index index) {
    if (index == kNone) return;
    if (std::find(list.begin(), list.end(), index) == list.end()) add_to(list, index);
  }

  /// Adds a subtree of the criteria of the last intervention. Recursion is bounded: reading refused
  /// criteria that are nested too deep.
  void add_node(const Criterion& criterion, Program::Intervention& intervention, Items<Index>& read,
                bool allows_changed) {
    const auto index = program_->nodes.size();
    program_->nodes.push_back({criterion.kind, 0, 0});
    if (criterion.kind == Criterion::Kind::leaf) {
      if (criterion.op == Operator::changed) {
        intervention.repeats = true;
        if (!allows_changed) {
          error(criterion.pointer, "/operator",
                "'changed' may stand alone or inside 'all', not inside 'any' or 'none'");
        }
      }
      program_->nodes[index].leaf = add_leaf(criterion, read);
    }
    intervention.has_none |= criterion.kind == Criterion::Kind::none;
    allows_changed &= criterion.kind == Criterion::Kind::all;
    for (const Criterion& child : criterion.children) {
      add_node(child, intervention, read, allows_changed);
    }
    program_->nodes[index].end = static_cast<Index>(program_->nodes.size());
  }

  Index add_leaf(const Criterion& criterion, Items<Index>& read) {
    const std::string_view name = criterion.attribute;
    if (name.empty()) return 0;  // reported while reading
    const Index attribute = number_of({"attribute ", name});
    if (attribute == kNone) {
      report_unknown_attribute(criterion);
      return 0;
    }
    const Published& published = published_[attribute];
    if (published.is_offline) {
      diagnostics_.warning(criterion.pointer, "",
                           "the group of '%' is not online, so the attribute is always missing",
                           {name});
    }
    const ValueView literal = value_of(criterion.literal, program_->memory);
    if (published.type != ValueType::none) {
      check_criterion_literal(criterion, published.type, diagnostics_);
    }
    add_unique(read, attribute);

    Program::Leaf& added = program_->leaves.emplace_back(
        attribute, Program::Comparison{criterion.op, literal, nullptr}, Items<Index>());
    compile_pattern(added.comparison, criterion.pointer);
    JsonWriter text;
    text.number(attribute).string(name_of<Operator>(kOperators, criterion.op));
    const Index leaf = intern(program_->leaves, "leaf ", text.value(literal).take());
    const auto intervention = static_cast<Index>(program_->interventions.size() - 1);
    Items<Index>& users = program_->leaves[leaf].interventions;
    if (users.empty() || users[users.size() - 1] != intervention) add_to(users, intervention);
    return leaf;
  }

  void report_unknown_attribute(const Criterion& criterion) {
    constexpr std::string_view kind = "attribute ";
    List<std::string_view> candidates;
    numbers_.for_each([&](std::string_view text, Index number) {
      if (text.starts_with(kind) && number != kNone) candidates.push_back(text.substr(kind.size()));
    });
    error(criterion.pointer, "/attribute", "there is no attribute '%'%",
          {criterion.attribute, suggestion(criterion.attribute, candidates)});
  }

  // ---- the last touches ----------------------------------------------------------------------

  /// Who reads what: the other direction of references.
  void tell_readers() {
    for (Index i = 0; i < program_->attributes.size(); ++i) {
      const Index aggregate = program_->attributes[i].aggregate;
      if (aggregate != kNone) add_to(program_->aggregates[aggregate].attributes, i);
    }
    for (Index i = 0; i < program_->aggregates.size(); ++i) {
      Program::Aggregate& aggregate = program_->aggregates[i];
      Items<Index>& slots = program_->keys[aggregate.key].aggregates;
      aggregate.slot = static_cast<Index>(slots.size());
      add_to(slots, i);
      if (!aggregate.is_pushed) add_to(program_->tests[aggregate.test].aggregates, i);
    }
  }

  void arrange_leaves() {
    program_->leaves_of_attribute.resize(program_->attributes.size());
    for (Index i = 0; i < program_->leaves.size(); ++i) {
      arrange(i);
      const Program::Leaf& leaf = program_->leaves[i];
      const auto aggregate = program_->attributes[leaf.attribute].aggregate;
      if (aggregate == kNone) continue;
      program_->aggregates[aggregate].watched = true;
      program_->aggregates[aggregate].asked_for_change |= leaf.comparison.op == Operator::changed;
    }
    for (Index i = 0; i < program_->aggregates.size(); ++i) {
      const Program::Aggregate& aggregate = program_->aggregates[i];
      if (aggregate.watched && aggregate.changes_with_time()) {
        add_to(program_->keys[aggregate.key].timed, i);
      }
    }
    for (Program::Leaves& leaves : program_->leaves_of_attribute) {
      heap_sort(std::span(leaves.thresholds.begin(), leaves.thresholds.size()),
                [](const auto& a, const auto& b) { return a.number < b.number; });
    }
  }

  void arrange(Index index) {
    const Program::Leaf& leaf = program_->leaves[index];
    const Operator op = leaf.comparison.op;
    const ValueView& literal = leaf.comparison.literal;
    Program::Leaves& leaves = program_->leaves_of_attribute[leaf.attribute];
    if (op == Operator::changed) {
      add_to(leaves.changed, index);
    } else if (literal.kind() == ValueView::Kind::number && op <= Operator::greater_equal &&
               is_numeric_type(program_->attributes[leaf.attribute].type)) {
      for (const Index intervention : leaf.interventions) {
        const bool has_none = program_->interventions[intervention].has_none;
        add_to(leaves.thresholds, Program::Threshold{literal.number(), op, has_none, intervention});
      }
    } else {
      add_to(leaves.others, index);
    }
  }

  const Definitions& definitions_;
  Diagnostics& diagnostics_;
  std::shared_ptr<Program> program_ = std::make_shared<Program>();
  LruMap<Text, Index> numbers_;
  List<Published> published_;  // by number of an attribute
};

}  // namespace

Index Program::find_key(std::string_view name) const {
  for (Index i = 0; i < keys.size(); ++i) {
    if (keys[i].name == name) return i;
  }
  return kNone;
}

std::shared_ptr<const Program> compile(Definitions&& definitions, Diagnostics& diagnostics) {
  return Compiler(definitions, diagnostics).run();
}

std::shared_ptr<const Program> load_program(std::string_view json, Diagnostics& diagnostics) {
  Definitions definitions = read_definitions(json, diagnostics);
  auto program = Compiler(definitions, diagnostics).run();
  if (program) program->fingerprint = hash64(json);
  return program;
}

}  // namespace tripline
