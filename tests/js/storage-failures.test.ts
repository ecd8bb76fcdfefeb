// Pages whose store fails, hangs or responds late. chromium/storage.test.ts has the same in tabs of Chromium.
import '../../js/src/evaluator/doctor.js'; // it must not need real time to load
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { memoryStore, type Store } from '../../js/src/index.js';
import { forbiddenStorage, freshStorage, fullStorage, newTab, removeStorage } from './page-storage.js';
import { add, domainUser, names, openPage, tutorial, view, type Page } from './visits.js';

const pages: Page[] = [];
const open = (...parameters: Parameters<typeof openPage>): Page => {
  const page = openPage(...parameters);
  pages.push(page);
  return page;
};

let items: Record<string, string>;
/** A store that works and that all tabs share. */
let database: Store;
beforeEach(() => {
  items = freshStorage();
  database = memoryStore();
});
afterEach(() => {
  for (const { evaluator } of pages.splice(0)) evaluator.close();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  removeStorage();
});

const viewsOf = async ({ evaluator }: Page): Promise<unknown> =>
  (await evaluator.attributes(domainUser))['ecom_attributes']?.['count_product_views'];
const viewsIn = (store: Store): Promise<unknown> => viewsOf(open({ store }, { handle: false }));
const journalKeys = (): string[] => Object.keys(items).filter((key) => key.startsWith('tripline:'));

/** Returns a store that is the database while `works` is true; then only reading works. */
function fragile(): { store: Store; works: boolean } {
  const fragile = {
    works: true,
    store: {
      update: (name, change) =>
        database.update(name, (state) => {
          const next = change(state);
          if (next !== state && !fragile.works) throw new DOMException('no space', 'QuotaExceededError');
          return next;
        }),
      close() {},
    } as Store,
  };
  return fragile;
}

/** Returns a store that cannot be opened. */
const none = (): Store => ({ update: () => Promise.reject(new DOMException('no', 'SecurityError')), close() {} });

/** Returns a store that is the database once `open` is called. */
function late(): { store: Store; open(): void } {
  let open = (): void => undefined;
  const opening = new Promise<void>((resolve) => (open = resolve));
  return {
    open,
    store: {
      async update(name, change) {
        await opening;
        await database.update(name, change);
      },
      close() {},
    },
  };
}

describe('a commit that fails', () => {
  test('from then on, the page counts in memory, and these events count once for the next page', async () => {
    const database = fragile();
    const first = open({ store: database.store });
    for (let views = 1; views <= 2; ++views) first.evaluator.track(view());
    await first.settled();
    database.works = false;
    first.evaluator.track(view());
    await first.settled();
    first.evaluator.track(view());
    expect(await viewsOf(first)).toBe(4);
    expect(names(first.interventions)).toEqual(['discount']);
    expect(first.warnings.map(({ code }) => code)).toEqual(['storage']);
    expect(first.warnings[0]?.message).toContain('no space');
    expect(first.errors).toEqual([]);
    first.evaluator.close();
    database.works = true;
    expect(await viewsIn(database.store)).toBe(4);
    expect(await viewsIn(database.store)).toBe(4);
  });

  test('while it lasts, each page of a tab continues from the one before, and other tabs do not count', async () => {
    const database = fragile();
    database.works = false;
    for (let views = 1; views <= 4; ++views) {
      const page = open({ store: database.store });
      page.evaluator.track(view());
      expect(await viewsOf(page)).toBe(views);
      await page.settled();
      expect(names(page.interventions)).toEqual(views === 4 ? ['discount'] : []);
      page.evaluator.close();
      const tab = globalThis.sessionStorage;
      newTab();
      expect(await viewsIn(database.store)).toBe(0);
      globalThis.sessionStorage = tab;
    }
    database.works = true;
    const healed = open({ store: database.store });
    expect(await viewsOf(healed)).toBe(4);
    await healed.settled();
    expect(healed.interventions).toEqual([]);
  });

  test('of a start: handlers run, and not again on a later page', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const database = fragile();
    const first = open({ store: database.store }, { handle: false });
    first.evaluator.track(add());
    await first.settled();
    database.works = false;
    first.evaluator.on('intervention', (intervention) => first.interventions.push(intervention));
    await first.settled();
    expect(names(first.interventions)).toEqual(['cart_abandonment']);
    for (const works of [false, true, true]) {
      database.works = works;
      vi.setSystemTime(Date.now() + 3000);
      const next = open({ store: database.store });
      next.evaluator.track(view());
      await next.settled();
      expect([...next.interventions, ...next.expired]).toEqual([]);
      next.evaluator.close();
    }
    await database.store.update('default', (state) => {
      expect(state?.outbox).toEqual([]);
      expect(state?.started).toHaveLength(1);
      return state;
    });
  });

  test('a page that can only read continues from the stored state', async () => {
    const database = fragile();
    const first = open({ store: database.store });
    for (let views = 1; views <= 2; ++views) first.evaluator.track(view());
    await first.settled();
    database.works = false;
    const next = open({ store: database.store });
    next.evaluator.track(view());
    expect(await viewsOf(next)).toBe(3);
    database.works = true;
    expect(await viewsIn(database.store)).toBe(3);
  });
});

