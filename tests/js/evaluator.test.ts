// The evaluator with the real engine and the tutorial's definitions.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { LocalEvaluator } from '../../js/src/evaluator/evaluator.js';
import { createEvaluator, memoryStore, type EvaluatorOptions, type Problem, type Store } from '../../js/src/index.js';
import type { StoredState } from '../../js/src/state/store.js';
import { hashOf } from '../../js/src/support/hash.js';
import { readSample, wasmBytes } from './engine-module.js';
import { foreignModules } from './foreign-modules.js';
import { forbiddenStorage, freshStorage, newTab, removeStorage } from './page-storage.js';
import { add, domainUser, names, openPage, tutorial, view, visitor, type Page } from './visits.js';

const pages: Page[] = [];
const open = (...parameters: Parameters<typeof openPage>): Page => {
  const page = openPage(...parameters);
  pages.push(page);
  return page;
};

let store: Store;
let consoleErrors: unknown[][];
beforeEach(() => {
  freshStorage();
  store = memoryStore();
  consoleErrors = [];
  vi.spyOn(console, 'error').mockImplementation((...words: unknown[]) => void consoleErrors.push(words));
});
afterEach(() => {
  for (const { evaluator } of pages.splice(0)) evaluator.close();
  vi.useRealTimers();
  vi.restoreAllMocks();
  removeStorage();
});

const ecommerce = async ({ evaluator }: Page): Promise<unknown> =>
  (await evaluator.attributes(domainUser))['ecom_attributes'];

describe('the tutorial', () => {
  test('the fourth view brings the discount, once', async () => {
    const page = open({ store });
    for (let views = 1; views <= 3; ++views) page.evaluator.track(view());
    await page.settled();
    expect(page.interventions).toEqual([]);
    page.evaluator.track(view());
    page.evaluator.track(view());
    await page.settled();
    expect(page.interventions).toEqual([
      {
        intervention_id: expect.stringMatching(
          /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
        ) as string,
        name: 'discount',
        version: 1,
        attributes: { 'ecom_attributes:count_product_views': 4, 'ecom_attributes:count_add_to_cart': 0 },
        target_attribute_key: { name: 'domain_userid', id: visitor },
      },
    ]);
    expect(page.errors).toEqual([]);
    expect(page.warnings).toEqual([]);
    expect(consoleErrors).toEqual([]);
  });

  test('events tracked before the engine is ready count in their order', async () => {
    const page = open({ store, definitions: new Promise((resolve) => setTimeout(resolve, 50, tutorial)) });
    page.evaluator.track(add());
    for (let views = 1; views <= 4; ++views) page.evaluator.track(view());
    expect(await page.evaluator.ready).toBe(true);
    await page.settled();
    expect(names(page.interventions)).toEqual(['cart_abandonment', 'discount']);
  });

  test('copies for several targets are dispatched once, the first of them', async () => {
    const page = open({ store });
    const uid = 'c94f860b-1266-4dad-ae57-3a36a414a521';
    page.evaluator.track(add({ uid }));
    await page.settled();
    expect(page.interventions.map((each) => each.target_attribute_key)).toEqual([{ name: 'user_id', id: uid }]);
  });

  test('a repeated event counts once', async () => {
    const page = open({ store });
    const event = view();
    page.evaluator.track(event);
    page.evaluator.track(event);
    expect(await ecommerce(page)).toMatchObject({ count_product_views: 1 });
  });

  test('the limits of the engine are an option', async () => {
    const page = open({ store, limits: { eventIds: 1 } });
    const [first, second] = [view(), view()];
    for (const event of [first, first, second, first]) page.evaluator.track(event);
    expect(await ecommerce(page)).toMatchObject({ count_product_views: 3 });
    expect(page.errors).toEqual([]);
  });

  test('events without an id are all different, and so are the interventions that they cause', async () => {
    const page = open({ store });
    for (let views = 1; views <= 2; ++views) page.evaluator.track(view({ eid: undefined }));
    expect(await ecommerce(page)).toMatchObject({ count_product_views: 2 });
    page.evaluator.track(add({ eid: undefined }));
    await page.settled();
    page.evaluator.track(add({ eid: undefined, duid: '00000000-0000-4000-8000-000000000001' }));
    await page.settled();
    expect(names(page.interventions)).toEqual(['cart_abandonment', 'cart_abandonment']);
  });

  test('a payload is not changed', async () => {
    const page = open({ store });
    const event = view({ eid: undefined });
    Object.freeze(event);
    page.evaluator.track(event);
    await page.settled();
    expect(page.errors).toEqual([]);
  });

  test('receipts of interventions are not counted', async () => {
    const page = open({ store });
    const { events } = JSON.parse(readSample('plugin_measurement.json')) as { events: object[] };
    for (const event of events) page.evaluator.track({ ...event });
    expect(globalThis.localStorage).toEqual({});
    await page.settled();
    expect(page.errors).toEqual([]);
  });

  test('another visitor has attributes of their own', async () => {
    const page = open({ store });
    page.evaluator.track(view());
    page.evaluator.track(view({ duid: '00000000-0000-4000-8000-000000000001' }));
    expect(await ecommerce(page)).toMatchObject({ count_product_views: 1 });
    expect(await page.evaluator.attributes({ name: 'domain_userid', id: 'nobody' })).toEqual({
      ecom_attributes: { count_product_views: 0, count_add_to_cart: 0, total_cart_value: null },
    });
  });
});

