// Ids of attribute keys (rule 17).
#pragma once

#include <string>
#include <string_view>

#include "tripline/value.h"

namespace tripline {

/// 8-4-4-4-12 hexadecimal digits.
[[nodiscard]] bool is_canonical_uuid(std::string_view text);

/// The id in the form in which it is compared: canonical UUIDs in lower case, all else as it is.
[[nodiscard]] std::string normal_id(std::string_view id);

/// The id that an input holds, in its normal form: a string, or a number as text; "" is no id.
[[nodiscard]] std::string id_of(const ValueView& input);

}  // namespace tripline