describe('without a database', () => {
  test('each tab counts its own events, one shows what both decide, and nothing remains when they end', async () => {
    const one = open({ store: none() });
    await one.settled();
    newTab();
    const other = open({ store: none() });
    for (let views = 1; views <= 3; ++views) {
      one.evaluator.track(view());
      other.evaluator.track(view());
    }
    expect([await viewsOf(one), await viewsOf(other)]).toEqual([3, 3]);
    expect(journalKeys()).toEqual([]);
    one.evaluator.track(view());
    await one.settled();
    other.evaluator.track(view());
    await other.settled();
    expect(names([...one.interventions, ...other.interventions])).toEqual(['discount']);
    one.evaluator.close();
    other.evaluator.close();
    expect(await viewsIn(database)).toBe(0);
  });

  test('tabs with stores in memory count their own events, too', async () => {
    vi.stubGlobal('document', {});
    const one = open({ store: memoryStore() });
    newTab();
    const other = open({ store: memoryStore() });
    for (const { evaluator } of [one, one, one, other, other]) evaluator.track(view());
    expect([await viewsOf(one), await viewsOf(other)]).toEqual([3, 2]);
  });

  test('a rule without `changed` is started once for its target in 24 hours, whatever the event', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const shown = async (changes = {}): Promise<string[]> => {
      const page = open({ store: none() });
      page.evaluator.track(add(changes));
      await page.settled();
      page.evaluator.close();
      return names([...page.interventions, ...page.expired]);
    };
    expect(await shown()).toEqual(['cart_abandonment']);
    expect(await shown()).toEqual([]);
    expect(await shown({ duid: '00000000-0000-4000-8000-000000000001' })).toEqual(['cart_abandonment']);
    vi.setSystemTime(Date.now() + 24 * 3_600_000 - 1000);
    expect(await shown()).toEqual([]);
    vi.setSystemTime(Date.now() + 1000);
    expect(await shown()).toEqual(['cart_abandonment']);
    vi.setSystemTime(Date.now() - 3_600_000); // the clock is set back
    expect(await shown()).toEqual([]);
  });

  test('a rule with `changed` is started every time', async () => {
    const definitions = structuredClone(tutorial);
    definitions.interventions.push({
      ...definitions.interventions[0]!,
      name: 'each',
      criteria: { all: [{ attribute: 'ecom_attributes:count_product_views', operator: 'changed' }] },
    });
    for (let number = 1; number <= 2; ++number) {
      const page = open({ store: none(), definitions });
      page.evaluator.track(view());
      page.evaluator.track(view());
      await page.settled();
      expect(names(page.interventions)).toEqual(['each', 'each']);
      page.evaluator.close();
    }
  });

  test('a pushed intervention is started once for each id, even if a rule has its name', async () => {
    const page = open({ store: none() });
    page.evaluator.track(add());
    await page.settled();
    const push = { name: 'cart_abandonment', version: 1, target_attribute_key: domainUser };
    page.evaluator.push({ ...push, intervention_id: 'a' });
    page.evaluator.push({ ...push, intervention_id: 'b' });
    await page.settled();
    const next = open({ store: none() });
    next.evaluator.push({ ...push, intervention_id: 'b' });
    next.evaluator.push({ ...push, intervention_id: 'c' });
    await next.settled();
    expect([page, next].map(({ interventions }) => interventions.length)).toEqual([3, 1]);
  });

  test('and without localStorage: once for a page', async () => {
    forbiddenStorage();
    for (let number = 1; number <= 2; ++number) {
      const page = open({ store: none() });
      page.evaluator.track(add());
      page.evaluator.track(add());
      await page.settled();
      expect(names(page.interventions)).toEqual(['cart_abandonment']);
    }
  });

  test('reset forgets which interventions were started', async () => {
    const page = open({ store: none() });
    page.evaluator.track(add());
    await page.settled();
    await page.evaluator.reset();
    expect(Object.keys(items)).toEqual([]);
    page.evaluator.track(add());
    await page.settled();
    expect(names(page.interventions)).toEqual(['cart_abandonment', 'cart_abandonment']);
  });
});

