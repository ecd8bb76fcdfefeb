// The engine and the stored state, kept in step. All tabs of the origin share what is stored; each has an engine.
import type { Listeners } from '../support/listeners.js';
import { longestTransaction } from '../support/bounds.js';
import type { EngineBase } from '../engine/engine-base.js';
import { EngineError, messageOf } from '../support/problem.js';
import { memoryStore, randomRevision, repaired, type Store, type StoredState } from './store.js';
import { inTime } from '../support/deadline-timer.js';

/** Answers the state to store; the same one: nothing changed. May run again, so it must leave no trace but in the engine. */
export type Change = (state: StoredState | undefined, engine: EngineBase | undefined) => StoredState | undefined;

type Place = { page: string; number: number };

/** The engine, not the store, has failed; on that journal's entry, if one is given. */
export class EngineFailure extends Error {
  readonly entry: Place | undefined;

  constructor(cause: unknown, entry?: Place) {
    super(`The engine has failed: ${messageOf(cause)}`, { cause });
    this.entry = entry;
  }
}

export class SharedState {
  #engine: EngineBase | undefined;
  /** It has not got the state yet. */
  #isNew = false;
  readonly #name: string;
  readonly #listeners: Listeners;
  readonly #onPlace: () => void;
  readonly #given: Store;
  /** The one in use: the given one, or memory in its place. */
  #store: Store;
  /** The given one was read. */
  #wasReached = false;
  /** The given one was done without, and may still come. */
  #mayCome = false;
  /** It has come, and the next update returns to it. */
  #hasCome = false;
  /** Of the state that the engine holds; NaN: of none that is stored. */
  #revision: number | undefined;
  #state: StoredState | undefined;

  /**
   * Until there is an engine, what one has stored stays as it is. `onPlace` is called when the state has gone to memory, and
   * when the store comes late: the next update returns to it then, and forgets what was in memory.
   */
  constructor(store: Store, name: string, listeners: Listeners, onPlace: () => void = () => undefined) {
    this.#store = this.#given = store;
    this.#name = name;
    this.#listeners = listeners;
    this.#onPlace = onPlace;
  }

  /** As of the last update, or as it was read for one that failed. */
  get state(): StoredState | undefined {
    return this.#state;
  }

  /** Undefined: nothing is evaluated. */
  get engine(): EngineBase | undefined {
    return this.#engine;
  }

  /** Whether the state outlives the page. */
  get isKept(): boolean {
    return this.#store === this.#given;
  }

  /** Whether every page that may write into this journal shares the state. */
  get isShared(): boolean {
    return this.isKept && (this.#given.isShared ?? true);
  }

  /** Whether there was never another state than this page's. */
  get isAlone(): boolean {
    return !this.isKept && !this.#wasReached;
  }

  /** By page, up to which entry the journal is needed no more. A state in memory in place of a stored one needs it still. */
  get settled(): Readonly<Record<string, number>> {
    return this.isKept || (this.isAlone && !this.#mayCome) ? (this.#state?.applied ?? {}) : {};
  }

  /** From the next update on there is an engine. */
  attach(engine: EngineBase): void {
    this.#engine = engine;
    this.#isNew = true;
  }

  /** Goes on without it: it has failed. */
  drop(): void {
    this.#engine = undefined;
  }

  /** One transaction. Where the store fails, the state goes on in memory. Rejects with an EngineFailure only. */
  async update(change: Change): Promise<void> {
    if (this.#hasCome) this.#return();
    try {
      await this.#attempt(change);
    } catch (cause) {
      if (cause instanceof EngineFailure) throw cause;
      this.#goOnInMemory(cause);
      await this.#attempt(change);
    }
  }

  close(): void {
    this.#engine?.release();
    this.#given.close();
  }

  async #attempt(change: Change): Promise<void> {
    let isLate = false;
    let next: StoredState | undefined;
    const update = this.#store.update(this.#name, (stored) => {
      this.#wasReached ||= this.isKept;
      return isLate ? stored : (next = this.#change(stored, change));
    });
    try {
      if (!(await inTime(update, longestTransaction))) throw this.#awaited(update);
    } catch (error) {
      isLate = true;
      this.#revision = NaN; // the engine may be ahead of what is stored
      throw error;
    }
    this.#state = next;
    this.#revision = next?.revision;
  }

  #awaited(update: Promise<void>): Error {
    this.#mayCome = true;
    update.then(
      () => {
        this.#hasCome = true;
        this.#onPlace();
      },
      () => (this.#mayCome = false),
    );
    return new Error(`The database has not answered for ${longestTransaction / 1000} s.`);
  }

  #goOnInMemory(cause: unknown): void {
    if (!this.#mayCome) this.#given.close();
    this.#store = memoryStore({ [this.#name]: this.#state });
    this.#onPlace();
    const consequence = this.#wasReached
      ? 'This page goes on in memory, and the next one counts its events.'
      : 'The state lives as long as this page.';
    const message = `Cannot store the state: ${messageOf(cause)} ${consequence}`;
    this.#listeners.emit('warning', { code: 'storage', message, cause });
  }

  #return(): void {
    this.#store = this.#given;
    this.#hasCome = this.#mayCome = false;
    this.#revision = NaN;
    this.#onPlace();
  }

  #change(stored: unknown, change: Change): StoredState | undefined {
    try {
      const state = (this.#state = this.#read(stored));
      this.#bringEngineTo(state);
      return change(state, this.#engine);
    } catch (cause) {
      throw cause instanceof EngineFailure ? cause : new EngineFailure(cause);
    }
  }

  #read(stored: unknown): StoredState | undefined {
    const damaged: string[] = [];
    const state = repaired(stored, damaged);
    if (damaged.includes('snapshot')) this.#sayDamaged('it has another form');
    else if (damaged.length > 0) {
      const fields = damaged.join('", "');
      const message = `The stored state was damaged in "${fields}": what is damaged is dropped, and the rest kept.`;
      this.#listeners.emit('warning', { code: 'storage', message });
    }
    return state;
  }

  #bringEngineTo(state: StoredState | undefined): void {
    if (state?.revision === this.#revision && !this.#isNew) return;
    this.#isNew = false;
    try {
      if (state && state.snapshot.length > 0) this.#engine?.restore(state.snapshot);
      else this.#engine?.clear();
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      this.#sayDamaged(error.message);
    }
    this.#revision = state?.revision;
  }

  #sayDamaged(why: string): void {
    this.#listeners.emit('error', {
      code: 'snapshot',
      message: `The stored state cannot be used (${why}). Counting starts afresh.`,
    });
  }
}

/** A snapshot as part of the state after `state`; by default that of no engine. */
export function withSnapshot(
  state: StoredState | undefined,
  snapshot: Uint8Array = new Uint8Array(),
): Pick<StoredState, 'revision' | 'snapshot'> {
  return { revision: (state?.revision ?? randomRevision()) + 1, snapshot };
}
