// What users hold. Events go one way: track → journal → batch (one transaction on the store) → outbox → handlers.
import { isReceipt } from './bind.js';
import { Dispatcher, type DispatchReport, type InterventionListener } from './dispatch.js';
import { Engine } from './engine.js';
import { Journal, randomId } from './journal.js';
import { loadDefinitions, loadModule, messageOf, type DefinitionsSource, type WasmSource } from './load.js';
import { PageLife } from './page.js';
import { sortOutbox, withDecided, withStarted, type Sorted } from './outbox.js';
import { indexedDbStore, memoryStore, type Store, type StoredState, type Waiting } from './storage.js';
import type { AttributeKey, Attributes, Intervention, Payload, Problem, ProblemCode } from './types.js';

export interface EvaluatorOptions {
  /** The address of the definitions bundle, or the bundle. */
  definitions: DefinitionsSource | Promise<DefinitionsSource>;
  /** Where tripline.wasm is. Default: beside this package's own files. */
  wasm?: WasmSource;
  /** Where the state is kept. Default: the origin's IndexedDB. */
  store?: Store;
  /** Keeps evaluators of one origin apart. Default: "default". */
  namespace?: string;
  /** For so many ms an intervention that no handler was started for is offered again. Default: 30 minutes. */
  deliverWithin?: number;
}

export interface EvaluatorEvents {
  /** An intervention fires. A listener is a handler: it is started at most once per intervention and target. */
  intervention: Intervention;
  /** Something does not work. Where nobody listens, the console says it, once per code. */
  error: Problem;
  /** Something works less well than it could. */
  warning: Problem;
  /** An intervention that found no handler in time. */
  expired: Intervention;
}

export interface Evaluator {
  /** Whether events are evaluated now; if not, an `error` event has said why. Never rejects. */
  readonly ready: Promise<boolean>;
  /** Answers a function that ends the listening. */
  on<Name extends keyof EvaluatorEvents>(name: Name, listener: (value: EvaluatorEvents[Name]) => unknown): () => void;
  /** Counts an event: the object that a tracker plugin's `afterTrack` gets. It is copied, never changed. */
  track(payload: Payload): void;
  /** What a profile's attributes are, once everything that was tracked before is counted. {}: no evaluation. */
  attributes(key: AttributeKey): Promise<Attributes>;
  /** Forgets all profiles, what was sent, and the events that were not yet counted; in all tabs. */
  reset(): Promise<void>;
  /** Ends the evaluation in this page. What was tracked is kept for the next one. */
  close(): void;
}

/** Returns at once and never throws. What is tracked before the engine is ready is counted when it is. */
export function createEvaluator(options: EvaluatorOptions): Evaluator {
  return new LocalEvaluator(options);
}

const halfAnHour = 30 * 60_000;
/** What another tab has decided is left to that tab for so long (ms). */
const courtesy = 2000;

