// Bundles in which import.meta.url is undefined: scripts that are not modules, as in a tag manager.
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newVisitor, openBrowser, Site } from './site.js';

type Api = typeof import('../../../js/dist/index.js') & typeof import('../../../js/dist/server.js');
declare global {
  var bundled: Api;
}

const dist = fileURLToPath(new URL('../../../js/dist/', import.meta.url));

let site: Site;
let browser: Browser;
beforeAll(async () => {
  [site, browser] = await Promise.all([Site.open(), openBrowser()]);
});
afterAll(async () => {
  await browser.close();
  site.close();
});

describe.each(['iife', 'cjs'] as const)('a bundle of the format %s', (format) => {
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    const { outputFiles } = await build({
      stdin: { contents: "export * from './index.js'; export * from './server.js';", resolveDir: dist },
      bundle: true,
      write: false,
      format,
      logLevel: 'silent', // esbuild warns that import.meta is empty
      ...(format === 'iife'
        ? { globalName: 'bundled' }
        : { banner: { js: 'var module = {};' }, footer: { js: 'var bundled = module.exports;' } }),
    });
    site.answers.set('/bundle.js', { type: 'text/javascript', body: outputFiles[0]?.text ?? '' });
    site.answers.set('/shop', {
      type: 'text/html',
      body: '<!doctype html><link rel="icon" href="data:,"><script src="/bundle.js"></script>',
    });
  });
  beforeEach(async () => {
    ({ context, complaints } = await newVisitor(browser));
    page = await context.newPage();
    await page.goto(`${site.url}shop`);
  });
  afterEach(() => context.close());

  test('without the option "wasm": an error of the code wasm names it, and nothing is thrown', async () => {
    const told = await page.evaluate(async () => {
      const evaluator = bundled.createEvaluator({ definitions: '/definitions.json' });
      const problems: [string, string][] = [];
      evaluator.on('error', ({ code, message }) => problems.push([code, message]));
      evaluator.track({ e: 'pv' });
      const ready = await evaluator.ready;
      const { findings } = await evaluator.doctor();
      return { ready, problems, engine: findings.find(({ check }) => check === 'engine')?.message };
    });
    expect(told).toEqual({
      ready: false,
      problems: [['wasm', expect.stringMatching(/import\.meta\.url.*option "wasm"/) as string]],
      engine: expect.stringContaining('option "wasm"') as string,
    });
    expect(complaints).toEqual([]);
  });

  test('without the option "wasm", the engine alone rejects with an EngineError of the code wasm', async () => {
    const told = await page.evaluate(async () => {
      const failures = await Promise.allSettled([bundled.loadEngine({ definitions: {} }), bundled.check({})]);
      return failures.map((each) => {
        const reason: unknown = (each as PromiseRejectedResult).reason;
        return [reason instanceof bundled.EngineError, (reason as { code: string }).code, String(reason)];
      });
    });
    const expected = [true, 'wasm', expect.stringContaining('option "wasm"') as string];
    expect(told).toEqual([expected, expected]);
    expect(complaints).toEqual([]);
  });

  test('with the option "wasm" all works', async () => {
    const told = await page.evaluate(async () => {
      const evaluator = bundled.createEvaluator({ definitions: '/definitions.json', wasm: '/dist/tripline.wasm' });
      const attributes = await evaluator.attributes({ name: 'domain_userid', id: 'a' });
      const diagnostics = await bundled.check('/definitions.json', { wasm: '/dist/tripline.wasm' });
      return [await evaluator.ready, Object.keys(attributes), diagnostics];
    });
    expect(told).toEqual([true, ['ecom_attributes'], []]);
    expect(complaints).toEqual([]);
  });
});
