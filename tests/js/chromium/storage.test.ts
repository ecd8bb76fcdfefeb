// Storage that fails, hangs or responds late, in Chromium.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type {} from './page.js';
import { go, newVisitor, openBrowser, Site, visit } from './site.js';

let site: Site;
let browser: Browser;
let context: BrowserContext;
let complaints: string[];

beforeAll(async () => {
  [site, browser] = await Promise.all([Site.open(), openBrowser()]);
});
afterAll(async () => {
  await browser.close();
  site.close();
});
beforeEach(async () => {
  ({ context, complaints } = await newVisitor(browser));
});
afterEach(async () => {
  await context.close();
  const ours = complaints.filter((complaint) => !complaint.includes('snowplowOutQueue')); // the tracker's of a full localStorage
  expect(ours, 'the console').toEqual([]);
});

const timeout = { timeout: 20_000 };
const notes = (page: Page): Promise<string[]> => page.evaluate(() => tripline.notes);
const noted = (page: Page, expected: string[]): Promise<void> =>
  vi.waitFor(async () => expect(await notes(page)).toEqual(expected), timeout);
const problems = (page: Page): Promise<string[]> =>
  page.evaluate(() => tripline.problems.map(({ code, message }) => `${code}: ${message}`));
const warned = (page: Page): Promise<void> =>
  vi.waitFor(async () => expect(await problems(page)).toHaveLength(1), timeout);

/** Returns the visitor's attributes, read by the page's own evaluator. */
const attributes = (page: Page): Promise<Record<string, unknown> | undefined> =>
  page.evaluate(async () => {
    const id = tripline.tracker?.getDomainUserId() ?? '';
    const attributes = await tripline.plugin.getEvaluator()?.attributes({ name: 'domain_userid', id });
    return attributes?.['ecom_attributes'];
  });
const counts = (page: Page, expected: Record<string, number>): Promise<void> =>
  vi.waitFor(async () => expect(await attributes(page)).toMatchObject(expected), timeout);

const start = (page: Page): Promise<void> =>
  page.evaluate(() => void tripline.start({ handlers: { banner: tripline.note } }));
const views = (page: Page, count: number): Promise<void> =>
  page.evaluate((count) => {
    for (let number = 1; number <= count; ++number) tripline.view();
  }, count);
const add = (page: Page): Promise<void> => page.evaluate(() => tripline.add());

/** Opens a page of the site, which first runs `script`. */
async function newPage(script?: () => void): Promise<Page> {
  const page = await context.newPage();
  if (script) await page.addInitScript(script);
  await go(page, site.url);
  return page;
}

