// A compilation under way: what its stages share.
#pragma once

#include <algorithm>
#include <memory>

#include "compile/symbols.h"
#include "support/text.h"
#include "tripline/definitions.h"
#include "tripline/diagnostic.h"
#include "tripline/program.h"

namespace tripline {

/// An attribute as criteria are checked against it.
struct DeclaredAttribute {
  ValueType type;
  bool is_disabled;
};

struct Compilation {
  using Index = Program::Index;
  static constexpr Index kNone = Program::kNone;

  Compilation(Definitions& definitions, Diagnostics& diagnostics)
      : definitions(definitions), diagnostics(diagnostics) {
    program.memory = std::move(definitions.memory);
  }

  const Definitions& definitions;
  Diagnostics& diagnostics;
  std::shared_ptr<Program> shared_program = std::make_shared<Program>();
  Program& program = *shared_program;
  Symbols symbols;
  List<DeclaredAttribute> declared_attributes;  // by the index of Program::attributes

  void error(const JsonNode* pointer, const char* step, const char* message,
             std::initializer_list<TextPart> parts = {}) {
    diagnostics.error(pointer, step, message, parts);
  }

  template <typename T>
  void add_to(Items<T>& items, const T& item) {
    program.memory.add(items, item);
  }

  void add_unique(Items<Index>& list, Index index) {
    if (index == kNone) return;
    if (std::find(list.begin(), list.end(), index) == list.end()) add_to(list, index);
  }

  /// The number of the last of `objects`, which goes if there is an equal one: one with the same
  /// description.
  template <typename Object>
  static Index intern(List<Object>& objects, SymbolTable& symbols, const Text& description) {
    Index& number = symbols.number_of(description);
    if (number == kNone) {
      number = static_cast<Index>(objects.size() - 1);
    } else {
      objects.pop_back();
    }
    return number;
  }

  std::uint32_t version_of(const Program::Attribute& attribute) const {
    return program.groups[attribute.group].version;
  }
};

/// `NAME version N`, in messages and as the name of a symbol.
[[nodiscard]] inline Text versioned(std::string_view name, std::uint32_t version) {
  return concat({name, " version ", version});
}

}  // namespace tripline
