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
  /// Stands in for an index where there is none.
  static constexpr Index kNone = 0xffffffff;

  /// An attribute key.
  struct Key {
    std::string_view name;
    /// kNone if no event carries such an id: then only set_attributes() can name one.
    Index input;
    /// Its aggregates, by their slot.
    Items<Index> aggregates;
    /// The slots of the aggregates that criteria read and that change through time alone.
    Items<Index> timed;
  };

  /// A property whose value, or the part of a time in it, a calculation takes.
  struct Operand {
    Index input;
    DatePart date_part;
  };

  /// A value that is computed from inputs, at most once an event and only if something reads it: a
  /// calculated property, or without an operation the part of a time that an event filter compares.
  struct Calculation {
    Operation operation;
    /// The type of the result, which `coalesce` also demands of its operands; none: any scalar.
    ValueType type;
    std::string_view separator;
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

  /// Rows of conditions, each row followed by kNone. They hold if all conditions of at least one
  /// row hold, or if there is no row.
  using Rows = Items<Index>;

  /// An event counts if `selectors`, `all` and `any` hold. `selectors` has a row for each selector,
  /// `any` a row for each of its criteria, and `all` one row for all of its criteria.
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
    /// True for a field of an external group, which only set_attributes() writes. Of the members
    /// from `test` to `date_part`, only `type` and `ttl` have a meaning then.
    bool is_external = false;
    /// Hash of key name, attribute name and everything that decides the value. Under other
    /// definitions, an aggregate keeps the state of the one with the same identity (rule 38).
    std::uint64_t identity = 0;
    Index test = 0;
    Index input = kNone;
    Aggregation aggregation = Aggregation::counter;
    ValueType type = ValueType::string_;
    Duration period = 0;  // 0: lifetime
    Duration ttl = 0;     // 0: none; else the one in effect (rule 13)
    TimeUnit time_unit = TimeUnit::none;
    DatePart date_part = DatePart::none;
    /// The attributes that read it.
    Items<Index> attributes;
    /// True if criteria read one of these attributes.
    bool watched = false;
    /// True if they do so with `changed`.
    bool asked_for_change = false;

    /// True if it has a window or a time to live, or is an age.
    bool changes_with_time() const {
      return period != 0 || ttl != 0 || time_unit != TimeUnit::none;
    }
  };

  /// An aggregate as one group shows it.
  struct Attribute {
    Index group = 0;
    std::string_view name;
    /// kNone if the group is not online: then the attribute is always missing.
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

  /// A number that a leaf compares with, and one of the interventions whose criteria contain the
  /// leaf, side by side, so that an update reads one place in memory. A leaf with `in` or `not in`
  /// has a threshold for each number of its list. If the list has several numbers, their operator
  /// is `none`, which never holds: such thresholds only tell when time may flip the leaf, and the
  /// leaf is also one of Leaves::others.
  struct Threshold {
    double number;
    Operator op;
    /// As Intervention::has_none.
    bool has_none;
    Index intervention;
  };

  /// The leaves on one attribute, arranged so that an update from one number to another looks only
  /// at the thresholds between the two.
  struct Leaves {
    /// Comparisons of an attribute of a numeric type with numbers, ascending.
    Items<Threshold> thresholds;
    /// Those with `changed`.
    Items<Index> changed;
    /// All others. Every change of the attribute looks at each of them.
    Items<Index> others;
  };

  /// Criteria in prefix order: a node is followed by its children's subtrees, up to `end`.
  struct Node {
    Criterion::Kind kind;
    Index leaf;  // of a leaf node
    Index end;   // one past the last node of this subtree
  };

  /// The same criteria as short-circuit code, as compilers make it of `&&` and `||`. A step
  /// evaluates a leaf, and names the next step if the leaf holds and the one if it does not.
  struct Step {
    double number;  // the leaf's literal, if `compares_numbers`
    Index attribute;
    Index leaf;
    Index if_true;
    Index if_false;
    Operator op;
    bool compares_numbers;
  };
  /// The next step at the end, if the criteria hold and if they do not.
  static constexpr Index kHolds = 0xffffffff;
  /// See kHolds.
  static constexpr Index kFails = 0xfffffffe;

  /// An intervention, in its highest version.
  struct Intervention {
    std::string_view name;
    std::uint32_t version;
    Index root;
    Index first_step;
    Items<Index> targets;  // keys, in the order of the definition
    Items<Index> attributes;
    bool repeats;  // its criteria contain `changed`, so it is sent every time
    /// True if its criteria contain `none`. Other criteria become true only if a leaf becomes true.
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
  /// Owns all names and literals. It comes from the definitions.
  Arena memory;

  /// Returns the key of that name, or kNone.
  [[nodiscard]] Index find_key(std::string_view name) const;
};

/// Compiles definitions that were read without errors. Adds every mistake that shows only between
/// objects, such as a reference that leads nowhere, to `diagnostics`. Returns null after an error.
[[nodiscard]] std::shared_ptr<const Program> compile(Definitions&& definitions,
                                                     Diagnostics& diagnostics);

/// Loads definitions in JSON, as read_definitions() and compile() do, or a saved program, as
/// read_program() does. Returns null after an error.
[[nodiscard]] std::shared_ptr<const Program> load_program(std::string_view bytes,
                                                          Diagnostics& diagnostics);

/// Returns the program as bytes, for hosts that load no compiler. They are the same on every host.
[[nodiscard]] Text save_program(const Program& program);

/// Reads the bytes of save_program() into a program that does all that the saved one did. Returns
/// null, and adds a diagnostic, if the bytes are damaged or have another format. Whatever the bytes
/// are, a program that is returned is safe to run.
[[nodiscard]] std::shared_ptr<const Program> read_program(std::string_view bytes,
                                                          Diagnostics& diagnostics);

/// True if the bytes begin as those of save_program() do.
[[nodiscard]] bool is_saved_program(std::string_view bytes);

/// Lists the program, one entry a line, always in the same form: for people and golden tests.
[[nodiscard]] Text list_program(const Program& program);

/// The name of an input in a listing: `user_id`, `event vendor/name/1 $.type`,
/// `entity vendor/name/1[0] $.price`, `entity vendor/name/1[*] $.price` for all entities.
[[nodiscard]] Text describe_input(const Property& input);

/// The same of an input or a calculation; that of a calculation is JSON.
[[nodiscard]] Text describe_input(const Program& program, Program::Index input);

}  // namespace tripline
