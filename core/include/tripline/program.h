// A compiled program: flat tables whose entries refer to one another by index. A program
// is immutable and may be shared by any number of engines.
//
//   inputs ◀── calculations                what follows from an event's values
//     ▲   ◀── keys             ▲           which id an event carries
//     ├────── conditions ──────┤ ◀── tests does the event count?
//     └────── aggregates ──────┘ ──▶ tests what is kept per profile
//                 ▲
//   groups ──▶ attributes ◀── leaves ◀── nodes, steps ◀── interventions
//
// Everything equal is stored once: two attributes that read the same property share an input, two
// groups with the same attribute share its aggregate (its state), two criteria a leaf.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "tripline/definitions.h"
#include "tripline/detail/list.h"
#include "tripline/detail/text.h"
#include "tripline/diagnostic.h"
#include "tripline/value.h"

namespace tripline {

class Regex;

/// Immutable once it is compiled: any number of engines, on any thread, may share it.
struct Program {
  using Index = std::uint32_t;
  /// Where there is none.
  static constexpr Index kNone = 0xffffffff;

  /// An attribute key.
  struct Key {
    std::string_view name;
    /// None where no event carries such an id: only set_attributes() names it.
    Index input;
    /// Its aggregates, by their slot.
    Items<Index> aggregates;
    /// The slots of those that criteria look at and that change through time alone.
    Items<Index> timed;
  };

  /// A property whose value, or the part of a time in it, a calculation takes.
  struct Operand {
    Index input;
    DatePart date_part;
  };

  /// A value that is computed of inputs, once an event and only if something reads it: the part of
  /// a time that an event filter compares.
  struct Calculation {
    Items<Operand> operands;
  };
  /// In place of the index of an input, that of a calculation has this bit. kNone is neither.
  static constexpr Index kCalculated = 0x80000000;

  /// The right side of a comparison, ready to be compared with a value.
  struct Comparison {
    Operator op;
    ValueView literal;
    /// The compiled pattern of `rlike` and `not rlike`.
    const Regex* regex;
  };

  /// An input or a calculation, and what it is compared with; evaluated at most once an event.
  struct Condition {
    Index input;
    Comparison comparison;
  };

  /// Rows of conditions, with kNone behind each row. They hold if all of some row do, or if
  /// there is no row.
  using Rows = Items<Index>;

  /// Decides whether an event counts: it does if all three hold. `selectors` and `any` have a row
  /// for each of theirs, `all` has one.
  struct Test {
    Rows selectors;
    Rows all;
    Rows any;
    /// The aggregates that an event updates if it counts.
    Items<Index> aggregates;
  };

  /// A computed value: one per attribute key, attribute name and way of computing it. Groups that
  /// contain an identical attribute share it.
  struct Aggregate {
    Index key = 0;
    /// Its place among the key's aggregates, and in a profile.
    Index slot = 0;
    std::string_view name;
    /// A field of an external group: only set_attributes() writes it. Of the members below, up to
    /// `ttl`, only `type` has a meaning.
    bool is_external = false;
    /// Hash of key name, attribute name and all that decides the value: state survives a new bundle
    /// where this stays (rule 38).
    std::uint64_t identity = 0;
    Index test = 0;
    Index input = kNone;
    Aggregation aggregation = Aggregation::counter;
    ValueType type = ValueType::string_;
    Duration period = 0;  // 0: lifetime
    Duration ttl = 0;  // 0: none; of a lifetime aggregate the attribute's, its group's or its key's
    TimeUnit time_unit = TimeUnit::none;
    DatePart date_part = DatePart::none;
    /// The attributes that read it, whether criteria look at one of them, and whether they ask for
    /// `changed`.
    Items<Index> attributes;
    bool watched = false;
    bool asked_for_change = false;

    /// A window, a time to live or an age.
    bool changes_with_time() const {
      return period != 0 || ttl != 0 || time_unit != TimeUnit::none;
    }
  };

  /// An aggregate as one group shows it.
  struct Attribute {
    Index group = 0;
    std::string_view name;
    /// None where the group is not online: then it is always missing.
    Index aggregate = kNone;
    ValueType type = ValueType::string_;
    /// Stands in for a missing value when it is read (rule 9).
    ValueView default_value;
    /// A counter without default compares as 0 before an event has counted; `is null` still holds
    /// then, as in Snowplow's own example of delivery.
    bool reads_zero = false;
  };

  /// A version of an attribute group.
  struct Group {
    std::string_view name;
    std::uint32_t version;
    Index key;
    Index first_attribute;
    Index attribute_count;
  };

  /// An attribute and what it is compared with; shared by all criteria that contain it.
  struct Leaf {
    Index attribute;
    Comparison comparison;
    /// The interventions whose criteria contain it, ascending.
    Items<Index> interventions;
  };

