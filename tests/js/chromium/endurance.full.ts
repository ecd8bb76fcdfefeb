// The README's promises about events and handlers, with many events and many failures. A part of `tests/run --full`.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type {} from './page.js';
import { go, newVisitor, openBrowser, ready, Site, visit } from './site.js';

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

const start = (page: Page): Promise<void> =>
  page.evaluate(() => void tripline.start({ handlers: { banner: tripline.note } }));
const notes = (page: Page): Promise<string[]> => page.evaluate(() => tripline.notes);
const problems = (page: Page): Promise<string[]> =>
  page.evaluate(() => tripline.problems.map(({ message }) => message));
const views = async (page: Page): Promise<unknown> =>
  (await page.evaluate(() => tripline.attributes()))?.['count_product_views'];

/** Tracks views at random moments, as a person causes them, and some in bursts. */
const view = (page: Page, count: number): Promise<void> =>
  page.evaluate(async (left) => {
    for (; left > 0; --left) {
      tripline.view();
      if (Math.random() < 0.4) await new Promise((resolve) => setTimeout(resolve, Math.random() * 8));
    }
  }, count);

test('two tabs with 500 events each count 1,000, and show one banner', async () => {
  const tabs = [await visit(context, site.url), await visit(context, site.url)];
  // Starts one after the other: trackers that start at once may each give the visitor a new id.
  for (const tab of tabs) await start(tab);
  await Promise.all(tabs.map((tab) => view(tab, 500)));
  const counted = async (tab: Page): Promise<unknown> => ({ views: await views(tab), problems: await problems(tab) });
  for (const tab of tabs) {
    await vi.waitFor(async () => expect(await counted(tab)).toEqual({ views: 1000, problems: [] }), {
      timeout: 30_000,
    });
  }
  const all = async (): Promise<string[]> => (await Promise.all(tabs.map(notes))).flat();
  await vi.waitFor(async () => expect(await all()).toEqual(['discount']), { timeout: 10_000 });
}, 180_000);

test('ten renderers that crash lose no event whose tracker call has returned', async () => {
  const survivor = await visit(context, site.url);
  await start(survivor);
  let tracked = 0;
  for (let round = 1; round <= 10; ++round) {
    const doomed = await visit(context, `${site.url}round-${round}`);
    await doomed.evaluate(() => void tripline.start()); // without a handler: the survivor shows its interventions
    // Some rounds crash while the engine still loads, some during counting.
    if (round % 2 === 0) await view(doomed, round);
    await doomed.evaluate((count) => {
      for (; count > 0; --count) tripline.view();
    }, 2 * round);
    tracked += (round % 2 === 0 ? round : 0) + 2 * round;
    const crashed = doomed.waitForEvent('crash');
    const session = await context.newCDPSession(doomed);
    void session.send('Page.crash').catch(() => undefined);
    await crashed;
    await doomed.close();
    if (round % 3 === 0) {
      await view(survivor, 1); // it takes over the events of the crashed pages
      ++tracked;
    }
  }
  await vi.waitFor(async () => expect(await views(survivor)).toBe(tracked), { timeout: 30_000 });
  await vi.waitFor(async () => expect(await notes(survivor)).toEqual(['discount']), { timeout: 10_000 });
  expect(await problems(survivor)).toEqual([]);
}, 180_000);

test('a page that goes into the back/forward cache ten times counts each event once', async () => {
  const page = await visit(context, site.url);
  await start(page);
  let tracked = 0;
  let cached = 0;
  for (let round = 1; round <= 10; ++round) {
    // The last views happen just before the page is left.
    await page.evaluate(async () => {
      tripline.view();
      if (Math.random() < 0.5) await tripline.attributes();
      tripline.view();
      tripline.notes.push('same page');
      location.href = '/next';
    });
    await page.waitForURL('**/next');
    await ready(page);
    await start(page);
    await view(page, 3);
    tracked += 5;
    if (Math.random() < 0.5) await views(page);
    await page.goBack({ waitUntil: 'commit' });
    await ready(page);
    if ((await notes(page)).includes('same page')) ++cached;
    else await start(page); // Chromium does not cache a page with an open transaction
    await vi.waitFor(async () => expect(await views(page)).toBe(tracked), { timeout: 30_000 });
  }
  expect(cached, 'rounds in which the page was cached').toBeGreaterThan(0);
  const shown = (await notes(page)).filter((name) => name === 'discount');
  expect(shown.length).toBeLessThanOrEqual(1);
  await go(page, site.url);
  expect(await views(page)).toBe(tracked);
}, 180_000);
