// Definitions → Program, and every diagnostic that shows only between objects: the stages in order.

#include "compile/compilation.h"
#include "compile/groups.h"
#include "compile/interventions.h"
#include "compile/keys.h"
#include "compile/tests.h"
#include "program/link.h"
#include "support/hash.h"

namespace tripline {
namespace {

std::shared_ptr<Program> run_stages(Definitions& definitions, Diagnostics& diagnostics) {
  Compilation compilation(definitions, diagnostics);
  compilation.program.vendor_input = add_atomic_input(compilation, "event_vendor");
  for (const AttributeKey& key : definitions.attribute_keys) declare_key(compilation, key);
  for (const AttributeGroup& group : definitions.attribute_groups) add_group(compilation, group);
  for (const Service& service : definitions.services) check_service(compilation, service);
  add_interventions(compilation);
  if (diagnostics.has_errors()) return nullptr;
  link(compilation.program);
  return compilation.shared_program;
}

}  // namespace

std::shared_ptr<const Program> compile(Definitions&& definitions, Diagnostics& diagnostics) {
  return run_stages(definitions, diagnostics);
}

std::shared_ptr<const Program> load_program(std::string_view bytes, Diagnostics& diagnostics) {
  if (is_saved_program(bytes)) return read_program(bytes, diagnostics);
  Definitions definitions = read_definitions(bytes, diagnostics);
  auto program = run_stages(definitions, diagnostics);
  if (program) program->fingerprint = hash64(bytes);
  return program;
}

}  // namespace tripline
