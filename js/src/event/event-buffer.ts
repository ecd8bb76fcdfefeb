// Writes an event into the module's linear memory. No other file here knows the layout, which
// wasm/event_buffer.h draws; a test compares the constants below with the built module's.
import type { TriplineModule } from '../../dist/engine/tripline.js';
import type { BoundEvent, InputValue } from './inputs.js';

/* eslint-disable @typescript-eslint/no-duplicate-enum-values -- offsets and tags in one list */
export enum Layout {
  header_bytes = 24,
  slot_bytes = 16,
  now = 0,
  time = 8,
  slot_count = 16,
  slot_tag = 0,
  slot_length = 4,
  slot_number = 8,
  slot_offset = 8,
  tag_missing = 0,
  tag_null = 1,
  tag_false = 2,
  tag_true = 3,
  tag_number = 4,
  tag_string = 5,
  tag_time = 6,
  tag_list = 7,
}
/* eslint-enable */

/** In bytes of UTF-8; longer strings are cut between two code points (rule 26). */
export const longestString = 8192;

/** Up to this length, a loop over ASCII is faster than a call of TextEncoder. */
const shortString = 48;

const encoder = new TextEncoder();

export class EventBuffer {
  readonly #module: TriplineModule;
  #bytes = new Uint8Array();
  #view = new DataView(this.#bytes.buffer);
  #start = 0;
  #end = 0;

  constructor(module: TriplineModule) {
    this.#module = module;
  }

  /** Writes the event. `now`: the host's clock in ms. */
  write(event: BoundEvent, now: number): void {
    const { id, time, values } = event;
    this.#reserve(Layout.header_bytes + Layout.slot_bytes + roomForText(id) + roomFor(values));
    this.#view.setFloat64(this.#start + Layout.now, now, true);
    this.#view.setFloat64(this.#start + Layout.time, time, true);
    this.#view.setUint32(this.#start + Layout.slot_count, 1 + values.length, true);
    this.#view.setUint32(this.#start + Layout.slot_count + 4, 0, true);
    const first = this.#start + Layout.header_bytes;
    this.#end = first + (1 + values.length) * Layout.slot_bytes;
    this.#writeSlot(first, id);
    this.#writeSlots(first + Layout.slot_bytes, values);
  }

  #reserve(size: number): void {
    this.#start = this.#module.buffer(size);
    // If the memory has grown, views of the old buffer are detached.
    const { buffer } = this.#module.memory;
    if (this.#bytes.buffer !== buffer) {
      this.#bytes = new Uint8Array(buffer);
      this.#view = new DataView(buffer);
    }
  }

  #writeSlots(first: number, values: readonly InputValue[]): void {
    for (let i = 0; i < values.length; ++i) this.#writeSlot(first + i * Layout.slot_bytes, values[i]);
  }

  #writeList(values: readonly InputValue[]): number {
    const first = (this.#end + 7) & ~7;
    this.#end = first + values.length * Layout.slot_bytes;
    this.#writeSlots(first, values);
    return first;
  }

  #writeSlot(at: number, value: InputValue): void {
    if (typeof value === 'string') {
      this.#put(at, Layout.tag_string);
      const start = this.#end;
      this.#writeString(value);
      this.#point(at, this.#end - start, start);
    } else if (typeof value === 'number') {
      this.#putNumber(at, Layout.tag_number, value);
    } else if (typeof value === 'boolean') {
      this.#put(at, value ? Layout.tag_true : Layout.tag_false);
    } else if (value === undefined) {
      this.#put(at, Layout.tag_missing);
    } else if (value === null) {
      this.#put(at, Layout.tag_null);
    } else if (value instanceof Date) {
      this.#putNumber(at, Layout.tag_time, value.getTime());
    } else {
      this.#put(at, Layout.tag_list);
      this.#point(at, value.length, this.#writeList(value));
    }
  }

  #put(at: number, tag: number): void {
    this.#view.setUint32(at + Layout.slot_tag, tag, true);
  }

  /** Writes a number or a time. A value that is not finite counts as missing (rule 1). */
  #putNumber(at: number, tag: number, number: number): void {
    this.#put(at, Number.isFinite(number) ? tag : Layout.tag_missing);
    this.#view.setFloat64(at + Layout.slot_number, number, true);
  }

  #point(at: number, length: number, target: number): void {
    this.#view.setUint32(at + Layout.slot_length, length, true);
    this.#view.setUint32(at + Layout.slot_offset, target - this.#start, true);
    this.#view.setUint32(at + Layout.slot_offset + 4, 0, true);
  }

  #writeString(text: string): void {
    if (text.length > shortString || !this.#writeAscii(text)) {
      // encodeInto() never splits a code point, and writes U+FFFD for a lone surrogate.
      const room = this.#bytes.subarray(this.#end, this.#end + longestString);
      this.#end += encoder.encodeInto(text, room).written;
    }
  }

  #writeAscii(text: string): boolean {
    for (let i = 0; i < text.length; ++i) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) return false;
      this.#bytes[this.#end + i] = code;
    }
    this.#end += text.length;
    return true;
  }
}

function roomForText(text: string): number {
  return Math.min(3 * text.length, longestString);
}

/** Returns an upper limit of the bytes that the slots and the values behind them need. */
function roomFor(values: readonly InputValue[]): number {
  let room = 8; // to align the slots
  for (const value of values) {
    room += Layout.slot_bytes;
    if (typeof value === 'string') room += roomForText(value);
    else if (Array.isArray(value)) room += roomFor(value);
  }
  return room;
}
