// One engine over one bundle of definitions: the WebAssembly module's functions as an object.
import type { LoadReport, TriplineModule } from '../../dist/engine/tripline.js';
import { bindInputs, type BoundEvent } from '../event/inputs.js';
import { EventBuffer } from '../event/event-buffer.js';
import { EngineError } from '../support/problem.js';
import { nilUuid, randomId } from '../support/random-id.js';
import type { AttributeKey, Diagnostic, TrackerPayload, TriggeredIntervention } from '../types.js';

/** Limits of the state that an engine keeps. It drops the least recently used first. */
export interface Limits {
  /** Number of profiles; each has an attribute key and an id. */
  profiles?: number;
  /** Number of marks; each says that an intervention was sent to a target. */
  sentMarks?: number;
  /** Number of event ids, by which duplicates are recognised. */
  eventIds?: number;
}

/** Ids that a page holds, each with the name of its attribute key. */
export type HeldIds = readonly AttributeKey[];

/** Options of `process`. */
export interface ProcessOptions {
  /**
   * On a server: when the event was received (ms). The event's time is then, as in Enrich, `ttm`, else `receivedAt`
   * minus the time from `dtm` to `stm`, so that the device's clock need not be right. Default: none, as in a page,
   * where the event's time is `ttm`, else `dtm`.
   */
  receivedAt?: number | undefined;
  /** Ids for which time is evaluated. Default: all ids. */
  held?: HeldIds | undefined;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The latest time that Date can hold, in milliseconds since 1970. */
const latestTime = 8.64e15;

/** The part of an engine that every page needs. Throws the errors of `Engine`. */
export class EngineBase {
  /** Warnings about the definitions. */
  readonly diagnostics: Diagnostic[];
  /** Inputs, fields, attribute keys and interventions of the program. @internal */
  readonly report: LoadReport;
  readonly #module: TriplineModule;
  readonly #handle: number;
  #isReleased = false;
  /** False once the module has failed in ask(), or has written no JSON. @internal */
  isSound = true;
  readonly #bind: ReturnType<typeof bindInputs>;
  readonly #buffer: EventBuffer;
  readonly #repeated: ReadonlySet<string>;
  /** The held ids of the last call, as JSON; undefined: all ids. */
  #held: string | undefined;

  /** @internal */
  constructor(module: TriplineModule, handle: number, report: LoadReport) {
    this.#module = module;
    this.#handle = handle;
    this.#bind = bindInputs(report.inputs);
    this.#buffer = new EventBuffer(module);
    this.report = report;
    this.#repeated = new Set(report.interventions.filter(({ repeats }) => repeats).map(({ name }) => name));
    this.diagnostics = report.diagnostics;
  }

  /** Compiles definitions. Returns no engine if they have errors. @internal */
  static load<Kind extends EngineBase>(
    this: new (module: TriplineModule, handle: number, report: LoadReport) => Kind,
    module: TriplineModule,
    definitions: Uint8Array,
    { profiles = 0, sentMarks = 0, eventIds = 0 }: Limits = {},
  ): { engine: Kind | undefined; diagnostics: Diagnostic[] } {
    const [size] = write(module, definitions);
    const handle = module.load(size, profiles, sentMarks, eventIds);
    const report = parse(module) as LoadReport;
    return { engine: handle === 0 ? undefined : new this(module, handle, report), diagnostics: report.diagnostics };
  }

  /**
   * Counts an event: the payload of Snowplow's tracker protocol. Returns the interventions that it triggers, one item
   * for each target. A malformed payload counts as far as it can be read; one without an event id gets a random id. An
   * event id that was seen before counts nothing. `held`: as for advance(); the event's own ids count as held.
   */
  process(payload: TrackerPayload, now: number, { receivedAt, held }: ProcessOptions = {}): TriggeredIntervention[] {
    this.#hold(held);
    const event = this.#bind(payload, receivedAt === undefined ? receivedAt : Math.floor(checked(receivedAt)));
    if (event.id === '' || event.id === nilUuid) event.id = randomId();
    this.#buffer.write(event, checked(now));
    return this.#fired(this.#module.process(this.#live));
  }

  /**
   * Sets fields of external groups to the values of `update`, and returns the interventions that this triggers. `held`:
   * as for advance(); the profile's id counts as held. @internal
   */
  applyUpdate(update: BoundEvent, now: number, held?: HeldIds): TriggeredIntervention[] {
    this.#hold(held);
    this.#buffer.write(update, checked(now));
    return this.#fired(this.#module.setAttributes(this.#live));
  }

  /**
   * Lets time pass to `now` (ms), and returns the interventions that this triggers. With `held`, time is evaluated for
   * these ids only. An id that was not held in the call before catches up: interventions whose criteria became true
   * meanwhile fire if their criteria still hold.
   */
  advance(now: number, held?: HeldIds): TriggeredIntervention[] {
    this.#hold(held);
    return this.#fired(this.#module.advance(this.#live, checked(now)));
  }

  /**
   * Returns when time alone may trigger an intervention next (ms), for the held ids; Infinity: never. If that is at or
   * before the clock, an id has to catch up: call advance() at once.
   */
  nextDeadlineOf(held?: HeldIds): number {
    this.#hold(held);
    return this.#module.nextDeadline(this.#live);
  }