describe('indexedDB.open()', () => {
  test('that never responds: after five seconds memory with a warning, and nothing waits for ever', async () => {
    const page = await newPage(() => {
      IDBFactory.prototype.open = () => ({}) as IDBOpenDBRequest;
    });
    await start(page);
    await add(page);
    const done = page.evaluate(async () => {
      const evaluator = tripline.plugin.getEvaluator()!;
      const key = { name: 'domain_userid', id: tripline.tracker!.getDomainUserId() };
      return Promise.all([
        evaluator.ready,
        evaluator.attributes(key),
        evaluator.explain('cart_abandonment', key),
        evaluator.doctor(),
      ]);
    });
    await noted(page, ['cart_abandonment']);
    const [ready, read, explanation, report] = await done;
    expect(ready).toBe(true);
    expect(read['ecom_attributes']).toMatchObject({ count_add_to_cart: 1 });
    expect(explanation?.holds).toBe(true);
    expect(report.findings.filter(({ ok }) => !ok).map(({ check }) => check)).toEqual(['storage']);
    await page.evaluate(() => tripline.plugin.getEvaluator()?.reset());
    await counts(page, { count_add_to_cart: 0 });
    expect(await problems(page)).toEqual([
      expect.stringMatching(/^storage: Cannot store the state: .*has not answered for 5 s/),
      expect.stringMatching(/^storage: What is stored was not erased: .*has not answered for 5 s/),
    ]);
  });

  test('that never responds does not keep a stream from being opened', async () => {
    const page = await newPage(() => {
      IDBFactory.prototype.open = () => ({}) as IDBOpenDBRequest;
    });
    const asked = page.waitForRequest(/\/api\/v1\/interventions/, timeout);
    await page.evaluate(() => {
      tripline.startWith(tripline.plugin.SignalsPlugin(), 'sp1');
      tripline.plugin.subscribeToInterventions({ endpoint: location.origin, mode: 'only' });
    });
    await asked;
    complaints.length = 0; // the site has no stream
  });

  test('that responds late: the page continues from the stored state, and counts its own events there', async () => {
    const before = await newPage();
    await start(before);
    await views(before, 3);
    await counts(before, { count_product_views: 3 });
    await before.close();
    const page = await newPage(() => {
      const { open } = IDBFactory.prototype;
      IDBFactory.prototype.open = function (...parameters) {
        const request = {} as IDBOpenDBRequest;
        addEventListener('open-database', () => {
          const real = open.apply(this, parameters);
          real.onupgradeneeded =
            real.onerror =
            real.onsuccess =
              (event) => {
                Object.defineProperty(request, 'result', { configurable: true, get: () => real.result });
                const type = `on${event.type}` as 'onsuccess';
                request[type]?.(event);
              };
        });
        return request;
      };
    });
    await start(page);
    await views(page, 1);
    await warned(page);
    await counts(page, { count_product_views: 1 });
    await page.evaluate(() => dispatchEvent(new Event('open-database')));
    await noted(page, ['discount']);
    await counts(page, { count_product_views: 4 });
    const next = await newPage();
    await start(next);
    await counts(next, { count_product_views: 4 });
    expect(await notes(next)).toEqual([]);
  });

  test('that waits behind a database which is about to be deleted: memory, until it is free', async () => {
    const holder = await context.newPage();
    await holder.goto(`${site.url}frame`);
    await holder.evaluate(
      () =>
        new Promise<void>((resolve) => {
          const request = indexedDB.open('tripline', 1);
          request.onupgradeneeded = () => request.result.createObjectStore('states');
          request.onsuccess = () => {
            addEventListener('let-go', () => request.result.close());
            indexedDB.deleteDatabase('tripline').onblocked = () => resolve();
          };
        }),
    );
    const page = await visit(context, site.url);
    await start(page);
    await views(page, 4);
    await noted(page, ['discount']);
    expect(await problems(page)).toHaveLength(1);
    await holder.evaluate(() => dispatchEvent(new Event('let-go')));
    await vi.waitFor(async () => {
      const report = await page.evaluate(() => tripline.plugin.getEvaluator()?.doctor());
      expect(report?.findings.find(({ check }) => check === 'storage')?.ok).toBe(true);
    }, timeout);
    await counts(page, { count_product_views: 4 });
    expect(await notes(page)).toEqual(['discount']);
  });
});

/** Makes every write into the database fail from now on. */
const breakPut = (): void => {
  IDBObjectStore.prototype.put = () => {
    throw new DOMException('The disk is full.', 'QuotaExceededError');
  };
};
const withoutDatabase = (): void => {
  IDBFactory.prototype.open = () => {
    throw new DOMException('The user denied it.', 'SecurityError');
  };
};
const withoutLocks = (): void => void delete (Navigator.prototype as { locks?: unknown }).locks;
const fillLocalStorage = (): void => {
  let filling = 'x'.repeat(5_000_000);
  for (let number = 0; filling; ++number) {
    try {
      localStorage[`filling ${number}`] = filling;
    } catch {
      filling = filling.slice(Math.ceil(filling.length / 2));
    }
  }
};
const stored = (page: Page): Promise<string[]> =>
  page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('tripline:')));
const codes = async (page: Page): Promise<string[]> => (await problems(page)).map((text) => text.split(':')[0] ?? '');

describe('a database that no longer accepts writes', () => {
  test('while a page is open: events counted since then count for the next page, too', async () => {
    const page = await newPage();
    await start(page);
    await views(page, 2);
    await counts(page, { count_product_views: 2 });
    await page.evaluate(breakPut);
    await views(page, 1);
    await counts(page, { count_product_views: 3 });
    expect(await codes(page)).toEqual(['storage']);
    await go(page, site.url);
    await start(page);
    await views(page, 1);
    await noted(page, ['discount']);
    await counts(page, { count_product_views: 4 });
    expect(await problems(page)).toEqual([]);
  });

  test.each([
    ['with locks', undefined],
    ['without locks', withoutLocks],
  ])('what it made start is started on no other page, neither while it lasts nor later (%s)', async (_, without) => {
    const page = await newPage(breakPut);
    if (without) await context.addInitScript(without);
    await start(page);
    await add(page);
    await noted(page, ['cart_abandonment']);
    await go(page, site.url);
    await start(page);
    await views(page, 1);
    await counts(page, { count_add_to_cart: 1, count_product_views: 1 });
    const healed = await newPage();
    await start(healed);
    await counts(healed, { count_add_to_cart: 1, count_product_views: 1 });
    expect([...(await notes(page)), ...(await notes(healed))]).toEqual([]);
  });
});

