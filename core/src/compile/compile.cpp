// Definitions → Program, and every diagnostic that shows only between objects.

#include <algorithm>

#include "compile/check_attribute.h"
#include "compile/check_literal.h"
#include "compile/criteria_steps.h"
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

constexpr std::ptrdiff_t kLongestPattern = 1000;  // in code points; Regex looks after its own

Text json_text(const Value& value) {
  return JsonWriter().value(value).take();
}

Text versioned(const Text& name, std::uint32_t version) {
  return concat({name, " version ", version});
}

/// Where the ids of the keys of mobile apps are found, which name no atomic field.
std::optional<Property> property_of_session_key(std::string_view name) {
  const bool is_user = name == "client_session_user_id";
  if (!is_user && name != "client_session_session_id") return std::nullopt;
  Property property;
  property.source = Property::Source::entity;
  property.vendor = "com.snowplowanalytics.snowplow";
  property.name = "client_session";
  property.major_version = 1;
  property.path = {{is_user ? "userId" : "sessionId", 0}};
  return property;
}

/// What a name stands for: an index, and where there are several versions, which of them.
struct Numbered {
  std::uint32_t version;
  Index index;
};
using Numbers = LruMap<Text, Numbered>;

/// Numbers equal things equally. What a thing is, its text says.
template <typename Thing>
class Interner {
 public:
  explicit Interner(List<Thing>& things) : things_(things) {}

  Index add(const Text& text, Thing&& thing) {
    if (const Numbered* known = numbers_.find(text)) return known->index;
    const auto index = static_cast<Index>(things_.size());
    numbers_.add(text, {0, index});
    things_.push_back(std::move(thing));
    return index;
  }

 private:
  List<Thing>& things_;
  Numbers numbers_;
};

/// What criteria are checked against beside an attribute itself.
struct Published {
  std::optional<ValueType> type;  // absent where it is wrong, which has been reported
  bool online;
};

class Compiler {
 public:
  Compiler(const Definitions& definitions, Diagnostics& diagnostics)
      : definitions_(definitions), diagnostics_(diagnostics) {}

  std::shared_ptr<Program> run() {
    Property vendor;
    vendor.name = "event_vendor";
    program_->vendor_input = add_input(vendor);
    for (const AttributeKey& key : definitions_.attribute_keys) declare_key(key);
    for (const AttributeGroup& group : definitions_.attribute_groups) add_group(group);
    for (const Service& service : definitions_.services) check_service(service);
    select_interventions();
    for (const Index index : evaluated_) add_intervention(definitions_.interventions[index]);
    if (diagnostics_.has_errors()) return nullptr;

    sort_aggregates_by_key();
    arrange_leaves();
    for (Program::Intervention& intervention : program_->interventions) {
      intervention.first_step = add_steps(*program_, intervention.root);
    }
    return program_;
  }

 private:
  void error(const Text& pointer, const char* step, const char* message,
             std::initializer_list<TextPart> parts = {}) {
    diagnostics_.error(pointer, step, message, parts);
  }

  // ---- inputs and tests ----------------------------------------------------------------------

  Index add_input(Property property) {
    property.date_part = DatePart::none;
    const Text text = describe_input(property);
    return inputs_.add(text, std::move(property));
  }

  Index add_atomic_input(Text name) {
    Property property;
    property.name = std::move(name);
    return add_input(std::move(property));
  }

  /// The comparison, with its pattern compiled; what is wrong with that is reported at `pointer`.
  Program::Comparison comparison(Operator op, const Value& literal, const Text& pointer) {
    Program::Comparison comparison{op, literal, nullptr};
    const Text* pattern = literal.as_string();
    if (pattern == nullptr) return comparison;
    if (op == Operator::like || op == Operator::not_like) {
      const auto is_start = [](char c) { return (c & 0xc0) != 0x80; };
      if (std::count_if(pattern->begin(), pattern->end(), is_start) > kLongestPattern) {
        error(pointer, "/value", "a pattern has at most 1,000 characters");
      }
    }
    if (op != Operator::rlike && op != Operator::not_rlike) return comparison;
    auto regex = Regex::compile(*pattern);
    if (regex) {
      comparison.regex = std::make_shared<const Regex>(std::move(*regex));
    } else {
      error(pointer, "/value", "position % of the pattern: %",
            {regex.error().position, regex.error().message});
    }
    return comparison;
  }

