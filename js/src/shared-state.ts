// The engine and the stored state, kept in step. All tabs of the origin share what is stored; each has an engine.
import type { Announcer } from './announcer.js';
import type { PageEngine } from './page-engine.js';
import { EngineError, messageOf } from './problem.js';
import { memoryStore, randomRevision, repaired, type Store, type StoredState } from './storage.js';

/** Answers the state to store; the same one: nothing changed. May run again, so it must leave no trace but in the engine. */
export type Change = (state: StoredState | undefined, engine: PageEngine | undefined) => StoredState | undefined;

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
  #engine: PageEngine | undefined;
  #isKept = true;
  readonly #name: string;
  readonly #announcer: Announcer;
  #store: Store;
  /** Of the state that the engine holds; NaN: of none that is stored. */
  #revision: number | undefined;
  #state: StoredState | undefined;

  /** Without an engine, what it has stored stays as it is. */
  constructor(engine: PageEngine | undefined, store: Store, name: string, announcer: Announcer) {
    this.#engine = engine;
    this.#store = store;
    this.#name = name;
    this.#announcer = announcer;
  }

  /** As of the last update. */
  get state(): StoredState | undefined {
    return this.#state;
  }

  /** Undefined: nothing is evaluated. */
  get engine(): PageEngine | undefined {
    return this.#engine;
  }

  /** Whether the state outlives the page. */
  get isKept(): boolean {
    return this.#isKept;
  }

  /** Goes on without it: it has failed. */
  drop(): void {
    this.#engine = undefined;
  }

  /** One transaction. Where the store fails, the state goes on in memory. Rejects with an EngineFailure only. */
  async update(change: Change): Promise<void> {
    try {
      await this.#attempt(change);
    } catch (cause) {
      if (cause instanceof EngineFailure) throw cause;
      this.#announcer.say('warning', {
        code: 'storage',
        message: 'The state cannot be stored: it lives as long as this page.',
        cause,
      });
      this.#store.close();
      this.#isKept = false;
      this.#store = memoryStore({ [this.#name]: this.#state });
      await this.#attempt(change);
    }
  }

  close(): void {
    this.#engine?.release();
    this.#store.close();
  }

  async #attempt(change: Change): Promise<void> {
    let next: StoredState | undefined;
    try {
      await this.#store.update(this.#name, (stored) => (next = this.#change(stored, change)));
    } catch (error) {
      this.#revision = NaN; // the engine may be ahead of what is stored
      throw error;
    }
    this.#state = next;
    this.#revision = next?.revision;
  }

  #change(stored: unknown, change: Change): StoredState | undefined {
    try {
      const state = this.#read(stored);
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
      this.#announcer.say('warning', { code: 'storage', message });
    }
    return state;
  }

  #bringEngineTo(state: StoredState | undefined): void {
    if (state?.revision === this.#revision) return;
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
    this.#announcer.say('error', {
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