export class LocalEvaluator implements Evaluator {
  readonly ready: Promise<boolean>;
  readonly #options: EvaluatorOptions;
  readonly #namespace: string;
  readonly #deliverWithin: number;
  readonly #dispatcher: Dispatcher;
  readonly #listeners = {
    error: new Set<(problem: Problem) => unknown>(),
    warning: new Set<(problem: Problem) => unknown>(),
    expired: new Set<(intervention: Intervention) => unknown>(),
  };
  readonly #journal: Journal;
  readonly #page: PageLife;
  #store: Store;
  #engine: Engine | undefined;
  /** The state that the engine holds is the one of this revision. */
  #revision: number | undefined;
  /** As last committed or read. */
  #state: StoredState | undefined;
  #session: { id: string; since: number } | undefined;
  /** Everything that uses engine and store waits in this line. */
  #line: Promise<unknown>;
  #batchWaits = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #listenerCount = 0;
  #said = new Set<ProblemCode>();
  #closed = false;

  constructor(options: EvaluatorOptions, report?: Omit<DispatchReport, 'failed'> & Partial<DispatchReport>) {
    this.#options = typeof options === 'object' && options !== null ? options : ({} as EvaluatorOptions);
    const { namespace = 'default', deliverWithin = halfAnHour } = this.#options;
    this.#namespace = String(namespace);
    this.#deliverWithin = Number.isFinite(deliverWithin) ? deliverWithin : halfAnHour;
    this.#dispatcher = new Dispatcher({
      ...report,
      failed: (intervention, handler, cause) => {
        this.#emit('error', {
          code: 'handler',
          message: `The handler "${handler}" failed on the intervention "${intervention.name}": ${messageOf(cause)}`,
          cause,
        });
        report?.failed?.(intervention, handler, cause);
      },
    });
    this.#journal = new Journal(this.#namespace, (message, cause) => this.#warnOfStorage(message, cause));
    this.#store = this.#options.store ?? this.#defaultStore();
    this.ready = this.#start();
    this.#line = this.ready;
    this.#page = new PageLife(() => {
      this.#journal.renew();
      this.#scheduleBatch();
    });
  }

  on<Name extends keyof EvaluatorEvents>(name: Name, listener: (value: EvaluatorEvents[Name]) => unknown): () => void {
    if (name === 'intervention') {
      const id = `listener ${++this.#listenerCount}`;
      this.addHandler(id, listener as InterventionListener);
      return () => this.removeHandler(id);
    }
    const listeners = this.#listeners[name as Exclude<Name, 'intervention'>] as Set<typeof listener> | undefined;
    listeners?.add(listener);
    return () => listeners?.delete(listener);
  }

  /** A handler of the same id is replaced. */
  addHandler(id: string, handler: InterventionListener): void {
    if (typeof handler !== 'function') {
      this.#emit('error', { code: 'options', message: `The handler "${id}" is no function.` });
      return;
    }
    this.#dispatcher.add(id, handler);
    void this.#enqueue(() => this.#deliver());
  }

  removeHandler(id: string): void {
    this.#dispatcher.remove(id);
  }

  track(payload: Payload): void {
    if (this.#closed) return;
    try {
      if (isReceipt(payload)) return;
      const { sid } = payload;
      if (typeof sid === 'string' && sid !== this.#session?.id) this.#session = { id: sid, since: Date.now() };
      this.#journal.append(typeof payload['eid'] === 'string' ? payload : { ...payload, eid: randomId() });
    } catch (cause) {
      this.#emit('error', { code: 'options', message: `The event cannot be tracked: ${messageOf(cause)}`, cause });
      return;
    }
    this.#scheduleBatch();
  }

  async attributes(key: AttributeKey): Promise<Attributes> {
    let attributes: Attributes = {};
    await this.#enqueue(async () => {
      await this.#batch();
      attributes = this.#engine?.attributes(key) ?? {};
    });
    return attributes;
  }

  async reset(): Promise<void> {
    await this.#enqueue(async (engine) => {
      await this.#update((state) => {
        const applied = { ...state?.applied };
        for (const { page, number } of this.#journal.pending(applied)) applied[page] = number;
        engine.clear();
        return { ...nextState(state, engine), applied, outbox: [], started: [] };
      });
      this.#journal.shorten(this.#state?.applied ?? {});
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#page.close();
    clearTimeout(this.#timer);
    void this.#line.then(() => {
      this.#engine?.release();
      this.#engine = undefined;
      this.#store.close();
    });
  }

  async #start(): Promise<boolean> {
    await null; // so that whoever called createEvaluator can listen before anything is said
    const { definitions, wasm } = this.#options;
    if (definitions === undefined || definitions === null) {
      this.#emit('error', { code: 'options', message: 'The option "definitions" is missing: give the bundle, or its address.' });
      return false;
    }
    const loading = loadModule(wasm).catch((cause: unknown) => this.#fail('wasm', messageOf(cause), cause));
    const bundle = await loadDefinitions(definitions).catch((cause: unknown) =>
      this.#fail('definitions', `The definitions could not be loaded: ${messageOf(cause)}`, cause),
    );
    const module = await loading;
    if (bundle === undefined || module === undefined) return false;
    try {
      const { engine, diagnostics } = Engine.load(module, bundle);
      this.#sayDiagnostics(diagnostics);
      this.#engine = engine;
    } catch (cause) {
      this.#fail('wasm', `The engine broke while it read the definitions: ${messageOf(cause)}`, cause);
    }
    if (this.#engine) this.#scheduleBatch(); // what the last page left
    return this.#engine !== undefined;
  }

  #sayDiagnostics(diagnostics: NonNullable<Problem['diagnostics']>): void {
    for (const severity of ['error', 'warning'] as const) {
      const some = diagnostics.filter((diagnostic) => diagnostic.severity === severity);
      if (some.length === 0) continue;
      const list = some.map(({ pointer, message }) => `\n${pointer}: ${message}`).join('');
      const what = severity === 'error' ? 'The definitions have errors' : 'The definitions could be better';
      this.#emit(severity, { code: 'definitions', message: `${what}:${list}`, diagnostics: some });
    }
  }

  #fail(code: ProblemCode, message: string, cause: unknown): undefined {
    this.#emit('error', { code, message, cause });
  }

  /** Runs `task` after everything else that is in line; not at all where there is no engine. Never rejects. */
  #enqueue(task: (engine: Engine) => Promise<void>): Promise<void> {
    const done = this.#line.then(async () => {
      try {
        if (this.#engine) await task(this.#engine);
      } catch (cause) {
        // The store and its fallback have both refused: a trap in the module, most likely.
        this.#engine = undefined;
        this.#fail('wasm', `The evaluation has stopped: ${messageOf(cause)}`, cause);
      }
    });
    this.#line = done;
    return done;
  }

  #scheduleBatch(): void {
    if (this.#batchWaits) return;
    this.#batchWaits = true;
    void this.#enqueue(async () => {
      this.#batchWaits = false;
      await this.#batch();
      await this.#deliver();
    });
  }

  /** Takes the journals' new entries into the state. */
  async #batch(): Promise<void> {
    await this.#update((state) => this.#applyJournals(state));
    this.#journal.shorten(this.#state?.applied ?? {});
  }

  #applyJournals(state: StoredState | undefined): StoredState | undefined {
    const engine = this.#engineAt(state);
    const entries = this.#journal.pending(state?.applied ?? {});
    if (entries.length === 0) return state;
    const applied = this.#journal.retained(state?.applied ?? {});
    const started = state?.started ?? [];
    let outbox = state?.outbox ?? [];
    const now = Math.floor(Date.now());
    for (const { page, number, payload } of entries) {
      const interventions = engine.process(payload, now);
      const session = typeof payload['sid'] === 'string' ? payload['sid'] : undefined;
      outbox = withDecided({ outbox, started }, interventions, { decided: now, page, session });
      applied[page] = number;
    }
    return { ...nextState(state, engine), applied, outbox, started };
  }

  /** The engine, brought to the state that is stored. */
  #engineAt(state: StoredState | undefined): Engine {
    const engine = this.#engine;
    if (!engine) throw new Error('There is no engine.');
    if (state?.revision === this.#revision) return engine;
    this.#revision = undefined;
    if (state === undefined) {
      engine.clear();
    } else {
      const refusal = engine.restore(state.snapshot);
      if (refusal !== '') {
        this.#emit('error', {
          code: 'snapshot',
          message: `The stored state cannot be used (${refusal}). Counting starts afresh.`,
        });
      }
    }
    this.#revision = state?.revision;
    return engine;
  }

  /** Starts what this page may start, and ends what is over. */
  async #deliver(): Promise<void> {
    if (this.#closed || this.#leftAlone(this.#sort(this.#state?.outbox))) return;
    let sorted: Sorted = this.#sort([]);
    await this.#update((state) => {
      sorted = this.#sort(state?.outbox);
      return state && !this.#leftAlone(sorted) ? withStarted(state, sorted) : state;
    });
    for (const { intervention } of sorted.expired) this.#emit('expired', intervention);
    for (const { intervention } of sorted.due) this.#dispatcher.dispatch(intervention);
  }

  #sort(outbox: readonly Waiting[] = []): Sorted {
    const now = Date.now();
    const session = this.#session;
    const sorted = sortOutbox(
      outbox,
      ({ decided, session: its }) =>
        now - decided >= this.#deliverWithin ||
        (session !== undefined && its !== undefined && its !== session.id && session.since >= decided),
      ({ decided, page }) =>
        this.#dispatcher.hasHandlers &&
        this.#page.leaving === 0 &&
        (this.#journal.isOwn(page) || (now - decided >= courtesy && !this.#page.hidden)),
    );
    if (sorted.rest.length > 0 && this.#dispatcher.hasHandlers) this.#lookAgain();
    return sorted;
  }

  #leftAlone({ due, expired }: Sorted): boolean {
    return due.length + expired.length === 0;
  }

  #lookAgain(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#scheduleBatch(), Math.max(courtesy, this.#page.leaving));
  }

  /** One transaction. Where the store fails, the state goes on in memory. */
  async #update(change: (state: StoredState | undefined) => StoredState | undefined): Promise<void> {
    const attempt = async (): Promise<void> => {
      let next: StoredState | undefined;
      try {
        await this.#store.update(this.#namespace, (state) => (next = change(state)));
      } catch (error) {
        this.#revision = NaN; // the engine is ahead of what is stored
        throw error;
      }
      this.#state = next;
      this.#revision = next?.revision;
    };
    try {
      await attempt();
    } catch (cause) {
      this.#warnOfStorage('The state cannot be stored: it lives as long as this page.', cause);
      this.#store.close();
      this.#store = memoryStore(this.#state);
      await attempt();
    }
  }

  #defaultStore(): Store {
    if (typeof indexedDB !== 'undefined') return indexedDbStore();
    this.#warnOfStorage('There is no IndexedDB: the state lives as long as this page.', undefined);
    return memoryStore();
  }

  #warnedOfStorage = false;

  #warnOfStorage(message: string, cause: unknown): void {
    if (this.#warnedOfStorage) return;
    this.#warnedOfStorage = true;
    queueMicrotask(() => this.#emit('warning', { code: 'storage', message, cause }));
  }

  #emit<Name extends 'error' | 'warning' | 'expired'>(name: Name, value: EvaluatorEvents[Name]): void {
    const listeners = this.#listeners[name] as Set<(value: EvaluatorEvents[Name]) => unknown>;
    for (const listener of listeners) {
      try {
        listener(value);
      } catch (error) {
        console.error('tripline: a listener failed:', error);
      }
    }
    if (name === 'error' && listeners.size === 0) this.#sayInConsole(value as Problem);
  }

  #sayInConsole({ code, message, cause }: Problem): void {
    if (this.#said.has(code)) return;
    this.#said.add(code);
    console.error(`tripline: ${message}`, ...(cause === undefined ? [] : [cause]));
  }
}

function nextState(state: StoredState | undefined, engine: Engine): Pick<StoredState, 'revision' | 'snapshot'> {
  // Not from 1: after site data was cleared, a page must not take the new state for one that it knows.
  return { revision: (state?.revision ?? Date.now()) + 1, snapshot: engine.snapshot() };
}
