// Messages: what failed, with its name or address; why; what to do.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createEvaluator, memoryStore, type EvaluatorOptions, type Store } from '../../js/src/index.js';
import { check, loadEngine } from '../../js/src/server.js';
import { wasmBytes } from './engine-module.js';
import { freshStorage, removeStorage } from './page-storage.js';
import { TestServer } from './test-server.js';
import { add, closePages, domainUser, openPage as open, tutorial } from './visits.js';

const html = '\n<!DOCTYPE html><html><title>Shop</title></html>';

let store: Store;
let server: TestServer;
let address: string;
/** Type and body by path. For any other path, the server sends the site's page, as for single-page applications. */
let answers: Record<string, [string, string | Uint8Array]>;
let consoleErrors: unknown[][];

beforeEach(async () => {
  freshStorage();
  store = memoryStore();
  answers = {};
  consoleErrors = [];
  vi.spyOn(console, 'error').mockImplementation((...words: unknown[]) => void consoleErrors.push(words));
  server = await TestServer.open(({ url = '' }, response) => {
    const [type, body] = answers[url] ?? ['text/html', html];
    response.writeHead(200, { 'Content-Type': type }).end(body);
  });
  address = server.address;
});
afterEach(() => {
  closePages();
  server.close();
  vi.restoreAllMocks();
  removeStorage();
});

describe('another response in place of the definitions', () => {
  const others: [string, string, string | Uint8Array][] = [
    ['an HTML page', 'text/html', html],
    ['an HTML page that says it is JSON', 'application/json', html],
    ['a message in plain text', 'text/plain', 'Not found'],
    ['nothing', 'application/json', ''],
    ['a list', 'application/json', '[]'],
  ];

  test.each(others)('%s: the error names the address and is not one of the definitions', async (_, type, body) => {
    answers['/x.json'] = [type, body];
    const url = `${address}/x.json`;
    for (const definitions of [url, new URL(url), Promise.resolve(url)]) {
      const page = open({ store, definitions });
      expect(await page.evaluator.ready).toBe(false);
      expect(page.errors).toMatchObject([{ code: 'definitions' }]);
      expect(page.errors[0]?.message).toContain(url);
      expect(page.errors[0]?.message).toContain('HTML page');
      expect(page.errors[0], 'a server may decide in its place').not.toHaveProperty('diagnostics');
    }
    for (const attempt of [loadEngine({ definitions: url, wasm: wasmBytes }), check(url, { wasm: wasmBytes })]) {
      await expect(attempt).rejects.toMatchObject({
        code: 'definitions',
        message: expect.stringContaining(url) as string,
      });
    }
  });

  test.each<[string, string]>([
    ['white space', ' \r\n\t'],
    ['a byte order mark', '\ufeff'],
  ])('%s before them changes nothing', async (_, before) => {
    answers['/x.json'] = ['text/plain', before + JSON.stringify(tutorial)];
    const page = open({ store, definitions: `${address}/x.json` });
    expect(await page.evaluator.ready).toBe(true);
    expect(page.errors).toEqual([]);
  });
});

test.each(['text/html', 'application/wasm'])(
  'an HTML page of the type %s in place of the module: the error names the address',
  async (type) => {
    const url = `${address}/x.wasm`;
    answers['/x.wasm'] = [type, html];
    for (const wasm of [url, new URL(url), fetch(url)]) {
      const page = open({ store, wasm });
      expect(await page.evaluator.ready).toBe(false);
      expect(page.errors).toMatchObject([{ code: 'wasm', message: expect.stringContaining(url) as string }]);
    }
    const error = { code: 'wasm', message: expect.stringContaining(url) as string };
    await expect(loadEngine({ definitions: tutorial, wasm: url })).rejects.toMatchObject(error);
  },
);

test.each([
  ['without an address', ''],
  ['with an address', 'x'],
])('a Response with an error %s in place of the module: the error names the status', async (_, path) => {
  const wasm = new Response('no', { status: 404 });
  if (path !== '') Object.defineProperty(wasm, 'url', { value: `${address}/${path}` });
  const page = open({ store, wasm });
  expect(await page.evaluator.ready).toBe(false);
  const name = path === '' ? 'the Response' : `${address}/${path}`;
  expect(page.errors).toMatchObject([
    { code: 'wasm', message: expect.stringContaining(`: ${name} answered with status 404.`) as string },
  ]);
});