describe('from page to page', () => {
  test('counts continue', async () => {
    for (let views = 1; views <= 4; ++views) {
      const page = open({ store });
      page.evaluator.track(view());
      await page.settled();
      expect(names(page.interventions)).toEqual(views === 4 ? ['discount'] : []);
      page.evaluator.close();
    }
  });

  test('events that a page tracked and did not commit count once, on the next page', async () => {
    const gone = open({ store: { update: () => new Promise(() => undefined), close() {} } });
    for (let views = 1; views <= 3; ++views) gone.evaluator.track(view());
    await gone.evaluator.ready;
    const next = open({ store });
    next.evaluator.track(view());
    expect(await ecommerce(next)).toMatchObject({ count_product_views: 4 });
    await next.settled();
    expect(names(next.interventions)).toEqual(['discount']);
    const last = open({ store });
    expect(await ecommerce(last)).toMatchObject({ count_product_views: 4 });
  });

  test('two pages count together, in whatever order they commit', async () => {
    const [one, other] = [open({ store }), open({ store })];
    for (let views = 1; views <= 20; ++views) (views % 2 ? one : other).evaluator.track(view());
    await Promise.all([one.settled(), other.settled()]);
    expect(await ecommerce(one)).toMatchObject({ count_product_views: 20 });
    expect(await ecommerce(other)).toMatchObject({ count_product_views: 20 });
    expect([...one.interventions, ...other.interventions]).toHaveLength(1);
  });

  test('waiting events survive a change of the definitions, and the new definitions read them', async () => {
    const gone = open({ store: { update: () => new Promise(() => undefined), close() {} } });
    gone.evaluator.track(add());
    await gone.evaluator.ready;
    const definitions = structuredClone(tutorial);
    definitions.attribute_groups[0]?.attributes.push({
      name: 'last_campaign',
      type: 'string',
      events: [],
      aggregation: 'last',
      property: { type: 'atomic', name: 'mkt_campaign' },
    } as never);
    const next = open({ store, definitions });
    expect(await ecommerce(next)).toMatchObject({ count_add_to_cart: 1, last_campaign: 'spring' });
  });

  test('namespaces are kept apart', async () => {
    const [one, other] = [open({ store, namespace: 'a' }), open({ store, namespace: 'b' })];
    one.evaluator.track(view());
    await one.settled();
    expect(await ecommerce(other)).toMatchObject({ count_product_views: 0 });
  });

  test('reset forgets everything, in all pages, including events not yet counted', async () => {
    const [one, other] = [open({ store }), open({ store })];
    for (let views = 1; views <= 4; ++views) one.evaluator.track(view());
    await one.settled();
    const gone = open({ store: { update: () => new Promise(() => undefined), close() {} } });
    gone.evaluator.track(view());
    await other.evaluator.reset();
    expect(await ecommerce(one)).toMatchObject({ count_product_views: 0 });
    for (let views = 1; views <= 4; ++views) other.evaluator.track(view());
    await other.settled();
    expect(await ecommerce(one)).toMatchObject({ count_product_views: 4 });
    expect(names(other.interventions)).toEqual(['discount']);
  });
});

