// A WebAssembly module as an object: one engine for one bundle of definitions.

import { layout } from './layout.mjs';

const longestString = 8192; // bytes; a longer string is cut at a code point boundary (rule 26)
const noField = 2 ** 32 - 1;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Loads definitions (an object or a string), or a compiled program (bytes). Returns the load report and the engine, which is null if there are errors.
 */
export function load(module, definitions, options = {}) {
  const isWritten = typeof definitions === 'string' || definitions instanceof Uint8Array;
  const text = isWritten ? definitions : JSON.stringify(definitions);
  const { profiles = 0, sent_marks = 0, event_ids = 0 } = options;
  const handle = module.load(...write(module, text), profiles, sent_marks, event_ids);
  const report = JSON.parse(resultText(module));
  return { report, engine: handle === 0 ? null : new Engine(module, handle, report) };
}

/** Compiles definitions in one module and loads the program in the other. Returns the same as load(). */
export function loadCompiled({ compiler, runtime }, definitions, options) {
  const { report, engine } = load(compiler, definitions, options);
  if (engine === null) return { report, engine };
  const program = engine.program();
  engine.release();
  const read = load(runtime, program, options);
  const diagnostics = [...report.diagnostics, ...read.report.diagnostics];
  if (JSON.stringify({ ...read.report, diagnostics }) !== JSON.stringify({ ...report, diagnostics })) {
    throw new Error(`the program was read as ${JSON.stringify(read.report)}, not as ${JSON.stringify(report)}`);
  }
  return { report: { ...read.report, diagnostics }, engine: read.engine };
}

/** Writes strings or bytes into the event buffer, one after the other. Returns the number of bytes of each. */
function write(module, ...texts) {
  const parts = texts.map((text) => (typeof text === 'string' ? encoder.encode(text) : text));
  let end = module.buffer(parts.reduce((size, part) => size + part.length, 0));
  const memory = new Uint8Array(module.memory.buffer);
  for (const part of parts) {
    memory.set(part, end);
    end += part.length;
  }
  return parts.map((part) => part.length);
}

function resultBytes(module) {
  const start = module.result();
  return new Uint8Array(module.memory.buffer).slice(start, start + module.resultSize());
}

function resultText(module) {
  return decoder.decode(resultBytes(module));
}

/** Thrown if the engine refuses to set attributes; has the engine's message. */
export class Refusal extends Error {}

class Engine {
  #module;
  #fields;

  constructor(module, handle, report) {
    this.#module = module;
    this.handle = handle;
    this.#fields = report.fields;
    this.inputs = report.inputs;
  }

  /** Lets time pass only for these ids, each `{name, id}`, in later calls. With undefined, it passes for all ids. */
  hold(held) {
    const values = (held ?? []).flatMap(({ name, id }) => [name, id]);
    this.#write({ id: '', now: 0, time: NaN, values });
    const answer = this.#module.hold(this.handle, held === undefined ? 1 : 0);
    if (answer !== 0) throw new Error(`The engine answered ${answer}.`);
  }

  /**
   * Takes times in ms (`time` is NaN for an event without one) and one value per input. Returns the triggered
   * interventions.
   */
  process({ id, now, time, values }) {
    this.#write({ id, now, time, values });
    return this.#triggered(this.#module.process(this.handle));
  }

  advance(now) {
    return this.#triggered(this.#module.advance(this.handle, now));
  }

  /**
   * Sets fields of external groups; `time` as for an event. Returns the triggered interventions, or throws a
   * Refusal. Passes a number that no attribute has for a name that is not a field.
   */
  setAttributes({ attribute_key, group, version, attributes }, now, time) {
    const values = Object.entries(attributes).flatMap(([name, value]) => [
      this.#fieldNumber(group, version, name),
      value,
    ]);
    this.#write({ id: attribute_key.id, now, time, values: [attribute_key.name, ...values] });
    const count = this.#module.setAttributes(this.handle);
    if (count === -3) throw new Refusal(this.resultText());
    return this.#triggered(count);
  }

  rebase(now) {
    this.#module.rebase(this.handle, now);
  }

  /** Returns true if something was known of the id. */
  forget({ name, id }) {
    return this.#module.forget(this.handle, ...write(this.#module, name, id)) === 1;
  }

  /** Returns when to call `advance` next, in ms, or Infinity. A time at or before the clock means at once. */
  nextDeadline() {
    return this.#module.nextDeadline(this.handle);
  }

  clock() {
    return this.#module.clock(this.handle);
  }

  attributes(key) {
    return JSON.parse(this.attributesText(key));
  }

  attributesText({ name, id }) {
    this.#module.attributes(this.handle, ...write(this.#module, name, id), 0);
    return this.resultText();
  }

  /** Returns the program as bytes. */
  program() {
    this.#module.save(this.handle);
    return resultBytes(this.#module);
  }

  snapshot() {
    this.#module.snapshot(this.handle);
    return resultBytes(this.#module);
  }

  /** Throws if the snapshot is refused. */
  restore(bytes) {
    const answer = this.#module.restore(this.handle, ...write(this.#module, bytes));
    if (answer !== 0) throw new Error(`The snapshot was refused: ${this.resultText()}`);
  }

  release() {
    this.#module.release(this.handle);
  }

  #write(content) {
    write(this.#module, encodeEvent(content));
  }

  // Returns the number of the field in the given version of the group, else in the highest version that has it.
  #fieldNumber(group, version, name) {
    const fields = this.#fields
      .filter((field) => field.group === group && field.name === name)
      .filter((field) => version === undefined || field.version === version)
      .sort((a, b) => b.version - a.version);
    return fields[0]?.attribute ?? noField;
  }

  /** Returns the result of the last call, exactly as the engine wrote it. */
  resultText() {
    return resultText(this.#module);
  }

  #triggered(count) {
    if (count < 0) throw new Error(`The engine answered ${count}.`);
    const triggered = JSON.parse(this.resultText());
    if (triggered.length !== count) {
      throw new Error(`The engine announced  interventions and gave ${triggered.length}.`);
    }
    return triggered;
  }
}

// Encodes the event in the format of the engine's event buffer, which wasm/event_buffer.h describes.
function encodeEvent({ id, now, time, values }) {
  const slots = [id, ...values];
  const bytes = new Uint8Array(layout.header_bytes + roomFor(slots));
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
      const scalars = value.filter((each) => typeof each !== 'object'); // rule 4: nor nulls
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

// Returns a number of bytes that suffices for the slots and their strings and lists.
function roomFor(slots) {
  return slots.reduce((room, value) => {
    if (typeof value === 'string') return room + layout.slot_bytes + 3 * value.length;
    if (Array.isArray(value)) return room + layout.slot_bytes + roomFor(value);
    return room + layout.slot_bytes;
  }, 8);
}
