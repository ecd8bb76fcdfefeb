// The engine and the stored state, kept in step. All tabs of the origin share what is stored; each has an engine.
import { attempt } from '../support/attempt.js';
import type { Listeners } from '../support/listeners.js';
import { longestTransaction } from '../support/bounds.js';
import type { EngineBase } from '../engine/engine-base.js';
import { EngineError, messageOf } from '../support/problem.js';
import { memoryStore, randomRevision, repaired, type Store, type StoredState } from './store.js';
import { inTime } from '../support/deadline-timer.js';

/**
 * Returns the state to store; the same object if nothing changed. May run again: it may change nothing but the engine.
 */
export type Change = (state: StoredState | undefined, engine: EngineBase | undefined) => StoredState | undefined;

type Place = { page: string; number: number };

/** A failure of the engine, not of the store. `entry`: the journal's entry on which it failed, if known. */
export class EngineFailure extends Error {
  readonly entry: Place | undefined;

  constructor(cause: unknown, entry?: Place) {
    super(`The engine has failed: ${messageOf(cause)}`, { cause });
    this.entry = entry;
  }
}

export class SharedState {
  #engine: EngineBase | undefined;
  /** True while the engine does not have the state. */
  #isNew = false;
  readonly #name: string;
  readonly #listeners: Listeners;
  readonly #onPlace: () => void;
  readonly #given: Store;
  #isClosed = false;
  /** The store in use: the given one, or memory in its place. */
  #store: Store;
  /** True if the given store was read. */
  #wasReached = false;
  /** True if the given store was too slow, and may still respond. */
  #mayCome = false;
  /** True if it has responded: the next update returns to it. */
  #hasCome = false;
  /** Revision of the state that the engine holds; NaN if that state is not a stored one. */
  #revision: number | undefined;
  #state: StoredState | undefined;

  /**
   * Keeps the stored snapshot as it is while there is no engine. `onPlace` is called when the state goes to memory, and
   * when the store responds late: the next update returns to it, and forgets the state in memory.
   */
  constructor(store: Store, name: string, listeners: Listeners, onPlace: () => void = () => undefined) {
    this.#store = this.#given = store;
    this.#name = name;
    this.#listeners = listeners;
    this.#onPlace = onPlace;
  }

  /** The state after the last update, or as it was read for an update that failed. */
  get state(): StoredState | undefined {
    return this.#state;
  }

  /** The engine; undefined if nothing is evaluated. */
  get engine(): EngineBase | undefined {
    return this.#engine;
  }

  /** True if the state outlives the page. */
  get isKept(): boolean {
    return this.#store === this.#given;
  }

  /** True if all pages that may write into this journal share the state. */
  get isShared(): boolean {
    return this.isKept && (attempt(() => this.#given.isShared) ?? true);
  }

  /** True if there was never another state than this page's. */
  get isAlone(): boolean {
    return !this.isKept && !this.#wasReached;
  }

  /**
   * The last entry of each page that the journal need not keep. A state in memory that stands for a stored one settles
   * none, since the store does not have the entries.
   */
  get settled(): Readonly<Record<string, number>> {
    return this.isKept || (this.isAlone && !this.#mayCome) ? (this.#state?.applied ?? {}) : {};
  }

  /** Gives the engine, which the next update uses. */
  attach(engine: EngineBase): void {
    this.#engine = engine;
    this.#isNew = true;
  }

  /** Goes on without an engine, after it has failed. */
  drop(): void {
    this.#engine = undefined;
  }

  /** Runs one transaction. If the store fails, the state goes on in memory. Rejects with an EngineFailure only. */
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

  /**
   * Empties the state, and what the given store has: also while memory is in its place, and after close(). Emits a
   * problem if that fails. Rejects with an EngineFailure only.
   */
  async erase(emptied: Change): Promise<void> {
    if (!this.#isClosed) {
      await this.update(emptied);
      if (this.isKept) return;
    }
    try {
      const change = (stored: unknown): StoredState | undefined => emptied(this.#read(stored), undefined);
      await transact(this.#given, this.#name, change, this.#mayCome ? 0 : longestTransaction);
    } catch (cause) {
      const message = `What is stored was not erased: ${messageOf(cause)} Call reset() again.`;
      // A store that has never worked has most likely nothing.
      const name = this.#wasReached || this.#mayCome ? 'error' : 'warning';
      this.#listeners.emit(name, { code: 'storage', message, cause });
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#engine?.release();
    this.#closeGiven();
  }

  /** Whatever it is: it may be the site's own. */
  #closeGiven(): void {
    new Promise((resolve) => resolve(this.#given.close())).catch(() => undefined);
  }

  async #attempt(change: Change): Promise<void> {
    let isLate = false;
    let next: StoredState | undefined;
    const changed = (stored: unknown): StoredState | undefined => {
      this.#wasReached ||= this.isKept;
      return isLate ? (stored as StoredState) : (next = this.#change(stored, change));
    };
    try {
      await transact(this.#store, this.#name, changed, longestTransaction, (update) => this.#await(update));
    } catch (error) {
      isLate = true;
      this.#revision = NaN; // the engine may be ahead of what is stored
      throw error;
    }
    this.#state = next;
    this.#revision = next?.revision;
  }

  #await(update: Promise<void>): void {
    this.#mayCome = true;
    update.then(
      () => {
        this.#hasCome = true;
        this.#onPlace();
      },
      () => (this.#mayCome = false),
    );
  }

  #goOnInMemory(cause: unknown): void {
    if (!this.#mayCome) this.#closeGiven();
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
    const others = damaged.filter((field) => field !== 'snapshot');
    if (others.length < damaged.length) this.#emitDamaged('its snapshot is not bytes');
    if (others.length > 0) {
      const fields = others.join('", "');
      const message = `The stored state was damaged in "${fields}": the damaged parts are dropped, the rest is kept.`;
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
      this.#emitDamaged(error.message);
    }
    this.#revision = state?.revision;
  }

  #emitDamaged(why: string): void {
    this.#listeners.emit('error', {
      code: 'snapshot',
      message: `The stored state cannot be used (${why}). Counting starts afresh.`,
    });
  }
}

/** Rejects if the store, which may be the site's own, does not do its part; if it is late, calls `onLate` first. */
async function transact(
  store: Store,
  name: string,
  change: (stored: unknown) => StoredState | undefined,
  ms: number,
  onLate?: (update: Promise<void>) => void,
): Promise<void> {
  let isRead = false;
  const update = store.update(name, (stored) => {
    isRead = true;
    return change(stored);
  });
  if (typeof (Object(update) as Partial<Promise<void>>).then !== 'function')
    throw new TypeError('Its "update" returned something other than a promise.');
  if (!(await inTime(update, ms))) {
    onLate?.(update);
    throw new Error(`The database has not answered for ${longestTransaction / 1000} s.`);
  }
  if (!isRead) throw new TypeError('Its "update" has not called "change".');
}

/** Returns the snapshot with the revision after that of `state`. Default: the empty snapshot. */
export function withSnapshot(
  state: StoredState | undefined,
  snapshot: Uint8Array = new Uint8Array(),
): Pick<StoredState, 'revision' | 'snapshot'> {
  return { revision: (state?.revision ?? randomRevision()) + 1, snapshot };
}
