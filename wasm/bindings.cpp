// The modules' functions, without logic: conversions between JavaScript's world and core/.
// Their types for TypeScript stand in tripline.d.ts.

#include <emscripten/bind.h>
#include <emscripten/emscripten.h>

#include <limits>
#include <memory>

#include "event_buffer.h"
#include "loader.h"
#include "support/text.h"
#include "tripline/detail/list.h"
#include "tripline/tripline.h"

// The version of the interface: of the functions below and of the event buffer's layout. It is in a
// custom section, so that the glue can compare it with its own (runtime/exports.js) before it runs
// anything of a module that may be foreign. A test demands a higher version when tripline.d.ts or
// the layout changes.
__asm__(
    ".section .custom_section.tripline,\"\",@\n"
    ".byte 5\n");

namespace {

using tripline::Engine;

struct Instance {
  tripline::HeldIds held() const { return holds_all ? nullptr : &held_ids; }

  Engine engine;
  /// Used by every call until they are set again.
  tripline::List<tripline::Target> held_ids = {};
  bool holds_all = true;
};

/// By handle, less one; null once released.
tripline::List<std::unique_ptr<Instance>> instances;

tripline::wasm::EventBuffer event_buffer;
tripline::Text kept;
std::string_view result;  // of `kept`, or of a constant

// Returned in place of a number of interventions or bytes.
constexpr int kMalformed = -1;
constexpr int kNoEngine = -2;
constexpr int kRefused = -3;  // the result says why

Instance* find_instance(double handle) {
  const auto index = static_cast<std::size_t>(handle) - 1;
  return index < instances.size() ? instances[index].get() : nullptr;
}

Engine* find(double handle) {
  Instance* instance = find_instance(handle);
  return instance ? &instance->engine : nullptr;
}

int keep(tripline::Text text) {
  kept = std::move(text);
  result = kept;
  return static_cast<int>(result.size());
}

int keep(std::span<const tripline::TriggeredIntervention> triggered) {
  if (triggered.empty()) {
    result = "[]";  // mostly; without a copy, which is a call out of the module
  } else {
    keep(tripline::interventions_json(triggered));
  }
  return static_cast<int>(triggered.size());
}

/// Reads the strings that the host has written into the buffer, one after the other from its
/// beginning. Only numbers go through embind: its glue for strings is large, and copies them one
/// byte after the other.
class BufferStrings {
 public:
  std::string_view next(double size) {
    const std::size_t start = end_;
    end_ += static_cast<std::size_t>(size);
    return {static_cast<const char*>(event_buffer.reserve(end_)) + start, end_ - start};
  }

 private:
  std::size_t end_ = 0;
};

tripline::Text fingerprint_text(std::uint64_t fingerprint) {
  tripline::Text text;
  tripline::append_hex(text, fingerprint, 16);
  return text;
}

double load(double definitions_size, double profiles, double sent_marks, double event_ids) {
  tripline::Diagnostics diagnostics;
  const auto program = tripline::wasm::load(BufferStrings().next(definitions_size), diagnostics);
  keep(tripline::concat(
      {"{\"diagnostics\":", tripline::diagnostics_json(diagnostics),
       ",\"inputs\":", program ? tripline::inputs_json(*program) : "[]",
       ",\"fields\":", program ? tripline::fields_json(*program) : "[]",
       ",\"keys\":", program ? tripline::keys_json(*program) : "[]",
       ",\"interventions\":", program ? tripline::interventions_json(*program) : "[]",
       ",\"fingerprint\":\"", fingerprint_text(program ? program->fingerprint : 0), "\"}"}));
  if (!program) return 0;
  tripline::Limits limits;
  if (profiles > 0) limits.profiles = static_cast<std::size_t>(profiles);
  if (sent_marks > 0) limits.sent_marks = static_cast<std::size_t>(sent_marks);
  if (event_ids > 0) limits.event_ids = static_cast<std::size_t>(event_ids);
  instances.push_back(std::make_unique<Instance>(Instance{Engine(program, limits)}));
  return static_cast<double>(instances.size());
}

double save(double handle) {
  const Engine* engine = find(handle);
  if (engine == nullptr) return kNoEngine;
  return keep(tripline::save_program(engine->program()));
}

double restore(double handle, double snapshot_size) {
  Engine* engine = find(handle);
  if (engine == nullptr) return kNoEngine;
  const auto restored = engine->restore(BufferStrings().next(snapshot_size));
  if (restored) return 0;
  keep(restored.error());
  return kRefused;
}

double attributes(double handle, double key_name_size, double id_size, double group_version) {
  const Engine* engine = find(handle);
  if (engine == nullptr) return kNoEngine;
  BufferStrings strings;
  const std::string_view key_name = strings.next(key_name_size);
  auto readings = engine->attributes(key_name, strings.next(id_size));
  if (group_version != 0) {
    erase_if(readings, [&](const auto& each) { return each.version != group_version; });
  }
  return keep(tripline::attributes_json(readings));
}

double explain(double handle, double intervention_size, double key_name_size, double id_size) {
  const Engine* engine = find(handle);
  if (engine == nullptr) return kNoEngine;
  BufferStrings strings;
  const std::string_view intervention = strings.next(intervention_size);
  const std::string_view key_name = strings.next(key_name_size);
  return keep(engine->explain(intervention, {key_name, strings.next(id_size)}));
}

double forget(double handle, double key_name_size, double id_size) {
  Engine* engine = find(handle);
  if (engine == nullptr) return kNoEngine;
  BufferStrings strings;
  const std::string_view key_name = strings.next(key_name_size);
  return engine->forget({key_name, strings.next(id_size)}) ? 1 : 0;
}

double erase_dormant(double handle) {
  if (Engine* engine = find(handle)) engine->erase_dormant();
  return 0;
}

}  // namespace

