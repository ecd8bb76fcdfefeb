#include "profiles/reading.h"

namespace tripline {

Reading read_slot(const Program::Attribute& attribute, const Slot* slot, Time now) {
  if (slot != nullptr && slot->is_alive(now)) {
    Reading reading{slot->aggregate->value(now), true};
    if (!reading.value.is_null()) return reading;
  }
  if (!attribute.default_value.is_missing()) return {Value::of(attribute.default_value), true};
  return {attribute.reads_zero ? Value::number(0) : Value(), false};
}

Reading read_attribute(const Program& program, const Profile* profile, Program::Index index,
                       Time now) {
  const Program::Attribute& attribute = program.attributes[index];
  if (attribute.aggregate == Program::kNone) return {};
  if (profile == nullptr) return read_slot(attribute, nullptr, now);
  return read_slot(attribute, &profile->slots[program.aggregates[attribute.aggregate].slot], now);
}

}  // namespace tripline
