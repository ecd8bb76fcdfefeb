// Where the state of an evaluator is kept between pages.
import type { Intervention } from './types.js';

/** A decision whose handlers have not been started. */
export interface Waiting {
  intervention: Intervention;
  /** Host clock in ms. */
  decided: number;
  /** The page that tracked the event which caused it, pushed or received it, or saw the deadline pass. */
  page: string;
  /** The session of that event; what no event caused has none. */
  session: string | undefined;
}

/** Everything that is committed together. */
export interface StoredState {
  /** Differs whenever the snapshot does. */
  revision: number;
  /** The engine's; empty: there was never one. */
  snapshot: Uint8Array;
  /** The number of the last journal entry that the snapshot contains, by page. */
  applied: Record<string, number>;
  outbox: Waiting[];
  /** Hashes of the newest intervention ids whose handlers were started, and of marks of what streams brought. */
  started: string[];
  /** The stream that was read last: its address, and the id of the last message that the state contains. */
  stream?: { url: string; lastEventId: string };
}

/** Whether it has the form of this version. What the snapshot holds is the engine's to judge. */
export function isStoredState(value: unknown): value is StoredState {
  const { revision, snapshot, applied, outbox, started } = Object(value) as Partial<Record<keyof StoredState, unknown>>;
  return (
    typeof revision === 'number' &&
    ArrayBuffer.isView(snapshot) &&
    Object(applied) === applied &&
    Array.isArray(outbox) &&
    Array.isArray(started)
  );
}

export interface Store {
  /**
   * Runs `change` on what is stored under `name` in a transaction that no other one interleaves with, and
   * stores what it answers; the same object: nothing to store. Resolves when that is committed. Rejects, with
   * nothing stored, if `change` throws or storing fails. `change` is synchronous, and may run again after a failure.
   */
  update(name: string, change: (state: StoredState | undefined) => StoredState | undefined): Promise<void>;
  close(): void;
}

/** States, by name, that live as long as the page. */
export function memoryStore(states: Record<string, StoredState | undefined> = {}): Store {
  return {
    async update(name, change) {
      states[name] = change(states[name]);
    },
    close() {},
  };
}

const objectStore = 'states';

/** The origin's IndexedDB, which all tabs share. */
export function indexedDbStore(databaseName = 'tripline'): Store {
  let opening: Promise<IDBDatabase> | undefined;
  let closed = false;

  function open(): Promise<IDBDatabase> {
    opening ??= openDatabase(databaseName);
    opening.catch(() => (opening = undefined));
    return opening;
  }

  void open(); // whoever makes a store is about to use it
  return {
    async update(name, change) {
      if (closed) throw new Error('The store is closed.');
      const database = await open();
      let transaction: IDBTransaction;
      try {
        transaction = begin(database);
      } catch {
        // It was closed: by us, above, or by the browser, when site data was cleared.
        opening = undefined;
        transaction = begin(await open());
      }
      await run(transaction, name, change);
    },
    close() {
      closed = true;
      opening?.then((database) => database.close(), () => undefined);
    },
  };
}

async function openDatabase(name: string): Promise<IDBDatabase> {
  const opening = new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(objectStore);
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const database = request.result;
      // Somebody deletes it, or a newer version of the page needs another form.
      database.onversionchange = () => database.close();
      resolve(database);
    };
  });
  dropFrozenOpeners(name, opening);
  return opening;
}

// Requests to create a database queue up. If a page is left while it waits for one, it freezes in the back/forward
// cache, and all pages after it wait behind. Browsers drop a frozen page when a channel on which it listens gets a
// message, so every page listens while it opens, and sends one.
function dropFrozenOpeners(name: string, opening: Promise<unknown>): void {
  if (typeof BroadcastChannel === 'undefined') return;
  const channel = new BroadcastChannel(`tripline:${name}:opening`);
  channel.onmessage = () => undefined;
  const ask = (): void => channel.postMessage('');
  const timer = setInterval(ask, 250); // one may freeze just now
  ask();
  const end = (): void => {
    clearInterval(timer);
    channel.close();
  };
  opening.then(end, end);
}

// Relaxed: the browser does not wait for the disk. What is lost with the machine are the last moments.
function begin(database: IDBDatabase): IDBTransaction {
  return database.transaction(objectStore, 'readwrite', { durability: 'relaxed' });
}

function run(
  transaction: IDBTransaction,
  name: string,
  change: (state: StoredState | undefined) => StoredState | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let failure: unknown;
    const states = transaction.objectStore(objectStore);
    const reading = states.get(name);
    reading.onsuccess = () => {
      try {
        const before = reading.result as StoredState | undefined;
        const after = change(before);
        if (after !== before) states.put(after, name);
      } catch (error) {
        failure = error;
        transaction.abort();
      }
    };
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(failure ?? transaction.error);
  });
}
