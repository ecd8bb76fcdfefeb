#include "value/regex.h"

#include <utility>

#include "value/regex/compile.h"
#include "value/regex/parse.h"

namespace tripline {

tl::expected<Regex, Regex::Error> Regex::compile(std::string_view pattern) {
  auto syntax = regex::parse(pattern);
  if (!syntax) return tl::unexpected(syntax.error());
  auto program = regex::compile(std::move(*syntax));
  if (!program) return tl::unexpected(program.error());
  return Regex(std::move(*program));
}

std::optional<bool> Regex::search(std::string_view text, std::uint64_t& budget,
                                  Scratch& scratch) const {
  return regex::match(program_, text, budget, scratch);
}

}  // namespace tripline
