// Program ↔ bytes: `tripline build` writes what a page reads without the compiler.
//
//   magic "TPLP" | u32 format | string built_by | u64 checksum of all that follows
//   u64 fingerprint | the tables of ProgramPass::run(), each as its u32 count and its records
//
// All little-endian; a string is its u32 size and its bytes. What follows from the tables, such as
// the order of thresholds, is not saved: link() makes it, of compiled and of loaded programs alike.

#include <cassert>
#include <cmath>

#include "definitions/limits.h"
#include "patterns/regex.h"
#include "program/link.h"
#include "support/archive.h"
#include "support/lru_map.h"
#include "support/text.h"
#include "support/utf8.h"
#include "tripline/program.h"
#include "value/enumerations.h"

namespace tripline {
namespace {

using Index = Program::Index;

constexpr std::uint32_t kMagic = 0x504c5054;  // "TPLP"
constexpr std::uint32_t kFormat = 1;          // raise it whenever what a pass names changes
constexpr Index kNone = Program::kNone;

struct Header {
  std::uint32_t magic = kMagic;
  std::uint32_t format = kFormat;
  std::string_view built_by = TRIPLINE_VERSION;
  std::uint64_t checksum = 0;

  /// These parts stay as they are in every format, so that a reader can tell who wrote one.
  void visit(Archive& archive) {
    archive.number(magic);
    archive.number(format);
    archive.view(built_by);
    archive.number(checksum);
  }
};

/// Saves the tables of a program, or loads them into an empty one. Whatever would lead an engine
/// out of a table, or into work without end, leaves the archive failed. A table comes after those
/// that its records refer to.
class ProgramPass {
 public:
  ProgramPass(Program& program, Archive& archive) : program_(program), archive_(archive) {}

  void run() {
    archive_.number(program_.fingerprint);
    visit_table(program_.inputs, &ProgramPass::visit_input);
    visit_table(program_.calculations, &ProgramPass::visit_calculation);
    visit_table(program_.keys, &ProgramPass::visit_key);
    visit_table(program_.conditions, &ProgramPass::visit_condition);
    visit_table(program_.tests, &ProgramPass::visit_test);
    visit_table(program_.aggregates, &ProgramPass::visit_aggregate);
    visit_table(program_.groups, &ProgramPass::visit_group);
    visit_table(program_.attributes, &ProgramPass::visit_attribute);
    visit_table(program_.leaves, &ProgramPass::visit_leaf);
    visit_table(program_.nodes, &ProgramPass::visit_node);
    visit_table(program_.interventions, &ProgramPass::visit_intervention, kMostInterventions);
    visit_index(program_.vendor_input, program_.inputs);
    archive_.require(grouped_ == program_.attributes.size() && next_root_ == program_.nodes.size());
    if (archive_.is_loading()) archive_.require(archive_.rest().empty());
  }

 private:
  // ---- what records are made of ----------------------------------------------------------------

  /// Memory for records is allocated as their bytes are read, so a false count allocates nothing.
  template <typename Record>
  void visit_table(List<Record>& table, void (ProgramPass::*visit)(Record&),
                   std::size_t most = 0x7fffffff) {
    const std::size_t count = archive_.count(table.size(), 1, most);
    count_ = static_cast<Index>(count);
    for (place_ = 0; place_ < count && archive_.ok(); ++place_) {
      (this->*visit)(archive_.is_loading() ? table.emplace_back() : table[place_]);
    }
  }

  template <typename Record>
  void visit_index(Index& index, const List<Record>& table) {
    archive_.number(index);
    archive_.require(index < table.size());
  }
  template <typename Record>
  void visit_optional_index(Index& index, const List<Record>& table) {
    archive_.number(index);
    archive_.require(index == kNone || index < table.size());
  }
  /// The index of an input or of a calculation.
  void visit_value(Index& index) {
    visit_optional_value(index);
    archive_.require(index != kNone);
  }
  void visit_optional_value(Index& index) {
    archive_.number(index);
    archive_.require(index == kNone || index < program_.inputs.size() ||
                     index - Program::kCalculated < program_.calculations.size());
  }
  template <typename Record>
  void visit_indexes(Items<Index>& indexes, const List<Record>& table) {
    archive_.items(indexes, program_.memory, sizeof(Index),
                   [&](Index& index) { visit_index(index, table); });
  }

