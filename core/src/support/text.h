#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace tripline {

/// The parts one after the other. A chain of `+` would say the same in ten times the machine code,
/// which every page would have to load.
[[nodiscard]] std::string concat(std::initializer_list<std::string_view> parts);

}  // namespace tripline
