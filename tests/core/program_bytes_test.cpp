// Programs as bytes: what is saved is read again, and nothing else is.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "../fuzz/exercise.h"
#include "../fuzz/rich_definitions.h"
#include "support/hash.h"
#include "tripline/tripline.h"

using namespace tripline;

namespace {

struct Read {
  std::shared_ptr<const Program> program;
  std::string message;
};

Read read(std::string_view bytes) {
  Diagnostics diagnostics;
  auto program = read_program(bytes, diagnostics);
  CHECK((program == nullptr) == diagnostics.has_errors());
  return {program, diagnostics.has_errors() ? std::string(diagnostics.entries()[0].message) : ""};
}

template <typename Number>
std::string bytes_of(Number number) {
  std::string bytes(sizeof number, '\0');
  std::memcpy(bytes.data(), &number, sizeof number);
  return bytes;
}
std::string u8(std::uint8_t number) {
  return bytes_of(number);
}
std::string u32(std::uint32_t number) {
  return bytes_of(number);
}
std::string text(std::string_view text) {
  return u32(static_cast<std::uint32_t>(text.size())) + std::string(text);
}

std::string with_header(const std::string& body, std::uint32_t format = 1,
                        std::string_view version = "0.0.1") {
  return "TPLP" + u32(format) + text(version) + bytes_of(hash64(body)) + body;
}

constexpr std::uint32_t kNone = Program::kNone;

/// A program written field by field: a small one that has a record of each kind, and two or three
/// where a check is about what lies between two.
struct NamedBytes {
  std::string name;
  std::string bytes;
};
std::vector<NamedBytes> small_program() {
  std::vector<NamedBytes> fields;
  const auto add = [&](const char* name, const std::string& bytes) {
    fields.push_back({name, bytes});
  };
  add("fingerprint", bytes_of(std::uint64_t{7}));
  add("inputs", u32(3));
  add("vendor input", u8(1) + text("") + text("event_vendor") + u32(0) + u32(0) + u32(0));
  add("id input source", u8(1));
  add("id input name", text("") + text("user_id"));
  add("id input numbers", u32(0) + u32(0) + u32(0));
  add("price input", u8(3) + text("acme") + text("product") + u32(1) + u32(0) + u32(2));
  add("path name", text("price"));
  add("path index", u32(0) + text("") + u32(1));
  add("calculations", u32(1));
  add("operation", u8(1));
  add("operation type", u8(2));
  add("separator", text("-"));
  add("operands", u32(2));
  add("operand input", u32(2));
  add("operand date part", u8(1));
  add("second operand", u32(0) + u8(0));
  add("keys", u32(2));
  add("key name", text("user_id"));
  add("key input", u32(1));
  add("second key", text("store") + u32(kNone));
  add("conditions", u32(3));
  add("condition input", u32(Program::kCalculated));
  add("condition operator", u8(1));
  add("condition kind", u8(2));
  add("condition number", bytes_of(2.5));
  add("pattern input", u32(0));
  add("pattern operator", u8(9));
  add("pattern kind", u8(3));
  add("pattern", text("a+"));
  add("sets", u32(3));
  add("set size", u32(2));
  add("set bounds", u32('a') + u32('b'));
  add("instructions", u32(3));
  add("consume operation", u8(0));
  add("consume operand", u32(0));
  add("split operation", u8(2));
  add("split operand", bytes_of(std::int32_t{-1}));
  add("match operation", u8(4));
  add("match operand", u32(0));
  add("time condition", u32(0) + u8(5) + u8(4));
  add("time", bytes_of(1767225600000.0));
  add("tests", u32(1));
  add("selectors", u32(2));
  add("selector", u32(1));
  add("end of selector", u32(kNone));
  add("all and any", u32(0) + u32(0));
  add("aggregates", u32(3));
  add("aggregate key", u32(0));
  add("aggregate name", text("since"));
  add("aggregate external", u8(0));
  add("aggregate identity", bytes_of(std::uint64_t{11}));
  add("aggregate type", u8(5));
  add("aggregate ttl", bytes_of(std::int64_t{1000}));
  add("aggregate test", u32(0));
  add("aggregate input", u32(kNone));
  add("aggregation", u8(13));
  add("period", bytes_of(std::int64_t{0}));
  add("time unit", u8(1));
  add("date part", u8(0));
  add("sum", u32(0) + text("sum") + u8(0));
  add("sum identity", bytes_of(std::uint64_t{12}));
  add("sum type and ttl", u8(3) + bytes_of(std::int64_t{0}));
  add("sum test and input", u32(0) + u32(2));
  add("sum aggregation", u8(2));
  add("sum period", bytes_of(std::int64_t{5000}));
  add("sum time unit", u8(0));
  add("sum date part", u8(0));
  add("field", u32(1) + text("plan") + u8(1) + bytes_of(std::uint64_t{13}) + u8(2) +
                   bytes_of(std::int64_t{0}));
  add("groups", u32(2));
  add("group name", text("visitor"));
  add("group version", u32(1));
  add("group key", u32(0));
  add("group attributes", u32(2));
  add("second group", text("store") + u32(1) + u32(1));
  add("second group attributes", u32(1));
  add("attributes", u32(3));
  add("attribute name", text("since"));
  add("attribute aggregate", u32(0));
  add("attribute type", u8(5));
  add("default kind", u8(2));
  add("default", bytes_of(0.0));
  add("reads zero", u8(0));
  add("sum attribute", text("sum"));
  add("sum attribute aggregate", u32(1));
  add("sum attribute rest", u8(3) + u8(0) + u8(1));
  add("plan attribute", text("plan") + u32(2) + u8(2) + u8(0) + u8(0));
  add("leaves", u32(3));
  add("leaf attribute", u32(0));
  add("leaf operator", u8(11));
  add("leaf kind", u8(5));
  add("elements", u32(2));
  add("first element", u8(2) + bytes_of(3.0));
  add("element kind", u8(2));
  add("element", bytes_of(1.0));
  add("changed leaf", u32(2));
  add("changed", u8(15));
  add("changed literal", u8(0));
  add("like leaf", u32(2) + u8(7) + u8(3));
  add("like pattern", text("gold%"));
  add("nodes", u32(6));
  add("root kind", u8(1));
  add("root end", u32(5));
  add("node leaf", u8(0));
  add("leaf", u32(0));
  add("any", u8(2));
  add("any end", u32(5));
  add("any leaves", u8(0) + u32(1) + u8(0) + u32(2));
  add("second root", u8(0) + u32(1));
  add("interventions", u32(2));
  add("intervention name", text("offer"));
  add("intervention version", u32(1));
  add("targets", u32(1));
  add("target", u32(0));
  add("payload", u32(1));
  add("payload attribute", u32(1));
  add("second intervention", text("news") + u32(3) + u32(0) + u32(0));
  add("program vendor input", u32(0));
  return fields;
}

std::string joined(const std::vector<NamedBytes>& fields) {
  std::string bytes;
  for (const NamedBytes& field : fields) bytes += field.bytes;
  return bytes;
}

std::string with_field(std::string_view name, const std::string& bytes) {
  auto fields = small_program();
  const auto field = std::find_if(fields.begin(), fields.end(),
                                  [&](const NamedBytes& each) { return each.name == name; });
  REQUIRE(field != fields.end());
  field->bytes = bytes;
  return with_header(joined(fields));
}

/// Lets a program do all that a host may ask of it.
void run(const std::shared_ptr<const Program>& program) {
  (void)list_program(*program);
  (void)inputs_json(*program);
  (void)fields_json(*program);
  (void)keys_json(*program);
  (void)interventions_json(*program);
  Engine engine(program);
  fuzz::exercise(engine, 1767225600000);
  for (const auto& intervention : program->interventions) {
    for (const Target& profile : engine.profiles()) {
      (void)engine.explain(intervention.name, profile);
    }
  }
}

std::string rich_bytes() {
  return save_program(*fuzz::rich_program());
}

}  // namespace

