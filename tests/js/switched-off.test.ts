// Interventions that a rule decided and that a page's definitions do not contain, or no longer.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { memoryStore, type Store } from '../../js/src/index.js';
import { Presence, readPresence } from '../../js/src/delivery/presence.js';
import { withReceived } from '../../js/src/stream/intervention-stream.js';
import { freshStorage, newTab, removeStorage } from './page-storage.js';
import { add, domainUser, names, openPage, tutorial, view, type Page } from './visits.js';

const pages: Page[] = [];
let store: Store;
const open = (definitions: object, options: Parameters<typeof openPage>[1] = {}): Page => {
  const page = openPage({ store, definitions }, options);
  pages.push(page);
  return page;
};
const settled = async (): Promise<void> => {
  for (const page of pages) await page.settled();
};

const withoutAbandonment = {
  ...tutorial,
  interventions: tutorial.interventions.filter(({ name }) => name !== 'cart_abandonment'),
};
const withVersion2 = {
  ...tutorial,
  interventions: tutorial.interventions.map((each) =>
    each.name === 'cart_abandonment' ? { ...each, version: 2 } : each,
  ),
};
const broken = { interventions: 5 };

/** An imitation of the browser's Web Locks. */
class FakeLocks {
  readonly held = new Map<string, () => void>();
  readonly #ends = new Map<string, Promise<void>>();

  async request(
    name: string,
    { ifAvailable }: LockOptions,
    use: (lock: object | null) => Promise<void> | undefined,
  ): Promise<void> {
    await null;
    if (ifAvailable && this.held.has(name)) return use(null);
    while (this.held.has(name)) await this.#ends.get(name);
    const dropped = new Promise<void>((resolve) => this.held.set(name, resolve));
    const end = (async () => {
      await Promise.race([use({ name }), dropped]);
      await null; // the browser learns of it later
      this.held.delete(name);
    })();
    this.#ends.set(name, end);
    await end;
  }

  get pages(): string[] {
    return [...this.held.keys()].filter((name) => name.startsWith('tripline:page:'));
  }

  async query(): Promise<object> {
    await null;
    return { held: [...this.held.keys()].map((name) => ({ name })) };
  }

  /** Releases all locks, as the browser does when a page crashes. */
  drop(): void {
    for (const end of this.held.values()) end();
  }
}

const locks = (): FakeLocks | undefined => (navigator as unknown as { locks?: FakeLocks }).locks;

beforeEach(() => {
  freshStorage();
  store = memoryStore();
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
  vi.stubGlobal('navigator', { locks: new FakeLocks() });
});
afterEach(() => {
  for (const { evaluator } of pages.splice(0)) evaluator.close();
  vi.unstubAllGlobals();
  vi.useRealTimers();
  removeStorage();
});

/** Opens a page with `definitions` that has decided an intervention and has no handler. */
async function decided(definitions: object = tutorial): Promise<Page> {
  const page = open(definitions, { handle: false });
  page.evaluator.track(add());
  await page.settled();
  return page;
}

/** Opens a page that has tracked an event of its visitor. */
async function visited(definitions: object): Promise<Page> {
  const page = open(definitions);
  page.evaluator.track(view());
  await page.settled();
  return page;
}

describe.each([
  ['left the definitions', withoutAbandonment],
  ['has another version there', withVersion2],
])('an intervention that %s', (_, changed) => {
  test('is not dispatched by the next page of the tab, and expires at once', async () => {
    (await decided()).evaluator.close();
    const next = await visited(changed);
    expect(next.interventions).toEqual([]);
    expect(names(next.expired)).toEqual(['cart_abandonment']);
    expect(next.expired[0]?.version).toBe(1);
  });

  test('expires without a handler, too', async () => {
    (await decided()).evaluator.close();
    const next = open(changed, { handle: false });
    await next.settled();
    expect(names(next.expired)).toEqual(['cart_abandonment']);
  });

  test('stays for the tab that decided it, while its page lives', async () => {
    const first = await decided();
    newTab();
    const other = await visited(changed);
    await vi.advanceTimersByTimeAsync(10_000);
    await settled();
    expect([...other.interventions, ...other.expired]).toEqual([]);
    first.evaluator.on('intervention', (intervention) => first.interventions.push(intervention));
    await first.settled();
    expect(names(first.interventions)).toEqual(['cart_abandonment']);
  });

  test('expires in another tab when the page that decided it is gone', async () => {
    await decided();
    newTab();
    const other = await visited(changed);
    await vi.advanceTimersByTimeAsync(10_000);
    await settled();
    expect(other.expired).toEqual([]);
    locks()?.drop();
    await vi.advanceTimersByTimeAsync(5000);
    await settled();
    expect(names(other.expired)).toEqual(['cart_abandonment']);
    expect(other.interventions).toEqual([]);
  });
});

test('stays while the page that decided it is about to start it', async () => {
  const kept = store;
  // The page learns of a commit later than other tabs, as with a database.
  store = {
    update: async (...change) => {
      await kept.update(...change);
      await new Promise((resolve) => setTimeout(resolve, 3000));
    },
    close() {},
  };
  const first = open(tutorial);
  await vi.advanceTimersByTimeAsync(20_000);
  store = kept;
  newTab();
  const other = await visited(withoutAbandonment);
  first.evaluator.track(add());
  await vi.advanceTimersByTimeAsync(2500); // committed, and longer ago than what is left to other tabs as a courtesy
  other.evaluator.track(view());
  await vi.advanceTimersByTimeAsync(20_000);
  expect(other.expired).toEqual([]);
  expect(names(first.interventions)).toEqual(['cart_abandonment']);
});