describe('handlers', () => {
  test('an intervention without a handler waits for one, with its id', async () => {
    const page = open({ store }, { handle: false });
    page.evaluator.track(add());
    await page.settled();
    const seen: string[] = [];
    page.evaluator.on('intervention', ({ intervention_id }) => seen.push(intervention_id));
    await page.settled();
    expect(seen).toHaveLength(1);
    page.evaluator.on('intervention', () => seen.push('again'));
    await page.settled();
    expect(seen).toHaveLength(1);
  });

  test('it also waits for the next page, and is started once', async () => {
    const first = open({ store }, { handle: false });
    first.evaluator.track(add());
    await first.settled();
    first.evaluator.close();
    for (const expected of [['cart_abandonment'], []]) {
      const next = open({ store });
      next.evaluator.track(view());
      await next.settled();
      expect(names(next.interventions)).toEqual(expected);
      next.evaluator.close();
    }
  });

  test('an intervention that another tab decided is left to that tab for two seconds', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
    const first = open({ store }, { handle: false });
    first.evaluator.track(add());
    await first.settled();
    newTab();
    const other = open({ store });
    other.evaluator.track(view());
    await other.settled();
    expect(other.interventions).toEqual([]);
    await vi.advanceTimersByTimeAsync(1900);
    await other.settled();
    expect(other.interventions).toEqual([]);
    await vi.advanceTimersByTimeAsync(200);
    await other.settled();
    expect(names(other.interventions)).toEqual(['cart_abandonment']);
  });

  test('the start is committed before the first handler runs, and an interrupted handler is not repeated', async () => {
    const page = open({ store }, { handle: false });
    let startedWhenHandled: unknown;
    page.evaluator.on('intervention', ({ intervention_id }) => {
      void store.update('default', (state) => {
        startedWhenHandled = [state?.started.includes(hashOf(intervention_id)), state?.outbox.length];
        return state;
      });
      return new Promise(() => undefined); // the page is left before the handler ends
    });
    page.evaluator.track(add());
    await page.settled();
    expect(startedWhenHandled).toEqual([true, 0]);
    const next = open({ store });
    await next.settled();
    expect(next.interventions).toEqual([]);
  });

  test('if the start cannot be committed, no handler runs', async () => {
    let closed = false;
    const breaking: Store = {
      update(name, change) {
        if (closed) return new Promise(() => undefined);
        return store.update(name, (state) => {
          const next = change(state);
          closed = next?.outbox.length === 1;
          return next;
        });
      },
      close() {},
    };
    const page = open({ store: breaking });
    page.evaluator.track(add());
    await vi.waitFor(() => expect(closed).toBe(true));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(page.interventions).toEqual([]);
    const next = open({ store });
    next.evaluator.track(view());
    await next.settled();
    expect(names(next.interventions)).toEqual(['cart_abandonment']);
  });

  test('an intervention_id is recognized after 1,999 others, and the state does not grow with their length', async () => {
    const page = open({ store });
    const push = (intervention_id: string): void =>
      page.evaluator.push({ name: 'hello', intervention_id, target_attribute_key: domainUser });
    const filling = 'x'.repeat(500);
    for (let number = 0; number < 2000; ++number) {
      push(`${filling} ${number}`);
      if (number % 50 === 0) await page.settled();
    }
    await page.settled();
    push(`${filling} 0`);
    push(`${filling} 1999`);
    await page.settled();
    expect(page.interventions).toHaveLength(2000);
    push(`${filling} 2000`);
    await page.settled();
    expect(page.interventions).toHaveLength(2001);
    await store.update('default', (state) => {
      expect(state?.started).toHaveLength(2000);
      expect(JSON.stringify(state?.started).length).toBeLessThan(2000 * 20);
      return state;
    });
  });

  test('a handler that throws or rejects is reported, and does not stop others', async () => {
    const page = open({ store }, { handle: false });
    const seen: string[] = [];
    const failure = new Error('boom');
    page.evaluator.on('intervention', () => {
      throw failure;
    });
    page.evaluator.on('intervention', () => Promise.reject(failure));
    page.evaluator.on('intervention', () => Promise.reject(Object.create(null)));
    page.evaluator.on('intervention', ({ name }) => seen.push(name));
    page.evaluator.track(add());
    await page.settled();
    expect(seen).toEqual(['cart_abandonment']);
    expect(page.errors.map(({ code, cause }) => [code, cause])).toEqual([
      ['handler', failure],
      ['handler', failure],
      ['handler', Object.create(null)],
    ]);
    expect(page.errors[0]?.message).toContain('boom');
    expect(consoleErrors).toEqual([]);
  });

  test('each handler gets its own copy of an intervention', async () => {
    const page = open({ store }, { handle: false });
    page.evaluator.on('intervention', (intervention) => {
      intervention.name = 'changed';
      intervention.attributes = {};
    });
    const seen: unknown[] = [];
    page.evaluator.on('intervention', (intervention) => seen.push(intervention));
    page.evaluator.track(add());
    await page.settled();
    expect(seen).toMatchObject([{ name: 'cart_abandonment', attributes: { 'ecom_attributes:count_add_to_cart': 1 } }]);
  });

  test('a removed handler is not started', async () => {
    const page = open({ store }, { handle: false });
    const stop = page.evaluator.on('intervention', () => {
      throw new Error('I was removed');
    });
    stop();
    stop();
    page.evaluator.track(add());
    await page.settled();
    expect(page.errors).toEqual([]);
  });
});