TEST_CASE("a program that was saved and read is the same program", "[program bytes]") {
  const auto program = fuzz::rich_program();
  const std::string bytes = save_program(*program);
  const auto [copy, message] = read(bytes);
  REQUIRE(copy != nullptr);
  CHECK(list_program(*copy) == list_program(*program));
  CHECK(copy->fingerprint == program->fingerprint);
  CHECK(copy->fingerprint == hash64(fuzz::kRichDefinitions));
  CHECK(save_program(*copy) == bytes);
  CHECK(copy->steps.size() == program->steps.size());
  run(copy);

  Engine engine(program), other(copy);
  fuzz::exercise(engine, 1767225600000);
  fuzz::exercise(other, 1767225600000);
  CHECK(engine.snapshot() == other.snapshot());
}

TEST_CASE("a program does not look into the bytes that it was read from", "[program bytes]") {
  std::string bytes = rich_bytes();
  const auto program = read(bytes).program;
  REQUIRE(program != nullptr);
  const Text listing = list_program(*program);
  std::fill(bytes.begin(), bytes.end(), '?');
  CHECK(list_program(*program) == listing);
}

TEST_CASE("load_program takes definitions and saved programs", "[program bytes]") {
  const std::string bytes = rich_bytes();
  CHECK(is_saved_program(bytes));
  CHECK(!is_saved_program(fuzz::kRichDefinitions));
  CHECK(!is_saved_program(""));
  Diagnostics diagnostics;
  const auto program = load_program(bytes, diagnostics);
  REQUIRE(program != nullptr);
  CHECK(program->fingerprint == hash64(fuzz::kRichDefinitions));
}

