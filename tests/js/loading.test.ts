// Definitions, module and store that do not respond: nothing waits for ever, and everything that needs none works.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { memoryStore, type EvaluatorOptions, type Store } from '../../js/src/index.js';
import { check, EngineError, loadEngine } from '../../js/src/server.js';
import { wasmBytes } from './engine-module.js';
import { freshStorage, removeStorage } from './page-storage.js';
import { TestServer } from './test-server.js';
import { add, closePages, domainUser, names, openPage as open, tutorial } from './visits.js';

const never = new Promise<never>(() => undefined);

/** Sends the first bytes of a response, and nothing more. */
let server: TestServer;
let asked: string[];
let cut: string[];
let address: string;
let store: Store;
let storage: Record<string, string>;

beforeEach(async () => {
  storage = freshStorage();
  store = memoryStore();
  [asked, cut] = [[], []];
  server = await TestServer.open(({ url = '' }, response) => {
    asked.push(url);
    response.on('close', () => cut.push(url));
    if (url.startsWith('/head'))
      response
        .writeHead(200, { 'Content-Type': url.endsWith('wasm') ? 'application/wasm' : 'application/json' })
        .write('{');
  });
  address = server.address;
});
afterEach(() => {
  closePages();
  server.close();
  vi.restoreAllMocks();
  removeStorage();
});

/** Options that never resolve, each with the code of its error. */
const hanging: [string, string, () => Partial<EvaluatorOptions>][] = [
  ['a promise of definitions', 'definitions', () => ({ definitions: never })],
  ['definitions whose server does not answer', 'definitions', () => ({ definitions: `${address}/x.json` })],
  ['definitions whose end does not come', 'definitions', () => ({ definitions: `${address}/head.json` })],
  ['a promise of their address', 'definitions', () => ({ definitions: Promise.resolve(new URL(`${address}/x.json`)) })],
  ['a promise of the module', 'wasm', () => ({ wasm: never })],
  ['a module whose server does not answer', 'wasm', () => ({ wasm: `${address}/x.wasm` })],
  ['a module whose end does not come', 'wasm', () => ({ wasm: new URL(`${address}/head.wasm`) })],
];

describe.each(hanging)('%s that never resolves', (what, code, options) => {
  test('is an error after loadTimeout, and everything ends', async () => {
    const page = open({ store, loadTimeout: 600, ...options() });
    page.evaluator.track(add());
    const answers = Promise.all([
      page.evaluator.attributes(domainUser),
      page.evaluator.explain('discount', domainUser),
    ]);
    expect(await page.evaluator.ready).toBe(false);
    expect(await answers).toEqual([{}, undefined]);
    expect(page.errors.map((error) => error.code)).toEqual([code]);
    expect(page.errors[0]?.message).toContain('did not come within 0.6 s (option "loadTimeout")');
    if (asked.length > 0) {
      expect(page.errors[0]?.message.includes(address)).toBe(!what.startsWith('a promise'));
      await vi.waitFor(() => expect(cut, 'the request is given up').toEqual(expect.arrayContaining(asked)), 10_000);
    }
    const next = open({ store });
    expect(await next.evaluator.attributes(domainUser), 'the next page counts it').toMatchObject({
      ecom_attributes: { count_add_to_cart: 1 },
    });
  });

  test('does not affect the doctor, reset and push', async () => {
    await store.update('default', () => ({
      revision: 1,
      snapshot: new Uint8Array([1]),
      applied: {},
      outbox: [],
      started: ['a'],
    }));
    const page = open({ store, ...options() });
    page.evaluator.track(add());
    expect(Object.keys(storage)).toHaveLength(1);
    const began = performance.now();
    const { ok, findings } = await page.evaluator.doctor();
    expect(performance.now() - began).toBeLessThan(1500); // the limit is 1 s; a busy machine needs longer
    expect(ok).toBe(false);
    const part = code === 'wasm' ? 'the module' : 'the definitions';
    expect(findings.find((finding) => finding.check === 'engine')?.message).toContain(`still loading ${part}`);
    expect(findings.find((finding) => finding.check === 'storage')?.ok).toBe(true);

    page.evaluator.push({ name: 'pushed', target_attribute_key: domainUser });
    await vi.waitFor(() => expect(names(page.interventions)).toEqual(['pushed']));

    await page.evaluator.reset();
    expect(storage).toEqual({});
    await store.update('default', (state) => {
      expect(state).toMatchObject({ snapshot: new Uint8Array(), outbox: [], started: [] });
      return state;
    });
  });

  test('is an EngineError of tripline/engine', async () => {
    const { definitions = tutorial, wasm = wasmBytes } = options();
    const given = { wasm, loadTimeout: 600 };
    const calls = await Promise.allSettled([loadEngine({ definitions, ...given }), check(definitions, given)]);
    for (const call of calls) {
      const reason: unknown = (call as PromiseRejectedResult).reason;
      expect(reason).toBeInstanceOf(EngineError);
      expect(reason).toMatchObject({ code, message: expect.stringContaining('loadTimeout') as string });
    }
  });
});

