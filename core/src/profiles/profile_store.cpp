#include "profiles/profile_store.h"

namespace tripline {

Value read_attribute(const Program& program, const Profile& profile, Program::Index index,
                     Time now) {
  const Program::Attribute& attribute = program.attributes[index];
  if (!attribute.aggregate) return {};
  const Program::Aggregate& definition = program.aggregates[*attribute.aggregate];
  const auto& aggregate =
      profile.aggregates[*attribute.aggregate - program.keys[definition.key].first_aggregate];
  Value value = aggregate ? aggregate->value(now) : Value();
  return value.is_null() ? attribute.default_value : value;
}

}  // namespace tripline
