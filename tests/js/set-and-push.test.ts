// The evaluator's other calls: setAttributes, push, explain and doctor.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { memoryStore, type AttributeUpdate, type DirectIntervention, type Store } from '../../js/src/index.js';
import { forbiddenStorage, freshStorage, newTab, removeStorage } from './page-storage.js';
import { add, domainUser, names, openPage, tutorial, view, type Page } from './visits.js';

const pages: Page[] = [];
const open = (...parameters: Parameters<typeof openPage>): Page => {
  const page = openPage(...parameters);
  pages.push(page);
  return page;
};

let store: Store;
beforeEach(() => {
  freshStorage();
  store = memoryStore();
});
afterEach(() => {
  for (const { evaluator } of pages.splice(0)) evaluator.close();
  vi.useRealTimers();
  vi.restoreAllMocks();
  removeStorage();
});

/** The tutorial's definitions, with an external group and an intervention on it. */
const definitions = {
  ...tutorial,
  attribute_groups: [
    ...tutorial.attribute_groups,
    {
      name: 'scores',
      version: 1,
      attribute_key: { name: 'domain_userid' },
      batch_source: { database: 'd', schema: 's', table: 't', timestamp_field: 'f' },
      fields: [{ name: 'risk', type: 'double' }],
    },
  ],
  interventions: [
    ...tutorial.interventions,
    {
      name: 'calm',
      version: 1,
      criteria: { attribute: 'scores:risk', operator: '>', value: 0.5 },
      target_attribute_keys: [{ name: 'domain_userid' }],
    },
  ],
};

const risk = (value: number | null): AttributeUpdate => ({
  group: 'scores',
  attributeKey: domainUser,
  attributes: { risk: value },
});
const hello: DirectIntervention = { name: 'hello', target_attribute_key: domainUser };

/** Opens a page that is left before it commits anything. */
async function openDoomed(): Promise<Page> {
  const page = open({ definitions, store: { update: () => new Promise(() => undefined), close() {} } });
  await page.evaluator.ready;
  return page;
}

describe('setAttributes', () => {
  test('sets fields of an external group, and fires', async () => {
    const page = open({ store, definitions });
    page.evaluator.track(view());
    page.evaluator.setAttributes(risk(0.75));
    expect((await page.evaluator.attributes(domainUser))['scores']).toEqual({ risk: 0.75 });
    await page.settled();
    expect(names(page.interventions)).toEqual(['calm']);
    expect(page.errors).toEqual([]);
  });

  test('applies in order with events, and null clears a field', async () => {
    const page = open({ store, definitions });
    page.evaluator.setAttributes(risk(0.75));
    page.evaluator.track(add());
    page.evaluator.setAttributes(risk(null));
    expect(await page.evaluator.attributes(domainUser)).toMatchObject({
      scores: { risk: null },
      ecom_attributes: { count_add_to_cart: 1 },
    });
    await page.settled();
    expect(names(page.interventions)).toEqual(['calm', 'cart_abandonment']);
  });

  test('of a page that was left counts once, on the next page', async () => {
    const gone = await openDoomed();
    gone.evaluator.setAttributes(risk(0.75));
    const next = open({ store, definitions });
    next.evaluator.track(view());
    await next.settled();
    expect(names(next.interventions)).toEqual(['calm']);
    const last = open({ store, definitions });
    expect((await last.evaluator.attributes(domainUser))['scores']).toEqual({ risk: 0.75 });
    await last.settled();
    expect(last.interventions).toEqual([]);
  });

  test('of values that JSON cannot express is an error at once; of a wrong form or an unknown field, in its turn', async () => {
    const page = open({ store, definitions });
    const circle: { risk?: unknown } = {};
    circle.risk = circle;
    page.evaluator.setAttributes({ ...risk(1), attributes: circle } as never);
    expect(page.errors.map(({ code }) => code)).toEqual(['options']);
    for (const wrong of [undefined, {}, { ...risk(1), attributeKey: 5 }, () => risk(1)]) {
      page.evaluator.setAttributes(wrong as never);
    }
    page.evaluator.setAttributes({ ...risk(1), group: 'score' });
    page.evaluator.setAttributes(risk(0.25));
    expect((await page.evaluator.attributes(domainUser))['scores']).toEqual({ risk: 0.25 });
    expect(page.errors.map(({ code }) => code)).toEqual(Array.from({ length: 6 }, () => 'options'));
    expect(page.errors[5]).toMatchObject({
      code: 'options',
      message: expect.stringContaining('no external group "score"') as string,
    });
  });
});