extern "C" {

EMSCRIPTEN_KEEPALIVE void* tripline_buffer(std::size_t bytes) {
  return event_buffer.reserve(bytes);
}

EMSCRIPTEN_KEEPALIVE int tripline_hold(int handle, int all) {
  Instance* instance = find_instance(handle);
  if (instance == nullptr) return kNoEngine;
  const auto content = event_buffer.read();
  if (!content || content->event.inputs.size() % 2 != 0) return kMalformed;
  instance->holds_all = all != 0;
  instance->held_ids.clear();
  const auto inputs = content->event.inputs;
  for (std::size_t i = 0; i < inputs.size(); i += 2) {
    instance->held_ids.push_back(
        {tripline::Text(inputs[i].text()), tripline::Text(inputs[i + 1].text())});
  }
  return 0;
}

EMSCRIPTEN_KEEPALIVE int tripline_process(int handle) {
  Instance* instance = find_instance(handle);
  if (instance == nullptr) return kNoEngine;
  const auto content = event_buffer.read();
  if (!content) return kMalformed;
  return keep(instance->engine.process(content->event, content->now, instance->held()));
}

EMSCRIPTEN_KEEPALIVE int tripline_set_attributes(int handle) {
  Instance* instance = find_instance(handle);
  if (instance == nullptr) return kNoEngine;
  const auto update = event_buffer.read_attribute_update();
  if (!update) return kMalformed;
  const auto fired = instance->engine.set_attributes(update->profile, update->values, update->now,
                                                     update->time, instance->held());
  if (fired) return keep(*fired);
  keep(fired.error());
  return kRefused;
}

EMSCRIPTEN_KEEPALIVE int tripline_advance(int handle, double now) {
  Instance* instance = find_instance(handle);
  if (instance == nullptr) return kNoEngine;
  return keep(instance->engine.advance(static_cast<tripline::Time>(now), instance->held()));
}

EMSCRIPTEN_KEEPALIVE int tripline_snapshot(int handle) {
  const Engine* engine = find(handle);
  if (engine == nullptr) return kNoEngine;
  return keep(engine->snapshot());
}

EMSCRIPTEN_KEEPALIVE void tripline_release(int handle) {
  if (find(handle) != nullptr) instances[static_cast<std::size_t>(handle) - 1].reset();
}

EMSCRIPTEN_KEEPALIVE void tripline_rebase(int handle, double now) {
  if (Engine* engine = find(handle)) engine->rebase(static_cast<tripline::Time>(now));
}

EMSCRIPTEN_KEEPALIVE double tripline_clock(int handle) {
  const Engine* engine = find(handle);
  return engine ? static_cast<double>(engine->clock()) : 0;
}

EMSCRIPTEN_KEEPALIVE double tripline_next_deadline(int handle) {
  const Instance* instance = find_instance(handle);
  const tripline::Time next =
      instance ? instance->engine.next_deadline(instance->held()) : tripline::kNever;
  return next == tripline::kNever ? std::numeric_limits<double>::infinity()
                                  : static_cast<double>(next);
}

EMSCRIPTEN_KEEPALIVE const char* tripline_result() {
  return result.data();
}
EMSCRIPTEN_KEEPALIVE std::size_t tripline_result_size() {
  return result.size();
}

}  // extern "C"

// Functions that a page calls now and then; what it calls for every event is above, as a call
// through embind takes five times as long. All take and give doubles: runtime/embind.js knows
// nothing else.
EMSCRIPTEN_BINDINGS(tripline) {
  emscripten::function("load", &load);
  emscripten::function("save", &save);
  emscripten::function("restore", &restore);
  emscripten::function("eraseDormant", &erase_dormant);
  emscripten::function("attributes", &attributes);
  emscripten::function("explain", &explain);
  emscripten::function("forget", &forget);
}
