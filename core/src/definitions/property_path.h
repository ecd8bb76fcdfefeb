// The path of a property: `$.user.emails[0].domain`.
#pragma once

#include <string_view>
#include <tl/expected.hpp>

#include "tripline/definitions.h"
#include "tripline/list.h"
#include "tripline/text.h"

namespace tripline {

/// Members by `.name`, array elements by `[n]`, an optional leading `$.`. Wildcards, slices,
/// descendants and quoted brackets are refused with a sentence that says so.
[[nodiscard]] tl::expected<List<PathStep>, Text> parse_property_path(std::string_view path);

/// `1-0-0`.
[[nodiscard]] bool is_schema_version(std::string_view text);

}  // namespace tripline
