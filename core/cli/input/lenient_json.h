// Where events differ from what nlohmann_json takes.
#pragma once

#include <string>
#include <string_view>

namespace tripline::cli {

/// Rewrites JSON that browsers accept so that nlohmann_json accepts it too: escapes of lone
/// surrogates become \ufffd, numbers beyond every double null (rule 1). Invalid JSON stays invalid.
[[nodiscard]] std::string lenient_json(std::string_view json);

/// A string value cut at 8 KB, between two code points (rule 26).
[[nodiscard]] std::string_view within_limit(std::string_view text);

}  // namespace tripline::cli