describe('too late', () => {
  test('after half an hour an intervention expires', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const page = open({ store }, { handle: false });
    page.evaluator.track(add());
    await page.settled();
    vi.setSystemTime(Date.now() + 30 * 60_000 - 1);
    await open({ store }, { handle: false }).settled();
    vi.setSystemTime(Date.now() + 1);
    const late = open({ store });
    await late.settled();
    expect(late.interventions).toEqual([]);
    expect(names(late.expired)).toEqual(['cart_abandonment']);
    const later = open({ store });
    await later.settled();
    expect([...later.interventions, ...later.expired]).toEqual([]);
  });

  test('deliverWithin sets that time', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const page = open({ store, deliverWithin: 1000 }, { handle: false });
    page.evaluator.track(add());
    await page.settled();
    vi.setSystemTime(Date.now() + 1000);
    const next = open({ store, deliverWithin: 1000 });
    await next.settled();
    expect(names(next.expired)).toEqual(['cart_abandonment']);
  });

  test('a new session ends it', async () => {
    const page = open({ store }, { handle: false });
    page.evaluator.track(add());
    await page.settled();
    const next = open({ store }, { handle: false });
    next.evaluator.track(view({ sid: 'another session' }));
    await next.settled();
    expect(names(next.expired)).toEqual(['cart_abandonment']);
  });

  test('the same session does not', async () => {
    const page = open({ store }, { handle: false });
    page.evaluator.track(add());
    await page.settled();
    const next = open({ store });
    next.evaluator.track(view());
    await next.settled();
    expect(names(next.interventions)).toEqual(['cart_abandonment']);
  });
});

