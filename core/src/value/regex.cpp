#include "value/regex.h"

#include <memory>
#include <utility>

#include "value/regex/compile.h"
#include "value/regex/parse.h"

namespace tripline {

tl::expected<Regex, Regex::Error> Regex::compile(std::string_view pattern) {
  const std::unique_ptr<regex::Tokens> tokens(new regex::Tokens);
  std::unique_ptr<regex::Program> program(new regex::Program);
  auto error = regex::parse(pattern, *tokens, program->sets);
  if (!error) error = regex::compile(*tokens, *program);
  if (error) return tl::unexpected(*error);
  return Regex(std::move(program));
}

std::optional<bool> Regex::search(std::string_view text, std::uint64_t& budget,
                                  Scratch& scratch) const {
  return regex::match(*program_, text, budget, scratch);
}

}  // namespace tripline