TEST_CASE("bytes that are not a program of this format are refused with the reason",
          "[program bytes]") {
  CHECK(read(fuzz::kRichDefinitions).message ==
        "this is not a compiled program; definitions in JSON need tripline.wasm, or 'tripline "
        "build' to compile them");
  CHECK(read("").message == read("{}").message);
  const auto message_of = [](std::uint32_t format, std::string_view version) {
    return read(with_header("", format, version)).message;
  };
  CHECK(message_of(3, "0.2.0").starts_with("the program was built by tripline 0.2.0 (format 3); "));
  CHECK(message_of(3, "0.2.0").ends_with(" and reads format 1: run 'tripline build' again"));
  CHECK(message_of(3, "\xff").starts_with("the program was built by tripline another version "));
  const std::string bytes = rich_bytes();
  const std::string damaged = "the program is damaged: run 'tripline build' again";
  CHECK(read(bytes + "x").message == damaged);
  for (std::size_t size = 4; size < bytes.size(); ++size) {
    if (size >= 8) CHECK(read(bytes.substr(0, size)).message == damaged);
    CHECK(read(bytes.substr(0, size)).program == nullptr);
  }
  for (std::size_t at = 8; at < bytes.size(); at += 7) {
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ 4);
    if (at >= 24) CHECK(read(changed).message == damaged);
  }
}

TEST_CASE("a body that ends anywhere is refused, also with a right checksum", "[program bytes]") {
  const std::string body = joined(small_program());
  for (std::size_t size = 0; size < body.size(); ++size) {
    CHECK(read(with_header(body.substr(0, size))).program == nullptr);
  }
  CHECK(read(with_header(body + '\0')).program == nullptr);
}

