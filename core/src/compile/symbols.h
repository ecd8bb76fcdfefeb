// Tables by which a compilation finds what it has seen before.
#pragma once

#include <string_view>

#include "tripline/program.h"

namespace tripline {

/// Numbers by name, in the order in which the names came: a hash table with chains.
///
///   buckets_: [0] → 3 → 0     [1]     [2] → 2 → 1       indexes of entries_, by hash
class SymbolTable {
 public:
  using Index = Program::Index;

  /// The number of a name; kNone until it is set. The reference is valid until the next name comes.
  Index& number_of(const Text& name);
  /// kNone if the name is not there or has no number.
  [[nodiscard]] Index find(std::string_view name) const;
  /// Adds a name; false if it was there.
  bool add(const Text& name);

  /// `visit(name, number)`, in the order in which the names came.
  template <typename Visit>
  void for_each(Visit visit) const {
    for (const Entry& entry : entries_) visit(entry.name, entry.number);
  }

 private:
  struct Entry {
    Text name;
    std::uint64_t hash;
    Index number;
    Index chain;  // the next entry of the bucket
  };

  Index find_entry(std::string_view name, std::uint64_t hash) const;
  void put_into_bucket(Index entry);

  List<Entry> entries_;
  List<Index> buckets_;
};

/// A table for each kind of name.
struct Symbols {
  SymbolTable inputs;        // by description
  SymbolTable calculations;  // by description
  SymbolTable conditions;    // by description
  SymbolTable tests;         // by description
  SymbolTable aggregates;    // by description
  SymbolTable leaves;        // by description
  SymbolTable groups;        // by name and version
  SymbolTable members;       // by group and name: the attributes and fields of one version
  SymbolTable attributes;    // `group:attribute` → the one in the highest version of the group
  SymbolTable services;
  SymbolTable interventions;    // by name and version
  SymbolTable newest_versions;  // of interventions, by name → place in the definitions
};

}  // namespace tripline
