// One engine over one bundle of definitions: the WebAssembly module's functions as an object.
import type { LoadReport, TriplineModule } from '../../dist/engine/tripline.js';
import { bindInputs, type BoundEvent } from '../event/inputs.js';
import { EventBuffer } from '../event/event-buffer.js';
import { EngineError } from '../support/problem.js';
import { nilUuid, randomId } from '../support/random-id.js';
import type { AttributeKey, Diagnostic, TrackerPayload, TriggeredIntervention } from '../types.js';

/** What an engine keeps at most; the least recently used goes first. */
export interface Limits {
  /** Profiles: an attribute key and an id each. */
  profiles?: number;
  /** Marks of what was sent to whom. */
  sentMarks?: number;
  /** Ids of events, by which duplicates are known. */
  eventIds?: number;
}

/** Ids that a page holds, each with the name of its attribute key. */
export type HeldIds = readonly AttributeKey[];

/** Options of `process`. */
export interface ProcessOptions {
  /**
   * On a server: when the event was received (ms). Its time is then, as in Enrich, `ttm`, else this less the time from
   * `dtm` to `stm`: the device's own clock need not be right. Default: nobody received it, as in a page, and its time is
   * `ttm`, else `dtm`.
   */
  receivedAt?: number | undefined;
  /** Whose time passes; default: everybody's. */
  held?: HeldIds | undefined;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Every time is whole milliseconds since 1970, and may not be one that Date cannot tell. */
const latestTime = 8.64e15;

/** As much of an engine as every page needs. Throws what `Engine` throws. */
export class EngineBase {
  /** Warnings about the definitions. */
  readonly diagnostics: Diagnostic[];
  /** What the definitions name. @internal */
  readonly report: LoadReport;
  readonly #module: TriplineModule;
  readonly #handle: number;
  readonly #bind: ReturnType<typeof bindInputs>;
  readonly #buffer: EventBuffer;
  readonly #repeated: ReadonlySet<string>;
  /** As JSON; undefined: all. */
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

  /** Without an engine if the definitions have errors. @internal */
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
   * Counts an event: the payload of Snowplow's tracker protocol. Answers what it triggers, one item per intervention and
   * target. A payload that is malformed, whatever it is, counts as far as it can be read; one without an event id gets a
   * random one. An id that was seen before counts nothing. `held`: as for advance(); the ids that the event carries count
   * as held.
   */
  process(payload: TrackerPayload, now: number, { receivedAt, held }: ProcessOptions = {}): TriggeredIntervention[] {
    this.#hold(held);
    const event = this.#bind(payload, receivedAt === undefined ? receivedAt : Math.floor(checked(receivedAt)));
    if (event.id === '' || event.id === nilUuid) event.id = randomId();
    this.#buffer.write(event, checked(now));
    return this.#fired(this.#module.process(this.#handle));
  }

  /**
   * Sets fields of external groups to the values that `boundUpdate` returns. `held`: as for advance(); the profile's id
   * counts as held. @internal
   */
  applyUpdate(update: BoundEvent, now: number, held?: HeldIds): TriggeredIntervention[] {
    this.#hold(held);
    this.#buffer.write(update, checked(now));
    return this.#fired(this.#module.push(this.#handle));
  }

  /**
   * Lets time pass to `now`, and answers what that triggers. With `held`, time is evaluated for these ids only. An id
   * that was not held in the call before catches up: of what became true meanwhile, it fires what still holds.
   */
  advance(now: number, held?: HeldIds): TriggeredIntervention[] {
    this.#hold(held);
    return this.#fired(this.#module.advance(this.#handle, checked(now)));
  }

  /**
   * When time alone may trigger something next (ms), for the ids that are held; Infinity: never. At or before the clock:
   * an id has to catch up, so call advance() at once.
   */
  nextDeadlineOf(held?: HeldIds): number {
    this.#hold(held);
    return this.#module.nextDeadline(this.#handle);
  }

  /** Whether the definitions use `changed` in an intervention: it is sent every time, not once for a target. @internal */
  repeats(intervention: string): boolean {
    return this.#repeated.has(intervention);
  }