test('stays although the tab that sees it looked for other pages earlier', async () => {
  (await decided()).evaluator.close();
  newTab();
  const other = await visited(withoutAbandonment);
  await vi.advanceTimersByTimeAsync(1000);
  newTab();
  const added = {
    name: 'added',
    version: 1,
    criteria: { attribute: 'ecom_attributes:count_add_to_cart', operator: '>=', value: 2 },
  };
  const third = await decided({ ...tutorial, interventions: [added] });
  other.evaluator.track(view());
  for (let second = 1; second <= 10; ++second) {
    await vi.advanceTimersByTimeAsync(1000);
    await settled();
  }
  expect(names(other.expired)).toEqual(['cart_abandonment']); // the page that decided it is gone
  third.evaluator.on('intervention', (intervention) => third.interventions.push(intervention));
  await settled();
  expect(names(third.interventions)).toEqual(['added']);
});

test('stays in a tab that was duplicated, while the page lives', async () => {
  const first = await decided();
  const other = await visited(withoutAbandonment); // its sessionStorage names the first page
  await vi.advanceTimersByTimeAsync(10_000);
  await settled();
  expect(other.expired).toEqual([]);
  first.evaluator.close();
  await vi.advanceTimersByTimeAsync(5000);
  await settled();
  expect(names(other.expired)).toEqual(['cart_abandonment']);
});

test('a page that shows itself again at once is seen', async () => {
  const presence = new Presence('apage');
  for (const isShown of [true, false, true]) presence.show(isShown);
  expect((await readPresence(['apage memory'])).get('apage memory')).not.toBe('gone');
  await vi.advanceTimersByTimeAsync(10);
  presence.show(false);
  presence.show(true);
  await vi.advanceTimersByTimeAsync(10);
  expect([...(await readPresence(['apage memory', 'another']))].map(([, presence]) => presence)).toEqual([
    'lives',
    'gone',
  ]);
});

test('a tab with other definitions leaves an intervention to tabs whose definitions contain it', async () => {
  const first = await decided();
  first.evaluator.close();
  newTab();
  const third = open(tutorial, { handle: false });
  third.evaluator.track(view());
  await third.settled();
  await vi.advanceTimersByTimeAsync(5000);
  third.evaluator.on('intervention', (intervention) => third.interventions.push(intervention));
  await third.settled();
  expect(names(third.interventions)).toEqual(['cart_abandonment']);
});

test('without loaded definitions, nothing is dispatched and nothing expires', async () => {
  (await decided()).evaluator.close();
  const page = open(broken);
  page.evaluator.track(view());
  await vi.advanceTimersByTimeAsync(10_000);
  await page.settled();
  expect([...page.interventions, ...page.expired]).toEqual([]);
  page.evaluator.close();
  const next = await visited(tutorial);
  expect(names(next.interventions)).toEqual(['cart_abandonment']);
});

test('in a browser without locks, an intervention of the same tab expires at once', async () => {
  vi.stubGlobal('navigator', {});
  (await decided()).evaluator.close();
  const next = await visited(withoutAbandonment);
  expect(names(next.expired)).toEqual(['cart_abandonment']);
});

test('in a browser without locks, an intervention of another tab stays until it expires', async () => {
  vi.stubGlobal('navigator', {});
  (await decided()).evaluator.close();
  newTab();
  const other = await visited(withoutAbandonment);
  await vi.advanceTimersByTimeAsync(29 * 60_000);
  await settled();
  expect([...other.interventions, ...other.expired]).toEqual([]);
  await vi.advanceTimersByTimeAsync(2 * 60_000);
  await settled();
  expect(names(other.expired)).toEqual(['cart_abandonment']);
});

test('a pushed intervention is dispatched although no definitions contain it', async () => {
  const first = open(tutorial, { handle: false });
  first.evaluator.push({ name: 'hello', target_attribute_key: domainUser });
  await first.settled();
  first.evaluator.close();
  const next = await visited(withoutAbandonment);
  expect(names(next.interventions)).toEqual(['hello']);
});

test('an intervention from a stream is dispatched although no definitions contain it', async () => {
  const offer = { intervention_id: 'a', name: 'offer', version: 1, attributes: {}, target_attribute_key: domainUser };
  await store.update('default', (state) => withReceived(state, undefined, offer, 'another page'));
  const page = await visited(withoutAbandonment);
  await vi.advanceTimersByTimeAsync(3000);
  await page.settled();
  expect(names(page.interventions)).toEqual(['offer']);
});

test('a page holds a lock only while one of its interventions waits', async () => {
  const page = await decided();
  expect(locks()?.pages).toHaveLength(1);
  page.evaluator.on('intervention', (intervention) => page.interventions.push(intervention));
  await page.settled();
  expect(names(page.interventions)).toEqual(['cart_abandonment']);
  await page.settled();
  expect(locks()?.pages).toEqual([]);
  const other = open(tutorial, { handle: false });
  other.evaluator.push({ name: 'hello', target_attribute_key: domainUser });
  await other.settled();
  expect(locks()?.pages).toEqual([]);
});
