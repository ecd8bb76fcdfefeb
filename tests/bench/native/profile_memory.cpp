// How much heap an engine needs for each profile. Prints one JSON object.
//
//   tripline-profile-memory DEFINITIONS.json PROFILES
//
// Every profile has counted a product view and an addition to the cart, so that it holds all of the
// tutorial's attributes. Beside it, in the same run: ids and three doubles in a hash table.

#include <malloc.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <unordered_map>
#include <vector>

#include "tripline/tripline.h"

namespace {

using tripline::Property;
using tripline::ValueView;

std::size_t heap_in_use() {
  const struct mallinfo2 heap = mallinfo2();
  return heap.uordblks + heap.hblkhd;  // the latter: large blocks that are mapped one by one
}

/// As long as a domain_userid.
std::string id_of(std::size_t number) {
  char text[37];
  std::snprintf(text, sizeof text, "%08zx-d4ec-465f-8cdf-ffbfe939e772", number);
  return text;
}

/// The values of an e-commerce event's inputs.
class EcommerceEvent {
 public:
  EcommerceEvent(const tripline::Program& program, std::string_view type) {
    for (const Property& input : program.inputs) {
      if (input.name == "domain_userid") user_ = values_.size();
      values_.push_back(value(input, type));
    }
  }

  tripline::Event of(std::string_view user) {
    values_[user_] = ValueView::string(user);
    tripline::Event event;
    event.inputs = values_;
    return event;
  }

 private:
  static ValueView value(const Property& input, std::string_view type) {
    if (input.source == Property::Source::entity) return ValueView::number(24.49);
    if (input.source == Property::Source::event) return ValueView::string(type);
    if (input.name == "event_name") return ValueView::string("snowplow_ecommerce_action");
    if (input.name == "event_vendor") {
      return ValueView::string("com.snowplowanalytics.snowplow.ecommerce");
    }
    if (input.name == "event_version") return ValueView::string("1-0-2");
    return {};
  }

  std::vector<ValueView> values_;
  std::size_t user_ = 0;
};

double engine_bytes(const std::shared_ptr<const tripline::Program>& program, std::size_t profiles) {
  EcommerceEvent view(*program, "product_view");
  EcommerceEvent add(*program, "add_to_cart");
  const std::size_t before = heap_in_use();
  tripline::Engine engine(program, {.profiles = profiles, .sent_marks = 1, .event_ids = 1});
  for (std::size_t i = 0; i < profiles; ++i) {
    const std::string user = id_of(i);
    engine.process(view.of(user), 1'000);
    engine.process(add.of(user), 1'000);
  }
  const std::size_t after = heap_in_use();

  for (const std::size_t sample : {std::size_t{0}, profiles - 1}) {
    const auto readings = engine.attributes("domain_userid", id_of(sample));
    if (readings.size() != 3 || readings[0].value != tripline::Value::number(1) ||
        readings[1].value != tripline::Value::number(1) ||
        readings[2].value != tripline::Value::number(24.49)) {
      std::fputs("a profile does not hold what it counted\n", stderr);
      std::exit(1);
    }
  }
  return static_cast<double>(after - before) / static_cast<double>(profiles);
}

double table_bytes(std::size_t profiles) {
  const std::size_t before = heap_in_use();
  std::unordered_map<std::string, std::array<double, 3>> table;
  for (std::size_t i = 0; i < profiles; ++i) table[id_of(i)] = {1, 1, 24.49};
  return static_cast<double>(heap_in_use() - before) / static_cast<double>(profiles);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: tripline-profile-memory DEFINITIONS.json PROFILES\n", stderr);
    return 2;
  }
  std::ifstream file(argv[1]);
  const std::string definitions{std::istreambuf_iterator<char>(file), {}};
  const std::size_t profiles = std::strtoul(argv[2], nullptr, 10);
  tripline::Diagnostics diagnostics;
  const auto program = tripline::load_program(definitions, diagnostics);
  if (!program || profiles == 0) {
    std::fputs("the definitions have errors, or there are no profiles\n", stderr);
    return 1;
  }
  std::printf("{\"engine\": %.1f, \"table\": %.1f}\n", engine_bytes(program, profiles),
              table_bytes(profiles));
  return 0;
}
