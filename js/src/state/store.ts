// Stores, which keep the state of an evaluator between pages.
import type { EventLog } from '../event/event-log.js';
import type { AttributeKey, Intervention } from '../types.js';

/** A decision whose handlers have not been started. */
export interface Waiting {
  intervention: Intervention;
  /** Its copies for other targets, in their order. The first copy whose target is at the page is dispatched. */
  others?: Intervention[];
  /** Time of the decision (host clock in ms). Becomes the present time if the clock was set back before it. */
  decided: number;
  /** The page that tracked the event which caused it, pushed or received it, or saw the deadline pass. */
  page: string;
  /** The session of that event; undefined if no event caused the decision. */
  session: string | undefined;
  /** The `domain_userid` of that event, or of the page if time alone triggered the intervention. */
  user?: string | undefined;
  /** Absent: a rule of the definitions decided it. */
  origin?: 'push' | 'stream' | undefined;
  /** Number of the page's entry that triggered or pushed it; absent if none did. */
  number?: number | undefined;
  /** True if it is started once for its name, version and target, not only once for its `intervention_id`. */
  once?: boolean;
}

/** The event logs of one session. */
export interface StoredEventLogs {
  session: string;
  /** When the newest event of the session was tracked (host clock in ms). */
  at: number;
  /** By name. */
  logs: Record<string, EventLog>;
}

/** Everything that is committed together. */
export interface StoredState {
  /** Differs whenever the snapshot does. */
  revision: number;
  /** The engine's snapshot; empty if there was never an engine. */
  snapshot: Uint8Array;
  /** The number of the last journal entry that the snapshot contains, by page. */
  applied: Record<string, number>;
  outbox: Waiting[];
  /** Hashes of the newest ids of started interventions, and of marks of interventions that streams brought. */
  started: string[];
  /** The stream that was read last: its address, and the id of the last message that the state contains. */
  stream?: { url: string; lastEventId: string };
  /** Absent if the definitions have no event logs. Repaired by the code that uses it. */
  eventLogs?: StoredEventLogs | undefined;
}

/** Functions by field that return the value if it is intact, else its intact part. */
const repairs: { [Field in Exclude<keyof StoredState, 'eventLogs'>]: (value: unknown) => unknown } = {
  revision: (value) => (Number.isSafeInteger(value) ? value : randomRevision()),
  snapshot: (value) => (isA('Uint8Array', value) ? value : new Uint8Array()),
  applied(value) {
    const all = Object.entries(isA('Object', value) ? value : {});
    const intact = items<[string, unknown]>(all, ([, number]) => Number.isSafeInteger(number));
    return isA('Object', value) && intact === all ? value : Object.fromEntries(intact);
  },
  outbox: (value) => items(value, isWaiting),
  started: (value) => items(value, isText),
  stream: (value) => {
    const { url, lastEventId } = Object(value) as Record<string, unknown>;
    return areTexts(url, lastEventId) ? value : undefined;
  },
};

/**
 * Returns a state that can be used, whatever the store returned: without its damaged parts, or the same object if
 * nothing is damaged. Adds the names of damaged fields to `damaged`. The engine checks the bytes of the snapshot.
 */
export function repaired(stored: unknown, damaged: string[]): StoredState | undefined {
  if (stored === undefined) return undefined;
  const fields = (isA('Object', stored) ? stored : {}) as StoredState;
  const state: Record<string, unknown> = { ...fields };
  for (const field of Object.keys(repairs) as (keyof typeof repairs)[]) {
    state[field] = repairs[field](fields[field]);
    if (state[field] !== fields[field]) damaged.push(field);
  }
  return damaged.length > 0 ? (state as unknown as StoredState) : fields;
}

/**
 * Returns a random revision: after site data was cleared, a page must not mistake a new state for one that it knows.
 */
export function randomRevision(): number {
  return Math.floor(Math.random() * 2 ** 48);
}

function isWaiting(value: unknown): value is Waiting {
  const {
    intervention,
    others = [],
    decided,
    page,
    session = '',
    user = '',
    origin = '',
  } = Object(value) as Partial<Waiting>;
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

/** Returns the intact items; the same list if all are intact. */
function items<Item>(value: unknown, isIntact: (item: Item) => boolean): Item[] {
  if (!Array.isArray(value)) return [];
  const intact = (value as Item[]).filter(isIntact);
  return intact.length === value.length ? (value as Item[]) : intact;
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function areTexts(...values: unknown[]): boolean {
  return values.every(isText);
}

/** Tests for a type by its tag, since a database also keeps a Map, a Date and the like. */
function isA(type: string, value: unknown): value is object {
  return Object.prototype.toString.call(value) === `[object ${type}]`;
}

/** Keeps the state between pages. js/docs/shapes.md has what it must guarantee. */
export interface Store {
  /**
   * True if other tabs share the stored state. Default: true. If false, a page counts the events of its own tab only.
   */
  readonly isShared?: boolean;
  /**
   * Calls `change` with the state that is stored under `name`, and stores the state that it returns, in a transaction
   * that no other one interleaves with. Need not store the same object. Resolves when the transaction is committed.
   * Rejects, with nothing stored, if `change` throws or storing fails. `change` is synchronous, and may run again after
   * a failure.
   */
  update(name: string, change: (state: StoredState | undefined) => StoredState | undefined): Promise<void>;
  /** Frees the resources. `update` may reject from then on, but reset() erases nothing then. */
  close(): void;
}

/** Returns a store whose states, by name, last as long as the page. The page counts the events of its own tab only. */
export function memoryStore(states: Record<string, StoredState | undefined> = {}): Store {
  return {
    isShared: !globalThis.document, // another tab has its own; outside of pages, evaluators may share the object
    async update(name, change) {
      states[name] = change(states[name]);
    },
    close() {},
  };
}

const objectStore = 'states';

/** Returns a store in the origin's IndexedDB, which all tabs share. */
export function indexedDbStore(databaseName = 'tripline'): Store {
  let opening: Promise<IDBDatabase> | undefined;
  let closed = false;

  function open(): Promise<IDBDatabase> {
    opening ??= openDatabase(databaseName);
    opening.catch(() => (opening = undefined));
    return opening;
  }

  function close(): void {
    closed = true;
    opening?.then(
      (database) => database.close(),
      () => undefined,
    );
    opening = undefined;
  }

  void open(); // early: a new store is used at once
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
      try {
        await run(transaction, name, change);
      } finally {
        if (closed) close(); // reset() erases after the end, too
      }
    },
    close,
  };
}

async function openDatabase(name: string): Promise<IDBDatabase> {
  const opening = new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(objectStore);
    request.onerror = () => reject(request.error!);
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
    let failure: Error | undefined;
    const states = transaction.objectStore(objectStore);
    const reading = states.get(name);
    reading.onsuccess = () => {
      try {
        const before = reading.result as StoredState | undefined;
        const after = change(before);
        if (after !== before) states.put(after, name);
      } catch (error) {
        failure = error as Error;
        transaction.abort();
      }
    };
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(failure ?? transaction.error!);
  });
}
