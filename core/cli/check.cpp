// tripline check DEFINITIONS.json

#include "command.h"

namespace tripline::cli {

int check(const std::vector<std::string>& arguments) {
  const auto parsed = parse_arguments(arguments, {});
  if (!parsed || parsed->positional.size() != 1) {
    complain(parsed ? "check needs one file of definitions" : parsed.error());
    return kUsage;
  }
  return load_definitions(parsed->positional.front()) ? kSuccess : kInputErrors;
}

}  // namespace tripline::cli
