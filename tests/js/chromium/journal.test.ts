// Waiting events in the browser's real storage.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { TrackerPayload } from '../../../js/src/types.js';
import { readSample } from '../engine-module.js';
import type {} from './page.js';
import { go, newVisitor, openBrowser, ready, Site, visit } from './site.js';

let site: Site;
let browser: Browser;
let context: BrowserContext;
let complaints: string[];
let page: Page;

beforeAll(async () => {
  [site, browser] = await Promise.all([Site.open(), openBrowser()]);
});
afterAll(async () => {
  await browser.close();
  site.close();
});
beforeEach(async () => {
  site.answers.clear();
  ({ context, complaints } = await newVisitor(browser));
  page = await visit(context, site.url);
});
afterEach(async () => {
  await context.close();
  expect(complaints, 'the console').toEqual([]);
});

const samples = readSample('aftertrack.ndjson').split('\n');
const view = JSON.parse(samples.find((line) => line.includes('product_view')) ?? '') as TrackerPayload;
const views = (): Promise<unknown> => page.evaluate(async () => (await tripline.attributes())?.['count_product_views']);
const problems = (): Promise<string[]> =>
  page.evaluate(() => tripline.problems.map(({ code, message }) => `${code}: ${message}`));
/** Returns the number of characters of the plugin's keys and values. */
const waiting = (): Promise<number> =>
  page.evaluate(() =>
    Object.entries({ ...localStorage })
      .filter(([key]) => key.startsWith('tripline:'))
      .reduce((sum, [key, value]: [string, string]) => sum + key.length + value.length, 0),
  );

test('an event with line separators, NUL or lone surrogates counts, here or on the next page', async () => {
  const counter = { name: 'count_product_views', type: 'int32', aggregation: 'counter', events: [] };
  const group = {
    name: 'ecom_attributes',
    version: 1,
    attribute_key: { name: 'domain_userid' },
    attributes: [counter],
  };
  const definitions = { attribute_keys: [], attribute_groups: [group], services: [], interventions: [] };
  site.answers.set('/definitions.json', { type: 'application/json', body: JSON.stringify(definitions) });
  await page.evaluate(() => {
    tripline.start();
    for (const title of ['Caps\u2028', 'Caps\u2029', 'Caps\n', 'Caps\0', 'Caps\ud83d', '\udc5f 👟']) {
      document.title = title;
      tripline.pageView();
    }
  });
  expect(await views()).toBe(6);
  await page.evaluate(() => {
    document.title = 'Caps\u2028';
    tripline.pageView();
    location.href = '/next';
  });
  await page.waitForURL('**/next');
  await ready(page);
  await page.evaluate(() => void tripline.start());
  await vi.waitFor(async () => expect(await views()).toBe(7), { timeout: 10_000 });
  expect(await problems()).toEqual([]);
});

test('a thousand impressions of one task count, and an error gives the number of lost ones', async () => {
  const [counts, problems] = await page.evaluate(async (payload) => {
    const evaluator = tripline.createEvaluator({ definitions: '/definitions.json' });
    const problems: string[] = [];
    for (const name of ['error', 'warning'] as const) evaluator.on(name, ({ message }) => problems.push(message));
    const counts: unknown[] = [];
    for (const impressions of [120, 1000, 1100]) {
      for (let index = 0; index < impressions; ++index) evaluator.track({ ...payload, eid: crypto.randomUUID() });
      const attributes = await evaluator.attributes({ name: 'domain_userid', id: payload['duid'] as string });
      counts.push(attributes['ecom_attributes']?.['count_product_views']);
    }
    return [counts, problems];
  }, view);
  expect(counts).toEqual([120, 1120, 2120]);
  const errors = problems.filter((problem) => !problem.startsWith('Events do not fit'));
  expect(errors).toEqual([expect.stringContaining('Events lost: 100.')]);
  await vi.waitFor(async () => expect(await waiting()).toBe(0));
});