  Index add_condition(Index input, Operator op, const Value& literal, const Text& pointer = {}) {
    const Text text =
        concat({input, " ", name_of<Operator>(kOperators, op), " ", json_text(literal)});
    return conditions_.add(text, {input, comparison(op, literal, pointer)});
  }

  List<Index> add_conditions(const List<FilterCriterion>& criteria) {
    List<Index> indices;
    for (const FilterCriterion& criterion : criteria) {
      check_filter_criterion(criterion, diagnostics_);
      indices.push_back(add_condition(add_input(criterion.property), criterion.op,
                                      criterion.literal, criterion.pointer));
    }
    return indices;
  }

  Index add_test(const Attribute& attribute) {
    Program::Test test;
    for (const EventSelector& selector : attribute.events) {
      List<Index> conditions;
      const auto require = [&](const char* field, const std::optional<Text>& text) {
        if (!text) return;
        conditions.push_back(
            add_condition(add_atomic_input(field), Operator::equal, Value::string(*text)));
      };
      require("event_vendor", selector.vendor);
      require("event_name", selector.name);
      require("event_version", selector.version);
      test.selectors.push_back(std::move(conditions));
    }
    // A selector without parts matches every event, and so does a list that contains one.
    if (std::any_of(test.selectors.begin(), test.selectors.end(),
                    [](const auto& selector) { return selector.empty(); })) {
      test.selectors.clear();
    }
    test.all = add_conditions(attribute.criteria.all);
    test.any = add_conditions(attribute.criteria.any);

    Text text;
    const auto describe = [&text](char mark, const List<Index>& conditions) {
      text += mark;
      for (const Index condition : conditions) text += concat({" ", condition});
    };
    for (const auto& selector : test.selectors) describe('|', selector);
    describe('&', test.all);
    describe('?', test.any);
    return tests_.add(text, std::move(test));
  }

  // ---- keys ----------------------------------------------------------------------------------

  std::optional<Index> find_key(std::string_view name) const {
    for (Index i = 0; i < program_->keys.size(); ++i) {
      if (program_->keys[i].name == name) return i;
    }
    return std::nullopt;
  }

  /// Adds a key, or checks that a second definition of one says the same.
  std::optional<Index> declare_key(const AttributeKey& key) {
    if (key.name.empty()) return std::nullopt;  // reported while reading
    const auto known = find_key(key.name);
    const bool is_link = key.property == Property() || key.property.name == key.name;
    if (known && is_link && key.property.source == Property::Source::atomic) return known;
    const auto input = input_of(key);
    if (!input && !key.is_column) {
      report_key_without_input(key);
      return std::nullopt;
    }
    if (known && program_->keys[*known].input != input) {
      error(key.pointer, "", "the attribute key '%' is defined twice, as % and as %",
            {key.name, describe_input_of_key(program_->keys[*known].input),
             describe_input_of_key(input)});
    }
    if (known) return known;
    program_->keys.push_back({key.name, input, 0, 0, {}});
    return static_cast<Index>(program_->keys.size() - 1);
  }

  /// Where events carry the key's ids; nothing if no event does.
  std::optional<Index> input_of(const AttributeKey& key) {
    const Text& name = key.property.name;
    if (key.property.source != Property::Source::atomic || is_atomic_field(name)) {
      return add_input(key.property);
    }
    if (const auto property = property_of_session_key(name)) return add_input(*property);
    return std::nullopt;
  }

