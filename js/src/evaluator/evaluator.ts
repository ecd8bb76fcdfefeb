// The evaluator of a page. Events flow one way: track → journal → batch (one transaction on the store) → outbox →
// handlers.
import { Delivery } from '../delivery/delivery.js';
import type { DispatchReport, InterventionListener } from '../delivery/dispatch.js';
import type { EngineBase } from '../engine/engine-base.js';
import { limited } from '../engine/load.js';
import type { AgenticContext } from '../event/event-log.js';
import { isReceipt, readEvent } from '../event/inputs.js';
import { direct, isInput } from '../state/apply-journal.js';
import { Journal } from '../state/journal.js';
import type { PageContext } from '../state/page-context.js';
import type { Change } from '../state/shared-state.js';
import { indexedDbStore } from '../state/store.js';
import { Visitor, type TrackerIds } from '../state/visitor.js';
import { longestExamination, longestInOutbox } from '../support/bounds.js';
import { inTime } from '../support/deadline-timer.js';
import { Listeners } from '../support/listeners.js';
import { OnDemand } from '../support/on-demand.js';
import { messageOf } from '../support/problem.js';
import { nilUuid, randomId } from '../support/random-id.js';
import type {
  AttributeKey,
  Attributes,
  AttributeUpdate,
  DirectIntervention,
  Explanation,
  Intervention,
  Problem,
  TrackerPayload,
} from '../types.js';
import { Batches } from './batches.js';
import type { DoctorReport } from './doctor.js';
import { EngineLoader } from './engine-loader.js';
import type { Evaluator, EvaluatorEvents, EvaluatorOptions } from './types.js';

/**
 * Creates an evaluator. Returns at once and never throws. Events that are tracked while the engine loads count later.
 */
export function createEvaluator(options: EvaluatorOptions): Evaluator {
  return new LocalEvaluator(options);
}

function hasId(payload: TrackerPayload): boolean {
  return !!payload['eid'] && payload['eid'] !== nilUuid;
}

/** Replaces a value that is not an object by null, which is refused later like an object of a wrong form. */
function objectOr<Given extends object>(given: Given): Given {
  return typeof given === 'object' ? given : (null as never);
}

export class LocalEvaluator implements Evaluator {
  readonly ready: Promise<boolean>;
  readonly visitor: Visitor;
  /** Questions to the engine, for `ask`. */
  readonly inspect: OnDemand<typeof import('../engine/inspect.js')>;
  readonly #context: PageContext;
  readonly #handlers = new Map<string, InterventionListener>();
  readonly #delivery: Delivery;
  readonly #loader: EngineLoader;
  readonly #batches: Batches;
  readonly #loadTimeout: number | undefined;
  readonly #isPlugin: boolean;
  #isClosed = false;
  #listenerCount = 0;

