// One engine over one bundle of definitions: the WebAssembly module's functions as an object.
import type { LoadReport, TriplineModule } from '../dist/engine/tripline.js';
import { bindInputs } from './bind.js';
import { EventBuffer } from './event-buffer.js';
import type { AttributeKey, Attributes, Diagnostic, Intervention, Payload } from './types.js';

const decoder = new TextDecoder();

export class Engine {
  readonly #module: TriplineModule;
  readonly #handle: number;
  readonly #bind: ReturnType<typeof bindInputs>;
  readonly #buffer: EventBuffer;
  readonly #empty: Uint8Array;

  private constructor(module: TriplineModule, report: LoadReport) {
    this.#module = module;
    this.#handle = report.handle;
    this.#bind = bindInputs(report.inputs);
    this.#buffer = new EventBuffer(module);
    this.#empty = this.snapshot();
  }

  /** Without an engine if the definitions have errors. */
  static load(
    module: TriplineModule,
    definitions: string | Uint8Array,
  ): { engine: Engine | undefined; diagnostics: Diagnostic[] } {
    const report = JSON.parse(module.load(definitions, 0, 0, 0)) as LoadReport;
    return {
      engine: report.handle === 0 ? undefined : new Engine(module, report),
      diagnostics: report.diagnostics,
    };
  }

  /** Counts the event. Answers what it triggers, one item per intervention and target. */
  process(payload: Payload, now: number): Intervention[] {
    this.#buffer.write(this.#bind(payload), now);
    const count = this.#module._tripline_process(this.#handle);
    if (count < 0) throw new Error(`The engine refused an event (${count}).`);
    return count === 0 ? [] : this.#result();
  }

  /** Lets time pass to `now`, and answers what that triggers. */
  advance(now: number): Intervention[] {
    return this.#module._tripline_advance(this.#handle, now) > 0 ? this.#result() : [];
  }

  /** When time alone may trigger something next (ms); Infinity: never. */
  get nextDeadline(): number {
    return this.#module._tripline_next_deadline(this.#handle);
  }

  /** The highest `now` so far (ms). */
  get clock(): number {
    return this.#module._tripline_clock(this.#handle);
  }

  /** Turns the clock back. */
  rebase(now: number): void {
    this.#module._tripline_rebase(this.#handle, now);
  }

  attributes(key: AttributeKey): Attributes {
    return JSON.parse(this.#module.attributes(this.#handle, key.name, key.id)) as Attributes;
  }

  snapshot(): Uint8Array {
    const snapshot = this.#module.snapshot(this.#handle);
    if (snapshot === null) throw new Error('The engine was released.');
    return snapshot;
  }

  /** "" or why the snapshot was refused; the engine is empty then. */
  restore(snapshot: Uint8Array): string {
    return this.#module.restore(this.#handle, snapshot);
  }

  clear(): void {
    this.restore(this.#empty);
  }

  release(): void {
    this.#module.release(this.#handle);
  }

  #result(): Intervention[] {
    const start = this.#module._tripline_result();
    const bytes = this.#module.HEAPU8.subarray(start, start + this.#module._tripline_result_size());
    const payloads = JSON.parse(decoder.decode(bytes)) as (Intervention & { triggered_at: string })[];
    return payloads.map(({ triggered_at: _, ...intervention }) => intervention);
  }
}