  /** True if the intervention uses `changed`: it is sent every time, not once for a target. @internal */
  repeats(intervention: string): boolean {
    return this.#repeated.has(intervention);
  }

  /** The highest `now` so far (ms); undefined: there was none. */
  get clock(): number | undefined {
    const clock = this.#module.clock(this.#live);
    return clock < -latestTime ? undefined : clock;
  }

  /** Turns the clock back to `now` (ms), for a host whose clock was wrong: later times in the state become `now`. */
  rebase(now: number): void {
    this.#module.rebase(this.#live, checked(now));
  }

  /** Calls a function of the module that takes strings, and returns its result. @internal */
  ask(question: 'attributes' | 'explain' | 'forget' | 'save', texts: readonly string[], ...rest: number[]): number {
    const module: Record<typeof question, (...numbers: number[]) => number> = this.#module;
    return this.#sound(() => module[question](this.#live, ...write(this.#module, ...texts), ...rest));
  }

  /** The JSON that the last call wrote, parsed. @internal */
  get result(): unknown {
    return this.#sound(() => parse(this.#module));
  }

  /** A copy of the bytes that the last call wrote. @internal */
  get bytes(): Uint8Array<ArrayBuffer> {
    return result(this.#module).slice();
  }

  /** Returns the whole state: profiles, marks of sent interventions, event ids, and the clock. */
  snapshot(): Uint8Array {
    this.#module.snapshot(this.#live);
    return this.bytes;
  }

  /**
   * Replaces the state by a snapshot's. The snapshot may come from an engine with other definitions: an attribute whose
   * definition is the same keeps its value, and one that these definitions do not have is kept for 30 days. Throws an
   * EngineError of the code `snapshot` if the snapshot is damaged or of another version; the engine is empty then.
   */
  restore(snapshot: Uint8Array): void {
    const [size] = write(this.#module, snapshot);
    if (this.#module.restore(this.#live, size) === 0) return;
    throw new EngineError('snapshot', `The snapshot was refused: ${decoder.decode(result(this.#module))}`);
  }

  /**
   * Erases attributes that restored snapshots brought and these definitions do not have. They are kept for 30 days
   * otherwise, for definitions that have them again.
   */
  eraseDormant(): void {
    this.#module.eraseDormant(this.#live);
  }

  /** Forgets everything. */
  clear(): void {
    this.#module.restore(this.#live, 0); // refused, and the engine is empty then
  }

  /** Frees the memory. All calls throw an EngineError of the code `wasm` afterwards, except release(). */
  release(): void {
    if (!this.#isReleased) this.#module.release(this.#handle);
    this.#isReleased = true;
  }

  #sound<Result>(call: () => Result): Result {
    this.isSound = false;
    const result = call();
    this.isSound = true;
    return result;
  }

  /** The handle, for a call. */
  get #live(): number {
    if (this.#isReleased) throw new EngineError('wasm', 'The engine was released.');
    return this.#handle;
  }

  /** Makes these the held ids of the next calls. */
  #hold(held: HeldIds | undefined): void {
    const wanted = JSON.stringify(held);
    if (wanted === this.#held) return;
    this.#buffer.write({ id: '', time: NaN, values: held ? this.namesAndIds(held) : [] }, 0);
    this.#fired(this.#module.hold(this.#live, held ? 0 : 1));
    this.#held = wanted;
  }

  /** Returns names and ids alternately. @internal */
  protected namesAndIds(held: HeldIds): string[] {
    return held.flatMap(({ name, id }) => [name, id]);
  }

  #fired(count: number): TriggeredIntervention[] {
    if (count === 0) return [];
    if (count < 0) throw new EngineError('wasm', `The engine refused its input (${count}).`);
    return parse(this.#module) as TriggeredIntervention[];
  }
}

type SizeOfEach<Texts> = { [Text in keyof Texts]: number };

/**
 * Writes strings, or their bytes in UTF-8, into the event buffer one after the other; returns the size of each in
 * bytes.
 */
function write<Texts extends (string | Uint8Array)[]>(module: TriplineModule, ...texts: Texts): SizeOfEach<Texts> {
  const parts = texts.map((text) => (typeof text === 'string' ? encoder.encode(text) : text));
  let end = module.buffer(parts.reduce((size, part) => size + part.length, 0));
  const memory = new Uint8Array(module.memory.buffer); // after buffer(), which may let the memory grow
  for (const part of parts) {
    memory.set(part, end);
    end += part.length;
  }
  return parts.map((part) => part.length) as SizeOfEach<Texts>;
}

/** Returns a view that is valid until the next call. */
function result(module: TriplineModule): Uint8Array {
  return new Uint8Array(module.memory.buffer, module.result(), module.resultSize());
}

function parse(module: TriplineModule): unknown {
  return JSON.parse(decoder.decode(result(module)));
}

function checked(time: number): number {
  if (!(Math.abs(time) <= latestTime)) throw new EngineError('options', `${String(time)} is not a time in ms.`);
  return time;
}