  Text describe_input_of_key(std::optional<Index> input) const {
    return input ? describe_input(program_->inputs[*input]) : "a column of a warehouse";
  }

  void report_key_without_input(const AttributeKey& key) {
    error(key.pointer, "",
          "'%' is no atomic field, so the key needs a 'property' that says where its id is found%",
          {key.property.name, suggestion(key.property.name, atomic_fields())});
  }

  /// The key that a target names: a declared one, or a field of the event.
  std::optional<Index> target_key(const Text& name, const Text& pointer) {
    if (name.empty()) return std::nullopt;
    if (const auto known = find_key(name)) return known;
    if (is_atomic_field(name) || property_of_session_key(name)) {
      AttributeKey key;
      key.pointer = pointer;
      key.name = name;
      key.property.name = name;
      return declare_key(key);
    }
    List<std::string_view> candidates = atomic_fields();
    for (const Program::Key& key : program_->keys) candidates.push_back(key.name);
    error(pointer, "", "there is no attribute key '%'%", {name, suggestion(name, candidates)});
    return std::nullopt;
  }

  // ---- groups --------------------------------------------------------------------------------

  void add_group(const AttributeGroup& group) {
    if (group.name.empty()) return;
    const Text full_name = versioned(group.name, group.version);
    if (groups_.find(full_name) != nullptr) {
      error(group.pointer, "", "the group % is defined twice; raise the version", {full_name});
      return;
    }
    groups_.add(full_name, {group.version, static_cast<Index>(program_->groups.size())});
    const auto key = declare_key(group.attribute_key);
    if (key && !program_->keys[*key].input && !group.attributes.empty()) {
      report_key_without_input(group.attribute_key);
    }
    const auto first = static_cast<Index>(program_->attributes.size());
    const auto index = static_cast<Index>(program_->groups.size());
    Numbers names;
    for (const Attribute& attribute : group.attributes) {
      if (attribute.name.empty()) continue;
      if (names.find(attribute.name) == nullptr) {
        names.add(attribute.name, {});
      } else {
        error(attribute.pointer, "", "the group has two attributes '%'", {attribute.name});
      }
      add_attribute(group, attribute, index, key.value_or(0));
    }
    for (const Field& field : group.fields) {
      if (field.name.empty()) continue;
      if (names.find(field.name) == nullptr) {
        names.add(field.name, {});
      } else {
        error(field.pointer, "", "the group has two fields '%'", {field.name});
      }
      add_field(group, field, index, key.value_or(0));
    }
    program_->groups.push_back({group.name, group.version, key.value_or(0), first,
                                static_cast<Index>(program_->attributes.size()) - first});
  }

  void add_attribute(const AttributeGroup& group, const Attribute& attribute, Index group_index,
                     Index key) {
    check_attribute(attribute, diagnostics_);
    Program::Attribute compiled{group_index,  attribute.name,
                                std::nullopt, attribute.type.value_or(ValueType::string_),
                                Value(),      false};
    if (group.online && attribute.type && attribute.aggregation) {
      compiled.aggregate = add_aggregate(group, attribute, key);
      compiled.default_value = attribute.default_value;
      compiled.reads_zero = reads_zero_by_default(*attribute.aggregation);
    }
    publish(group, std::move(compiled), attribute.type);
  }

  void add_field(const AttributeGroup& group, const Field& field, Index group_index, Index key) {
    Program::Attribute compiled{group_index,  field.name,
                                std::nullopt, field.type.value_or(ValueType::string_),
                                Value(),      false};
    if (group.online && field.type) {
      Program::Aggregate aggregate;
      aggregate.key = key;
      aggregate.is_pushed = true;
      aggregate.name = field.name;
      aggregate.type = *field.type;
      aggregate.ttl = group_ttl(group);
      const Text text = concat({"push ", group.name, " ", describe_aggregate(aggregate)});
      aggregate.identity = hash64(text);
      compiled.aggregate = aggregates_.add(text, std::move(aggregate));
    }
    publish(group, std::move(compiled), field.type);
  }