describe('without a database', () => {
  test.each([
    ['with locks', undefined],
    ['without locks', withoutLocks],
  ])('two tabs count each its own events, and show one banner (%s)', async (_, without) => {
    await context.addInitScript(withoutDatabase);
    if (without) await context.addInitScript(without);
    const tabs = [await newPage(), await newPage()];
    // Starts one after the other: trackers that start at once may each give the visitor a new id.
    for (const tab of tabs) {
      await start(tab);
      await views(tab, 3);
      await counts(tab, { count_product_views: 3 });
    }
    await views(tabs[0]!, 1);
    await noted(tabs[0]!, ['discount']);
    await views(tabs[1]!, 1);
    await counts(tabs[1]!, { count_product_views: 4 });
    expect(await notes(tabs[1]!)).toEqual([]);
    expect(await stored(tabs[0]!)).toEqual([]);
    expect(await codes(tabs[1]!)).toEqual(['storage']);
    const next = await newPage();
    await start(next);
    await counts(next, { count_product_views: 0 });
  });

  test('of tabs that decide at the same time, one shows the banner', async () => {
    await context.addInitScript(withoutDatabase);
    const tabs = [await newPage(), await newPage(), await newPage()];
    for (const tab of tabs) {
      await start(tab);
      await views(tab, 3);
      await counts(tab, { count_product_views: 3 });
    }
    const at = Date.now() + 500;
    await Promise.all(
      tabs.map((tab) =>
        tab.evaluate(async (at) => {
          await new Promise((resolve) => setTimeout(resolve, at - Date.now()));
          tripline.view();
        }, at),
      ),
    );
    for (const tab of tabs) await counts(tab, { count_product_views: 4 });
    await new Promise((resolve) => setTimeout(resolve, 3000)); // longer than a tab holds its claim
    expect((await Promise.all(tabs.map(notes))).flat()).toEqual(['discount']);
  });

  test('and with a full localStorage: a tab that has just started an intervention keeps others from it', async () => {
    await context.addInitScript(withoutDatabase);
    const first = await newPage(() => {
      const wait = globalThis.setTimeout;
      // The two seconds for which the tab holds its claim never end.
      globalThis.setTimeout = ((call: () => void, ms?: number) =>
        ms === 2000 ? 0 : wait(call, ms)) as typeof setTimeout;
    });
    await first.evaluate(fillLocalStorage);
    await start(first);
    await add(first);
    await noted(first, ['cart_abandonment']);
    const other = await newPage();
    await start(other);
    await add(other);
    await counts(other, { count_add_to_cart: 1 });
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(await notes(other)).toEqual([]);
    await first.close();
    await noted(other, ['cart_abandonment']); // possible only after the first tab is closed
  });

  test('and with a full localStorage: once for a page', async () => {
    await context.addInitScript(withoutDatabase);
    const page = await newPage();
    await page.evaluate(fillLocalStorage);
    await start(page);
    await add(page);
    await add(page);
    await noted(page, ['cart_abandonment']);
    await counts(page, { count_add_to_cart: 2 });
    expect(await notes(page)).toEqual(['cart_abandonment']);
  });
});

test('with a full localStorage, the database alone remembers started interventions', async () => {
  const page = await newPage();
  await page.evaluate(fillLocalStorage);
  await start(page);
  await add(page);
  await noted(page, ['cart_abandonment']);
  await go(page, site.url);
  await start(page);
  await counts(page, { count_add_to_cart: 1 });
  expect(await notes(page)).toEqual([]);
});

test('a page that has just started an intervention enters the back/forward cache, and delays no other', async () => {
  const page = await newPage();
  await start(page);
  await page.evaluate(() => Object.assign(globalThis, { isThis: true }));
  await add(page);
  await noted(page, ['cart_abandonment']);
  await page.goto(`${site.url}frame`);
  const held = await page.evaluate(async () => (await navigator.locks.query()).held?.length);
  expect(held).toBe(0);
  await page.evaluate(() => history.back()).catch(() => undefined);
  await vi.waitFor(async () => expect(await page.evaluate(() => 'isThis' in globalThis)).toBe(true), timeout);
  await views(page, 1);
  await counts(page, { count_add_to_cart: 1, count_product_views: 1 });
});

test('a browser that never grants a lock delays nothing', async () => {
  const page = await newPage(() => {
    LockManager.prototype.request = () => new Promise(() => undefined);
  });
  await start(page);
  await add(page);
  await noted(page, ['cart_abandonment']);
});