describe('a clock that is set back', () => {
  const hour = 3_600_000;
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
  });

  test.each([
    ['with an engine', { definitions: tutorial }, (page: Page) => page.evaluator.track(add()), 'cart_abandonment'],
    [
      'without',
      { definitions: undefined as never },
      (page: Page) => page.evaluator.push({ name: 'hello', target_attribute_key: { name: 'user_id', id: '1' } }),
      'hello',
    ],
  ] as const)(
    'what waits is offered to other tabs after two seconds, and ends after half an hour, %s',
    async (_, options, decide, name) => {
      const first = open({ store, ...options }, { handle: false });
      decide(first);
      await first.settled();
      first.evaluator.close();
      newTab();
      vi.setSystemTime(Date.now() - hour);
      const silent = open({ store, ...options }, { handle: false });
      silent.evaluator.track(view());
      await silent.settled();
      await vi.advanceTimersByTimeAsync(2000);
      const states: (StoredState | undefined)[] = [];
      await store.update('default', (state) => (states.push(structuredClone(state)), state));
      const next = open({ store, ...options });
      if (options.definitions !== undefined) next.evaluator.track(view());
      await next.settled();
      expect(names(next.interventions)).toEqual([name]);
      // Repeats this, without the note of the start, for a page that opens too late.
      freshStorage();
      await store.update('default', () => states[0]);
      vi.setSystemTime(Date.now() + hour / 2 - 2000);
      const late = open({ store, ...options });
      await late.settled();
      expect(names(late.expired)).toEqual([name]);
    },
  );

  test('an older session does not end what another tab decides later', async () => {
    const page = open({ store });
    page.evaluator.track(view({ sid: 'first' }));
    await page.settled();
    vi.setSystemTime(Date.now() - hour);
    page.evaluator.push({ name: 'something', target_attribute_key: { name: 'domain_userid', id: visitor } });
    await page.settled();
    await vi.advanceTimersByTimeAsync(60_000);
    newTab();
    const other = open({ store }, { handle: false });
    other.evaluator.track(add({ sid: 'second' }));
    await other.settled();
    await vi.advanceTimersByTimeAsync(2000);
    page.evaluator.push({ name: 'something else', target_attribute_key: { name: 'domain_userid', id: visitor } });
    await page.settled();
    expect(names(page.expired)).toEqual([]);
    expect(names(page.interventions)).toContain('cart_abandonment');
  });
});