  /// Adds an attribute, and makes it what criteria read if no higher version of the group has it.
  void publish(const AttributeGroup& group, Program::Attribute attribute,
               std::optional<ValueType> type) {
    const Text name = concat({group.name, ":", attribute.name});
    const auto index = static_cast<Index>(program_->attributes.size());
    program_->attributes.push_back(std::move(attribute));
    published_.push_back({type, group.online});
    Numbered* newest = newest_attributes_.find(name);
    if (newest == nullptr) newest = &newest_attributes_.add(name, {});
    if (newest->version <= group.version) *newest = {group.version, index};
  }

  Index add_aggregate(const AttributeGroup& group, const Attribute& attribute, Index key) {
    Program::Aggregate aggregate;
    aggregate.key = key;
    aggregate.name = attribute.name;
    aggregate.test = add_test(attribute);
    aggregate.aggregation = *attribute.aggregation;
    aggregate.type = *attribute.type;
    aggregate.period = attribute.period.value_or(0);
    aggregate.time_unit = attribute.time_unit;
    if (attribute.property && needs_property(*attribute.aggregation)) {
      aggregate.input = add_input(*attribute.property);
      aggregate.date_part = attribute.property->date_part;
    }
    if (aggregate.period == 0) aggregate.ttl = attribute.ttl.value_or(group_ttl(group));
    const Text text = describe_aggregate(aggregate);
    aggregate.identity = hash64(text);
    return aggregates_.add(text, std::move(aggregate));
  }

  /// The group's, else its key's, given in the group or with the key itself; 0 is none (rule 13).
  Duration group_ttl(const AttributeGroup& group) const {
    if (group.ttl || group.attribute_key.ttl) {
      return group.ttl ? *group.ttl : *group.attribute_key.ttl;
    }
    for (const AttributeKey& key : definitions_.attribute_keys) {
      if (key.name == group.attribute_key.name) return key.ttl.value_or(0);
    }
    return 0;
  }

  /// All that decides the value, in words that do not depend on the rest of the bundle.
  Text describe_aggregate(const Program::Aggregate& aggregate) {
    JsonWriter text;
    text.begin_array().string(program_->keys.empty() ? "" : program_->keys[aggregate.key].name);
    text.string(aggregate.name);
    text.string(name_of<Aggregation>(kAggregations, aggregate.aggregation));
    text.string(name_of<ValueType>(kValueTypes, aggregate.type));
    text.string(aggregate.input ? describe_input(program_->inputs[*aggregate.input]) : "");
    text.string(name_of<DatePart>(kDateParts, aggregate.date_part));
    text.string(name_of<TimeUnit>(kTimeUnits, aggregate.time_unit));
    text.number(static_cast<double>(aggregate.period));
    text.number(static_cast<double>(aggregate.ttl));
    if (aggregate.is_pushed) return text.end_array().take();
    const Program::Test& test = program_->tests[aggregate.test];
    const auto describe = [&](const List<Index>& conditions) {
      text.begin_array();
      for (const Index index : conditions) {
        const Program::Condition& condition = program_->conditions[index];
        text.string(describe_input(program_->inputs[condition.input]));
        text.string(name_of<Operator>(kOperators, condition.comparison.op));
        text.value(condition.comparison.literal);
      }
      text.end_array();
    };
    for (const auto& selector : test.selectors) describe(selector);
    text.string("all");
    describe(test.all);
    text.string("any");
    describe(test.any);
    return text.end_array().take();
  }

  /// Index of a group's version, or an error that says which versions there are.
  std::optional<Index> find_group(const GroupLink& link) {
    if (link.name.empty()) return std::nullopt;
    const Text full_name = versioned(link.name, link.version);
    if (const Numbered* known = groups_.find(full_name)) return known->index;
    List<std::string_view> names;
    for (const Program::Group& group : program_->groups) {
      if (group.name == link.name) {
        error(link.pointer, "", "there is no % of this group; the bundle has version %",
              {full_name, group.version});
        return std::nullopt;
      }
      names.push_back(group.name);
    }
    error(link.pointer, "", "there is no attribute group '%'%",
          {link.name, suggestion(link.name, names)});
    return std::nullopt;
  }