describe('push', () => {
  test('dispatches whatever the criteria are, and fills in omitted fields', async () => {
    const page = open({ store, definitions });
    page.evaluator.push(hello);
    await page.settled();
    expect(page.interventions).toEqual([
      {
        intervention_id: expect.stringMatching(
          /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/,
        ) as string,
        name: 'hello',
        version: 1,
        attributes: {},
        target_attribute_key: domainUser,
      },
    ]);
  });

  test('of one id is dispatched once, even on several pages', async () => {
    const page = open({ store, definitions });
    const one = { ...hello, intervention_id: '550e8400-e29b-41d4-a716-446655440000', attributes: { 'a:b': [1, 'x'] } };
    page.evaluator.push(one);
    page.evaluator.push(one);
    await page.settled();
    const next = open({ store, definitions });
    next.evaluator.push(one);
    await next.settled();
    expect([...page.interventions, ...next.interventions]).toEqual([{ ...one, version: 1 }]);
  });

  test('with the all-zero UUID as its id is dispatched every time, with an id of its own', async () => {
    const page = open({ store, definitions });
    const one = { ...hello, intervention_id: '00000000-0000-0000-0000-000000000000' };
    page.evaluator.push(one);
    page.evaluator.push(one);
    await page.settled();
    const ids = page.interventions.map(({ intervention_id }) => intervention_id);
    expect(new Set(ids).size).toBe(2);
    expect(ids).not.toContain(one.intervention_id);
    expect(page.errors).toEqual([]);
  });

  test('of a page that was left is dispatched by the next', async () => {
    const gone = await openDoomed();
    gone.evaluator.push(hello);
    const next = open({ store, definitions });
    await next.settled();
    expect(names(next.interventions)).toEqual(['hello']);
    const last = open({ store, definitions });
    await last.settled();
    expect(last.interventions).toEqual([]);
  });

  test('works after the engine breaks', async () => {
    const page = open({ store, definitions });
    await page.settled();
    vi.spyOn(DataView.prototype, 'setFloat64').mockImplementationOnce(() => {
      throw new WebAssembly.RuntimeError('unreachable');
    });
    page.evaluator.push(hello);
    page.evaluator.track(view());
    await vi.waitFor(() => expect(names(page.interventions)).toEqual(['hello']));
    expect(page.errors.map(({ code }) => code)).toEqual(['wasm']);
  });

  test('needs no engine; the events wait for one', async () => {
    const broken = open({ store, definitions: { interventions: 5 } });
    broken.evaluator.track(add());
    broken.evaluator.push(hello);
    await broken.settled();
    expect(names(broken.interventions)).toEqual(['hello']);
    expect(broken.errors.map(({ code }) => code)).toEqual(['definitions']);
    broken.evaluator.close();
    const repaired = open({ store, definitions });
    repaired.evaluator.track(view());
    await repaired.settled();
    expect(names(repaired.interventions)).toEqual(['cart_abandonment']);
    await repaired.settled();
    expect(repaired.errors).toEqual([]);
  });

  test('without an engine keeps the counts of engines', async () => {
    const first = open({ store, definitions });
    first.evaluator.track(view());
    await first.settled();
    const broken = open({ store, definitions: { interventions: 5 } });
    broken.evaluator.push(hello);
    await broken.settled();
    const last = open({ store, definitions });
    expect((await last.evaluator.attributes(domainUser))['ecom_attributes']).toMatchObject({ count_product_views: 1 });
    expect(first.errors).toEqual([]);
    expect((await first.evaluator.attributes(domainUser))['ecom_attributes']).toMatchObject({ count_product_views: 1 });
  });

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['a function', () => hello],
    ['no name', { ...hello, name: '' }],
    ['an invalid version', { ...hello, version: 1.5 }],
    ['no target', { name: 'hello' }],
    [
      'a target whose id is the all-zero UUID',
      { ...hello, target_attribute_key: { ...domainUser, id: '00000000-0000-0000-0000-000000000000' } },
    ],
    ['invalid attributes', { ...hello, attributes: [] }],
    ['an invalid id', { ...hello, intervention_id: 7 }],
    ['a value that JSON cannot express', { ...hello, attributes: { big: 1n } }],
  ])('of %s is an error, and dispatches nothing', async (_, wrong) => {
    const page = open({ store, definitions });
    page.evaluator.push(wrong as never);
    await page.settled();
    expect(page.interventions).toEqual([]);
    expect(page.errors.map(({ code }) => code)).toEqual(['options']);
  });

  test('in another tab is left to that tab for a moment', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
    const first = open({ store, definitions }, { handle: false });
    first.evaluator.push(hello);
    await first.settled();
    newTab();
    const other = open({ store, definitions });
    await other.settled();
    expect(other.interventions).toEqual([]);
    await vi.advanceTimersByTimeAsync(2100);
    await other.settled();
    expect(names(other.interventions)).toEqual(['hello']);
  });

  test('after close does nothing', async () => {
    const page = open({ store, definitions });
    page.evaluator.close();
    page.evaluator.push(hello);
    page.evaluator.setAttributes(risk(1));
    await page.settled();
    expect(page.interventions).toEqual([]);
    expect(page.errors).toEqual([]);
  });
});