describe('trouble', () => {
  test('a corrupt snapshot: an error, and an empty start', async () => {
    const first = open({ store });
    for (let views = 1; views <= 3; ++views) first.evaluator.track(view());
    await first.settled();
    await store.update(
      'default',
      (state) => state && { ...state, revision: state.revision + 1, snapshot: state.snapshot.slice(0, -3) },
    );
    const next = open({ store });
    next.evaluator.track(view());
    expect(await ecommerce(next)).toMatchObject({ count_product_views: 1 });
    expect(next.errors.map(({ code }) => code)).toEqual(['snapshot']);
    const last = open({ store });
    expect(await ecommerce(last)).toMatchObject({ count_product_views: 1 });
    expect(last.errors).toEqual([]);
  });

  test.each([['text'], [{}], [{ revision: 1, snapshot: 'x', applied: {}, outbox: [], started: [] }]])(
    'a stored state that is %j: an error, and an empty start',
    async (garbage) => {
      await store.update('default', () => garbage as never);
      const page = open({ store });
      page.evaluator.track(view());
      expect(await ecommerce(page)).toMatchObject({ count_product_views: 1 });
      expect(page.errors.map(({ code }) => code)).toEqual(['snapshot']);
    },
  );

  test.each([[null], [{}], ['x'], [{ decided: 1, page: 'p', intervention: { name: 'x' } }]])(
    'a stored outbox with %j: a warning, once, and the rest is dispatched',
    async (damaged) => {
      const first = open({ store }, { handle: false });
      first.evaluator.track(add());
      await first.settled();
      await store.update('default', (state) => state && { ...state, outbox: [damaged as never, ...state.outbox] });
      const next = open({ store });
      next.evaluator.track(view());
      expect(await ecommerce(next)).toMatchObject({ count_product_views: 1, count_add_to_cart: 1 });
      await next.settled();
      expect(names(next.interventions)).toEqual(['cart_abandonment']);
      expect(next.errors).toEqual([]);
      expect(next.warnings).toMatchObject([
        { code: 'storage', message: expect.stringContaining('"outbox"') as string },
      ]);
      const last = open({ store });
      await last.settled();
      expect(last.warnings).toEqual([]);
    },
  );

  test('a store that fails from the start: memory, and one warning', async () => {
    const page = open({ store: { update: () => Promise.reject(new Error('no')), close() {} } });
    for (let views = 1; views <= 4; ++views) {
      page.evaluator.track(view());
      await page.settled();
    }
    expect(names(page.interventions)).toEqual(['discount']);
    expect(page.warnings.map(({ code }) => code)).toEqual(['storage']);
    expect(page.errors).toEqual([]);
  });

  test('a store that fails later: counts and sent interventions stay', async () => {
    let broken = false;
    const failing: Store = {
      update: (name, change) => (broken ? Promise.reject(new Error('no')) : store.update(name, change)),
      close() {},
    };
    const page = open({ store: failing });
    for (let views = 1; views <= 4; ++views) page.evaluator.track(view());
    await page.settled();
    broken = true;
    page.evaluator.track(view());
    expect(await ecommerce(page)).toMatchObject({ count_product_views: 5 });
    expect(page.interventions).toHaveLength(1);
    expect(page.warnings).toHaveLength(1);
  });

  test('a commit that is refused after the engine took the events: they count once, and fire', async () => {
    let refusals = 1;
    const refusing: Store = {
      update: (name, change) =>
        store.update(name, (state) => {
          const next = change(state);
          if (next !== state && refusals-- > 0) throw new Error('the disk is full');
          return next;
        }),
      close() {},
    };
    const page = open({ store: refusing });
    page.evaluator.track(add());
    expect(await ecommerce(page)).toMatchObject({ count_add_to_cart: 1 });
    await page.settled();
    expect(names(page.interventions)).toEqual(['cart_abandonment']);
  });

  test('without IndexedDB and localStorage: memory, and a warning for each', async () => {
    forbiddenStorage();
    const page = open();
    for (let views = 1; views <= 4; ++views) page.evaluator.track(view());
    await page.settled();
    expect(names(page.interventions)).toEqual(['discount']);
    expect(page.warnings.map(({ code }) => code)).toEqual(['storage', 'storage']);
    expect(consoleErrors).toEqual([]);
  });

  test('definitions with errors: an error with the diagnostics, and the events are kept', async () => {
    const definitions = structuredClone(tutorial);
    definitions.interventions[0]!.criteria = { attribute: 'ecom_attributes:nonsense', operator: '>', value: 0 };
    const page = open({ store, definitions });
    page.evaluator.track(add());
    expect(await page.evaluator.ready).toBe(false);
    expect(page.errors).toHaveLength(1);
    expect(page.errors[0]).toMatchObject({
      code: 'definitions',
      diagnostics: [{ severity: 'error', pointer: expect.stringContaining('/interventions/0/criteria') as string }],
    });
    expect(page.errors[0]?.message).toContain('/interventions/0/criteria');
    expect(await page.evaluator.attributes(domainUser)).toEqual({});
    const repaired = open({ store });
    expect(await ecommerce(repaired)).toMatchObject({ count_add_to_cart: 1 });
  });

  test('definitions with an unknown field: a warning, and they load', async () => {
    const page = open({
      store,
      definitions: { ...tutorial, interventions: tutorial.interventions.map((each) => ({ ...each, colour: 'red' })) },
    });
    expect(await page.evaluator.ready).toBe(true);
    expect(page.warnings).toMatchObject([{ code: 'definitions', diagnostics: [{ severity: 'warning' }, {}, {}] }]);
  });

  test.each<[string, () => unknown, string]>([
    ['no options', () => undefined, 'definitions" is missing'],
    ['invalid options', () => 7, 'definitions" is missing'],
    ['no definitions', () => ({ wasm: wasmBytes }), 'definitions" is missing'],
    ['definitions that are not a bundle', () => ({ definitions: 5, wasm: wasmBytes }), 'errors in the definitions:'],
    [
      'definitions that cannot be fetched',
      () => ({ definitions: 'http://127.0.0.1:1/x.json', wasm: wasmBytes }),
      'http://127.0.0.1:1/x.json',
    ],
    [
      'a promise of definitions that rejects',
      () => ({ definitions: Promise.reject(new Error('not today')), wasm: wasmBytes }),
      'not today',
    ],
    ['definitions that JSON cannot express', () => ({ definitions: { big: 1n }, wasm: wasmBytes }), 'BigInt'],
    [
      'an engine that cannot be fetched',
      () => ({ definitions: tutorial, wasm: 'http://127.0.0.1:1/x.wasm' }),
      'option "wasm"',
    ],
    ['an invalid engine', () => ({ definitions: tutorial, wasm: new Uint8Array([1, 2, 3]) }), 'option "wasm"'],
    ['an engine of a wrong type', () => ({ definitions: tutorial, wasm: 5 }), 'option "wasm"'],
  ])('%s: the console shows an error that names it, and nothing is thrown', async (_, options, says) => {
    const evaluator = createEvaluator(options() as EvaluatorOptions);
    evaluator.track(view());
    expect(await evaluator.ready).toBe(false);
    expect(await evaluator.attributes(domainUser)).toEqual({});
    await evaluator.reset();
    evaluator.close();
    expect(consoleErrors).toHaveLength(1);
    expect(consoleErrors[0]?.[0]).toContain(says);
    expect(consoleErrors[0]?.[0]).toMatch(/^tripline: /);
  });

  test.each(foreignModules)('a module that %s: an error of the code wasm, and nothing is thrown', async (_, bytes) => {
    for (const wasm of [bytes(), new WebAssembly.Module(bytes()), Promise.resolve(new Response(bytes()))]) {
      const page = open({ store, wasm });
      page.evaluator.track(add());
      expect(await page.evaluator.ready).toBe(false);
      expect(page.errors).toMatchObject([
        { code: 'wasm', message: expect.stringContaining('option "wasm"') as string },
      ]);
      expect((await page.evaluator.doctor()).ok).toBe(false);
    }
    const page = open({ store });
    expect(await ecommerce(page), 'the next page counts').toMatchObject({ count_add_to_cart: 3 });
  });

  test('an event that cannot be tracked is an error, and the next event counts', async () => {
    const page = open({ store });
    const circular: Record<string, unknown> = { e: 'pv' };
    circular['self'] = circular;
    for (const garbage of [undefined, null, 5, circular, { big: 1n }]) page.evaluator.track(garbage as never);
    page.evaluator.track(view());
    expect(await ecommerce(page)).toMatchObject({ count_product_views: 1 });
    expect(page.errors.map(({ code }) => code)).toEqual(['options', 'options', 'options', 'options', 'options']);
  });

  test('the console shows an error of one kind once, and only without a listener', async () => {
    const evaluator = createEvaluator({ definitions: tutorial, wasm: wasmBytes, store });
    for (let times = 1; times <= 3; ++times) evaluator.track(undefined as never);
    expect(consoleErrors).toHaveLength(1);
    evaluator.on('error', () => {
      throw new Error('a bad listener');
    });
    expect(() => evaluator.track(undefined as never)).not.toThrow();
    evaluator.close();
  });

  test('a question that fails by itself is an error, and the evaluation goes on', async () => {
    const evaluator = new LocalEvaluator({ definitions: tutorial, wasm: wasmBytes, store });
    const errors: Problem[] = [];
    evaluator.on('error', (problem) => errors.push(problem));
    const failed = await evaluator.ask(evaluator.inspect, () => {
      throw new RangeError('a mistake');
    });
    expect(failed).toBeUndefined();
    expect(errors).toMatchObject([{ code: 'options', message: 'A question failed: a mistake' }]);
    evaluator.track(view());
    expect(await evaluator.attributes(domainUser)).toMatchObject({ ecom_attributes: { count_product_views: 1 } });
    evaluator.close();
  });

  test('a question on which the engine breaks ends the evaluation', async () => {
    const page = open({ store });
    await page.settled();
    vi.spyOn(JSON, 'parse').mockImplementationOnce(() => {
      throw new SyntaxError('cut off');
    });
    expect(await page.evaluator.attributes(domainUser)).toEqual({});
    expect(page.errors).toMatchObject([
      { code: 'wasm', message: expect.stringMatching(/^The engine has failed: cut off/) as string },
    ]);
  });

  test('the next page leaves out an event on which the engine breaks', async () => {
    const page = open({ store });
    await page.evaluator.ready;
    await page.settled();
    vi.spyOn(DataView.prototype, 'setFloat64').mockImplementationOnce(() => {
      throw new WebAssembly.RuntimeError('unreachable');
    });
    page.evaluator.track(view());
    await page.settled();
    expect(page.errors).toMatchObject([{ code: 'wasm', message: expect.stringContaining('unreachable') as string }]);
    page.evaluator.track(view());
    const next = open({ store });
    expect(await ecommerce(next)).toMatchObject({ count_product_views: 1 });
  });
});