  /// A leaf that compares numbers, and one of the interventions whose criteria contain the leaf.
  /// All that an update needs to know lies side by side. A leaf with `in` or `not in` has one for
  /// each number of its list. If there are several, their operator is `none`, which never holds:
  /// they say when time may turn the leaf, and the leaf is also one of Leaves::others.
  struct Threshold {
    double number;
    Operator op;
    /// As Intervention::has_none.
    bool has_none;
    Index intervention;
  };

  /// The leaves on one attribute, arranged so that an update from one number to another touches
  /// only those between the two.
  struct Leaves {
    /// Comparisons of an attribute of a numeric type with numbers, ascending.
    Items<Threshold> thresholds;
    /// Those with `changed`.
    Items<Index> changed;
    /// All others: looked at on every change of the attribute.
    Items<Index> others;
  };

  /// Criteria in prefix order: a node is followed by its children's subtrees, up to `end`.
  struct Node {
    Criterion::Kind kind;
    Index leaf;  // of a leaf node
    Index end;   // one past the last node of this subtree
  };

  /// The same criteria as a row of questions: a leaf, and which step follows on its answer. A tree
  /// becomes short-circuit code, as compilers make it of `&&` and `||`.
  struct Step {
    double number;  // that the attribute is compared with, where `compares_numbers`
    Index attribute;
    Index leaf;
    Index if_true;
    Index if_false;
    Operator op;
    bool compares_numbers;
  };
  /// Where steps end. No step has such a number.
  static constexpr Index kHolds = 0xffffffff;
  static constexpr Index kFails = 0xfffffffe;

  /// The highest version of a rule intervention.
  struct Intervention {
    std::string_view name;
    std::uint32_t version;
    Index root;
    Index first_step;
    Items<Index> targets;  // keys, in the order of the definition
    Items<Index> attributes;
    bool repeats;  // its criteria contain `changed`, so it is sent every time
    /// Its criteria contain `none`. Those of all others become true only through a leaf that does.
    bool has_none;
  };

  /// The inputs that a host must bind: each distinct field or property once. `date_part` is always
  /// none.
  List<Property> inputs;
  List<Calculation> calculations;
  List<Key> keys;
  List<Condition> conditions;
  List<Test> tests;
  List<Aggregate> aggregates;
  List<Group> groups;
  List<Attribute> attributes;
  List<Leaf> leaves;
  List<Leaves> leaves_of_attribute;
  List<Node> nodes;
  List<Step> steps;
  List<Intervention> interventions;
  /// The input that holds the vendor of the event's schema: events of Signals itself never count
  /// (rule 18).
  Index vendor_input = 0;
  /// Hash of the JSON that load_program() read; a saved program keeps that of its JSON.
  std::uint64_t fingerprint = 0;
  /// The definitions', in which all names and literals are.
  Arena memory;

  /// The key of that name, or none.
  [[nodiscard]] Index find_key(std::string_view name) const;
};

/// Compiles definitions that read without errors. Finds every reference that leads nowhere and all
/// else that only shows between objects, adds it to `diagnostics`, and returns null if there is an
/// error among them.
[[nodiscard]] std::shared_ptr<const Program> compile(Definitions&& definitions,
                                                     Diagnostics& diagnostics);

/// Definitions in JSON: read_definitions() and compile() in one call. A saved program:
/// read_program(). Null if there was an error.
[[nodiscard]] std::shared_ptr<const Program> load_program(std::string_view definitions,
                                                          Diagnostics& diagnostics);

/// The program as bytes, for hosts that load no compiler. The same on every host.
[[nodiscard]] Text save_program(const Program& program);

/// A program that save_program() wrote; it does all that the saved one did. Null if the bytes are
/// damaged or of another format; `diagnostics` says so. Any bytes may be given: a program that is
/// returned is safe to run.
[[nodiscard]] std::shared_ptr<const Program> read_program(std::string_view bytes,
                                                          Diagnostics& diagnostics);

/// True if the bytes begin as those of save_program() do.
[[nodiscard]] bool is_saved_program(std::string_view bytes);

/// The program as stable text, one entry a line: for people, golden tests and the fingerprint.
[[nodiscard]] Text list_program(const Program& program);

/// The name of an input in a listing: `user_id`, `event vendor/name/1 $.type`,
/// `entity vendor/name/1[0] $.price`, `entity vendor/name/1[*] $.price` for all entities.
[[nodiscard]] Text describe_input(const Property& input);

/// The same of an input or a calculation; that of a calculation is JSON.
[[nodiscard]] Text describe_input(const Program& program, Program::Index input);

}  // namespace tripline
