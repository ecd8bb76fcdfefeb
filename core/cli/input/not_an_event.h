// Why a line is not an enriched event, as far as can be guessed from what it looks like.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tripline::cli {

/// For a line that is a JSON object: nothing if it has a field of an enriched event, and not its
/// event inside another one; else what it seems to be, and how to turn it into events.
[[nodiscard]] std::optional<std::string> why_not_an_event(std::string_view line);

/// For a line that is not a JSON object; `position` is the byte at which reading it stopped.
[[nodiscard]] std::string why_not_an_object(std::string_view line, std::size_t position);

/// The beginning of a text for a message: in ASCII, with JSON's escapes, so that nothing in a file
/// moves the cursor of a terminal.
[[nodiscard]] std::string excerpt(std::string_view text);

}  // namespace tripline::cli