test('calls of track, push and setAttributes while the engine loads count once, in order, when it is loaded', async () => {
  let come = (_: object): void => undefined;
  const page = open({ store, definitions: new Promise<object>((resolve) => (come = resolve)) });
  page.evaluator.track(add());
  await page.evaluator.doctor();
  page.evaluator.push({ name: 'pushed', target_attribute_key: domainUser });
  page.evaluator.track(add());
  await vi.waitFor(() => expect(names(page.interventions)).toEqual(['pushed']));
  come(tutorial);
  expect(await page.evaluator.attributes(domainUser)).toMatchObject({ ecom_attributes: { count_add_to_cart: 2 } });
  await page.settled();
  expect(names(page.interventions)).toEqual(['pushed', 'cart_abandonment']);
  expect(page.errors).toEqual([]);
});

test('the doctor rejects within a second if doctor.js does not come', async () => {
  vi.doMock('../../js/src/evaluator/doctor.js', () => new Promise(() => undefined));
  const page = open({ store });
  const since = performance.now();
  await expect(page.evaluator.doctor()).rejects.toThrow('doctor.js did not come within 1 s.');
  expect(performance.now() - since).toBeLessThan(1500);
  vi.doUnmock('../../js/src/evaluator/doctor.js');
});

test('a reset while the engine loads stays in effect when it is loaded', async () => {
  const before = open({ store });
  before.evaluator.track(add());
  await before.settled();
  before.evaluator.close();
  let come = (_: object): void => undefined;
  const page = open({ store, definitions: new Promise<object>((resolve) => (come = resolve)) });
  page.evaluator.track(add());
  await page.evaluator.reset();
  come(tutorial);
  expect(await page.evaluator.attributes(domainUser)).toMatchObject({ ecom_attributes: { count_add_to_cart: 0 } });
});

test('an evaluator that is closed while the engine loads does not start', async () => {
  let come = (_: object): void => undefined;
  const page = open({ store, definitions: new Promise<object>((resolve) => (come = resolve)) });
  page.evaluator.track(add());
  page.evaluator.close();
  come(tutorial);
  await page.evaluator.ready;
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(Object.keys(storage)).toHaveLength(1);
  expect(page.errors).toEqual([]);
});

test.each([0, -1, NaN, Infinity, 2 ** 40, 'soon', null])(
  'the loadTimeout %j does not end loading',
  async (loadTimeout) => {
    const definitions = new Promise<object>((resolve) => setTimeout(resolve, 30, tutorial));
    const page = open({ store, definitions, loadTimeout: loadTimeout as never });
    expect(await page.evaluator.ready).toBe(true);
  },
);

test('the doctor names a store that does not respond', async () => {
  const page = open({ store: { update: () => never, close() {} } });
  const began = performance.now();
  const { findings } = await page.evaluator.doctor();
  expect(performance.now() - began).toBeLessThan(1500);
  expect(findings.find((finding) => finding.check === 'storage')).toEqual({
    check: 'storage',
    ok: false,
    message: 'The stored state is not read yet: still loading the database.',
  });
  expect(findings.find((finding) => finding.check === 'engine')?.ok).toBe(true);
});
