// tripline build: compiles definitions for pages that load no compiler.

#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "commands/command.h"
#include "engine/state_size.h"
#include "support/hash.h"
#include "support/text.h"
#include "terminal/printable.h"

namespace tripline::cli {
namespace {

/// `definitions` of `site/definitions.json`, and of standard input.
std::string name_of_file(const std::string& path) {
  if (path == "-") return "definitions";
  const std::string file = path.substr(path.find_last_of('/') + 1);
  const std::size_t dot = file.find_last_of('.');
  return dot == 0 || dot == file.npos ? file : file.substr(0, dot);
}

std::string hex(const Hash128& hash) {
  Text text;
  append_hex(text, hash.high, 16);
  append_hex(text, hash.low, 16);
  return text;
}

/// Makes the folder and those around it.
void make_folder(const std::string& folder) {
  for (std::size_t end = folder.find('/', 1); end != folder.npos; end = folder.find('/', end + 1)) {
    (void)mkdir(folder.substr(0, end).c_str(), 0777);
  }
  (void)mkdir(folder.c_str(), 0777);  // whether it is there shows when a file is written
}

/// Writes beside the file and renames, so that nobody reads a part of it.
bool write_file(const std::string& path, std::string_view bytes) {
  const std::string part = path + ".part";
  std::FILE* file = std::fopen(part.c_str(), "wb");
  if (file == nullptr) return false;
  const bool is_written = std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
  if (std::fclose(file) == 0 && is_written && std::rename(part.c_str(), path.c_str()) == 0) {
    return true;
  }
  const int error = errno;
  (void)std::remove(part.c_str());
  errno = error;
  return false;
}

void print_summary(const Program& program, std::size_t bytes) {
  std::printf("  size: %zu bytes\n", bytes);
  std::printf("  inputs: %zu\n", program.inputs.size());
  for (const Property& input : program.inputs) {
    std::printf("    %s\n", printable(describe_input(input)).c_str());
  }
  const StateSize state = state_size(program);
  std::printf("  state of a visitor: %zu bytes after one event, %zu at most\n", state.first,
              state.most);
}

int run(const Arguments& arguments) {
  if (arguments.positional.size() != 1) {
    return refuse_usage(kBuild, "one file of definitions is needed");
  }
  const std::string folder = arguments.option("--out");
  if (folder.empty()) return refuse_usage(kBuild, "--out DIR is needed");
  const auto program = load_definitions(arguments.positional.front());
  if (!program) return kInputErrors;
  const Text bytes = save_program(*program);
  const std::string path = folder + (folder.back() == '/' ? "" : "/") +
                           name_of_file(arguments.positional.front()) + '.' + hex(hash128(bytes)) +
                           ".tripline";
  make_folder(folder);
  if (!write_file(path, bytes)) {
    complain(path + ": " + std::strerror(errno));
    return kInputErrors;
  }
  std::printf("%s\n", printable(path).c_str());
  print_summary(*program, bytes.size());
  return kSuccess;
}

}  // namespace

const Command kBuild = {
    "build",
    "compile definitions for pages",
    "--out DIR DEFINITIONS",
    "Writes the compiled program of the definitions as DIR/NAME.HASH.tripline. A\n"
    "page that gets it in place of the definitions loads tripline-runtime.wasm,\n"
    "which is smaller than tripline.wasm and starts faster. NAME is that of the\n"
    "file of definitions. HASH is that of the program, so the file can be cached\n"
    "for good: another program has another name.\n"
    "\n"
    "Prints the file's name, then its size, the inputs that it reads of each event,\n"
    "and how large the stored state of a visitor is: after one event that every\n"
    "attribute counts, and with every window and list full. Ids have 36 bytes\n"
    "there, and strings 16.",
    "  --out DIR           where the file goes; made if there is no such folder\n",
    "tripline build --out dist definitions.json",
    {"--out"},
    {},
    false,
    run};

}  // namespace tripline::cli