  /**
   * `report` is called for each step of a handler. A plugin without definitions is paused; elsewhere missing
   * definitions are an error. `tracker` gives ids of the visitor that payloads do not have.
   */
  constructor(
    options: Partial<EvaluatorOptions>,
    report: DispatchReport = () => undefined,
    isPlugin = false,
    tracker?: TrackerIds,
  ) {
    const given = Object(options) as Partial<EvaluatorOptions>;
    this.#isPlugin = isPlugin;
    this.#loadTimeout = given.loadTimeout;
    this.#context = this.#newContext(String(given.namespace ?? 'default'), tracker);
    this.visitor = this.#context.visitor;
    this.inspect = this.#onDemand(() => import('../engine/inspect.js'));
    this.#delivery = new Delivery(this.#context, this.#handlers, {
      deliverWithin: Number.isFinite(given.deliverWithin) ? given.deliverWithin! : longestInOutbox,
      onChance: () => this.#batches.schedule(),
      report: (waiting, step, intervention, data) => {
        if ('error' in data) this.#emitFailed(data.handler, intervention, data.error);
        this.visitor.report(intervention, waiting, () => report(step, intervention, data));
      },
    });
    const isPaused = isPlugin && given.definitions === undefined;
    this.#batches = new Batches(this.#context, this.#delivery, given.store ?? indexedDbStore(), isPaused);
    this.#loader = new EngineLoader(given, this.#context.listeners);
    this.ready = this.#start();
    this.#batches.schedule(); // the last page may have left events
  }

  on<Name extends keyof EvaluatorEvents>(name: Name, listener: (value: EvaluatorEvents[Name]) => unknown): () => void {
    if (name !== 'intervention') {
      return this.#context.listeners.on(name, listener as (value: unknown) => unknown);
    }
    const id = `listener ${++this.#listenerCount}`;
    this.addHandler(id, listener as InterventionListener);
    return () => this.removeHandler(id);
  }

  /** Adds a handler, or replaces the one with the same id. */
  addHandler(id: string, handler: InterventionListener): void {
    if (typeof handler !== 'function') {
      this.#context.listeners.fail('options', `The handler "${id}" is not a function.`);
      return;
    }
    this.#handlers.set(id, handler);
    this.#batches.deliver();
  }

  removeHandler(id: string): void {
    this.#handlers.delete(id);
  }

  /** Pauses or resumes the evaluation. Events and time are ignored meanwhile. */
  pause(isPaused: boolean): void {
    this.#batches.pause(isPaused);
  }

  /**
   * Changes the state after all earlier events are counted, and dispatches the interventions that are due. Never
   * rejects.
   */
  commit(change: Change): Promise<void> {
    return this.#batches.commit(change);
  }

  /**
   * Asks the engine, with the code of a file, after all earlier events are counted; undefined if there is no engine or
   * no such file.
   */
  async ask<Code, Result>(
    file: OnDemand<Code>,
    question: (engine: EngineBase, code: Code) => Result,
  ): Promise<Result | undefined> {
    const code = await file.get();
    await this.ready;
    return code ? this.#batches.ask((engine) => question(engine, code)) : undefined;
  }

  /** The definitions as JSON in UTF-8, or the compiled program, once they are loaded. */
  get bundle(): Uint8Array | undefined {
    return this.#loader.bundle;
  }

  /** True while the page ignores events and time. */
  get isPaused(): boolean {
    return this.#batches.isPaused;
  }

  /** The name of this page in journals. */
  get page(): string {
    return this.#context.journal.page;
  }

  /** The errors and warnings so far, each once. */
  get problems(): readonly Problem[] {
    return this.#context.listeners.problems;
  }

  emit(name: 'error' | 'warning', problem: Problem): void {
    this.#context.listeners.emit(name, problem);
  }

  track(payload: TrackerPayload): void {
    if (this.#isClosed) return;
    try {
      if (typeof payload !== 'object') throw new TypeError('it is not an object.');
      const counts = !this.isPaused && !isReceipt(payload) && !this.visitor.hasOptedOut(payload);
      if (counts) this.#context.journal.append({ event: hasId(payload) ? payload : { ...payload, eid: randomId() } });
      this.visitor.record(payload);
      if (counts) this.#batches.schedule();
      else this.#batches.deliver();
    } catch (error) {
      this.#context.listeners.fail('options', `A tracked event was refused: ${messageOf(error)}`, error);
    }
  }

  setAttributes(update: AttributeUpdate): void {
    if (this.isPaused) return;
    this.#append(() => {
      this.#context.journal.append({ attributes: objectOr(update) });
      this.visitor.ids.name((Object(update) as AttributeUpdate).attributeKey); // now: another page may apply the entry
    });
  }

  push(intervention: DirectIntervention): void {
    this.#append(() => this.#context.journal.append({ intervention: objectOr(intervention) }, direct));
  }

  async attributes(key: AttributeKey): Promise<Attributes> {
    return (
      (await this.ask(this.inspect, (engine, inspect) =>
        inspect.attributes(engine, key, 0, this.#context.listeners),
      )) ?? {}
    );
  }

  explain(intervention: string, key: AttributeKey): Promise<Explanation | undefined> {
    return this.ask(this.inspect, (engine, inspect) =>
      inspect.explain(engine, intervention, key, this.#context.listeners),
    );
  }

  eventLog(name: string, options?: { format?: 'json' | undefined }): Promise<AgenticContext | undefined>;
  eventLog(name: string, options: { format: 'narrative' }): Promise<string | undefined>;
  eventLog(name: string, options?: { format?: unknown }): Promise<AgenticContext | string | undefined> {
    return this.ask(this.#context.eventLogs, (_, logs) =>
      logs.read(this.#batches.shared?.state, this.visitor.identity?.[1], name, options?.format ?? 'json', Date.now()),
    );
  }

  async doctor(): Promise<DoctorReport> {
    let isStored = false;
    const look = async (): Promise<void> => {
      await this.#batches.apply();
      isStored = true;
      await this.ready;
      await this.#batches.apply();
    };
    const file = import('./doctor.js');
    const done = Promise.all([file, inTime(look(), longestExamination - 100)]);
    if (!(await inTime(done, longestExamination))) {
      throw new Error(
        `doctor.js did not come within ${longestExamination / 1000} s. It may still come: call doctor() again.`,
      );
    }
    return (await file).examine({
      engine: this.#batches.shared?.engine,
      isStored,
      isPlugin: this.#isPlugin,
      loading: this.#loader.loading,
      bundle: this.bundle,
      diagnostics: this.#loader.diagnostics,
      handlers: this.#handlers,
      journal: this.#context.journal,
      problems: this.problems,
      shared: this.#batches.shared,
    });
  }

  reset(): Promise<void> {
    this.#context.journal.clear();
    this.#delivery.forgetStarted();
    return this.#batches.erase();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#batches.close();
  }

  #newContext(namespace: string, tracker: TrackerIds | undefined): PageContext {
    const listeners = new Listeners();
    const journal = new Journal(namespace, isInput, (name, message, cause) =>
      queueMicrotask(() => listeners.emit(name, { code: 'storage', message, cause })),
    );
    const setAndPush = this.#onDemand(() => import('../state/set-and-push.js'));
    const eventLogs = this.#onDemand(async () => {
      const { EventLogs } = await import('../state/event-logs.js');
      return new EventLogs(this, listeners, readEvent);
    });
    const visitor = new Visitor(journal.page, tracker);
    return { namespace, source: this, listeners, journal, visitor, setAndPush, eventLogs };
  }

  async #start(): Promise<boolean> {
    const engine = this.isPaused ? undefined : await this.#loader.load();
    if (engine && /"event_logs"\s*:\s*\[\s*\{/.test(new TextDecoder().decode(this.bundle)))
      await this.#context.eventLogs.get();
    this.visitor.ids.bind(engine?.report ?? { keys: [], inputs: [] });
    if (engine) this.#delivery.bind(engine.report);
    if (engine) this.#batches.attach(engine);
    this.#batches.schedule();
    return engine !== undefined;
  }

  #append(write: () => void): void {
    if (this.#isClosed || this.visitor.isOptedOut) return;
    try {
      write();
    } catch (error) {
      this.#context.listeners.fail('options', messageOf(error), error);
      return;
    }
    this.#batches.schedule();
  }

  #onDemand<Code>(load: () => Promise<Code>): OnDemand<Code> {
    return new OnDemand(
      () => limited('a file', this.#loadTimeout, load),
      (cause) =>
        this.#context.listeners.fail(
          'options',
          `Could not load a part of tripline: ${messageOf(cause)}. Pending calls are kept and retried on the next page.`,
          cause,
        ),
    );
  }

  #emitFailed(handler: string, { name }: Intervention, cause: unknown): void {
    const message = `The handler "${handler}" failed on the intervention "${name}": ${messageOf(cause)}`;
    this.#context.listeners.fail('handler', message, cause);
  }
}
