// One engine over one bundle of definitions: the WebAssembly module's functions as an object.
import type { LoadReport, TriplineModule } from '../dist/engine/tripline.js';
import { bindInputs } from './bind.js';
import { EventBuffer } from './event-buffer.js';
import { EngineError } from './problem.js';
import { pushSlots } from './push.js';
import { randomId } from './random-id.js';
import type {
  AttributeKey,
  AttributePush,
  Attributes,
  Diagnostic,
  Explanation,
  Payload,
  TriggeredIntervention,
} from './types.js';

/** What an engine keeps at most; the least recently used goes first. */
export interface Limits {
  /** Profiles: an attribute key and an id each. */
  profiles?: number;
  /** Marks of what was sent to whom. */
  sentMarks?: number;
  /** Ids of events, by which duplicates are known. */
  eventIds?: number;
}

const decoder = new TextDecoder();

/** Every time is whole milliseconds since 1970, and may not be one that Date cannot tell. */
const latestTime = 8.64e15;

/**
 * Profiles and their attributes, and what fires because of them. It has no clock: every call that may change something
 * gets the time. What it keeps is bounded by `Limits`. Throws an EngineError of the code `options` for a time or an
 * attribute key that is none, of `wasm` once it is released.
 */
export class Engine {
  /** Warnings about the definitions. */
  readonly diagnostics: Diagnostic[];
  readonly #module: TriplineModule;
  readonly #handle: number;
  readonly #bind: ReturnType<typeof bindInputs>;
  readonly #buffer: EventBuffer;
  readonly #fields: LoadReport['fields'];

  private constructor(module: TriplineModule, report: LoadReport) {
    this.#module = module;
    this.#handle = report.handle;
    this.#bind = bindInputs(report.inputs);
    this.#buffer = new EventBuffer(module);
    this.#fields = report.fields;
    this.diagnostics = report.diagnostics;
  }

  /** Without an engine if the definitions have errors. @internal */
  static load(
    module: TriplineModule,
    definitions: Uint8Array,
    { profiles = 0, sentMarks = 0, eventIds = 0 }: Limits = {},
  ): { engine: Engine | undefined; diagnostics: Diagnostic[] } {
    const size = write(module, definitions);
    const report = JSON.parse(module.load(size, profiles, sentMarks, eventIds)) as LoadReport;
    return {
      engine: report.handle === 0 ? undefined : new Engine(module, report),
      diagnostics: report.diagnostics,
    };
  }

  /**
   * Counts an event: the payload of Snowplow's tracker protocol. Answers what it triggers, one item per intervention and
   * target. A payload that is malformed, whatever it is, counts as far as it can be read; one without an event id gets a
   * random one. An id that was seen before counts nothing.
   */
  process(payload: Payload, now: number): TriggeredIntervention[] {
    const event = this.#bind(payload);
    event.id ||= randomId();
    this.#buffer.write(event, checked(now));
    return this.#fired(this.#module._tripline_process(this.#handle));
  }

  /**
   * Sets fields of an external group, and answers what that triggers. `time`: when the values were found out; default:
   * now. A value that does not fit its field's type changes nothing. Throws an EngineError of the code `options` if
   * there is no such group or field, or it has another attribute key; nothing is changed then.
   */
  push(push: AttributePush, now: number, time = now): TriggeredIntervention[] {
    const values = pushSlots(this.#fields, push);
    this.#buffer.write({ id: push.attributeKey.id, time: checked(time), values }, checked(now));
    return this.#fired(this.#module._tripline_push(this.#handle));
  }

  /** Lets time pass to `now`, and answers what that triggers. */
  advance(now: number): TriggeredIntervention[] {
    return this.#fired(this.#module._tripline_advance(this.#handle, checked(now)));
  }

  /** When time alone may trigger something next (ms); Infinity: never. */
  get nextDeadline(): number {
    return this.#module._tripline_next_deadline(this.#handle);
  }

  /** The highest `now` so far (ms). */
  get clock(): number {
    return this.#module._tripline_clock(this.#handle);
  }

  /** Turns the clock back, for a host whose clock was wrong: what is stored as later than now counts as of now. */
  rebase(now: number): void {
    this.#module._tripline_rebase(this.#handle, checked(now));
  }

  /**
   * A profile's attributes at the engine's clock: of each group the highest version, or those groups that have version
   * `groupVersion`. {}: the definitions have no such attribute key.
   */
  attributes(key: AttributeKey, groupVersion = 0): Attributes {
    const { name, id } = checkedKey(key);
    return JSON.parse(this.#module.attributes(this.#handle, name, id, groupVersion)) as Attributes;
  }

  /**
   * Forgets what is known of an id: its attributes, and what was sent to it. False: nothing was. It takes a moment for
   * each profile.
   */
  forget(key: AttributeKey): boolean {
    const { name, id } = checkedKey(key);
    return this.#module.forget(this.#handle, name, id) === 1;
  }

  /** Why an intervention did or did not fire for a profile. undefined: there is no such intervention or key. */
  explain(intervention: string, key: AttributeKey): Explanation | undefined {
    const { name, id } = checkedKey(key);
    const explanation = this.#module.explain(this.#handle, String(intervention), name, id);
    return explanation === '' ? undefined : (JSON.parse(explanation) as Explanation);
  }

  /** The whole state: profiles, what was sent, and the clock. */
  snapshot(): Uint8Array {
    if (this.#module._tripline_snapshot(this.#handle) < 0) throw released();
    return this.#result().slice(); // a copy that outlives the next call
  }

  /**
   * Replaces the state by a snapshot's, also of an engine with other definitions: what an attribute counted is kept where
   * its definition stayed. Throws an EngineError of the code `snapshot` if it is damaged or of a newer version; the engine
   * is empty then.
   */
  restore(snapshot: Uint8Array): void {
    const refusal = this.#module.restore(this.#handle, write(this.#module, snapshot));
    if (refusal) throw new EngineError('snapshot', `The snapshot was refused: ${refusal}`);
  }

  /** Forgets everything. */
  clear(): void {
    this.#module.restore(this.#handle, 0); // refused, and the engine is empty then
  }

  /** Frees its memory. The engine is of no use afterwards. */
  release(): void {
    this.#module._tripline_release(this.#handle);
  }

  #fired(count: number): TriggeredIntervention[] {
    if (count === 0) return [];
    if (count === -2) throw released();
    if (count < 0) throw new EngineError('wasm', `The engine refused what it was given (${count}).`);
    return JSON.parse(decoder.decode(this.#result())) as TriggeredIntervention[];
  }

  #result(): Uint8Array {
    const start = this.#module._tripline_result();
    return this.#module.HEAPU8.subarray(start, start + this.#module._tripline_result_size());
  }
}

/** Bytes into the event buffer; answers how many. */
function write(module: TriplineModule, bytes: Uint8Array): number {
  const start = module._tripline_buffer(bytes.length);
  module.HEAPU8.set(bytes, start); // read only now: the memory may have grown
  return bytes.length;
}

function checked(time: number): number {
  if (!(Math.abs(time) <= latestTime)) throw new EngineError('options', `${String(time)} is no time in milliseconds.`);
  return time;
}

function checkedKey(key: AttributeKey): AttributeKey {
  if (typeof key?.name === 'string' && typeof key.id === 'string') return key;
  throw new EngineError('options', 'An attribute key is {name, id}, both texts.');
}

function released(): EngineError {
  return new EngineError('wasm', 'The engine was released.');
}
