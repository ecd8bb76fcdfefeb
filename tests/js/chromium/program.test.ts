// Compiled programs in a page with the real tracker, under a strict policy: what it loads, and what it does with bad ones.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { build } from '../../../js/dist/server.js';
import { readSample } from '../engine-module.js';
import type {} from './page.js';
import { newVisitor, openBrowser, Site, visit } from './site.js';

let program: Buffer;
let site: Site;
let browser: Browser;
let context: BrowserContext;
let complaints: string[];
let page: Page;
/** The paths of what the page has loaded since its script ran. */
let loaded: string[];

beforeAll(async () => {
  [site, browser, program] = await Promise.all([
    Site.open(),
    openBrowser(),
    build(readSample('ecom_bundle.json')).then((bytes) => Buffer.from(bytes)),
  ]);
});
afterAll(async () => {
  await browser.close();
  site.close();
});
beforeEach(async () => {
  site.answers.clear();
  for (const path of ['/shop.tripline', '/program']) site.answers.set(path, binary(program));
  ({ context, complaints } = await newVisitor(browser));
  page = await visit(context, site.url);
  loaded = [];
  page.on('request', (request) => {
    if (request.method() === 'GET') loaded.push(new URL(request.url()).pathname);
  });
});
afterEach(async () => {
  await context.close();
  expect(complaints, 'the console').toEqual([]);
});

const binary = (body: Buffer) => ({ type: 'application/octet-stream', body });
const noted = (expected: string[]): Promise<void> =>
  vi.waitFor(async () => expect(await page.evaluate(() => tripline.notes)).toEqual(expected), { timeout: 10_000 });
const start = (options: { definitions?: string; wasm?: string } = {}): Promise<void> =>
  page.evaluate((given) => {
    tripline.start({ handlers: { banner: tripline.note }, ...given });
    tripline.add();
  }, options);

test.each([
  ['a program', { definitions: '/shop.tripline' }, ['/dist/tripline-runtime.wasm', '/shop.tripline']],
  ['a program of another name', { definitions: '/program' }, ['/dist/tripline-runtime.wasm', '/program']],
  ['definitions in JSON', {}, ['/definitions.json', '/dist/tripline.wasm']],
])('a page with %s loads nothing but that and its module, and decides', async (_, options, files) => {
  await start(options);
  await noted(['cart_abandonment']);
  expect(loaded.sort()).toEqual(files);
});

test('a page with the bytes of a program decides', async () => {
  await page.evaluate(() => {
    const definitions = fetch('/program').then((response) => response.arrayBuffer());
    tripline.start({ definitions, handlers: { banner: tripline.note } });
    tripline.add();
  });
  await noted(['cart_abandonment']);
  expect(loaded).toContain('/dist/tripline-runtime.wasm');
});

describe('a bad program', () => {
  const damaged = (): Buffer => Buffer.from(program.map((byte, at) => (at === 200 ? byte ^ 1 : byte)));
  const ofAnotherFormat = (): Buffer => Buffer.from(program.map((byte, at) => (at === 4 ? 99 : byte)));

  test.each([
    ['that is damaged', damaged, 'the program is damaged: run'],
    ['of another format', ofAnotherFormat, /\(format 99\); this engine is tripline .* run 'tripline build' again/],
    ['that is JSON', () => Buffer.from('{}'), 'this is not a compiled program; definitions in JSON need tripline.wasm'],
    ['that is a page', () => Buffer.from('<!doctype html>'), 'is not a JSON object or a compiled program'],
  ])('%s is an error event, and the tracker works', async (_, bytes, message) => {
    site.answers.set('/shop.tripline', binary(bytes()));
    const collected = site.collected.length;
    await start({ definitions: '/shop.tripline' });
    expect(await page.evaluate(() => tripline.plugin.getEvaluator()?.ready)).toBe(false);
    const problems = await page.evaluate(() => tripline.problems.map((problem) => [problem.code, problem.message]));
    expect(problems).toEqual([
      ['definitions', message instanceof RegExp ? expect.stringMatching(message) : expect.stringContaining(message)],
    ]);
    await vi.waitFor(() => expect(site.collected.length).toBe(collected + 1));
  });
});