test('events that do not fit into localStorage count from memory, with one warning', async () => {
  const [count, problems] = await page.evaluate(async (payload) => {
    for (let size = 4_000_000; size >= 10; size = Math.floor(size / 2)) {
      for (let index = 0; ; ++index) {
        try {
          localStorage.setItem(`${size} ${index}`, 'x'.repeat(size));
        } catch {
          break;
        }
      }
    }
    const evaluator = tripline.createEvaluator({ definitions: '/definitions.json' });
    const problems: string[] = [];
    for (const name of ['error', 'warning'] as const) {
      evaluator.on(name, ({ code, message }) => problems.push(`${code}: ${message}`));
    }
    for (let index = 0; index < 50; ++index) evaluator.track({ ...payload, eid: crypto.randomUUID() });
    const attributes = await evaluator.attributes({ name: 'domain_userid', id: payload['duid'] as string });
    return [attributes['ecom_attributes']?.['count_product_views'], problems];
  }, view);
  expect(count).toBe(50);
  expect(problems).toEqual([expect.stringMatching(/^storage: Events do not fit into localStorage/)]);
});

test('after 30 visits without definitions, the site still has its storage', async () => {
  site.answers.set('/definitions.json', { type: 'text/plain', body: '', status: 404 });
  for (let visits = 1; visits <= 30; ++visits) {
    if (visits > 1) await go(page, site.url);
    await page.evaluate(async () => {
      tripline.start();
      document.title = 'x'.repeat(20_000);
      for (let views = 1; views <= 20; ++views) {
        tripline.view();
        await null;
      }
      await tripline.plugin.getEvaluator()?.ready;
    });
    expect(await waiting()).toBeLessThanOrEqual(1_000_000);
  }
  expect(await waiting()).toBeGreaterThan(500_000);
  await page.evaluate(() => localStorage.setItem('site', 'x'.repeat(4_000_000)));
  complaints.splice(0).forEach((complaint) => expect(complaint).toContain('404')); // the browser's message
  // When the definitions are back, the waiting events count.
  site.answers.clear();
  await go(page, site.url);
  await page.evaluate(() => void tripline.start());
  await vi.waitFor(async () => expect(await views()).toBeGreaterThan(40), { timeout: 10_000 });
  await vi.waitFor(async () => expect(await problems()).toEqual([]));
}, 120_000);

test.each([['null'], ['{}'], ['{"intervention":{"name":"x"},"decided":1,"page":"p"}']])(
  'an outbox with %s: a warning, once, and the page counts and shows what else is in it',
  async (damaged) => {
    await page.evaluate(async (json) => {
      tripline.start();
      tripline.add();
      await tripline.attributes();
      await new Promise((resolve) => {
        indexedDB.open('tripline').onsuccess = ({ target }) => {
          const transaction = (target as IDBOpenDBRequest).result.transaction('states', 'readwrite');
          const states = transaction.objectStore('states');
          states.get('sp1').onsuccess = (event) => {
            const state = (event.target as IDBRequest<{ outbox: unknown[] }>).result;
            state.outbox.unshift(JSON.parse(json));
            states.put(state, 'sp1');
          };
          transaction.oncomplete = resolve;
        };
      });
    }, damaged);
    for (const said of [[expect.stringMatching(/^storage: The stored state was damaged in "outbox"/)], []]) {
      await go(page, `${site.url}next`);
      await page.evaluate(() => {
        tripline.start({ handlers: { banner: tripline.note } });
        tripline.view();
      });
      await vi.waitFor(async () => expect(await problems()).toEqual(said), { timeout: 10_000 });
      if (said.length === 0) continue;
      const notes = (): Promise<string[]> => page.evaluate(() => tripline.notes);
      await vi.waitFor(async () => expect(await notes()).toEqual(['cart_abandonment']), { timeout: 10_000 });
    }
    expect(await views()).toBe(2);
  },
);