describe('definitions', () => {
  test.each<[string, unknown, string]>([
    ['a promise of undefined', Promise.resolve(undefined), 'a bundle or its address is needed, not undefined.'],
    ['a function', () => tutorial, 'a bundle or its address is needed, not a function.'],
    ['a symbol', Symbol('x'), 'a bundle or its address is needed, not a symbol.'],
    ['an empty string', '', 'a bundle or its address is needed, not an empty string.'],
  ])('that are %s: the error names what is needed', async (_, definitions, why) => {
    const page = open({ store, definitions: definitions as object });
    expect(await page.evaluator.ready).toBe(false);
    expect(page.errors).toMatchObject([
      { code: 'definitions', message: `The definitions could not be loaded: ${why}` },
    ]);
    await expect(loadEngine({ definitions: definitions as object, wasm: wasmBytes })).rejects.toMatchObject({
      code: 'definitions',
    });
  });

  test.each(['', ' \n', '\uFEFF'])('that are JSON, with %j before it, are the bundle', async (before) => {
    const page = open({ store, definitions: before + JSON.stringify(tutorial) });
    expect(await page.evaluator.ready).toBe(true);
    expect(page.errors).toEqual([]);
  });

  test.each(['[{"a":"', '"', 'http://127.0.0.1:1/', 'data:text/html,'])(
    'whose address is very long, beginning with %s: the error has its beginning',
    async (begin) => {
      const page = open({ store, definitions: begin + 'x'.repeat(100_000) });
      expect(await page.evaluator.ready).toBe(false);
      expect(page.errors).toHaveLength(1);
      expect(page.errors[0]!.message.length).toBeLessThan(700);
      expect(page.errors[0]!.message).toContain(`${begin}xxx`);
    },
  );
});

describe('an error in the console', () => {
  const printed = (): string[] =>
    consoleErrors.map((words) => words.map((word) => (word instanceof Error ? word.stack : String(word))).join(' '));
  const count = (text: string, part: string): number => text.split(part).length - 1;
  const options: [string, () => Partial<EvaluatorOptions>, string][] = [
    [
      'a promise of definitions that rejects',
      () => ({ definitions: Promise.reject(new Error('not today')) }),
      'not today',
    ],
    ['a string in place of an error', () => ({ definitions: Promise.reject('not today') }), 'not today'],
    ['an invalid engine', () => ({ wasm: new Uint8Array([1, 2, 3]) }), 'fell off end'],
    ['definitions that cannot be fetched', () => ({ definitions: 'http://127.0.0.1:1/x.json' }), '127.0.0.1:1/x.json'],
  ];

  test.each(options)('prints its message once: %s', async (_, given, part) => {
    const evaluator = createEvaluator({ definitions: tutorial, wasm: wasmBytes, store, ...given() });
    await evaluator.ready;
    evaluator.close();
    expect(printed()).toHaveLength(1);
    expect(count(printed()[0] ?? '', part), printed()[0]).toBe(1);
  });

  test('prints its message once, and the place where a handler failed', async () => {
    const evaluator = createEvaluator({ definitions: tutorial, wasm: wasmBytes, store });
    evaluator.on('intervention', function showBanner() {
      throw new RangeError('no place for a banner');
    });
    evaluator.track(add());
    await vi.waitFor(() => expect(printed()).toHaveLength(1));
    evaluator.close();
    expect(count(printed()[0] ?? '', 'no place for a banner'), printed()[0]).toBe(1);
    expect(printed()[0]).toContain('messages.test');
  });
});

describe('explain', () => {
  test.each<[string, string, string]>([
    ['cart_abandonmen', 'cart_abandonment', 'a letter is missing'],
    ['CART_ABANDONMENT', 'cart_abandonment', 'letters are capital'],
    ['discoutn', 'discount', 'letters are swapped'],
  ])('of "%s" warns, names "%s" and returns undefined: %s', async (wrong, right) => {
    const page = open({ store });
    page.evaluator.track(add());
    expect(await page.evaluator.explain(wrong, domainUser)).toBeUndefined();
    expect(page.errors).toEqual([]);
    expect(page.warnings).toMatchObject([{ code: 'options' }]);
    expect(page.warnings[0]?.message).toContain(`"${wrong}"`);
    expect(page.warnings[0]?.message).toContain(`"${right}"`);
  });

  test('of a known name and key does not warn', async () => {
    const page = open({ store });
    expect(await page.evaluator.explain('cart_abandonment', domainUser)).toMatchObject({
      intervention: 'cart_abandonment',
    });
    expect(page.warnings).toEqual([]);
  });

  test('of a name warns if the definitions have no interventions', async () => {
    const page = open({ store, definitions: { ...tutorial, interventions: [] } });
    expect(await page.evaluator.explain('discount', domainUser)).toBeUndefined();
    expect(page.warnings).toMatchObject([
      { code: 'options', message: expect.stringContaining('"discount"') as string },
    ]);
  });

  test('and attributes of an unknown attribute key warn, and name the nearest', async () => {
    const page = open({ store });
    const key = { name: 'domain_user_id', id: domainUser.id };
    expect(await page.evaluator.explain('discount', key)).toBeUndefined();
    expect(await page.evaluator.attributes(key)).toEqual({});
    const warning = { code: 'options', message: expect.stringMatching(/"domain_user_id".*"domain_userid"/) as string };
    expect(page.warnings).toMatchObject([warning, warning]);
  });
});
