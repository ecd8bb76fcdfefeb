// Storage that fails, hangs or comes late, in Chromium.
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
  expect(complaints, 'the console').toEqual([]);
});

const timeout = { timeout: 20_000 };
const notes = (page: Page): Promise<string[]> => page.evaluate(() => tripline.notes);
const noted = (page: Page, expected: string[]): Promise<void> =>
  vi.waitFor(async () => expect(await notes(page)).toEqual(expected), timeout);
const problems = (page: Page): Promise<string[]> =>
  page.evaluate(() => tripline.problems.map(({ code, message }) => `${code}: ${message}`));
const warned = (page: Page): Promise<void> =>
  vi.waitFor(async () => expect(await problems(page)).toHaveLength(1), timeout);

/** Of the visitor, as the page's own evaluator has them. */
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

/** What pages run first, until they are given something else. */
async function newPage(script?: () => void): Promise<Page> {
  const page = await context.newPage();
  if (script) await page.addInitScript(script);
  await go(page, site.url);
  return page;
}

describe('indexedDB.open()', () => {
  test('that never answers: after five seconds memory with a warning, and nothing waits for ever', async () => {
    const page = await newPage(() => {
      IDBFactory.prototype.open = () => ({}) as IDBOpenDBRequest;
    });
    await start(page);
    await add(page);
    const done = page.evaluate(async () => {
      const evaluator = tripline.plugin.getEvaluator()!;
      const key = { name: 'domain_userid', id: tripline.tracker!.getDomainUserId() };
      return Promise.all([evaluator.ready, evaluator.attributes(key), evaluator.explain('cart_abandonment', key), evaluator.doctor()]);
    });
    await noted(page, ['cart_abandonment']);
    const [ready, read, explanation, report] = await done;
    expect(ready).toBe(true);
    expect(read['ecom_attributes']).toMatchObject({ count_add_to_cart: 1 });
    expect(explanation?.holds).toBe(true);
    expect(report.findings.filter(({ ok }) => !ok).map(({ check }) => check)).toEqual(['storage']);
    await page.evaluate(() => tripline.plugin.getEvaluator()?.reset());
    await counts(page, { count_add_to_cart: 0 });
    expect(await problems(page)).toEqual([expect.stringMatching(/^storage: .*has not answered for 5 s/)]);
  });

  test('that never answers does not keep a stream from being asked', async () => {
    const page = await newPage(() => {
      IDBFactory.prototype.open = () => ({}) as IDBOpenDBRequest;
    });
    const asked = page.waitForRequest(/\/api\/v1\/interventions/, timeout);
    await page.evaluate(() => {
      tripline.start({ definitions: undefined });
      tripline.plugin.subscribeToInterventions({ endpoint: location.origin, mode: 'only' });
    });
    await asked;
    complaints.length = 0; // the site has no stream
  });

  test('that answers late: the page joins what is stored, and counts its own events there', async () => {
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
          real.onupgradeneeded = real.onerror = real.onsuccess = (event) => {
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