describe('close', () => {
  test('ends the evaluation; later calls have no effect', async () => {
    const page = open({ store });
    page.evaluator.track(view());
    page.evaluator.close();
    page.evaluator.close();
    page.evaluator.track(view());
    expect(await page.evaluator.attributes(domainUser)).toEqual({});
    expect(await ecommerce(open({ store }))).toMatchObject({ count_product_views: 1 });
  });
});

describe('the ways to give engine and definitions', () => {
  test.each<[string, () => EvaluatorOptions['wasm']]>([
    ['bytes', () => wasmBytes],
    ['an ArrayBuffer', () => new Uint8Array(wasmBytes).buffer],
    ['a compiled module', () => new WebAssembly.Module(wasmBytes)],
    ['a promise of bytes', () => Promise.resolve(wasmBytes)],
    ['a response', () => new Response(wasmBytes, { headers: { 'Content-Type': 'application/wasm' } })],
    [
      'a response of the wrong type',
      () => new Response(wasmBytes, { headers: { 'Content-Type': 'application/octet-stream' } }),
    ],
    ['a promise of a response', () => Promise.resolve(new Response(wasmBytes))],
    ['an address', () => `data:application/wasm;base64,${wasmBytes.toString('base64')}`],
    ['a URL', () => new URL(`data:application/wasm;base64,${wasmBytes.toString('base64')}`)],
  ])('the engine as %s', async (_, wasm) => {
    const page = open({ store, wasm: wasm() });
    expect(await page.evaluator.ready).toBe(true);
    expect(page.errors).toEqual([]);
  });

  test.each<[string, () => EvaluatorOptions['definitions']]>([
    ['an object', () => tutorial],
    ['a promise of an object', () => Promise.resolve(tutorial)],
    ['an address', () => `data:application/json,${encodeURIComponent(JSON.stringify(tutorial))}`],
    ['a promise of a URL', () => Promise.resolve(new URL(`data:,${encodeURIComponent(JSON.stringify(tutorial))}`))],
  ])('the definitions as %s', async (_, definitions) => {
    const page = open({ store, definitions: definitions() });
    expect(await page.evaluator.ready).toBe(true);
  });
});
