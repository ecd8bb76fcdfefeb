// The path of a property: `$.user.emails[0].domain`.
#pragma once

#include <string_view>

#include "tripline/definitions.h"

namespace tripline {

/// Members by `.name`, array elements by `[n]`, an optional leading `$.`. Wildcards, slices,
/// descendants and quoted brackets are refused: what is returned then says so. Else null, and the
/// steps lie in `memory`.
[[nodiscard]] const char* parse_property_path(std::string_view path, Arena& memory,
                                              Items<PathStep>& steps);

/// `1-0-0`.
[[nodiscard]] bool is_schema_version(std::string_view text);

}  // namespace tripline
