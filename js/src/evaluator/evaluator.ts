// What users hold. Events go one way: track → journal → batch (one transaction on the store) → outbox → handlers.
import { Listeners, type Emitted } from '../support/listeners.js';
import { applyJournal, direct, emptied, isInput, type Input, type Pushes } from '../state/apply-journal.js';
import { isReceipt } from '../event/inputs.js';
import { longestExamination, longestInOutbox } from '../support/bounds.js';
import { Claims } from '../delivery/claims.js';
import { Delivery } from '../delivery/delivery.js';
import type { DispatchReport, InterventionListener } from '../delivery/dispatch.js';
import type { DoctorReport } from './doctor.js';
import { EngineBase, type Limits } from '../engine/engine-base.js';
import { Journal } from '../state/journal.js';
import { limited, loadDefinitions, loadModule, type DefinitionsSource, type WasmSource } from '../engine/load.js';
import { PageLife } from '../delivery/page-life.js';
import { definitionsProblem, isRefusal, messageOf } from '../support/problem.js';
import { nilUuid, randomId } from '../support/random-id.js';
import { EngineFailure, SharedState, type Change } from '../state/shared-state.js';
import { indexedDbStore, type Store } from '../state/store.js';
import { deadlineTimer, inTime } from '../support/deadline-timer.js';
import type {
  AttributeKey,
  AttributeUpdate,
  Attributes,
  Diagnostic,
  DirectIntervention,
  Explanation,
  Intervention,
  TrackerPayload,
  Problem,
  ProblemCode,
} from '../types.js';
import { Visitor, type TrackerIds } from '../state/visitor.js';

type Questions = typeof import('../engine/inspect.js');

/** Options of `createEvaluator`. */
export interface EvaluatorOptions {
  /** The address of the definitions bundle, or the bundle. */
  definitions: DefinitionsSource | Promise<DefinitionsSource>;
  /** Where tripline.wasm is. Default: beside this package's own files. */
  wasm?: WasmSource | undefined;
  /** Where the state is kept. Default: the origin's IndexedDB. */
  store?: Store | undefined;
  /**
   * How long definitions, module and what is loaded on demand may take to come (ms). After that the page goes on without,
   * and events wait for the next one. Default: 30 s.
   */
  loadTimeout?: number | undefined;
  /** Keeps evaluators of one origin apart. Default: "default". */
  namespace?: string | undefined;
  /** An intervention that no handler was started for is offered again for so many ms. Default: 30 minutes. */
  deliverWithin?: number | undefined;
  /** What the engine keeps at most. Default: 200 profiles, 10,000 marks of what was sent, 512 event ids. */
  limits?: Limits | undefined;
}

/** What `on` listens for, by name. */
export interface EvaluatorEvents extends Emitted {
  /** An intervention fires. A listener is a handler: it is started at most once per intervention and target. */
  intervention: Intervention;
}

/** Evaluates the definitions in this page. */
export interface Evaluator {
  /** Whether events are evaluated now; if not, an `error` event has said why. Never rejects. */
  readonly ready: Promise<boolean>;
  /** Answers a function that ends the listening. */
  on<Name extends keyof EvaluatorEvents>(name: Name, listener: (value: EvaluatorEvents[Name]) => unknown): () => void;
  /** Counts an event: the object that a tracker plugin's `afterTrack` gets. It is copied, never changed. */
  track(payload: TrackerPayload): void;
  /**
   * Sets fields of an external attribute group, exactly once, and fires what that triggers. What is refused, because the
   * definitions have no such field, is an `error` of the code `options`. This and `push` load a file of their own.
   */
  setAttributes(update: AttributeUpdate): void;
  /** Dispatches an intervention whatever its criteria say, at most once for each `intervention_id`. */
  push(intervention: DirectIntervention): void;
  /**
   * A profile's attributes, once everything that was tracked before is counted. {}: nothing is evaluated, or there is no
   * such key, which is a warning. This and `explain` load a file of their own.
   */
  attributes(key: AttributeKey): Promise<Attributes>;
  /**
   * Why an intervention did or did not fire for a profile. undefined: nothing is evaluated, or there is none of that name
   * or no such key, which is a warning of the code `options` with the nearest name.
   */
  explain(intervention: string, key: AttributeKey): Promise<Explanation | undefined>;
  /**
   * What works here and what does not: for a person, or for a test. It answers within a second: what is still loading then,
   * it says. Loads a file of its own.
   */
  doctor(): Promise<DoctorReport>;
  /** Forgets all profiles, what was sent, and the events that are not yet counted; in all tabs. */
  reset(): Promise<void>;
  /** Ends the evaluation in this page. What was tracked is kept for the next one. */
  close(): void;
}

