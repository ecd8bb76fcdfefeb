// tripline build: compiles definitions for pages that load no compiler.

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>
#include <utility>

#include "commands/bundle.h"
#include "commands/command.h"
#include "engine/state_size.h"
#include "support/hash.h"
#include "support/text.h"
#include "terminal/printable.h"
#include "value/json_writer.h"

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

/// A file that the command writes, and the program that it holds.
struct Product {
  std::shared_ptr<const Program> program;
  std::string bytes;
  const char* extension;
};

std::string in_folder(const std::string& folder, const std::string& file) {
  return folder + (folder.back() == '/' ? "" : "/") + file;
}

tl::expected<void, std::string> check_usage(const Arguments& arguments) {
  const auto& files = arguments.positional;
  if (files.empty()) return tl::make_unexpected("a file of definitions is needed");
  if (std::count(files.begin(), files.end(), "-") > 1) {
    return tl::make_unexpected("only one of the files can be standard input");
  }
  if (arguments.option("--out").empty()) return tl::make_unexpected("--out DIR is needed");
  const std::string format = arguments.option("--format");
  if (format.empty() || format == "tripline" || format == "json") return {};
  return tl::make_unexpected("--format is tripline or json, not '" + format + "'");
}

/// Reads all files into one bundle. False, and a message on stderr, if one of them is not a bundle.
bool read_files(const std::vector<std::string>& files, bool published_only, Bundle& bundle) {
  bool is_read = true;
  for (const std::string& path : files) {
    const auto text = read_file(path);
    if (!text) {
      complain(text.error());
      is_read = false;
    } else if (is_saved_program(*text)) {
      complain(path + ": a built program; give the JSON that it was built of");
      is_read = false;
    } else if (!bundle.add(path, *text, published_only)) {
      if (load_definitions(path, *text)) complain(path + ": the lists must contain objects only");
      is_read = false;
    }
  }
  return is_read;
}

/// Compiles the bundle. Diagnostics name the places in the files.
std::shared_ptr<const Program> compile_bundle(const Bundle& bundle, const std::string& first_file) {
  Diagnostics diagnostics;
  auto program = load_program(bundle.json(), diagnostics);
  for (const Diagnostic& diagnostic : diagnostics.entries()) {
    const Bundle::Place place = bundle.origin_of(std::string(std::string_view(diagnostic.pointer)));
    print_diagnostic(place.path.empty() ? first_file : place.path, place.pointer, diagnostic);
  }
  return program;
}

/// Warns of what definitions have and their compiled program lacks.
void warn_about_left_out(const Bundle& bundle) {
  constexpr std::pair<const char*, const char*> kinds[] = {{"event_logs", "event log"},
                                                           {"services", "service"}};
  const auto json = Bundle::Json::parse(bundle.json());
  for (const auto& [list, kind] : kinds) {
    for (std::size_t i = 0; json.contains(list) && i < json[list].size(); ++i) {
      const Bundle::Place place =
          bundle.origin_of('/' + std::string(list) + '/' + std::to_string(i));
      const auto name = json[list][i]["name"].get<std::string>();
      print_diagnostic(place.path, place.pointer,
                       {Diagnostic::Severity::warning, Text(place.pointer),
                        concat({"a page with the compiled program cannot read the ", kind, " '",
                                std::string_view(name),
                                "'; give a page that needs it the definitions as JSON"})});
    }
  }
}

/// Compiles one file as it is: the program's fingerprint is that of its text.
Product compile_file(const std::string& path) {
  const auto text = read_file(path);
  if (!text) {
    complain(text.error());
    return {};
  }
  const auto program = load_definitions(path, *text);
  if (!program) return {};
  Bundle bundle;
  if (!is_saved_program(*text) && bundle.add(path, *text, false)) warn_about_left_out(bundle);
  return {program, std::string(save_program(*program)), ".tripline"};
}

/// Null program if there are errors, which were printed.
Product make_product(const Arguments& arguments) {
  const auto& files = arguments.positional;
  const bool published_only = !arguments.option("--published-only").empty();
  const bool is_json = arguments.option("--format") == "json";
  if (files.size() == 1 && !published_only && !is_json) return compile_file(files.front());
  Bundle bundle;
  if (!read_files(files, published_only, bundle)) return {};
  const auto program = compile_bundle(bundle, files.front());
  if (!program) return {};
  if (!is_json) {
    warn_about_left_out(bundle);
    return {program, std::string(save_program(*program)), ".tripline"};
  }
  bundle.strip();
  return {program, bundle.json(), ".json"};
}

