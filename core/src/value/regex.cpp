#include "value/regex.h"

#include "value/regex/code.h"

namespace tripline {

std::shared_ptr<const Regex> Regex::compile(std::string_view pattern, Error& error) {
  const auto regex = std::make_shared<Regex>();
  if (!regex::parse(pattern, regex->program_, error)) return nullptr;
  regex::finish(regex->program_);
  return regex;
}

std::optional<bool> Regex::search(std::string_view text, std::uint64_t& budget,
                                  Scratch& scratch) const {
  return regex::match(program_, text, budget, scratch);
}

}  // namespace tripline