  template <typename Enum>
  void visit_enumerator(Enum& value, Enum first) {
    archive_.number(value);
    archive_.require(value >= first && value < Enum::end_);
  }
  template <typename Enum>
  void visit_enumerator(Enum& value) {
    visit_enumerator(value, moved(Enum{}, 1));  // not `none`
  }

  void visit_text(std::string_view& text) {
    archive_.view(text);
    archive_.require(is_utf8(text));
  }

  void visit_duration(Duration& duration) {
    archive_.time(duration);
    archive_.require(duration >= 0);
  }

  void require_new(std::uint64_t hash, std::uint64_t kind) {
    if (!archive_.is_loading()) return;
    archive_.require(known_.find(Hash128{hash, kind}) == nullptr);
    if (archive_.ok()) known_.add({hash, kind}, 0);
  }

  // ---- comparisons -----------------------------------------------------------------------------

  void visit_scalar(ValueView& value, ValueView::Kind kind) {
    if (kind == ValueView::Kind::missing) return;
    if (kind == ValueView::Kind::string) {
      std::string_view text = value.text();
      visit_text(text);
      value = ValueView::string(text);
      return;
    }
    double number = archive_.is_loading() ? 0 : value.number();
    switch (kind) {
      case ValueView::Kind::boolean:
        archive_.number(number);
        archive_.require(number == 0 || number == 1);
        value = ValueView::boolean(number != 0);
        break;
      case ValueView::Kind::time:
        archive_.number(number);
        archive_.require(number == std::floor(number) && std::abs(number) <= kLatestTime);
        if (archive_.ok()) value = ValueView::time(static_cast<Time>(number));
        break;
      default:
        archive_.number(number);
        archive_.require(std::isfinite(number));
        value = ValueView::number(number);
    }
  }

  void visit_element(ValueView& value) {
    ValueView::Kind kind = value.kind();
    archive_.number(kind);
    archive_.require(kind < ValueView::Kind::list);
    visit_scalar(value, kind);
  }

  void visit_literal(ValueView& value) {
    ValueView::Kind kind = value.kind();
    archive_.number(kind);
    archive_.require(kind <= ValueView::Kind::list);
    if (kind != ValueView::Kind::list) return visit_scalar(value, kind);
    Items<ValueView> elements(const_cast<ValueView*>(value.elements().data()),
                              value.elements().size());
    archive_.items(elements, program_.memory, 1, [&](ValueView& each) { visit_element(each); });
    value = ValueView::list({elements.begin(), elements.size()});
  }

  static bool fits(const ValueView& literal, Operator op) {
    if (takes_no_value(op)) return literal.is_missing();
    if (is_pattern(op)) {
      return literal.kind() == ValueView::Kind::string &&
             count_code_points(literal.text()) <= kLongestPattern;
    }
    return !literal.is_missing() && (is_membership(op) || literal.kind() != ValueView::Kind::list);
  }

  void visit_comparison(Program::Comparison& comparison) {
    visit_enumerator(comparison.op);
    visit_literal(comparison.literal);
    archive_.require(fits(comparison.literal, comparison.op));
    if (!is_regex(comparison.op)) return;
    if (archive_.is_loading()) {
      comparison.regex = new (program_.memory.allocate(sizeof(Regex))) Regex;
    }
    const_cast<Regex*>(comparison.regex)->visit(archive_, program_.memory);
  }

  // ---- records, each in the order of its members -----------------------------------------------

  void visit_input(Property& input) {
    visit_enumerator(input.source);
    archive_.require(input.source != Property::Source::calculated);
    visit_text(input.vendor);
    visit_text(input.name);
    archive_.number(input.major_version);
    archive_.number(input.index);
    archive_.items(input.path, program_.memory, 8, [&](PathStep& step) {
      visit_text(step.name);
      archive_.number(step.index);
      archive_.require(step.name != "__proto__");
    });
  }