/// The paths that were written.
struct Written {
  std::string file;
  std::string manifest;
};

/// Writes the file and then the manifest, which names it: who reads the manifest finds the file.
std::optional<Written> write_product(const Product& product, const std::string& folder,
                                     const std::string& name) {
  const std::string file = name + '.' + hex(hash128(product.bytes)) + product.extension;
  JsonWriter manifest;
  manifest.begin_object().key("definitions").string(file);
  manifest.key("built_by").string("tripline " TRIPLINE_VERSION).end_object();
  const Written written{in_folder(folder, file), in_folder(folder, name + ".manifest.json")};
  make_folder(folder);
  for (const auto& [path, bytes] :
       {std::pair{written.file, product.bytes},
        std::pair{written.manifest, std::string(manifest.finish()) + '\n'}}) {
    if (write_file(path, bytes)) continue;
    complain(path + ": " + std::strerror(errno));
    return std::nullopt;
  }
  return written;
}

void print_summary(const Product& product, const Written& written) {
  const Program& program = *product.program;
  std::printf("%s\n", printable(written.file).c_str());
  std::printf("  manifest: %s\n", printable(written.manifest).c_str());
  std::printf("  size: %zu bytes\n", product.bytes.size());
  std::printf("  inputs: %zu\n", program.inputs.size());
  for (const Property& input : program.inputs) {
    std::printf("    %s\n", printable(describe_input(input)).c_str());
  }
  const StateSize state = state_size(program);
  std::printf("  state of a visitor: %zu bytes after one event, %zu at most\n", state.first,
              state.most);
}

void print_report(const Product& product, const Written& written) {
  const StateSize state = state_size(*product.program);
  JsonWriter json;
  json.begin_object().key("file").string(written.file).key("manifest").string(written.manifest);
  json.key("bytes").number(static_cast<double>(product.bytes.size()));
  json.key("inputs").begin_array();
  for (const Property& input : product.program->inputs) json.string(describe_input(input));
  json.end_array().key("state").begin_object();
  json.key("first").number(static_cast<double>(state.first));
  json.key("most").number(static_cast<double>(state.most)).end_object();
  print_json(json.end_object().finish());
}

int run(const Arguments& arguments) {
  const auto usage = check_usage(arguments);
  if (!usage) return refuse_usage(kBuild, usage.error());
  const Product product = make_product(arguments);
  if (!product.program) return kInputErrors;
  const std::string name = arguments.option("--name");
  const auto written =
      write_product(product, arguments.option("--out"),
                    name.empty() ? name_of_file(arguments.positional.front()) : name);
  if (!written) return kInputErrors;
  if (arguments.option("--json").empty()) {
    print_summary(product, *written);
  } else {
    print_report(product, *written);
  }
  return kSuccess;
}

}  // namespace

const Command kBuild = {
    "build",
    "compile definitions for pages",
    "--out DIR [OPTION]... DEFINITIONS...",
    "Writes the compiled program of the definitions as DIR/NAME.HASH.tripline. A\n"
    "page that gets it in place of the definitions loads tripline-runtime.wasm,\n"
    "which is smaller than tripline.wasm and starts faster. HASH is that of the\n"
    "file, so it can be cached for good: another program has another name.\n"
    "DIR/NAME.manifest.json names the newest file: {\"definitions\": \"NAME.HASH...\"}.\n"
    "Several files of definitions become one program; an object that two of them\n"
    "have in the same words counts once. The program has neither event logs nor\n"
    "services; a warning names each one that is left out.\n"
    "\n"
    "Prints the file's name, then its size, the inputs that it reads of each event,\n"
    "and how large the stored state of a visitor is: after one event that every\n"
    "attribute counts, and with every window and list full. Ids have 36 bytes\n"
    "there, and strings 16.",
    "  --out DIR           where the files go; made if there is no such folder\n"
    "  --name NAME         their name; by default that of the first file\n"
    "  --published-only    leaves out objects whose \"is_published\" is false\n"
    "  --format FORMAT     tripline: the compiled program (the default). json: the\n"
    "                      definitions, without owners, descriptions and the names\n"
    "                      of warehouse tables and columns. A page needs\n"
    "                      tripline.wasm for them\n"
    "  --json              prints the report as JSON: {\"file\", \"manifest\", \"bytes\",\n"
    "                      \"inputs\", \"state\": {\"first\", \"most\"}}\n",
    "tripline build --out dist definitions.json\n"
    "tripline build --out dist --name site --published-only rules/*.json",
    {"--out", "--name", "--format"},
    {"--published-only", "--json"},
    false,
    run};

}  // namespace tripline::cli
