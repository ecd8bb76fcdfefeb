// A visitor's session with the real tracker and the built plugin, measured from outside: the clock is
// read around what the package gives to others (the plugin's hook, the store's transaction) and what
// it asks of the browser (IndexedDB).
import { indexedDbStore } from '/dist/index.js';
import { SignalsPlugin } from '/dist/snowplow.js';
import { newTracker, SnowplowEcommercePlugin } from '/tracker.js';
import { callsOf } from './session.js';

/** The event under way: what it took so far, in ms, by part. */
let current;

/**
 * Per event: `own`, our time up to the decision; `tracker`, the rest of the tracker's call; `wall`, from the
 * call to the first handler, if there was one. Beside it `bare`: times of two bare commits one after the other.
 */
export async function visit(session) {
  const calls = await callsOf(session);
  const bare = await bareCommits(10);
  measureIndexedDb();
  const store = new MeasuredStore();
  current = newEvent();
  newTracker('sp1', location.origin, {
    appId: 'demo-shop',
    synchronousCookieWrite: true,
    keepalive: true,
    cookieSecure: false,
    plugins: [
      SnowplowEcommercePlugin(),
      measuredPlugin({ definitions: '/samples/ecom_bundle.json', store, handlers: { banner: onIntervention } }),
    ],
  });
  await current.decided;
  const events = [];
  for (const call of calls) events.push(await track(call));
  return { events, bare, state: { ...store.state, snapshot: [...store.state.snapshot] } };
}

async function track(call) {
  await quiet();
  current = newEvent();
  const started = performance.now();
  call();
  const ended = performance.now();
  const tracker = ended - started - current.parts.hook;
  const { parts, fired } = await current.decided;
  const own = Object.values(parts).reduce((sum, part) => sum + part, 0);
  const handled = fired ? await current.handled : undefined;
  return { own, parts, tracker, wall: handled && handled - started };
}

function newEvent() {
  const event = { parts: { hook: 0, database: 0, decision: 0 }, isDecided: false };
  event.decided = new Promise((resolve) => (event.decide = resolve));
  event.handled = new Promise((resolve) => (event.handle = resolve));
  return event;
}

function measuredPlugin(options) {
  const plugin = SignalsPlugin(options);
  return { ...plugin, afterTrack: (payload) => ownTime('hook', () => plugin.afterTrack(payload)) };
}

/** Adds to the event's own time, up to its decision. */
function ownTime(part, work) {
  if (current.isDecided) return work();
  const started = performance.now();
  try {
    return work();
  } finally {
    current.parts[part] += performance.now() - started;
  }
}

/** The package's store, with a look at the first transaction after each event: there the decision is made. */
class MeasuredStore {
  #store = indexedDbStore();

  update(name, change) {
    return this.#store.update(name, (before) => {
      const after = ownTime('decision', () => change(before));
      const fired = (after?.outbox.length ?? 0) > (before?.outbox.length ?? 0);
      if (!current.isDecided) current.decide({ parts: current.parts, fired });
      current.isDecided = true;
      this.state = after;
      return after;
    });
  }

  close() {
    this.#store.close();
  }
}

function measureIndexedDb() {
  for (const [prototype, method] of [
    [IDBDatabase.prototype, 'transaction'],
    [IDBObjectStore.prototype, 'get'],
  ]) {
    const original = prototype[method];
    prototype[method] = function (...values) {
      return ownTime('database', () => original.apply(this, values));
    };
  }
}

function onIntervention() {
  current.handle(performance.now());
}

/** Lets everything end that the last event began: receipts are tracked, requests leave. */
function quiet() {
  return new Promise((resolve) => setTimeout(() => requestIdleCallback(resolve, { timeout: 50 }), 10));
}

/** The least that the store must do before a handler starts: commit the decision, then the start. */
async function bareCommits(count) {
  const database = await new Promise((resolve, reject) => {
    const request = indexedDB.open('bare', 1);
    request.onupgradeneeded = () => request.result.createObjectStore('states');
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const commit = () =>
    new Promise((resolve, reject) => {
      const transaction = database.transaction('states', 'readwrite', { durability: 'relaxed' });
      const states = transaction.objectStore('states');
      states.get('state').onsuccess = () => states.put({ snapshot: new Uint8Array(500) }, 'state');
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
  const times = [];
  for (let i = 0; i < count; ++i) {
    await quiet();
    const started = performance.now();
    await commit();
    await commit();
    times.push(performance.now() - started);
  }
  database.close();
  return times;
}
