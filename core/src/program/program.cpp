#include "tripline/program.h"

namespace tripline {

Program::Index Program::find_key(std::string_view name) const {
  for (Index i = 0; i < keys.size(); ++i) {
    if (keys[i].name == name) return i;
  }
  return kNone;
}

}  // namespace tripline
