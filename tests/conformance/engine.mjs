// The WebAssembly module as an object: one engine for one bundle of definitions.

const longestString = 8192; // bytes; what is longer is cut at a code point boundary (rule 26)
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Loads definitions (an object, or their text). Returns the load report and the engine;
 * the engine is null if there are errors.
 */
export function load(module, definitions, options = {}) {
  const text = typeof definitions === 'string' ? definitions : JSON.stringify(definitions);
  const { profiles = 0, sent_marks = 0, event_ids = 0 } = options;
  const report = JSON.parse(module.load(text, profiles, sent_marks, event_ids));
  return { report, engine: report.handle === 0 ? null : new Engine(module, report) };
}

class Engine {
  #module;
  #handle;
  #layout;

  constructor(module, report) {
    this.#module = module;
    this.#handle = report.handle;
    this.#layout = JSON.parse(module.layout());
    this.inputs = report.inputs;
  }

  /** Times in ms, `time` NaN if the event has none; one value per input. Returns the payloads. */
  process({ id, now, time, values }) {
    const bytes = encodeEvent(this.#layout, { id, now, time, values });
    const address = this.#module._tripline_buffer(bytes.length);
    this.#module.HEAPU8.set(bytes, address);
    return this.#payloads(this.#module._tripline_process(this.#handle));
  }

  advance(now) {
    return this.#payloads(this.#module._tripline_advance(this.#handle, now));
  }

  push() {
    throw new Error('This engine cannot take pushed attributes yet.');
  }

  attributes({ name, id }) {
    return JSON.parse(this.#module.attributes(this.#handle, name, id));
  }

  snapshot() {
    return this.#module.snapshot(this.#handle);
  }

  /** Throws if the snapshot is refused. */
  restore(bytes) {
    const refusal = this.#module.restore(this.#handle, bytes);
    if (refusal !== '') throw new Error(`The snapshot was refused: ${refusal}`);
  }

  release() {
    this.#module.release(this.#handle);
  }

  #payloads(count) {
    if (count < 0) throw new Error(`The engine answered ${count}.`);
    const start = this.#module._tripline_result();
    const text = this.#module.HEAPU8.slice(start, start + this.#module._tripline_result_size());
    const payloads = JSON.parse(decoder.decode(text));
    if (payloads.length !== count) {
      throw new Error(`The engine announced ${count} payloads and gave ${payloads.length}.`);
    }
    return payloads;
  }
}

// The event as the bytes of the engine's event buffer; wasm/event_buffer.h draws them.
function encodeEvent(layout, { id, now, time, values }) {
  const slots = [id, ...values];
  const bytes = new Uint8Array(layout.header_bytes + roomFor(slots, layout));
  const view = new DataView(bytes.buffer);
  let end = layout.header_bytes;

  view.setFloat64(layout.now, now, true);
  view.setFloat64(layout.time, time, true);
  view.setUint32(layout.slot_count, slots.length, true);
  writeSlots(slots);
  return bytes.subarray(0, end);

  function writeSlots(list) {
    end = Math.ceil(end / 8) * 8;
    const start = end;
    end += layout.slot_bytes * list.length;
    list.forEach((value, index) => writeSlot(start + layout.slot_bytes * index, value));
    return start;
  }

  function writeSlot(at, value) {
    const tag = tagOf(value);
    view.setUint32(at + layout.slot_tag, layout[`tag_${tag}`], true);
    if (tag === 'number' || tag === 'time') {
      view.setFloat64(at + layout.slot_number, Number(value), true);
    } else if (tag === 'string') {
      const { written } = encoder.encodeInto(value, bytes.subarray(end, end + longestString));
      view.setUint32(at + layout.slot_length, written, true);
      view.setUint32(at + layout.slot_offset, end, true);
      end += written;
    } else if (tag === 'list') {
      const scalars = value.filter((each) => typeof each !== 'object' || each === null);
      view.setUint32(at + layout.slot_length, scalars.length, true);
      view.setUint32(at + layout.slot_offset, writeSlots(scalars), true);
    }
  }
}

function tagOf(value) {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  if (value instanceof Date) return 'time';
  if (typeof value === 'object') return 'missing'; // rule 4
  return typeof value === 'boolean' ? String(value) : typeof value;
}

// Bytes that suffice for the slots and what they point to.
function roomFor(slots, layout) {
  return slots.reduce((room, value) => {
    if (typeof value === 'string') return room + layout.slot_bytes + 3 * value.length;
    if (Array.isArray(value)) return room + layout.slot_bytes + roomFor(value, layout);
    return room + layout.slot_bytes;
  }, 8);
}