TEST_CASE("every field of a program is checked", "[program bytes]") {
  const auto [program, message] = read(with_header(joined(small_program())));
  INFO(message);
  REQUIRE(program != nullptr);
  run(program);

  const double infinity = std::numeric_limits<double>::infinity();
  const std::string many(1001, 'a');
  const std::vector<NamedBytes> wrong = {
      {"inputs", u32(4)},
      {"inputs", u32(kNone)},
      {"id input source", u8(0)},
      {"id input source", u8(4)},
      {"id input name", text("") + text("\xc0\x80")},
      {"path name", text("__proto__")},
      {"path name", text("\xed\xa0\x80")},
      {"calculations", u32(2)},
      {"operation", u8(7)},
      {"operation", u8(2)},       // sum, of type string
      {"operation type", u8(5)},  // concat, of type double
      {"operation type", u8(18)},
      {"separator", text("0123456789abcdefg")},
      {"separator", text("\xff")},
      {"operands", u32(kNone)},
      {"operand input", u32(3)},
      {"operand input", u32(Program::kCalculated)},
      {"operand date part", u8(7)},
      {"key name", text("store")},
      {"key name", u32(kNone)},
      {"key input", u32(3)},
      {"condition input", u32(3)},
      {"condition input", u32(Program::kCalculated + 1)},
      {"condition input", u32(kNone)},
      {"condition operator", u8(0)},
      {"condition operator", u8(7)},   // like, of a number
      {"condition operator", u8(13)},  // is null, with a literal
      {"condition operator", u8(15)},  // changed
      {"condition operator", u8(16)},
      {"condition kind", u8(6)},
      {"condition kind", u8(1)},  // 2.5 as a boolean
      {"condition kind", u8(4)},  // 2.5 as a time
      {"condition number", bytes_of(infinity)},
      {"condition number", bytes_of(std::nan(""))},
      {"pattern", text(many)},
      {"set size", u32(3)},
      {"set size", u32(kNone)},
      {"instructions", u32(0)},
      {"consume operation", u8(5)},
      {"consume operand", u32(3)},
      {"consume operand", bytes_of(std::int32_t{-1})},
      {"split operand", bytes_of(std::int32_t{-2})},
      {"split operand", u32(2)},
      {"split operand", bytes_of(std::numeric_limits<std::int32_t>::min())},
      {"match operation", u8(0)},
      {"match operation", u8(3)},
      {"time", bytes_of(8.64e15 + 2)},
      {"time", bytes_of(0.5)},
      {"selector", u32(3)},
      {"end of selector", u32(0)},
      {"aggregate key", u32(2)},
      {"aggregate key", u32(1)},  // not that of the attribute's group
      {"aggregate external", u8(2)},
      {"aggregate identity", bytes_of(std::uint64_t{12})},
      {"aggregate type", u8(0)},
      {"aggregate type", u8(18)},
      {"aggregate ttl", bytes_of(std::int64_t{-1})},
      {"aggregate ttl", bytes_of(std::numeric_limits<std::int64_t>::max())},
      {"aggregate test", u32(1)},
      {"aggregate input", u32(3)},
      {"aggregation", u8(0)},
      {"aggregation", u8(15)},
      {"aggregation", u8(3)},  // min, counted in a unit of time
      {"time unit", u8(0)},    // an age without a unit
      {"time unit", u8(5)},
      {"date part", u8(7)},
      {"sum time unit", u8(1)},
      {"sum period", bytes_of(std::int64_t{-1})},
      {"group key", u32(2)},
      {"group attributes", u32(1)},
      {"group attributes", u32(3)},
      {"group attributes", u32(kNone)},
      {"second group attributes", u32(0)},
      {"attribute aggregate", u32(3)},
      {"attribute aggregate", u32(2)},  // of another key
      {"attribute type", u8(0)},
      {"default kind", u8(9)},
      {"default", bytes_of(-infinity)},
      {"reads zero", u8(255)},
      {"leaf attribute", u32(3)},
      {"leaf attribute", u32(kNone)},
      {"leaf operator", u8(3)},  // less, than a list
      {"leaf kind", u8(6)},
      {"elements", u32(kNone)},
      {"element kind", u8(1)},  // a boolean in the list of a number
      {"element kind", u8(5)},
      {"element", bytes_of(infinity)},
      {"changed", u8(1)},  // without a literal
      {"changed", u8(16)},
      {"like pattern", text(many)},
      {"nodes", u32(5)},
      {"root kind", u8(4)},
      {"root end", u32(0)},
      {"root end", u32(4)},
      {"root end", u32(6)},
      {"root end", u32(7)},
      {"leaf", u32(3)},
      {"any end", u32(3)},  // a node without children
      {"any end", u32(6)},
      {"interventions", u32(1)},
      {"interventions", u32(3)},
      {"interventions", u32(10'001)},
      {"target", u32(2)},
      {"payload attribute", u32(3)},
      {"program vendor input", u32(3)},
  };
  for (const NamedBytes& field : wrong) {
    std::string shown;
    for (const char c : field.bytes.substr(0, 12)) {
      shown += std::to_string(static_cast<unsigned char>(c)) + ' ';
    }
    INFO(field.name << ": " << shown);
    CHECK(read(with_field(field.name, field.bytes)).program == nullptr);
  }
}

TEST_CASE("criteria are as deep and as wide as definitions may have them, and no more",
          "[program bytes]") {
  const auto nodes = [](std::uint32_t depth, std::uint32_t children) {
    std::string bytes;
    const std::uint32_t end = depth + children;
    for (std::uint32_t i = 0; i < depth; ++i) bytes += u8(1) + u32(end);
    for (std::uint32_t i = 0; i < children; ++i) bytes += u8(0) + u32(1);
    std::vector<NamedBytes> fields = small_program();
    for (NamedBytes& field : fields) {
      if (field.name == "nodes") field.bytes = u32(end + 1) + bytes;
      for (const char* name :
           {"root kind", "root end", "node leaf", "leaf", "any", "any end", "any leaves"}) {
        if (field.name == name) field.bytes = "";
      }
    }
    return read(with_header(joined(fields))).program;
  };
  CHECK(nodes(32, 100) != nullptr);
  CHECK(nodes(33, 1) == nullptr);
  CHECK(nodes(1, 101) == nullptr);
}

TEST_CASE("a list that many criteria share does not fill the memory", "[program bytes]") {
  std::string elements;
  constexpr std::uint32_t count = 100'000;
  for (std::uint32_t i = 0; i < count; ++i) elements += u8(2) + bytes_of(double{1} * i);
  std::string nodes, interventions;
  constexpr std::uint32_t uses = 10'000;
  for (std::uint32_t i = 0; i < uses; ++i) {
    nodes += u8(0) + u32(0);
    interventions += text("i") + u32(i) + u32(0) + u32(0);
  }
  std::vector<NamedBytes> fields = small_program();
  for (NamedBytes& field : fields) {
    if (field.name == "elements") field.bytes = u32(count) + elements;
    if (field.name == "nodes") field.bytes = u32(uses) + nodes;
    if (field.name == "interventions") field.bytes = u32(uses) + interventions;
    for (const char* name : {"first element", "element kind", "element", "root kind", "root end",
                             "node leaf", "leaf", "any", "any end", "any leaves", "second root",
                             "intervention name", "intervention version", "targets", "target",
                             "payload", "payload attribute", "second intervention"}) {
      if (field.name == name) field.bytes = "";
    }
  }
  CHECK(read(with_header(joined(fields))).program == nullptr);
}

TEST_CASE("a program with any changed byte is refused or runs", "[program bytes]") {
  const std::string small = joined(small_program());
  const std::string rich = rich_bytes();
  const std::string rich_body = rich.substr(8 + 4 + rich[8] + 8);
  REQUIRE(read(with_header(rich_body)).program != nullptr);
  std::size_t refused = 0, ran = 0;
  const auto check = [&](const std::string& body) {
    Diagnostics diagnostics;
    const auto program = read_program(with_header(body), diagnostics);
    if (program == nullptr) {
      ++refused;
      return;
    }
    ++ran;
    CHECK(save_program(*program).size() > body.size());
    run(program);
  };
  for (const std::string& body : {small, rich_body}) {
    const std::size_t step = body.size() < 2000 ? 1 : 5;
    for (std::size_t at = 0; at < body.size(); at += step) {
      for (const std::uint8_t bits : {0x01, 0x03, 0x80, 0xff}) {
        std::string changed = body;
        changed[at] = static_cast<char>(changed[at] ^ bits);
        check(changed);
      }
    }
  }
  CHECK(refused > 100);
  CHECK(ran > 100);
}
