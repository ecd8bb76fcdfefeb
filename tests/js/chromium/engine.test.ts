// tripline/engine in a page.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { add } from '../visits.js';
import type {} from './page.js';
import { newVisitor, openBrowser, Site, visit } from './site.js';

let site: Site;
let browser: Browser;
beforeAll(async () => {
  [site, browser] = await Promise.all([Site.open(), openBrowser()]);
});
afterAll(async () => {
  await browser.close();
  site.close();
});

test('the engine alone works in a page, under its Content-Security-Policy', async () => {
  const { context, complaints } = await newVisitor(browser);
  const page = await visit(context, site.url);
  const fired = await page.evaluate(async (payload) => {
    const { check, loadEngine } = tripline.engine;
    const engine = await loadEngine({ definitions: '/definitions.json' });
    const names = engine.process(payload, Date.now()).map(({ name }) => name);
    return [names, await check('/definitions.json')];
  }, add());
  expect(fired).toEqual([['cart_abandonment'], []]);
  expect(complaints).toEqual([]);
  await context.close();
});