/** Returns at once and never throws. What is tracked before the engine is ready is counted when it is. */
export function createEvaluator(options: EvaluatorOptions): Evaluator {
  return new LocalEvaluator(options);
}

function hasId(payload: TrackerPayload): boolean {
  return !!payload['eid'] && payload['eid'] !== nilUuid;
}

/** What is none is refused later, like one of a wrong form. */
function objectOr<Given extends object>(given: Given): Given {
  return typeof given === 'object' ? given : (null as never);
}

export class LocalEvaluator implements Evaluator {
  readonly ready: Promise<boolean>;
  readonly #options: Partial<EvaluatorOptions>;
  readonly #namespace: string;
  readonly #listeners = new Listeners();
  readonly #handlers = new Map<string, InterventionListener>();
  readonly #journal: Journal<Input>;
  readonly #claims: Claims;
  readonly #page: PageLife;
  readonly visitor: Visitor;
  readonly #pushes: Pushes = { code: undefined, areWanted: false };
  readonly #delivery: Delivery;
  readonly #setDeadline = deadlineTimer(() => this.#scheduleBatch());
  /** Undefined when all is closed. */
  #shared: SharedState | undefined;
  /** What the engine is still waited for because of. */
  readonly #loading = new Set<string>();
  #diagnostics: readonly Diagnostic[] = [];
  /** All that uses the state waits in this line. It does not wait for the engine: that comes when it comes. */
  #line: Promise<unknown> = Promise.resolve();
  #batchWaits = false;
  readonly #isPauseExpected: boolean;
  #isPaused: boolean;
  #listenerCount = 0;
  #closed = false;

