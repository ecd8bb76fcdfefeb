// What users hold. Events go one way: track → journal → batch (one transaction on the store) → outbox → handlers.
import { Announcer, type Announcements } from './announcer.js';
import { applyJournals, emptied, sessionOf } from './batch.js';
import { isReceipt } from './bind.js';
import { Delivery } from './delivery.js';
import { Dispatcher, type DispatchReport, type InterventionListener } from './dispatch.js';
import { Engine } from './engine.js';
import { Journal } from './journal.js';
import { loadDefinitions, loadModule, type DefinitionsSource, type WasmSource } from './load.js';
import { PageLife } from './page.js';
import { definitionsProblem, messageOf } from './problem.js';
import { randomId } from './random-id.js';
import { EngineFailure, SharedState } from './shared-state.js';
import { indexedDbStore, type Store } from './storage.js';
import { DeadlineTimer } from './timers.js';
import type { AttributeKey, Attributes, Diagnostic, Intervention, Payload, ProblemCode } from './types.js';

export interface EvaluatorOptions {
  /** The address of the definitions bundle, or the bundle. */
  definitions: DefinitionsSource | Promise<DefinitionsSource>;
  /** Where tripline.wasm is. Default: beside this package's own files. */
  wasm?: WasmSource | undefined;
  /** Where the state is kept. Default: the origin's IndexedDB. */
  store?: Store | undefined;
  /** Keeps evaluators of one origin apart. Default: "default". */
  namespace?: string | undefined;
  /** An intervention that no handler was started for is offered again for so many ms. Default: 30 minutes. */
  deliverWithin?: number | undefined;
}

export interface EvaluatorEvents extends Announcements {
  /** An intervention fires. A listener is a handler: it is started at most once per intervention and target. */
  intervention: Intervention;
}

export interface Evaluator {
  /** Whether events are evaluated now; if not, an `error` event has said why. Never rejects. */
  readonly ready: Promise<boolean>;
  /** Answers a function that ends the listening. */
  on<Name extends keyof EvaluatorEvents>(name: Name, listener: (value: EvaluatorEvents[Name]) => unknown): () => void;
  /** Counts an event: the object that a tracker plugin's `afterTrack` gets. It is copied, never changed. */
  track(payload: Payload): void;
  /** A profile's attributes, once everything that was tracked before is counted. {}: nothing is evaluated. */
  attributes(key: AttributeKey): Promise<Attributes>;
  /** Forgets all profiles, what was sent, and the events that are not yet counted; in all tabs. */
  reset(): Promise<void>;
  /** Ends the evaluation in this page. What was tracked is kept for the next one. */
  close(): void;
}

/** Returns at once and never throws. What is tracked before the engine is ready is counted when it is. */
export function createEvaluator(options: EvaluatorOptions): Evaluator {
  return new LocalEvaluator(options);
}

const halfAnHour = 30 * 60_000;

export class LocalEvaluator implements Evaluator {
  readonly ready: Promise<boolean>;
  readonly #options: Partial<EvaluatorOptions>;
  readonly #namespace: string;
  readonly #announcer = new Announcer();
  readonly #dispatcher: Dispatcher;
  readonly #journal: Journal;
  readonly #page: PageLife;
  readonly #delivery: Delivery;
  readonly #deadline = new DeadlineTimer(() => this.#scheduleBatch());
  /** Undefined until the engine is ready, and when it has failed. */
  #shared: SharedState | undefined;
  #engine: Engine | undefined;
  /** All that uses the engine waits in this line. */
  #line: Promise<unknown>;
  #batchWaits = false;
  #listenerCount = 0;
  #closed = false;

