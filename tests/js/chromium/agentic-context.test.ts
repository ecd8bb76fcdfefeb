// Event logs with the real tracker, in Chromium: over pages and tabs, until the session ends.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { readSample } from '../engine-module.js';
import type {} from './page.js';
import { go, newVisitor, openBrowser, Site, visit } from './site.js';

let site: Site;
let browser: Browser;
let context: BrowserContext;
let complaints: string[];
let page: Page;

const eventLogs = [
  {
    name: 'visit',
    attribute_key: { name: 'domain_sessionid' },
    max_events: 5,
    max_age_seconds: 3600,
    events: [
      {
        event: { name: 'page_view' },
        properties: [
          { type: 'atomic', name: 'event_name' },
          { type: 'atomic', name: 'page_urlpath' },
        ],
      },
    ],
  },
];

beforeAll(async () => {
  [site, browser] = await Promise.all([Site.open(), openBrowser()]);
});
afterAll(async () => {
  await browser.close();
  site.close();
});
beforeEach(async () => {
  site.routes.clear();
  const bundle = JSON.parse(readSample('ecom_bundle.json')) as object;
  site.answers.set('/definitions.json', {
    type: 'application/json',
    body: JSON.stringify({ ...bundle, event_logs: eventLogs }),
  });
  ({ context, complaints } = await newVisitor(browser));
  page = await visit(context, `${site.url}a`);
});
afterEach(() => context.close());

const noComplaints = (): void => expect(complaints, 'the console').toEqual([]);
const start = (of = page): Promise<void> =>
  of.evaluate(() => {
    tripline.start();
    tripline.pageView();
  });
const paths = (of = page): Promise<unknown[] | undefined> =>
  of.evaluate(async () => {
    const log = await tripline.plugin.getEvaluator()?.eventLog('visit');
    return log?.events.map(({ page_urlpath }) => page_urlpath);
  });

test('a log goes on over pages that are left at once, and over tabs; a new session and reset() end it', async () => {
  await start();
  await go(page, `${site.url}b`); // at once: the event is in the journal only
  await start();
  const tab = await visit(context, `${site.url}c`);
  await start(tab);
  expect(await paths(tab)).toEqual(['/c', '/b', '/a']);
  expect(await paths()).toEqual(['/c', '/b', '/a']);
  const text = await tab.evaluate(() => tripline.plugin.getEvaluator()?.eventLog('visit', { format: 'narrative' }));
  expect(text?.split('\n').filter((line) => /^\d+, page_view, \/[abc], \{\}$/.test(line))).toHaveLength(3);

  await tab.evaluate(() => {
    tripline.newSession();
    tripline.pageView();
  });
  expect(await paths(tab)).toEqual(['/c']);
  expect(await paths()).toBeUndefined(); // the tracker has another session, of which this page has no event yet
  await page.evaluate(() => tripline.pageView());
  expect(await paths()).toEqual(['/b', '/c']);
  await page.evaluate(() => tripline.plugin.getEvaluator()?.reset());
  expect(await paths(tab)).toEqual([]);
  expect(await page.evaluate(() => tripline.problems)).toEqual([]);
  noComplaints();
});

test('its code is loaded by a page with event logs only; where it is missing, events count and an error is emitted', async () => {
  const loaded: string[] = [];
  page.on('request', (request) => loaded.push(new URL(request.url()).pathname));
  site.routes.set('/dist/event-logs.js', (_, response) => void response.writeHead(404).end());
  await start();
  expect(await paths()).toBeUndefined();
  expect(loaded).toContain('/dist/event-logs.js');
  const messages = await page.evaluate(() => tripline.problems.map(({ message }) => message));
  expect(messages).toHaveLength(2); // the call has tried again
  for (const message of messages) expect(message).toMatch(/^Could not load a part of tripline: .*event-logs\.js/);
  await page.evaluate(() => tripline.view());
  expect(await page.evaluate(() => tripline.attributes())).toMatchObject({ count_product_views: 1 });
});

test.each([['absent'], ['null', null], ['empty', []]])(
  'a page whose list is %s does not load it',
  async (...[, list]) => {
    const body = JSON.stringify(
      { ...(JSON.parse(readSample('ecom_bundle.json')) as object), event_logs: list },
      null,
      1,
    );
    site.answers.set('/definitions.json', { type: 'application/json', body });
    const loaded: string[] = [];
    page.on('request', (request) => loaded.push(new URL(request.url()).pathname));
    await start();
    await page.evaluate(() => tripline.plugin.getEvaluator()?.ready);
    await page.evaluate(() => tripline.attributes());
    expect(loaded).toContain('/dist/tripline.wasm');
    expect(loaded).not.toContain('/dist/event-logs.js');
  },
);