describe('explain', () => {
  test('returns the reason, after everything before has counted', async () => {
    const page = open({ store, definitions });
    page.evaluator.track(add());
    expect(await page.evaluator.explain('cart_abandonment', domainUser)).toMatchObject({
      holds: true,
      why: expect.stringContaining('was sent') as string,
    });
    expect(await page.evaluator.explain('nothing', domainUser)).toBeUndefined();
  });

  test('without an attribute key is an error, and evaluation continues', async () => {
    const page = open({ store, definitions });
    for (const wrong of [undefined, 'domain_userid', { name: 'domain_userid' }, { name: 'domain_userid', id: 5 }]) {
      expect(await page.evaluator.explain('cart_abandonment', wrong as never)).toBeUndefined();
      expect(await page.evaluator.attributes(wrong as never)).toEqual({});
    }
    expect(new Set(page.errors.map(({ code, message }) => `${code}: ${message}`))).toEqual(
      new Set(['options: An attribute key must be {name, id}, both strings.']),
    );
    page.evaluator.track(add());
    await page.settled();
    expect(names(page.interventions)).toEqual(['cart_abandonment']);
  });

  test('without an engine returns undefined', async () => {
    const page = open({ store, definitions: { interventions: 5 } });
    expect(await page.evaluator.explain('cart_abandonment', domainUser)).toBeUndefined();
  });
});

describe('doctor', () => {
  const failing = async ({ evaluator }: Page): Promise<string[]> =>
    (await evaluator.doctor()).findings.filter(({ ok }) => !ok).map(({ check, message }) => `${check}: ${message}`);

  test('finds no fault if there is none', async () => {
    const page = open({ store, definitions });
    page.evaluator.track(view());
    const report = await page.evaluator.doctor();
    expect(report.findings.filter(({ ok }) => !ok)).toEqual([]);
    expect(report).toMatchObject({ ok: true, problems: [] });
    expect(report.findings.map(({ check }) => check)).toEqual([
      'wasm',
      'engine',
      'definitions',
      'storage',
      'journal',
      'clock',
      'delivery',
    ]);
  });

  test('names the errors in the definitions', async () => {
    const broken = open({ store, definitions: { ...tutorial, interventions: 5 } });
    expect(await failing(broken)).toEqual([
      expect.stringMatching(
        /^engine: Events are not evaluated. There are errors in the definitions:\n\/interventions: /,
      ) as string,
      expect.stringMatching(/^definitions: There are errors/) as string,
    ]);
    const warned = open({ store, definitions: { ...tutorial, colour: 'red' } });
    expect(await failing(warned)).toEqual([expect.stringMatching(/^definitions: .*\n\/colour: /s) as string]);
  });

  test('reports that nothing can be stored', async () => {
    forbiddenStorage();
    const page = open({ definitions });
    page.evaluator.track(view());
    expect((await failing(page)).map((text) => text.split(':')[0])).toEqual(['storage', 'journal']);
    expect((await page.evaluator.doctor()).problems.map(({ code }) => code)).toEqual(['storage', 'storage']);
  });

  test('names interventions that wait for a handler', async () => {
    const page = open({ store, definitions }, { handle: false });
    page.evaluator.track(add());
    await page.settled();
    expect(await failing(page)).toEqual([
      expect.stringMatching(/^delivery: .*"cart_abandonment".*no handler/) as string,
    ]);
  });

  test('notices a clock that was set back', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const page = open({ store, definitions });
    page.evaluator.track(view());
    await page.settled();
    vi.setSystemTime(Date.now() - 120_000);
    expect(await failing(page)).toEqual([expect.stringMatching(/^clock: .*120 s later/) as string]);
    vi.setSystemTime(Date.now() - 400_000);
    page.evaluator.track(view());
    await page.settled();
    expect(await failing(page)).toEqual([expect.stringMatching(/^clock: .*set back/) as string]);
  });
});