  void visit_calculation(Program::Calculation& calculation) {
    visit_enumerator(calculation.operation, Operation::none);
    visit_enumerator(calculation.type, ValueType::none);
    archive_.require(calculation.operation != Operation::concat ||
                     calculation.type == ValueType::string_);
    archive_.require(!is_arithmetic(calculation.operation) ||
                     calculation.type == ValueType::double_);
    visit_text(calculation.separator);
    archive_.items(calculation.operands, program_.memory, 5, [&](Program::Operand& operand) {
      visit_index(operand.input, program_.inputs);
      visit_enumerator(operand.date_part, DatePart::none);
    });
    archive_.require(calculation.operands.size() <= kMostProperties &&
                     count_code_points(calculation.separator) <= kLongestSeparator);
  }

  void visit_key(Program::Key& key) {
    visit_text(key.name);
    visit_optional_index(key.input, program_.inputs);
    require_new(hash64(key.name), 1);
  }

  void visit_condition(Program::Condition& condition) {
    visit_value(condition.input);
    visit_comparison(condition.comparison);
    archive_.require(condition.comparison.op != Operator::changed);
  }

  void visit_test(Program::Test& test) {
    for (Program::Rows* rows : {&test.selectors, &test.all, &test.any}) {
      archive_.items(*rows, program_.memory, sizeof(Index), [&](Index& condition) {
        visit_optional_index(condition, program_.conditions);
      });
      archive_.require(rows->empty() || (*rows)[rows->size() - 1] == kNone);
    }
  }

  void visit_aggregate(Program::Aggregate& aggregate) {
    visit_index(aggregate.key, program_.keys);
    visit_text(aggregate.name);
    archive_.flag(aggregate.is_external);
    archive_.number(aggregate.identity);
    require_new(aggregate.identity, 2);
    visit_enumerator(aggregate.type);
    visit_duration(aggregate.ttl);
    if (aggregate.is_external) return;
    visit_index(aggregate.test, program_.tests);
    visit_optional_value(aggregate.input);
    visit_enumerator(aggregate.aggregation);
    visit_duration(aggregate.period);
    visit_enumerator(aggregate.time_unit, TimeUnit::none);
    visit_enumerator(aggregate.date_part, DatePart::none);
    archive_.require(is_time_since(aggregate.aggregation) ==
                     (aggregate.time_unit != TimeUnit::none));
  }

  void visit_group(Program::Group& group) {
    visit_text(group.name);
    archive_.number(group.version);
    visit_index(group.key, program_.keys);
    archive_.number(group.attribute_count);
    if (archive_.is_loading()) group.first_attribute = static_cast<Index>(grouped_);
    grouped_ += group.attribute_count;
    archive_.require(grouped_ < kNone);
  }

  void visit_attribute(Program::Attribute& attribute) {
    visit_text(attribute.name);
    visit_optional_index(attribute.aggregate, program_.aggregates);
    visit_enumerator(attribute.type);
    visit_literal(attribute.default_value);
    archive_.flag(attribute.reads_zero);
    const auto is_behind = [&](const Program::Group& group) {
      return place_ >= group.first_attribute + group.attribute_count;
    };
    while (group_ < program_.groups.size() && is_behind(program_.groups[group_])) ++group_;
    archive_.require(group_ < program_.groups.size());
    if (!archive_.ok()) return;
    attribute.group = group_;
    archive_.require(attribute.aggregate == kNone ||
                     program_.aggregates[attribute.aggregate].key == program_.groups[group_].key);
  }

  void visit_leaf(Program::Leaf& leaf) {
    visit_index(leaf.attribute, program_.attributes);
    visit_comparison(leaf.comparison);
    if (!archive_.ok() || !is_numeric_type(program_.attributes[leaf.attribute].type)) return;
    for (const ValueView& element : leaf.comparison.literal.elements()) {
      archive_.require(element.kind() == ValueView::Kind::number);
    }
  }

