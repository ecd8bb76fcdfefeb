// Runs what uses the state, one task at a time: batches of journal entries, dispatches, and questions to the engine.
import type { Delivery } from '../delivery/delivery.js';
import type { EngineBase } from '../engine/engine-base.js';
import { applyJournal, emptied } from '../state/apply-journal.js';
import type { PageContext } from '../state/page-context.js';
import { EngineFailure, SharedState, type Change } from '../state/shared-state.js';
import type { Store } from '../state/store.js';
import { deadlineTimer } from '../support/deadline-timer.js';
import { isRefusal, messageOf } from '../support/problem.js';
import { TaskQueue } from './task-queue.js';

export class Batches {
  readonly #context: PageContext;
  readonly #delivery: Delivery;
  readonly #queue = new TaskQueue((failure) => this.#stop(failure));
  readonly #setDeadline = deadlineTimer(() => this.schedule());
  readonly #state: SharedState;
  #shared: SharedState | undefined;
  #isPaused: boolean;
  #isClosed = false;

  /** Opens the store, while the engine loads. */
  constructor(context: PageContext, delivery: Delivery, store: Store, isPaused: boolean) {
    const { namespace, listeners, journal } = context;
    this.#context = context;
    this.#delivery = delivery;
    this.#isPaused = isPaused;
    const shared = new SharedState(store, namespace, listeners, () => {
      journal.serve(shared.isShared, !shared.isAlone);
      this.schedule();
    });
    journal.serve(shared.isShared, true);
    this.#shared = this.#state = shared;
  }

  /** The state; undefined once the evaluator is closed and its queue is done. */
  get shared(): SharedState | undefined {
    return this.#shared;
  }

  /** True while the page ignores events and time. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  pause(isPaused: boolean): void {
    this.#isPaused = isPaused;
    this.schedule();
  }

  /** Evaluates with this engine from the next batch on. */
  attach(engine: EngineBase): void {
    if (this.#isClosed) engine.release();
    else this.#shared?.attach(engine);
  }

  /** Applies the journal and dispatches, soon. */
  schedule(): void {
    this.#queue.schedule(this.#batch);
  }

  /** Dispatches the interventions that are due. */
  deliver(): void {
    void this.#enqueue((shared) => this.#delivery.run(shared));
  }

  /** Applies the journal. Never rejects. */
  apply(): Promise<void> {
    return this.#enqueue((shared) => this.#apply(shared));
  }

  /** Changes the state after the journal is applied, and dispatches the interventions that are due. Never rejects. */
  commit(change: Change): Promise<void> {
    return this.#enqueue(async (shared) => {
      await this.#apply(shared);
      await shared.update(change);
      await this.#delivery.run(shared);
    });
  }

  /**
   * Asks the engine after the journal is applied; undefined if there is no engine, or after an error was emitted. An
   * error of the question itself leaves the engine as it is.
   */
  async ask<Result>(question: (engine: EngineBase) => Result): Promise<Result | undefined> {
    let result: Result | undefined;
    await this.#enqueue(async (shared) => {
      await this.#apply(shared);
      const { engine } = shared;
      try {
        if (engine) result = question(engine);
      } catch (error) {
        if (!engine!.isSound) throw new EngineFailure(error);
        const { listeners } = this.#context;
        if (isRefusal(error)) listeners.emit('error', error);
        else listeners.fail('options', `A question failed: ${messageOf(error)}`, error);
      }
    });
    return result;
  }

  /** Erases the state, also after close(). */
  erase(): Promise<void> {
    return this.#queue.run(() => this.#state.erase(emptied));
  }

  /** Closes everything once the tasks so far are done. */
  close(): void {
    this.#isClosed = true;
    this.#setDeadline(Infinity);
    void this.#enqueue(async (shared) => {
      this.#shared = undefined;
      this.#delivery.close();
      this.#context.journal.close();
      shared.close();
    });
  }

  /** Queues a task that uses the state. It does not wait for the engine, which may come later. Never rejects. */
  #enqueue(task: (shared: SharedState) => Promise<void>): Promise<void> {
    return this.#queue.run(async () => {
      if (this.#shared) await task(this.#shared);
    });
  }

  readonly #batch = async (): Promise<void> => {
    if (!this.#shared) return;
    await this.#apply(this.#shared);
    await this.#delivery.run(this.#shared);
  };

  async #apply(shared: SharedState): Promise<void> {
    const { journal, setAndPush, visitor } = this.#context;
    const now = Math.floor(Date.now());
    visitor.rebase(now);
    const running = (engine: EngineBase | undefined): EngineBase | undefined => (this.#isPaused ? undefined : engine);
    const update = (): Promise<void> =>
      shared.update((state, engine) => {
        const next = applyJournal(state, running(engine), this.#context, now);
        this.#delivery.show(next?.outbox ?? []);
        return next;
      });
    visitor.look();
    await update();
    if (setAndPush.isWanted) {
      await setAndPush.get();
      await update();
    }
    if (!this.#isClosed) this.#setDeadline(running(shared.engine)?.nextDeadlineOf(visitor.held) ?? Infinity);
    journal.shorten(shared.settled);
  }

  // Drops the engine: its module has trapped and cannot go on. The next page has a new one, and skips that event.
  #stop(failure: unknown): void {
    const { journal, listeners } = this.#context;
    if (this.#shared?.engine) {
      this.#shared.drop();
      this.schedule(); // pushed interventions need no engine
    }
    const { entry } = failure instanceof EngineFailure ? failure : {};
    if (entry) journal.remove(entry.page, entry.number);
    listeners.fail('wasm', `${messageOf(failure)} Nothing is evaluated until the next page.`, failure);
  }
}