  void check_service(const Service& service) {
    if (services_.find(service.name) == nullptr) {
      services_.add(service.name, {});
    } else if (!service.name.empty()) {
      error(service.pointer, "", "the service '%' is defined twice", {service.name});
    }
    List<Index> keys;
    for (const GroupLink& link : service.attribute_groups) {
      if (const auto group = find_group(link)) add_unique(keys, program_->groups[*group].key);
    }
    if (keys.size() > 1) {
      error(service.pointer, "",
            "a service can only refer to attribute groups with the same attribute key");
    }
  }

  // ---- interventions -------------------------------------------------------------------------

  /// Of each name the highest version, in the order of the definitions (rule 25).
  void select_interventions() {
    Numbers highest, seen;
    for (const Intervention& intervention : definitions_.interventions) {
      if (intervention.name.empty()) continue;
      const Text full_name = versioned(intervention.name, intervention.version);
      if (seen.find(full_name) == nullptr) {
        seen.add(full_name, {});
      } else {
        error(intervention.pointer, "", "the intervention % is defined twice; raise the version",
              {full_name});
      }
      Numbered* known = highest.find(intervention.name);
      if (known == nullptr) known = &highest.add(intervention.name, {});
      known->version = std::max(known->version, intervention.version);
    }
    for (const Intervention& intervention : definitions_.interventions) {
      if (intervention.name.empty()) continue;
      if (intervention.version == highest.find(intervention.name)->version) {
        evaluated_.push_back(static_cast<Index>(&intervention - definitions_.interventions.data()));
      }
    }
  }

  void add_intervention(const Intervention& intervention) {
    const auto index = static_cast<Index>(program_->interventions.size());
    Program::Intervention compiled{intervention.name,
                                   intervention.version,
                                   static_cast<Index>(program_->nodes.size()),
                                   Program::kFails,
                                   {},
                                   {},
                                   false,
                                   false};
    List<Index> read;  // attributes, in the order in which the criteria name them
    add_node(intervention.criteria, index, read);
    for (Index node = compiled.root; node < program_->nodes.size(); ++node) {
      const auto [kind, leaf, end] = program_->nodes[node];
      compiled.has_none |= kind == Criterion::Kind::none;
      if (kind != Criterion::Kind::leaf || program_->leaves.empty()) continue;
      compiled.repeats |= program_->leaves[leaf].comparison.op == Operator::changed;
    }

    for (std::size_t i = 0; i < intervention.target_attribute_keys.size(); ++i) {
      add_unique(compiled.targets,
                 target_key(intervention.target_attribute_keys[i],
                            concat({intervention.pointer, "/target_attribute_keys/", i, "/name"})));
    }
    List<Index> groups;
    for (const Index attribute : read) add_unique(groups, program_->attributes[attribute].group);
    if (intervention.target_attribute_keys.empty()) {
      for (const Index group : groups) add_unique(compiled.targets, program_->groups[group].key);
    }
    if (intervention.payload_attribute_groups) {
      groups.clear();
      for (const GroupLink& link : *intervention.payload_attribute_groups) {
        if (const auto group = find_group(link)) add_unique(groups, *group);
      }
    }
    Numbers names;
    for (const Index index_of_group : groups) {
      const Program::Group& group = program_->groups[index_of_group];
      for (Index i = 0; i < group.attribute_count; ++i) {
        const Index attribute = group.first_attribute + i;
        add_to_payload(compiled.payload, attribute);
        if (!intervention.payload_attribute_groups) continue;
        const Text& name = program_->attributes[attribute].name;
        if (names.find(name) == nullptr) {
          names.add(name, {});
        } else {
          diagnostics_.warning(intervention.pointer, "/payload_attribute_groups",
                               "two of these groups have an attribute '%'; handlers tell them "
                               "apart by the group's name only",
                               {name});
        }
      }
    }
    program_->interventions.push_back(std::move(compiled));
  }

