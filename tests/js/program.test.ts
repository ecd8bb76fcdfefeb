// Compiled programs in place of definitions: which files a page loads for them, and what it does with bad ones.
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { memoryStore, type DefinitionsSource, type EvaluatorOptions, type WasmOption } from '../../js/src/index.js';
import { build, check, EngineError, loadEngine } from '../../js/src/server.js';
import { testRules } from '../../js/src/testing.js';
import { readSample, runtimeBytes, wasmBytes } from './engine-module.js';
import { freshStorage, removeStorage } from './page-storage.js';
import { TestServer } from './test-server.js';
import { add, closePages, domainUser, names, openPage, tutorial, view } from './visits.js';

let program: Uint8Array<ArrayBuffer>;
beforeAll(async () => {
  program = await build(tutorial, { wasm: wasmBytes });
});

let server: TestServer;
/** The paths that were asked for, in order. */
let asked: string[];
/** The contents of the server's files, by path. */
let files: Record<string, string | Uint8Array>;
/** A path whose response waits until another path was asked for. */
let waiting: { path: string; until: string } | undefined;
let both: WasmOption;

beforeEach(async () => {
  freshStorage();
  [asked, waiting] = [[], undefined];
  files = {
    '/definitions.json': readSample('ecom_bundle.json'),
    '/shop.tripline': program,
    '/program': program,
    '/runtime.wasm': runtimeBytes,
    '/compiler.wasm': wasmBytes,
  };
  const held: (() => void)[] = [];
  server = await TestServer.open(({ url = '' }, response) => {
    asked.push(url);
    const send = () => void response.end(files[url.replace(/[?#].*/, '')]);
    if (waiting?.path === url && !asked.includes(waiting.until)) held.push(send);
    else send();
    if (waiting?.until === url) for (const each of held.splice(0)) each();
  });
  both = { runtime: `${server.address}/runtime.wasm`, compiler: `${server.address}/compiler.wasm` };
});
afterEach(() => {
  closePages();
  server.close();
  removeStorage();
});

const open = (options: Partial<EvaluatorOptions>) =>
  openPage({ store: memoryStore(), wasm: both, loadTimeout: 5000, ...options });

describe('a page', () => {
  const sources: [string, () => EvaluatorOptions['definitions'], string[]][] = [
    ['the bytes of a program', () => program, ['/runtime.wasm']],
    ['an ArrayBuffer', () => program.buffer, ['/runtime.wasm']],
    ['a view into a larger buffer', () => new DataView(padded().buffer, 7, program.length), ['/runtime.wasm']],
    ['a promise of bytes', () => Promise.resolve(program), ['/runtime.wasm']],
    ['an address that ends in .tripline', () => at('/shop.tripline'), ['/runtime.wasm', '/shop.tripline']],
    ['such an address with a query', () => at('/shop.tripline?v=2'), ['/runtime.wasm', '/shop.tripline?v=2']],
    ['such an address as a URL', () => new URL(at('/shop.tripline')), ['/runtime.wasm', '/shop.tripline']],
    ['another address of a program', () => at('/program'), ['/program', '/runtime.wasm']],
    ['a promise of an address', () => Promise.resolve(at('/shop.tripline')), ['/runtime.wasm', '/shop.tripline']],
    ['a bundle', () => tutorial, ['/compiler.wasm']],
    ['a bundle as JSON', () => readSample('ecom_bundle.json'), ['/compiler.wasm']],
    ['a bundle as bytes', () => new TextEncoder().encode(JSON.stringify(tutorial)), ['/compiler.wasm']],
    ['the address of a bundle', () => at('/definitions.json'), ['/compiler.wasm', '/definitions.json']],
    ['JSON with such a name', () => '{"interventions": [], "note": "a.tripline"}', ['/compiler.wasm']],
  ];
  const at = (path: string): string => server.address + path;
  const padded = (): Uint8Array<ArrayBuffer> => new Uint8Array([...new Uint8Array(7), ...program, 1, 2]);

  test.each(sources)(
    'that is given %s loads the one module for it, and evaluates',
    async (what, definitions, paths) => {
      const page = open({ definitions: definitions() });
      page.evaluator.track(view());
      page.evaluator.track(add());
      expect(await page.evaluator.ready).toBe(true);
      await page.settled();
      expect(names(page.interventions)).toEqual(what.startsWith('JSON') ? [] : ['cart_abandonment']);
      expect(page.errors).toEqual([]);
      expect(asked.sort()).toEqual(paths.sort());
    },
  );

  test('fetches program and runtime side by side if the address ends in .tripline', async () => {
    waiting = { path: '/shop.tripline', until: '/runtime.wasm' };
    expect(await open({ definitions: at('/shop.tripline') }).evaluator.ready).toBe(true);
  });

  test('fetches another address first, and asks for no module if it does not come', async () => {
    files['/program'] = '<!doctype html>';
    const page = open({ definitions: at('/program') });
    expect(await page.evaluator.ready).toBe(false);
    expect(asked).toEqual(['/program']);
    expect(page.errors.map(({ code, message }) => [code, message])).toEqual([
      ['definitions', expect.stringContaining('is not a JSON object or a compiled program') as string],
    ]);
  });

  test.each([
    ['tripline.wasm', () => wasmBytes],
    ['tripline-runtime.wasm', () => runtimeBytes],
  ])('runs a program in the one module that "wasm" names: %s', async (_, wasm) => {
    for (const definitions of [program, at('/program'), at('/shop.tripline')]) {
      const page = open({ definitions, wasm: wasm() });
      page.evaluator.track(add());
      expect(await page.evaluator.attributes(domainUser)).toMatchObject({ ecom_attributes: { count_add_to_cart: 1 } });
      page.evaluator.close();
    }
    expect(asked.filter((path) => path.endsWith('.wasm'))).toEqual([]);
  });

  test('finds in its own folder what "wasm" leaves out', async () => {
    const page = open({ definitions: program, wasm: { compiler: at('/compiler.wasm') } });
    expect(await page.evaluator.ready).toBe(false);
    expect(page.errors.map(({ message }) => message)).toEqual([
      expect.stringContaining('tripline-runtime.wasm could not be fetched') as string,
    ]);
    expect(asked).toEqual([]);
  });

  test('explains, and its doctor advises to build definitions that are JSON', async () => {
    const finding = async (definitions: DefinitionsSource): Promise<unknown> => {
      const page = open({ definitions });
      page.evaluator.track(add());
      expect(await page.evaluator.explain('cart_abandonment', domainUser)).toMatchObject({ holds: true });
      return (await page.evaluator.doctor()).findings.find((each) => each.check === 'definitions');
    };
    const message = 'The definitions have neither errors nor warnings.';
    expect(await finding(program)).toEqual({ check: 'definitions', ok: true, message });
    expect(await finding(tutorial)).toEqual({
      check: 'definitions',
      ok: true,
      message: `${message} They are JSON: in production, let 'tripline build' compile them, so that pages load no compiler.`,
    });
  });

  test('goes on with a program from what it has counted with definitions in JSON', async () => {
    const store = memoryStore();
    const before = open({ store, definitions: tutorial });
    before.evaluator.track(add());
    await before.settled();
    before.evaluator.close();
    const page = open({ store, definitions: program });
    page.evaluator.track(add());
    expect(await page.evaluator.attributes(domainUser)).toMatchObject({ ecom_attributes: { count_add_to_cart: 2 } });
    expect(page.interventions, 'it was sent before').toEqual([]);
  });
});

describe('a bad program', () => {
  const changed = (place: number): Uint8Array => program.map((byte, index) => (index === place ? byte ^ 1 : byte));
  const notAProgram = 'this is not a compiled program; definitions in JSON need tripline.wasm';
  const bad: [string, () => Uint8Array, string][] = [
    ['of another format', () => changed(4), "run 'tripline build' again"],
    ['that is damaged', () => changed(200), "the program is damaged: run 'tripline build' again"],
    ['that is cut', () => program.slice(0, 60), 'the program is damaged'],
    ['that has its first bytes alone', () => program.slice(0, 4), ''],
  ];

  const containing = (message: string): string => expect.stringContaining(message) as string;

  test.each(bad)('%s is an error event with the message of the engine', async (_, bytes, message) => {
    files['/shop.tripline'] = files['/program'] = bytes();
    for (const definitions of [bytes(), `${server.address}/shop.tripline`, `${server.address}/program`]) {
      for (const wasm of [both, wasmBytes, runtimeBytes]) {
        const page = open({ definitions, wasm });
        page.evaluator.track(add());
        expect(await page.evaluator.ready).toBe(false);
        expect(page.errors.map((error) => error.code)).toEqual(['definitions']);
        expect(page.errors[0]?.message).toContain('There are errors in the definitions:');
        expect(page.errors[0]?.message).toContain(message);
      }
      const refused = await loadEngine({ definitions, wasm: both }).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(EngineError);
      expect(refused).toMatchObject({ code: 'definitions', message: containing(message) });
    }
  });
  test('such as JSON at an address that ends in .tripline is one too', async () => {
    files['/shop.tripline'] = readSample('ecom_bundle.json');
    const opened = open({ definitions: `${server.address}/shop.tripline` });
    expect(await opened.evaluator.ready).toBe(false);
    expect(opened.errors.map(({ message }) => message)).toEqual([containing(notAProgram)]);
    const json = open({ definitions: tutorial, wasm: runtimeBytes });
    expect(await json.evaluator.ready).toBe(false);
    expect(json.errors.map(({ message }) => message)).toEqual([containing(notAProgram)]);
  });
});

describe('tripline/engine and tripline/testing', () => {
  test('load programs as bytes and from addresses, in the runtime', async () => {
    for (const definitions of [program, `${server.address}/shop.tripline`, `${server.address}/program`]) {
      const engine = await loadEngine({ definitions, wasm: both });
      expect(names(engine.process(add(), Date.now()))).toEqual(['cart_abandonment']);
      expect(await check(definitions, { wasm: both })).toEqual([]);
      const rules = await testRules({ definitions, wasm: both });
      expect(names(rules.track(add()))).toEqual(['cart_abandonment']);
    }
    expect(asked).not.toContain('/compiler.wasm');
  });

  test('build returns the same bytes for JSON and for its program', async () => {
    expect(await build(JSON.stringify(tutorial), { wasm: both })).toEqual(program);
    expect(await build(program, { wasm: both })).toEqual(program);
  });

  test('build rejects on definitions with errors', async () => {
    const error = await build({ attribute_groups: 5 }, { wasm: both }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(EngineError);
    expect((error as EngineError).diagnostics.map(({ pointer }) => pointer)).toEqual(['/attribute_groups']);
  });
});
