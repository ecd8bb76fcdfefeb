// Where events differ from what nlohmann_json takes.
#pragma once

#include <string>
#include <string_view>

namespace tripline::cli {

/// A JSON text as browsers take it, in words that nlohmann_json takes too: escapes of lone
/// surrogates become \ufffd, numbers beyond every double null (rule 1). What is no JSON stays none.
[[nodiscard]] std::string lenient_json(std::string_view json);

/// A string value cut at 8 KB, between two code points (rule 26).
[[nodiscard]] std::string_view within_limit(std::string_view text);

}  // namespace tripline::cli