  void visit_node(Program::Node& node) {
    while (!open_.empty() && open_.back().end == place_) open_.pop_back();
    if (!open_.empty()) archive_.require(++open_.back().children <= kMostCriteria);
    archive_.number(node.kind);
    archive_.require(node.kind < Criterion::Kind::end_);
    if (node.kind == Criterion::Kind::leaf) {
      visit_index(node.leaf, program_.leaves);
      if (archive_.is_loading()) node.end = place_ + 1;
      if (archive_.ok()) require_few_thresholds(program_.leaves[node.leaf]);
      return;
    }
    archive_.number(node.end);
    archive_.require(node.end > place_ + 1 &&
                     node.end <= (open_.empty() ? count_ : open_.back().end));
    open_.push_back({node.end, 0});
    archive_.require(open_.size() <= kDeepestCriteria);
  }

  /// Each use of a list has a threshold for each of its numbers. The bytes name a list once,
  /// however often it is used; a bundle of 2 MB writes it at each use.
  void require_few_thresholds(const Program::Leaf& leaf) {
    constexpr std::size_t most = 1'000'000;
    thresholds_ += leaf.comparison.literal.elements().size();
    archive_.require(thresholds_ <= most);
  }

  void visit_intervention(Program::Intervention& intervention) {
    visit_text(intervention.name);
    archive_.number(intervention.version);
    visit_indexes(intervention.targets, program_.keys);
    visit_indexes(intervention.attributes, program_.attributes);
    archive_.require(next_root_ < program_.nodes.size());
    if (!archive_.ok()) return;
    if (archive_.is_loading()) intervention.root = next_root_;
    next_root_ = program_.nodes[next_root_].end;
  }

  struct OpenNode {
    Index end;
    Index children;
  };

  Program& program_;
  Archive& archive_;
  Index place_ = 0;  // in the table under way
  Index count_ = 0;  // of that table
  /// Hashes of what must be there once.
  LruMap<Hash128, Time> known_;
  std::uint64_t grouped_ = 0;  // attributes that the groups so far have
  Index group_ = 0;            // of the attribute under way
  List<OpenNode> open_;        // the nodes around the one under way
  std::size_t thresholds_ = 0;
  Index next_root_ = 0;
};

/// The name of a version, if it may be shown.
std::string_view shown(std::string_view version) {
  constexpr std::size_t longest = 32;
  return version.size() <= longest && is_utf8(version) ? version : "another version";
}

}  // namespace

bool is_saved_program(std::string_view bytes) {
  std::uint32_t magic = 0;
  Archive(bytes).number(magic);
  return magic == kMagic;
}

Text save_program(const Program& program) {
  Archive body;
  ProgramPass(const_cast<Program&>(program), body).run();  // saving changes nothing
  assert(body.ok() && "read_program() would refuse this program");
  Archive whole;
  Header header;
  header.checksum = hash64(body.saved());
  header.visit(whole);
  return concat({whole.saved(), body.saved()});
}

std::shared_ptr<const Program> read_program(std::string_view bytes, Diagnostics& diagnostics) {
  const auto program = std::make_shared<Program>();
  Archive archive(program->memory.keep(bytes));
  Header header;
  header.visit(archive);
  if (header.magic != kMagic) {
    diagnostics.error(nullptr, "",
                      "this is not a compiled program; definitions in JSON need tripline.wasm, or "
                      "'tripline build' to compile them");
    return nullptr;
  }
  if (header.format != kFormat) {
    diagnostics.error(nullptr, "",
                      "the program was built by tripline % (format %); this engine is tripline % "
                      "and reads format %: run 'tripline build' again",
                      {shown(header.built_by), header.format, TRIPLINE_VERSION, kFormat});
    return nullptr;
  }
  archive.require(header.checksum == hash64(archive.rest()));
  if (archive.ok()) ProgramPass(*program, archive).run();
  if (!archive.ok()) {
    diagnostics.error(nullptr, "", "the program is damaged: run 'tripline build' again");
    return nullptr;
  }
  link(*program);
  return program;
}

}  // namespace tripline
