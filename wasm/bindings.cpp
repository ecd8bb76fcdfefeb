// The module's functions, without logic: conversions between JavaScript's world and core/.
// Their types for TypeScript stand in tripline.d.ts.

#include <emscripten/bind.h>
#include <emscripten/emscripten.h>

#include <limits>
#include <memory>

#include "event_buffer.h"
#include "support/text.h"
#include "tripline/list.h"
#include "tripline/tripline.h"

namespace {

using tripline::Engine;

/// By handle, less one; null once released.
tripline::List<std::unique_ptr<Engine>> engines;

tripline::wasm::EventBuffer event_buffer;
tripline::Text kept;
std::string_view result;  // of `kept`, or of a constant

Engine* find(int handle) {
  const auto index = static_cast<std::size_t>(handle) - 1;
  return index < engines.size() ? engines[index].get() : nullptr;
}

int keep(tripline::Text text) {
  kept = std::move(text);
  result = kept;
  return static_cast<int>(result.size());
}

int keep(std::span<const tripline::Payload> payloads) {
  if (payloads.empty()) {
    result = "[]";  // mostly; without a copy, which is a call out of the module
  } else {
    keep(tripline::payloads_json(payloads));
  }
  return static_cast<int>(payloads.size());
}

/// What the host has written from the buffer's beginning on. Long texts come this way: embind would
/// copy them one byte after the other, by a loop of JavaScript.
std::string_view bytes_of_buffer(double size) {
  const auto count = static_cast<std::size_t>(size);
  return {static_cast<const char*>(event_buffer.reserve(count)), count};
}

tripline::Text fingerprint_text(std::uint64_t fingerprint) {
  tripline::Text text;
  for (int shift = 60; shift >= 0; shift -= 4)
    text += "0123456789abcdef"[fingerprint >> shift & 15];
  return text;
}

std::string load(double definitions_size, double profiles, double sent_marks, double event_ids) {
  tripline::Diagnostics diagnostics;
  const auto program = tripline::load_program(bytes_of_buffer(definitions_size), diagnostics);
  int handle = 0;
  if (program) {
    tripline::Limits limits;
    if (profiles > 0) limits.profiles = static_cast<std::size_t>(profiles);
    if (sent_marks > 0) limits.sent_marks = static_cast<std::size_t>(sent_marks);
    if (event_ids > 0) limits.event_ids = static_cast<std::size_t>(event_ids);
    engines.push_back(std::make_unique<Engine>(program, limits));
    handle = static_cast<int>(engines.size());
  }
  return tripline::concat(
      {"{\"handle\":", handle, ",\"diagnostics\":", tripline::diagnostics_json(diagnostics),
       ",\"inputs\":", program ? tripline::inputs_json(*program) : "[]",
       ",\"fields\":", program ? tripline::fields_json(*program) : "[]", ",\"fingerprint\":\"",
       fingerprint_text(program ? program->fingerprint : 0), "\"}"});
}

std::string restore(double handle, double snapshot_size) {
  Engine* engine = find(static_cast<int>(handle));
  if (engine == nullptr) return "there is no engine with this handle";
  const auto restored = engine->restore(bytes_of_buffer(snapshot_size));
  return restored ? tripline::Text() : restored.error();
}

std::string attributes(double handle, const std::string& key_name, const std::string& id,
                       double group_version) {
  const Engine* engine = find(static_cast<int>(handle));
  if (engine == nullptr) return "{}";
  auto readings = engine->attributes(key_name, id);
  if (group_version != 0) {
    erase_if(readings, [&](const auto& each) { return each.version != group_version; });
  }
  return tripline::attributes_json(readings);
}

double forget(double handle, const std::string& key_name, const std::string& id) {
  Engine* engine = find(static_cast<int>(handle));
  return engine != nullptr && engine->forget({key_name, id}) ? 1 : 0;
}

std::string explain(double handle, const std::string& intervention, const std::string& key_name,
                    const std::string& id) {
  const Engine* engine = find(static_cast<int>(handle));
  return engine ? engine->explain(intervention, {key_name, id}) : "";
}

}  // namespace

extern "C" {

EMSCRIPTEN_KEEPALIVE void* tripline_buffer(std::size_t bytes) {
  return event_buffer.reserve(bytes);
}

EMSCRIPTEN_KEEPALIVE int tripline_process(int handle) {
  Engine* engine = find(handle);
  if (engine == nullptr) return -2;
  const auto content = event_buffer.read();
  if (!content) return -1;
  return keep(engine->process(content->event, content->now));
}

EMSCRIPTEN_KEEPALIVE int tripline_push(int handle) {
  Engine* engine = find(handle);
  if (engine == nullptr) return -2;
  const auto push = event_buffer.read_push();
  if (!push) return -1;
  const auto fired = engine->push(push->profile, push->values, push->now, push->time);
  if (fired) return keep(*fired);
  keep(fired.error());
  return -3;
}

EMSCRIPTEN_KEEPALIVE int tripline_advance(int handle, double now) {
  Engine* engine = find(handle);
  return engine ? keep(engine->advance(static_cast<tripline::Time>(now))) : -2;
}

EMSCRIPTEN_KEEPALIVE int tripline_snapshot(int handle) {
  const Engine* engine = find(handle);
  if (engine == nullptr) return -2;
  return keep(engine->snapshot());
}

EMSCRIPTEN_KEEPALIVE void tripline_release(int handle) {
  if (find(handle) != nullptr) engines[static_cast<std::size_t>(handle) - 1].reset();
}

EMSCRIPTEN_KEEPALIVE void tripline_rebase(int handle, double now) {
  if (Engine* engine = find(handle)) engine->rebase(static_cast<tripline::Time>(now));
}

EMSCRIPTEN_KEEPALIVE double tripline_clock(int handle) {
  const Engine* engine = find(handle);
  return engine ? static_cast<double>(engine->clock()) : 0;
}

EMSCRIPTEN_KEEPALIVE double tripline_next_deadline(int handle) {
  const Engine* engine = find(handle);
  if (engine == nullptr || engine->next_deadline() == tripline::kNever) {
    return std::numeric_limits<double>::infinity();
  }
  return static_cast<double>(engine->next_deadline());
}

EMSCRIPTEN_KEEPALIVE const char* tripline_result() {
  return result.data();
}
EMSCRIPTEN_KEEPALIVE std::size_t tripline_result_size() {
  return result.size();
}

}  // extern "C"

// Functions that take or give texts; their types are listed in embind_types.cpp.
EMSCRIPTEN_BINDINGS(tripline) {
  emscripten::function("load", &load);
  emscripten::function("restore", &restore);
  emscripten::function("attributes", &attributes);
  emscripten::function("explain", &explain);
  emscripten::function("forget", &forget);
  emscripten::function("layout", &tripline::wasm::EventBuffer::layout);
}
