// Where the state of an evaluator is kept between pages.
import type { AttributeKey, Intervention } from '../types.js';

/** A decision whose handlers have not been started. */
export interface Waiting {
  intervention: Intervention;
  /** Its copies for other targets, in their order. The first whose target is at the page is dispatched. */
  others?: Intervention[];
  /** Host clock in ms; not later than now, if that was set back. */
  decided: number;
  /** The page that tracked the event which caused it, pushed or received it, or saw the deadline pass. */
  page: string;
  /** The session of that event; what no event caused has none. */
  session: string | undefined;
  /** The `domain_userid` of that event, or of the page when time brought it. */
  user?: string | undefined;
  /** Absent: a rule of the definitions decided it. */
  origin?: 'push' | 'stream' | undefined;
  /** Of the page's entry that triggered it; absent: none did, or it was pushed. */
  number?: number | undefined;
  /** Whether it is started once for its name, version and target, not only once for its `intervention_id`. */
  once?: boolean;
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

/** By field: the value, if it is intact; else what is left of it. */
const repairs: { [Field in keyof Required<StoredState>]: (value: unknown) => unknown } = {
  revision: (value) => (Number.isSafeInteger(value) ? value : randomRevision()),
  snapshot: (value) => (isA('Uint8Array', value) ? value : new Uint8Array()),
  applied(value) {
    const all = Object.entries(isA('Object', value) ? value : {});
    const intact = items<[string, unknown]>(all, ([, number]) => Number.isSafeInteger(number));
    return isA('Object', value) && intact === all ? value : Object.fromEntries(intact);
  },
  outbox: (value) => items(value, isWaiting),
  started: (value) => items(value, isText),
  stream: (value) => (areTexts(Object(value).url, Object(value).lastEventId) ? value : undefined),
};

/**
 * What a store returned, without what is damaged: the names of such fields come into `damaged`. The same object if none
 * is. Whatever it was, it can be used. What the snapshot holds is the engine's to judge.
 */
export function repaired(stored: unknown, damaged: string[]): StoredState | undefined {
  if (stored === undefined) return undefined;
  const fields = (isA('Object', stored) ? stored : {}) as StoredState;
  const state: Record<string, unknown> = { ...fields };
  for (const field of Object.keys(repairs) as (keyof StoredState)[]) {
    state[field] = repairs[field](fields[field]);
    if (state[field] !== fields[field]) damaged.push(field);
  }
  return damaged.length > 0 ? (state as unknown as StoredState) : fields;
}

/** Not from 1: after site data was cleared, a page must not take the new state for one that it knows. */
export function randomRevision(): number {
  return Math.floor(Math.random() * 2 ** 48);
}

function isWaiting(value: unknown): value is Waiting {
  const { intervention, others = [], decided, page, session = '', user = '', origin = '' } = Object(value) as Partial<Waiting>;
  return (
    areTexts(page, session, user, origin) &&
    Number.isFinite(decided) &&
    Array.isArray(others) &&
    [intervention, ...others].every(isIntervention)
  );
}

function isIntervention(value: unknown): boolean {
  const it = Object(value) as Partial<Intervention>;
  const target = Object(it.target_attribute_key) as Partial<AttributeKey>;
  return (
    areTexts(it.intervention_id, it.name, target.name, target.id) &&
    Number.isFinite(it.version) &&
    isA('Object', it.attributes) &&
    Object.values(it.attributes).every(isAttributeValue)
  );
}

function isAttributeValue(value: unknown): boolean {
  const scalars = isA('Object', value) ? Object.values(value) : [value].flat();
  return scalars.every((each) => Object(each) !== each && each != null && typeof each !== 'bigint');
}

/** The same list if all are intact. */
function items<Item>(value: unknown, isIntact: (item: Item) => boolean): Item[] {
  if (!Array.isArray(value)) return [];
  const intact = (value as Item[]).filter(isIntact);
  return intact.length === value.length ? value : intact;
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function areTexts(...values: unknown[]): boolean {
  return values.every(isText);
}

/** A database keeps a Map, a Date and the like as they are. */
function isA(type: string, value: unknown): value is object {
  return Object.prototype.toString.call(value) === `[object ${type}]`;
}

/** Keeps the state between pages. js/docs/shapes.md has what it must guarantee. */
export interface Store {
  /** Whether other tabs see what is stored. Default: true. If not, a page counts only what its own tab has tracked. */
  readonly isShared?: boolean;
  /**
   * Runs `change` on what is stored under `name` in a transaction that no other one interleaves with, and
   * stores what it answers; the same object: nothing to store. Resolves when that is committed. Rejects, with
   * nothing stored, if `change` throws or storing fails. `change` is synchronous, and may run again after a failure.
   */
  update(name: string, change: (state: StoredState | undefined) => StoredState | undefined): Promise<void>;
  /** Frees what it holds. `update` may reject from then on. */
  close(): void;
}

/** States, by name, that live as long as the page, which counts only what its own tab has tracked. */
export function memoryStore(states: Record<string, StoredState | undefined> = {}): Store {
  return {
    isShared: !globalThis.document, // another tab has its own; outside of pages, whoever is given it shares it
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
    if (closed) throw new Error('The store is closed.');
    opening ??= openDatabase(databaseName);
    opening.catch(() => (opening = undefined));
    return opening;
  }

  void open(); // whoever makes a store is about to use it
  return {
    async update(name, change) {
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
// message, so every page listens while it opens, and sends some at first.
function dropFrozenOpeners(name: string, opening: Promise<unknown>): void {
  if (typeof BroadcastChannel === 'undefined') return;
  const channel = new BroadcastChannel(`tripline:${name}:opening`);
  channel.onmessage = () => undefined;
  let asked = 0;
  const ask = (): void => {
    channel.postMessage('');
    if (++asked === 20) clearInterval(timer);
  };
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