  /** The highest `now` so far (ms); undefined: there was none. */
  get clock(): number | undefined {
    const clock = this.#module.clock(this.#handle);
    return clock < -latestTime ? undefined : clock;
  }

  /** Turns the clock back, for a host whose clock was wrong: what is stored as later than now counts as of now. */
  rebase(now: number): void {
    this.#module.rebase(this.#handle, checked(now));
  }

  /** Calls a function of the module that takes texts, and answers what it does. @internal */
  ask(question: 'attributes' | 'explain' | 'forget', texts: readonly string[], ...rest: number[]): number {
    const call: (...numbers: number[]) => number = this.#module[question];
    return this.#answered(call(this.#handle, ...write(this.#module, ...texts), ...rest));
  }

  /** What the last call left, which was JSON. @internal */
  get result(): unknown {
    return parse(this.#module);
  }

  /** The whole state: profiles, what was sent, and the clock. */
  snapshot(): Uint8Array {
    this.#answered(this.#module.snapshot(this.#handle));
    return result(this.#module).slice(); // a copy that outlives the next call
  }

  /**
   * Replaces the state by a snapshot's, also of an engine with other definitions: what an attribute counted is kept where
   * its definition stayed. Throws an EngineError of the code `snapshot` if it is damaged or of another version; the engine
   * is empty then.
   */
  restore(snapshot: Uint8Array): void {
    const [size] = write(this.#module, snapshot);
    if (this.#answered(this.#module.restore(this.#handle, size)) === 0) return;
    throw new EngineError('snapshot', `The snapshot was refused: ${decoder.decode(result(this.#module))}`);
  }

  /** Forgets everything. */
  clear(): void {
    this.#module.restore(this.#handle, 0); // refused, and the engine is empty then
  }

  /** Frees its memory. The engine is of no use afterwards. */
  release(): void {
    this.#module.release(this.#handle);
  }

  /** Makes these the held ids of the calls to come. */
  #hold(held: HeldIds | undefined): void {
    const wanted = JSON.stringify(held);
    if (wanted === this.#held) return;
    this.#buffer.write({ id: '', time: NaN, values: held ? this.namesAndIds(held) : [] }, 0);
    this.#fired(this.#module.hold(this.#handle, held ? 0 : 1));
    this.#held = wanted;
  }

  /** Names and ids by turns. @internal */
  protected namesAndIds(held: HeldIds): string[] {
    return held.flatMap(({ name, id }) => [name, id]);
  }

  #fired(count: number): TriggeredIntervention[] {
    if (this.#answered(count) === 0) return [];
    if (count < 0) throw new EngineError('wasm', `The engine refused what it was given (${count}).`);
    return parse(this.#module) as TriggeredIntervention[];
  }

  #answered(answer: number): number {
    if (answer === -2) throw new EngineError('wasm', 'The engine was released.');
    return answer;
  }
}

type SizeOfEach<Texts> = { [Text in keyof Texts]: number };

/** Texts, or their bytes, into the event buffer, one after the other; answers how many bytes each has. */
function write<Texts extends (string | Uint8Array)[]>(module: TriplineModule, ...texts: Texts): SizeOfEach<Texts> {
  const parts = texts.map((text) => (typeof text === 'string' ? encoder.encode(text) : text));
  let end = module.buffer(parts.reduce((size, part) => size + part.length, 0));
  const memory = new Uint8Array(module.memory.buffer); // only now: it may have grown
  for (const part of parts) {
    memory.set(part, end);
    end += part.length;
  }
  return parts.map((part) => part.length) as SizeOfEach<Texts>;
}

/** A view: the next call may void it. */
function result(module: TriplineModule): Uint8Array {
  return new Uint8Array(module.memory.buffer, module.result(), module.resultSize());
}

function parse(module: TriplineModule): unknown {
  return JSON.parse(decoder.decode(result(module)));
}

function checked(time: number): number {
  if (!(Math.abs(time) <= latestTime)) throw new EngineError('options', `${String(time)} is no time in milliseconds.`);
  return time;
}