  /** `report` hears what becomes of each intervention. */
  constructor(options: EvaluatorOptions, report: Partial<DispatchReport> = {}) {
    this.#options = typeof options === 'object' && options !== null ? options : {};
    const { namespace = 'default', deliverWithin = halfAnHour } = this.#options;
    this.#namespace = String(namespace);
    this.#dispatcher = new Dispatcher({
      ...report,
      failed: (intervention, handler, error) => {
        const what = `The handler "${handler}" failed on the intervention "${intervention.name}"`;
        this.#sayError('handler', `${what}: ${messageOf(error)}`, error);
        report.failed?.(intervention, handler, error);
      },
    });
    this.#journal = new Journal(this.#namespace, (message, cause) => {
      queueMicrotask(() => this.#announcer.say('warning', { code: 'storage', message, cause }));
    });
    this.#page = new PageLife(() => this.#scheduleBatch());
    this.#delivery = new Delivery({
      announcer: this.#announcer,
      dispatcher: this.#dispatcher,
      journal: this.#journal,
      page: this.#page,
      deliverWithin: Number.isFinite(deliverWithin) ? deliverWithin : halfAnHour,
      again: () => this.#scheduleBatch(),
    });
    this.ready = this.#start();
    this.#line = this.ready;
    this.#scheduleBatch(); // what the last page left
  }

  on<Name extends keyof EvaluatorEvents>(name: Name, listener: (value: EvaluatorEvents[Name]) => unknown): () => void {
    if (name !== 'intervention') {
      return this.#announcer.on(name as keyof Announcements, listener as (value: unknown) => unknown);
    }
    const id = `listener ${++this.#listenerCount}`;
    this.addHandler(id, listener as InterventionListener);
    return () => this.removeHandler(id);
  }

  /** A handler of the same id is replaced. */
  addHandler(id: string, handler: InterventionListener): void {
    if (typeof handler !== 'function') {
      this.#sayError('options', `The handler "${id}" is no function.`);
      return;
    }
    this.#dispatcher.add(id, handler);
    void this.#enqueue((shared) => this.#delivery.run(shared));
  }

  removeHandler(id: string): void {
    this.#dispatcher.remove(id);
  }

  track(payload: Payload): void {
    if (this.#closed) return;
    try {
      if (typeof payload !== 'object') throw new TypeError('it is no object.');
      if (isReceipt(payload)) return;
      this.#journal.append(payload['eid'] ? payload : { ...payload, eid: randomId() });
      this.#delivery.noteSession(sessionOf(payload));
    } catch (error) {
      this.#sayError('options', `What was tracked is no event: ${messageOf(error)}`, error);
      return;
    }
    this.#scheduleBatch();
  }

  async attributes(key: AttributeKey): Promise<Attributes> {
    let attributes: Attributes = {};
    await this.#enqueue(async (shared) => {
      await this.#runBatch(shared);
      attributes = this.#engine?.attributes(key) ?? {};
    });
    return attributes;
  }

  async reset(): Promise<void> {
    await this.#enqueue(async (shared) => {
      await shared.update((state, engine) => emptied(state, engine, this.#journal));
      this.#journal.shorten(shared.state?.applied ?? {});
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#page.close();
    this.#deadline.close();
    void this.#enqueue(async (shared) => {
      this.#shared = undefined;
      this.#delivery.close();
      shared.close();
    });
  }

  async #start(): Promise<boolean> {
    await null; // whoever calls createEvaluator can listen before anything is said
    const { definitions, wasm, store } = this.#options;
    if (definitions === undefined) {
      this.#sayError('options', 'The option "definitions" is missing: give the definitions bundle, or its address.');
      return false;
    }
    const [module, bundle] = await Promise.all([
      loadModule(wasm).catch((error: unknown) => this.#sayError('wasm', messageOf(error), error)),
      loadDefinitions(definitions).catch((error: unknown) => this.#sayError('definitions', messageOf(error), error)),
    ]);
    if (module === undefined || bundle === undefined) return false;
    try {
      const { engine, diagnostics } = Engine.load(module, bundle);
      this.#sayDiagnostics(diagnostics);
      if (engine) this.#shared = new SharedState(engine, store ?? indexedDbStore(), this.#namespace, this.#announcer);
      this.#engine = engine;
    } catch (error) {
      this.#sayError('wasm', `The engine broke on the definitions: ${messageOf(error)}`, error);
    }
    return this.#shared !== undefined;
  }

  /** Runs `task` after everything else in the line; not at all where there is no engine. Never rejects. */
  #enqueue(task: (shared: SharedState) => Promise<void>): Promise<void> {
    const done = this.#line.then(async () => {
      try {
        if (this.#shared) await task(this.#shared);
      } catch (failure) {
        this.#stop(failure);
      }
    });
    this.#line = done;
    return done;
  }

  #scheduleBatch(): void {
    if (this.#batchWaits) return;
    this.#batchWaits = true;
    void this.#enqueue(async (shared) => {
      this.#batchWaits = false;
      await this.#runBatch(shared);
      await this.#delivery.run(shared);
    });
  }

  async #runBatch(shared: SharedState): Promise<void> {
    const now = Math.floor(Date.now());
    const onClockSetBack = (): void =>
      this.#announcer.say('warning', {
        code: 'clock',
        message: "The device's clock was set back. What was counted later than now counts as of now.",
      });
    await shared.update((state, engine) => applyJournals(state, engine, this.#journal, now, onClockSetBack));
    if (!this.#closed) this.#deadline.set(this.#engine?.nextDeadline ?? Infinity);
    this.#journal.shorten(shared.state?.applied ?? {});
  }

  // The module has trapped and cannot go on. The next page begins with a new one, and without that event.
  #stop(failure: unknown): void {
    this.#shared = undefined;
    const { entry } = failure instanceof EngineFailure ? failure : {};
    if (entry) this.#journal.remove(entry.page, entry.number);
    this.#sayError('wasm', `${messageOf(failure)} Nothing is evaluated until the next page.`, failure);
  }

  #sayError(code: ProblemCode, message: string, cause?: unknown): undefined {
    this.#announcer.say('error', { code, message, cause });
  }

  #sayDiagnostics(diagnostics: readonly Diagnostic[]): void {
    for (const severity of ['error', 'warning'] as const) {
      const problem = definitionsProblem(diagnostics, severity);
      if (problem) this.#announcer.say(severity, problem);
    }
  }
}