test('with a full localStorage, a database that responds late makes nothing start twice', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
  fullStorage();
  const slow = late();
  const page = open({ store: slow.store });
  page.evaluator.track(add());
  await page.evaluator.ready;
  await vi.advanceTimersByTimeAsync(5100);
  await page.settled();
  slow.open();
  await vi.advanceTimersByTimeAsync(2500);
  await page.settled();
  expect(names(page.interventions)).toEqual(['cart_abandonment']);
});

describe('a store that does not respond', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] }));

  test('is replaced by memory after five seconds, with a warning, and nothing waits', async () => {
    const page = open({ store: late().store });
    page.evaluator.track(add());
    const answers = Promise.all([page.evaluator.ready, page.evaluator.attributes(domainUser), page.evaluator.doctor()]);
    await page.evaluator.ready;
    await vi.advanceTimersByTimeAsync(4900);
    expect(page.warnings).toEqual([]);
    await vi.advanceTimersByTimeAsync(200);
    const [ready, attributes, { findings }] = await answers;
    expect(ready).toBe(true);
    expect(attributes['ecom_attributes']).toMatchObject({ count_add_to_cart: 1 });
    expect(findings.find(({ check }) => check === 'storage')?.ok).toBe(false);
    expect(names(page.interventions)).toEqual(['cart_abandonment']);
    expect(page.warnings).toMatchObject([
      { code: 'storage', message: expect.stringContaining('has not answered for 5 s') as string },
    ]);
    expect(page.errors).toEqual([]);
  });

  test('at first, but later does, wins: the state in memory is dropped, and the journal is applied', async () => {
    const before = open({ store: database });
    for (let views = 1; views <= 3; ++views) before.evaluator.track(view());
    await before.settled();
    const slow = late();
    const page = open({ store: slow.store });
    page.evaluator.track(view());
    await page.evaluator.ready;
    await vi.advanceTimersByTimeAsync(5100);
    expect(await viewsOf(page)).toBe(1);
    page.evaluator.track(add());
    await page.settled();
    expect(names(page.interventions)).toEqual(['cart_abandonment']);
    slow.open();
    await vi.advanceTimersByTimeAsync(0);
    expect(await viewsOf(page)).toBe(4);
    await page.settled();
    // `cart_abandonment` is not shown again. `discount` fires with the fourth view, which came before the cart.
    expect(names(page.interventions)).toEqual(['cart_abandonment', 'discount']);
    page.evaluator.track(view());
    await page.settled();
    expect(await viewsIn(database)).toBe(5);
    expect(page.warnings).toHaveLength(1);
    expect((await page.evaluator.doctor()).findings.find(({ check }) => check === 'storage')?.ok).toBe(true);
    expect(journalKeys()).toEqual([]);
  });

  test('during a transaction, which it makes later: events count once', async () => {
    let waiting = Promise.resolve();
    let go = (): void => undefined;
    const store: Store = {
      async update(name, change) {
        await database.update(name, change);
        await waiting;
      },
      close() {},
    };
    const page = open({ store });
    page.evaluator.track(view());
    await page.settled();
    waiting = new Promise((resolve) => (go = resolve));
    page.evaluator.track(view());
    await vi.advanceTimersByTimeAsync(5100);
    page.evaluator.track(view());
    expect(await viewsOf(page)).toBe(3);
    expect(await viewsIn(database)).toBe(3); // another page has applied it
    go();
    await vi.advanceTimersByTimeAsync(0);
    expect(await viewsOf(page)).toBe(3);
    expect(await viewsIn(database)).toBe(3);
  });

  test('delays reset() for no longer', async () => {
    const page = open({ store: late().store });
    page.evaluator.track(add());
    await page.evaluator.ready;
    const done = page.evaluator.reset();
    await vi.advanceTimersByTimeAsync(5100);
    await done;
    expect(await viewsOf(page)).toBe(0);
  });

  test('and then fails stays replaced by memory', async () => {
    let fail = (_: Error): void => undefined;
    const page = open({ store: { update: () => new Promise((_, reject) => (fail = reject)), close() {} } });
    page.evaluator.track(view());
    await page.evaluator.ready;
    await vi.advanceTimersByTimeAsync(5100);
    fail(new Error('no'));
    page.evaluator.track(view());
    expect(await viewsOf(page)).toBe(2);
    expect(page.warnings).toHaveLength(1);
  });

  test('until the page is closed is not used: the state in memory is lost', async () => {
    const slow = late();
    const page = open({ store: slow.store });
    page.evaluator.track(view());
    await page.evaluator.ready;
    await vi.advanceTimersByTimeAsync(5100);
    page.evaluator.close();
    expect(items).toEqual({});
    slow.open();
    await vi.advanceTimersByTimeAsync(0);
    expect(await viewsIn(database)).toBe(0);
  });
});

