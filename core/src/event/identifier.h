// Ids of attribute keys (rule 17).
#pragma once

#include <string_view>

#include "tripline/detail/text.h"
#include "tripline/value.h"

namespace tripline {

/// 8-4-4-4-12 hexadecimal digits.
[[nodiscard]] bool is_canonical_uuid(std::string_view text);

/// The id in the form in which it is compared: canonical UUIDs in lower case, all else as it is. ""
/// for the all-zero UUID, which trackers send where there is no id. Mostly that is `id` itself;
/// where it is not, it is written into `scratch`, and the view is of that.
[[nodiscard]] std::string_view normal_id(std::string_view id, Text& scratch);

/// The id that an input holds, in its normal form: a string, or a number as one; "" if none. A
/// view of the input or of `scratch`.
[[nodiscard]] std::string_view id_of(const ValueView& input, Text& scratch);

}  // namespace tripline