  /// Two versions of a group have one name in a payload; the higher one has the word.
  void add_to_payload(List<Index>& payload, Index attribute) const {
    const Program::Attribute& added = program_->attributes[attribute];
    for (Index& known : payload) {
      const Program::Attribute& other = program_->attributes[known];
      if (other.name != added.name || name_of_group(other) != name_of_group(added)) continue;
      if (version_of(added) > version_of(other)) known = attribute;
      return;
    }
    payload.push_back(attribute);
  }

  const Text& name_of_group(const Program::Attribute& attribute) const {
    return program_->groups[attribute.group].name;
  }
  std::uint32_t version_of(const Program::Attribute& attribute) const {
    return program_->groups[attribute.group].version;
  }

  static void add_unique(List<Index>& list, std::optional<Index> index) {
    if (index && std::find(list.begin(), list.end(), *index) == list.end()) list.push_back(*index);
  }

  /// Recursion is bounded: reading refused criteria that are nested too deep.
  void add_node(const Criterion& criterion, Index intervention, List<Index>& read,
                bool allows_changed = true) {
    const auto index = program_->nodes.size();
    program_->nodes.push_back({criterion.kind, 0, 0});
    if (criterion.kind == Criterion::Kind::leaf) {
      if (criterion.op == Operator::changed && !allows_changed) {
        error(criterion.pointer, "/operator",
              "'changed' may stand alone or inside 'all', not inside 'any' or 'none'");
      }
      if (const auto leaf = add_leaf(criterion, intervention, read)) {
        program_->nodes[index].leaf = *leaf;
      }
    }
    const bool is_all = criterion.kind == Criterion::Kind::all;
    for (const Criterion& child : criterion.children) {
      add_node(child, intervention, read, allows_changed && is_all);
    }
    program_->nodes[index].end = static_cast<Index>(program_->nodes.size());
  }

  std::optional<Index> add_leaf(const Criterion& criterion, Index intervention, List<Index>& read) {
    if (criterion.group.empty()) return std::nullopt;  // reported while reading
    const Text name = concat({criterion.group, ":", criterion.attribute});
    const Numbered* newest = newest_attributes_.find(name);
    if (newest == nullptr) {
      report_unknown_attribute(criterion, name);
      return std::nullopt;
    }
    const Index attribute = newest->index;
    if (!published_[attribute].online) {
      diagnostics_.warning(criterion.pointer, "",
                           "the group of '%' is not online, so the attribute is always missing",
                           {name});
    }
    if (const auto type = published_[attribute].type) {
      check_criterion_literal(criterion, *type, diagnostics_);
    }
    add_unique(read, attribute);

    const Text text = concat({attribute, " ", name_of<Operator>(kOperators, criterion.op), " ",
                              json_text(criterion.literal)});
    const Index leaf = leaves_.add(
        text, {attribute, comparison(criterion.op, criterion.literal, criterion.pointer), {}});
    List<Index>& users = program_->leaves[leaf].interventions;
    if (users.empty() || users.back() != intervention) users.push_back(intervention);
    return leaf;
  }

  void report_unknown_attribute(const Criterion& criterion, const Text& name) {
    List<std::string_view> candidates;
    newest_attributes_.for_each(
        [&](const Text& candidate, const Numbered&) { candidates.push_back(candidate); });
    error(criterion.pointer, "/attribute", "there is no attribute '%'%",
          {name, suggestion(name, candidates)});
  }

  // ---- the last touches ----------------------------------------------------------------------

