// tripline check: lists the errors and warnings of definitions.

#include "commands/command.h"

namespace tripline::cli {
namespace {

int run(const Arguments& arguments) {
  if (arguments.positional.size() != 1) {
    return refuse_usage(kCheck, "one file of definitions is needed");
  }
  return load_definitions(arguments.positional.front()) ? kSuccess : kInputErrors;
}

}  // namespace

const Command kCheck = {
    "check",
    "list the errors and warnings of definitions",
    "DEFINITIONS",
    "Reads the definitions and reports all errors and warnings, each with the place\n"
    "in the file and what to write instead. Prints nothing where all is well.",
    "",
    "tripline check definitions.json && echo fine",
    {},
    {},
    false,
    run};

}  // namespace tripline::cli