  /**
   * `report` hears what becomes of each intervention. Without definitions it is paused, which is an error unless expected.
   * A tracker knows more of its visitor than its payloads tell.
   */
  constructor(
    options: Partial<EvaluatorOptions>,
    report: DispatchReport = () => undefined,
    isPauseExpected = false,
    tracker?: TrackerIds,
  ) {
    this.#options = Object(options) as Partial<EvaluatorOptions>;
    this.#isPauseExpected = isPauseExpected;
    this.#isPaused = isPauseExpected && this.#options.definitions === undefined;
    const { namespace = 'default', deliverWithin } = this.#options;
    this.#namespace = String(namespace);
    this.#journal = new Journal(this.#namespace, isInput, (name, message, cause) =>
      queueMicrotask(() => this.#listeners.emit(name, { code: 'storage', message, cause })),
    );
    this.#claims = new Claims(this.#namespace);
    this.#page = new PageLife(() => this.#scheduleBatch(), () => this.#delivery.leave());
    this.visitor = new Visitor(this.page, tracker);
    this.#delivery = new Delivery(
      this.#listeners,
      this.#handlers,
      (waiting, step, intervention, data) => {
        if ('error' in data) this.#sayFailed(data.handler, intervention, data.error);
        this.visitor.report(intervention, waiting, () => report(step, intervention, data));
      },
      this.#journal,
      this.#claims,
      this.#page,
      Number.isFinite(deliverWithin) ? (deliverWithin as number) : longestInOutbox,
      () => this.#scheduleBatch(),
      this.visitor,
    );
    const store = this.#options.store ?? indexedDbStore(); // opens while the engine loads
    const shared = new SharedState(store, this.#namespace, this.#listeners, () => {
      this.#journal.serve(shared.isShared, !shared.isAlone);
      this.#scheduleBatch();
    });
    this.#journal.serve(shared.isShared, true);
    this.#shared = shared;
    this.ready = this.#start();
    this.#scheduleBatch(); // what the last page left
  }

  on<Name extends keyof EvaluatorEvents>(name: Name, listener: (value: EvaluatorEvents[Name]) => unknown): () => void {
    if (name !== 'intervention') {
      return this.#listeners.on(name as keyof Emitted, listener as (value: unknown) => unknown);
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
    this.#handlers.set(id, handler);
    this.#deliver();
  }

  removeHandler(id: string): void {
    this.#handlers.delete(id);
  }

  /** While it is paused, events and time pass unseen. */
  pause(isPaused: boolean): void {
    this.#isPaused = isPaused;
    this.#scheduleBatch();
  }

  /** Changes the state once everything before is counted, and dispatches what is due then. Never rejects. */
  commit(change: Change): Promise<void> {
    return this.#enqueue(async (shared) => {
      await this.#runBatch(shared);
      await shared.update(change);
      await this.#delivery.run(shared);
    });
  }

  /** As the journals name it. */
  get page(): string {
    return this.#journal.page;
  }

  /** What was said so far, each once. */
  get problems(): readonly Problem[] {
    return this.#listeners.problems;
  }

  emit(name: 'error' | 'warning', problem: Problem): void {
    this.#listeners.emit(name, problem);
  }

  track(payload: TrackerPayload): void {
    if (this.#closed) return;
    try {
      if (typeof payload !== 'object') throw new TypeError('it is no object.');
      const counts = !this.#isPaused && !isReceipt(payload) && !this.visitor.hasOptedOut(payload);
      if (counts) this.#journal.append({ event: hasId(payload) ? payload : { ...payload, eid: randomId() } });
      this.visitor.take(payload);
      if (counts) this.#scheduleBatch();
      else this.#deliver();
    } catch (error) {
      this.#sayError('options', `What was tracked is no event: ${messageOf(error)}`, error);
    }
  }

  setAttributes(update: AttributeUpdate): void {
    if (this.#isPaused) return;
    this.#append(() => this.#journal.append({ attributes: objectOr(update) }));
  }

  push(intervention: DirectIntervention): void {
    this.#append(() => this.#journal.append({ intervention: objectOr(intervention) }, direct));
  }

  async attributes(key: AttributeKey): Promise<Attributes> {
    return (await this.#ask((engine, questions) => questions?.attributes(engine, key, 0, this.#listeners))) ?? {};
  }

  explain(intervention: string, key: AttributeKey): Promise<Explanation | undefined> {
    return this.#ask((engine, questions) => questions?.explain(engine, intervention, key, this.#listeners));
  }

  async doctor(): Promise<DoctorReport> {
    let isStored = false;
    const look = async (): Promise<void> => {
      await this.#enqueue((shared) => this.#runBatch(shared));
      isStored = true;
      await this.ready;
      await this.#enqueue((shared) => this.#runBatch(shared));
    };
    const file = this.#onDemand(import('./doctor.js'));
    const [{ examine }] = await Promise.all([file, inTime(look(), longestExamination - 100)]);
    return examine({
      engine: this.#shared?.engine,
      isStored,
      isPlugin: this.#isPauseExpected,
      loading: [...this.#loading],
      diagnostics: this.#diagnostics,
      handlers: this.#handlers,
      journal: this.#journal,
      problems: this.problems,
      shared: this.#shared,
    });
  }

  reset(): Promise<void> {
    this.#journal.clear();
    this.#claims.notes.clear();
    return this.#enqueue((shared) => shared.update(emptied));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#page.close();
    this.#setDeadline(Infinity);
    void this.#enqueue(async (shared) => {
      this.#shared = undefined;
      this.#delivery.close();
      shared.close();
    });
  }

  async #start(): Promise<boolean> {
    const engine = await this.#loadEngine();
    this.visitor.ids.bind(engine?.report ?? { keys: [], inputs: [] });
    if (engine) this.#delivery.bind(engine.report);
    if (this.#closed) engine?.release();
    else if (engine) this.#shared?.attach(engine);
    this.#scheduleBatch();
    return engine !== undefined;
  }

  async #loadEngine(): Promise<EngineBase | undefined> {
    const { definitions, wasm, loadTimeout } = this.#options;
    if (definitions === undefined) {
      await null; // whoever calls createEvaluator can listen before anything is said
      return this.#isPauseExpected ? undefined : this.#sayError('options', 'The option "definitions" is missing: give the definitions bundle, or its address.');
    }
    const [module, bundle] = await Promise.all([
      this.#loaded('wasm', 'the module', loadModule(wasm, loadTimeout)),
      this.#loaded('definitions', 'the definitions', loadDefinitions(definitions, loadTimeout)),
    ]);
    if (module === undefined || bundle === undefined) return undefined;
    try {
      const { engine, diagnostics } = EngineBase.load(module, bundle, this.#options.limits);
      this.#diagnostics = diagnostics;
      this.#sayDiagnostics(diagnostics);
      return engine;
    } catch (error) {
      return this.#sayError('wasm', `The engine broke on the definitions: ${messageOf(error)}`, error);
    }
  }

  /** undefined: it cannot be had, which is an error. */
  async #loaded<Part>(code: ProblemCode, name: string, loading: Promise<Part>): Promise<Part | undefined> {
    this.#loading.add(name);
    try {
      return await loading;
    } catch (error) {
      return this.#sayError(code, messageOf(error), error);
    } finally {
      this.#loading.delete(name);
    }
  }

  /** Writes into a journal. */
  #append(write: () => void): void {
    if (this.#closed || this.visitor.isOptedOut) return;
    try {
      write();
    } catch (error) {
      this.#sayError('options', messageOf(error), error);
      return;
    }
    this.#scheduleBatch();
  }

  /** What the engine says once everything before is counted; undefined: there is none. */
  async #ask<Answer>(question: (engine: EngineBase, questions?: Questions) => Answer): Promise<Answer | undefined> {
    const questions = await this.#had(import('../engine/inspect.js'));
    await this.ready;
    let answer: Answer | undefined;
    await this.#enqueue(async (shared) => {
      await this.#runBatch(shared);
      try {
        answer = shared.engine && question(shared.engine, questions);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        this.#listeners.emit('error', error);
      }
    });
    return answer;
  }

  /** Runs `task` after everything else in the line. Never rejects. */
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

  #deliver(): void {
    void this.#enqueue((shared) => this.#delivery.run(shared));
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
    this.visitor.rebase(now);
    const running = (engine: EngineBase | undefined): EngineBase | undefined => (this.#isPaused ? undefined : engine);
    const apply = (): Promise<void> =>
      shared.update((state, engine) =>
        applyJournal(state, running(engine), this.#journal, now, this.#listeners, this.#pushes, this.visitor),
      );
    this.visitor.look();
    await apply();
    if (this.#pushes.areWanted) {
      this.#pushes.areWanted = false;
      this.#pushes.code = (await this.#had(import('../state/set-and-push.js'))) ?? null;
      await apply();
    }
    if (!this.#closed) this.#setDeadline(running(shared.engine)?.nextDeadlineOf(this.visitor.held) ?? Infinity);
    this.#shortenJournal(shared);
  }

  /** A file that is loaded when it is used. undefined: it cannot be had in this page. */
  #had<Code>(file: Promise<Code>): Promise<Code | undefined> {
    return this.#onDemand(file).catch((error: unknown) =>
      this.#sayError('options', `A file cannot be loaded, and what needs it waits for the next page: ${messageOf(error)}`, error),
    );
  }

  #onDemand<Code>(file: Promise<Code>): Promise<Code> {
    return limited('a file', this.#options.loadTimeout, () => file);
  }

  #shortenJournal({ settled }: SharedState): void {
    this.#journal.shorten(settled);
  }

  // The module has trapped and cannot go on. The next page begins with a new one, and without that event.
  #stop(failure: unknown): void {
    if (this.#shared?.engine) {
      this.#shared.drop();
      this.#scheduleBatch(); // what needs no engine goes on
    }
    const { entry } = failure instanceof EngineFailure ? failure : {};
    if (entry) this.#journal.remove(entry.page, entry.number);
    this.#sayError('wasm', `${messageOf(failure)} Nothing is evaluated until the next page.`, failure);
  }

  #sayError(code: ProblemCode, message: string, cause?: unknown): undefined {
    this.#listeners.emit('error', { code, message, cause });
  }

  #sayFailed(handler: string, { name }: Intervention, cause: unknown): void {
    this.#sayError('handler', `The handler "${handler}" failed on the intervention "${name}": ${messageOf(cause)}`, cause);
  }

  #sayDiagnostics(diagnostics: readonly Diagnostic[]): void {
    for (const severity of ['error', 'warning'] as const) {
      const problem = definitionsProblem(diagnostics, severity);
      if (problem) this.#listeners.emit(severity, problem);
    }
  }
}
