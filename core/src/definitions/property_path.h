// The path of a property: `$.user.emails[0].domain`.
#pragma once

#include <string_view>

#include "tripline/definitions.h"
#include "tripline/detail/text.h"

namespace tripline {

/// Members by `.name`, array elements by `[n]`, an optional leading `$.`. Wildcards, slices,
/// descendants and quoted brackets are refused: what is returned then says so. Else null, and the
/// steps lie in `memory`.
[[nodiscard]] const char* parse_property_path(std::string_view path, Arena& memory,
                                              Items<PathStep>& steps);

/// `1-0-0`.
[[nodiscard]] bool is_schema_version(std::string_view text);

/// For a string where a property must be, the property as an object: of the name of an atomic
/// field, and of the way in which enriched events spell entities and self-describing events:
/// `contexts_com_acme_product_1[0].price`, `unstruct_event_com_acme_checkout_1:step`. Where vendor
/// ends and name begins is a guess. An example for any other string.
[[nodiscard]] Text property_example(std::string_view text);

}  // namespace tripline