describe('reset', () => {
  test('after close erases what is stored', async () => {
    const page = open({ store: database });
    page.evaluator.track(view());
    await page.settled();
    page.evaluator.close();
    await page.evaluator.reset();
    expect(page.errors).toEqual([]);
    expect(await viewsIn(database)).toBe(0);
  });

  test('while the page is in memory erases what is stored, and the page goes on', async () => {
    const fragment = fragile();
    const page = open({ store: fragment.store });
    page.evaluator.track(view());
    await page.settled();
    fragment.works = false;
    page.evaluator.track(view());
    await page.settled();
    fragment.works = true;
    await page.evaluator.reset();
    expect(await viewsOf(page)).toBe(0);
    page.evaluator.track(view());
    expect(await viewsOf(page)).toBe(1);
    expect(page.errors).toEqual([]);
    page.evaluator.close();
    expect(await viewsIn(database)).toBe(1); // what the page has tracked since
  });

  test.each([false, true])(
    'that cannot erase what is stored is an error of the code storage (closed: %s)',
    async (isClosed) => {
      const fragment = fragile();
      const page = open({ store: fragment.store });
      page.evaluator.track(view());
      await page.settled();
      fragment.works = false;
      if (isClosed) page.evaluator.close();
      await page.evaluator.reset();
      expect(page.errors).toMatchObject([
        { code: 'storage', message: 'What is stored was not erased: no space Call reset() again.' },
      ]);
      fragment.works = true;
      await page.evaluator.reset();
      page.evaluator.close();
      expect(await viewsIn(database)).toBe(0);
    },
  );

  test('while the database does not respond is an error, and the database is erased when it does', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
    const before = open({ store: database });
    before.evaluator.track(view());
    await before.settled();
    const slow = late();
    const page = open({ store: slow.store });
    const done = page.evaluator.reset();
    await vi.advanceTimersByTimeAsync(5100);
    await done;
    expect(page.errors).toMatchObject([{ code: 'storage', message: expect.stringContaining('not erased') as string }]);
    slow.open();
    await vi.advanceTimersByTimeAsync(100);
    expect(await viewsIn(database)).toBe(0);
  });
});

describe('a store of the site that', () => {
  const wrong: [string, unknown][] = [
    ['is an empty object', {}],
    ['is a string', 'indexedDB'],
    [
      'throws',
      {
        update: () => {
          throw new Error('no');
        },
        close: () => {
          throw new Error('no');
        },
      },
    ],
    [
      'throws when it is closed',
      {
        ...none(),
        close: () => {
          throw new Error('no');
        },
      },
    ],
    ['rejects when it is closed', { ...none(), close: () => Promise.reject(new Error('no')) }],
    [
      'returns no promise',
      { update: (_: string, change: (state: undefined) => unknown) => change(undefined), close() {} },
    ],
    ['returns nothing', { update: () => undefined, close() {} }],
    ['does not call change', { update: () => Promise.resolve(), close() {} }],
    [
      'has a getter that throws',
      {
        ...none(),
        get isShared() {
          throw new Error('no');
        },
      },
    ],
  ];

  test.each(wrong)('%s: memory, with one warning of the code storage', async (_, store) => {
    const page = open({ store: store as Store });
    page.evaluator.track(add());
    await page.settled();
    expect(names(page.interventions)).toEqual(['cart_abandonment']);
    expect(page.warnings.map(({ code }) => code)).toEqual(['storage']);
    expect(page.errors).toEqual([]);
    page.evaluator.close();
    await page.evaluator.reset();
    const told = [...page.errors, ...page.warnings].filter(
      ({ code, message }) => code === 'storage' && message.includes('not erased'),
    );
    expect(told).toHaveLength(1);
  });
});

test('a damaged snapshot and another damaged field are both reported', async () => {
  const before = open({ store: database });
  before.evaluator.track(view());
  await before.settled();
  await database.update('default', (state) => ({ ...state, snapshot: 'x', started: 5 }) as never);
  const page = open({ store: database });
  await page.settled();
  expect(page.errors).toMatchObject([{ code: 'snapshot' }]);
  expect(page.warnings).toMatchObject([
    { code: 'storage', message: expect.stringContaining('damaged in "started"') as string },
  ]);
});