  void sort_aggregates_by_key() {
    List<Program::Aggregate>& aggregates = program_->aggregates;
    List<Index> position(aggregates.size());
    List<Program::Aggregate> sorted;
    for (Index key = 0; key < program_->keys.size(); ++key) {
      program_->keys[key].first_aggregate = static_cast<Index>(sorted.size());
      for (Index i = 0; i < aggregates.size(); ++i) {
        if (aggregates[i].key != key) continue;
        position[i] = static_cast<Index>(sorted.size());
        sorted.push_back(std::move(aggregates[i]));
        ++program_->keys[key].aggregate_count;
      }
    }
    aggregates = std::move(sorted);
    for (Index i = 0; i < aggregates.size(); ++i) {
      if (!aggregates[i].is_pushed) program_->tests[aggregates[i].test].aggregates.push_back(i);
    }
    for (Index i = 0; i < program_->attributes.size(); ++i) {
      std::optional<Index>& aggregate = program_->attributes[i].aggregate;
      if (!aggregate) continue;
      aggregate = position[*aggregate];
      aggregates[*aggregate].attributes.push_back(i);
    }
  }

  void arrange_leaves() {
    program_->leaves_of_attribute.resize(program_->attributes.size());
    for (Index i = 0; i < program_->leaves.size(); ++i) {
      arrange(i);
      const Program::Leaf& leaf = program_->leaves[i];
      const auto aggregate = program_->attributes[leaf.attribute].aggregate;
      if (!aggregate) continue;
      program_->aggregates[*aggregate].watched = true;
      program_->aggregates[*aggregate].asked_for_change |= leaf.comparison.op == Operator::changed;
    }
    for (Index i = 0; i < program_->aggregates.size(); ++i) {
      const Program::Aggregate& aggregate = program_->aggregates[i];
      if (aggregate.watched && aggregate.changes_with_time()) {
        program_->keys[aggregate.key].timed.push_back(i);
      }
    }
    for (Program::Leaves& leaves : program_->leaves_of_attribute) {
      heap_sort(std::span(leaves.thresholds),
                [](const auto& a, const auto& b) { return a.number < b.number; });
    }
  }

  void arrange(Index index) {
    const Program::Leaf& leaf = program_->leaves[index];
    const Operator op = leaf.comparison.op;
    const double* number = leaf.comparison.literal.as_number();
    Program::Leaves& leaves = program_->leaves_of_attribute[leaf.attribute];
    if (op == Operator::changed) {
      leaves.changed.push_back(index);
    } else if (number != nullptr && op <= Operator::greater_equal &&
               is_numeric_type(program_->attributes[leaf.attribute].type)) {
      for (const Index intervention : leaf.interventions) {
        const bool has_none = program_->interventions[intervention].has_none;
        leaves.thresholds.push_back({*number, op, has_none, intervention});
      }
    } else {
      leaves.others.push_back(index);
    }
  }

  const Definitions& definitions_;
  Diagnostics& diagnostics_;
  std::shared_ptr<Program> program_ = std::make_shared<Program>();
  Interner<Property> inputs_{program_->inputs};
  Interner<Program::Condition> conditions_{program_->conditions};
  Interner<Program::Test> tests_{program_->tests};
  Interner<Program::Aggregate> aggregates_{program_->aggregates};
  Interner<Program::Leaf> leaves_{program_->leaves};
  Numbers groups_;             // by name and version
  Numbers services_;           // by name
  Numbers newest_attributes_;  // `group:attribute` → the highest version that has it
  List<Published> published_;  // by number of an attribute
  List<Index> evaluated_;      // interventions of the definitions
};

}  // namespace

std::shared_ptr<const Program> compile(const Definitions& definitions, Diagnostics& diagnostics) {
  return Compiler(definitions, diagnostics).run();
}

std::shared_ptr<const Program> load_program(std::string_view json, Diagnostics& diagnostics) {
  const Definitions definitions = read_definitions(json, diagnostics);
  auto program = Compiler(definitions, diagnostics).run();
  if (program) program->fingerprint = hash64(json);
  return program;
}

}  // namespace tripline
