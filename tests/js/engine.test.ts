// tripline/engine: the engine without a page around it.
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import * as built from '../../js/dist/server.js';
import { check, EngineError, loadEngine, stringAttributes, type Engine } from '../../js/src/server.js';
import type { AttributeKey, TrackerPayload } from '../../js/src/types.js';
import { readSampleLines, wasmBytes } from './engine-module.js';
import { foreignModules } from './foreign-modules.js';
import { add, domainUser, names, tutorial, view } from './visits.js';

const path = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const bundleFile = path('tests/samples/ecom_bundle.json');

/** Two versions of an external group, and an intervention on version 2. (Versions share the values of equal fields.) */
const scores = {
  attribute_groups: [1, 2].map((version) => ({
    name: 'scores',
    version,
    attribute_key: { name: 'domain_userid' },
    batch_source: { database: 'd', schema: 's', table: 't', timestamp_field: 'f' },
    fields: [
      { name: 'risk', type: version === 1 ? 'float' : 'double' },
      { name: 'tags', type: 'string_list' },
    ],
  })),
  interventions: [
    {
      name: 'calm',
      version: 1,
      criteria: { attribute: 'scores:risk', operator: '>', value: 0.5 },
      target_attribute_keys: [{ name: 'domain_userid' }],
    },
  ],
};

let engine: Engine;
let now = 0;
beforeEach(async () => {
  now = Date.now();
  engine = await loadEngine({ definitions: tutorial, wasm: wasmBytes });
});

const rejection = async (promise: Promise<unknown>): Promise<EngineError> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(EngineError);
  return error as EngineError;
};
const thrown = (call: () => unknown): EngineError => {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(EngineError);
    return error as EngineError;
  }
  return expect.fail('nothing was thrown');
};

test('the all-zero UUID is neither an event id nor the id of a profile (rules 15 and 17)', () => {
  const nil = '00000000-0000-0000-0000-000000000000';
  const counted = (id: string): unknown =>
    engine.attributes({ name: 'domain_userid', id })['ecom_attributes']?.['count_product_views'];
  for (let i = 0; i < 3; ++i) engine.process(view({ eid: nil }), now);
  expect(counted(domainUser.id)).toBe(3);
  for (let i = 0; i < 4; ++i) expect(engine.process(view({ duid: nil, uid: undefined }), now)).toEqual([]);
  expect(counted(nil)).not.toBe(4);
});

describe('loading', () => {
  test('finds the module beside the built package, and reads files', async () => {
    const fromFile = await built.loadEngine({ definitions: pathToFileURL(bundleFile) });
    expect(names(fromFile.process(add(), now))).toEqual(['cart_abandonment']);
  });

  test('rejects with every diagnostic', async () => {
    const error = await rejection(
      loadEngine({ definitions: { attribute_groups: 5, services: 'no' }, wasm: wasmBytes }),
    );
    expect(error.code).toBe('definitions');
    expect(error.diagnostics.map(({ pointer }) => pointer)).toEqual(['/attribute_groups', '/services']);
    expect(error.message).toContain('/services: ');
  });

  test.each([
    ['a file that is not there', { definitions: tutorial, wasm: pathToFileURL('/nowhere/tripline.wasm') }, 'wasm'],
    ['bytes that are not a module', { definitions: tutorial, wasm: new Uint8Array(8) }, 'wasm'],
    ['definitions that are not there', { definitions: pathToFileURL('/nowhere.json'), wasm: wasmBytes }, 'definitions'],
  ])('rejects on %s, and names it', async (_, options, code) => {
    const error = await rejection(loadEngine(options));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(/could not be loaded: ./);
  });

  test.each(foreignModules)('rejects with the code wasm if the module %s', async (_, bytes) => {
    for (const wasm of [bytes(), new WebAssembly.Module(bytes())]) {
      for (const call of [loadEngine({ definitions: tutorial, wasm }), check(tutorial, { wasm })]) {
        expect(await rejection(call)).toMatchObject({
          code: 'wasm',
          message: expect.stringContaining('option "wasm"') as string,
        });
      }
    }
  });

  test('keeps warnings', async () => {
    const { diagnostics } = await loadEngine({ definitions: { ...tutorial, colour: 'red' }, wasm: wasmBytes });
    expect(diagnostics).toEqual([
      { severity: 'warning', pointer: '/colour', message: expect.stringContaining('unknown field') as string },
    ]);
  });

  test('sets the limits of the engine', async () => {
    const small = await loadEngine({ definitions: tutorial, wasm: wasmBytes, limits: { profiles: 2 } });
    for (const duid of ['a', 'b', 'c', 'd']) small.process(view({ duid }), now);
    const viewed = ['a', 'b', 'c', 'd'].map(
      (id) => small.attributes({ name: 'domain_userid', id })['ecom_attributes']?.['count_product_views'],
    );
    expect(viewed, 'one more than there are attribute keys is the least').toEqual([0, 1, 1, 1]);
  });

  test('engines are independent', async () => {
    const other = await loadEngine({ definitions: tutorial, wasm: wasmBytes });
    other.process(add(), now);
    expect(names(engine.process(add(), now))).toEqual(['cart_abandonment']);
  });

  test('adds no module of Node to a bundle for pages', async () => {
    const { outputFiles } = await build({
      entryPoints: [path('js/dist/server.js')],
      bundle: true,
      platform: 'browser',
      format: 'esm',
      write: false,
    });
    expect(outputFiles[0]?.text).not.toMatch(/\b(import|require)\b[^;]{0,40}["']node:/);
  });
});

describe('check', () => {
  test('returns errors and warnings, without an engine', async () => {
    const diagnostics = await check({ ...tutorial, colour: 'red', services: 5 }, { wasm: wasmBytes });
    expect(diagnostics.map(({ severity, pointer }) => [severity, pointer])).toEqual(
      expect.arrayContaining([
        ['warning', '/colour'],
        ['error', '/services'],
      ]),
    );
    expect(await check(tutorial, { wasm: wasmBytes })).toEqual([]);
  });

  test('reports an object that JSON cannot express as an error', async () => {
    const circle: { self?: object } = {};
    circle.self = circle;
    expect((await rejection(check(circle, { wasm: wasmBytes }))).code).toBe('definitions');
  });
});

describe('events', () => {
  test('return interventions with the time of the trigger', () => {
    const [fired] = engine.process(add({ dtm: String(now - 1000) }), now);
    expect(fired).toMatchObject({ name: 'cart_abandonment', version: 1, target_attribute_key: domainUser });
    expect(fired?.triggered_at).toBe(new Date(now).toISOString());
    expect(engine.clock).toBe(now);
  });

  test('have no refr_medium, even with a referrer of the own site, and a warning names the fields to use (rule 4)', async () => {
    const definitions = {
      attribute_groups: [
        {
          name: 'g',
          version: 1,
          attribute_key: { name: 'domain_userid' },
          attributes: ['refr_medium', 'refr_urlhost'].map((name) => ({
            name,
            type: 'string',
            aggregation: 'first',
            events: [],
            property: { type: 'atomic', name },
          })),
        },
      ],
      interventions: [],
    };
    const warnings = await check(definitions, { wasm: wasmBytes });
    expect(warnings).toMatchObject([
      { severity: 'warning', message: expect.stringContaining("'refr_urlhost'") as string },
    ]);
    const own = await loadEngine({ definitions, wasm: wasmBytes });
    for (const refr of ['https://www.google.com/', 'https://shop.example/']) {
      own.process(view({ url: 'https://shop.example/a', refr }), now);
    }
    expect(own.attributes(domainUser)['g']).toEqual({ refr_medium: null, refr_urlhost: 'www.google.com' });
  });

  test('without an id count each time, and with an id once', () => {
    for (const eid of ['', undefined, 'one', 'one']) engine.process(view({ eid }), now);
    expect(engine.attributes(domainUser)['ecom_attributes']?.['count_product_views']).toBe(3);
  });

  test('without an id cause interventions with different ids', () => {
    const other = { duid: '00000000-0000-4000-8000-000000000001' };
    const [one, another] = [add({ eid: '' }), add({ eid: '', ...other })].flatMap((event) =>
      engine.process(event, now),
    );
    expect(one?.intervention_id).not.toBe(another?.intervention_id);
  });

  const loop: Record<string, unknown> = { e: 'ue' };
  loop['co'] = loop;
  const garbage: [string, unknown][] = [
    ['nothing', undefined],
    ['null', null],
    ['a string', 'pv'],
    ['a number', 5],
    ['a list', [view()]],
    ['a function', () => view()],
    ['an empty object', {}],
    ['an object without prototype', Object.assign(Object.create(null) as object, { e: 'ue', ue_pr: 5n })],
    ['a circle', loop],
    ['an event that is not JSON', { e: 'ue', eid: {}, dtm: 'yesterday', ue_pr: '{"data":', co: '[', duid: [1] }],
    [
      'invalid entities',
      { e: 'ue', ue_pr: '{"data":{"schema":5,"data":7}}', co: '{"data":[null,5,{"schema":"iglu:"}]}' },
    ],
    ['invalid base64', { e: 'ue', ue_px: '%%%', cx: 'ééé' }],
    ['lone surrogates and NULs', { e: 'pv', eid: '\ud800\0', duid: '\udfff', page: '\0'.repeat(9000) }],
    ['nesting', { e: 'ue', co: '['.repeat(20_000), ue_pr: `{"data":${'['.repeat(5000)}${']'.repeat(5000)}}` }],
  ];
  test.each(garbage)('that are %s neither throw nor count, and the next one does', (_, payload) => {
    expect(engine.process(payload as TrackerPayload, now)).toEqual([]);
    expect(names(engine.process(add(), now))).toEqual(['cart_abandonment']);
  });

  test.each([NaN, Infinity, -Infinity, 1e300, 'now' as unknown as number])(
    'at %s are refused, and change nothing',
    (time) => {
      const before = engine.snapshot();
      expect(thrown(() => engine.process(add(), time)).code).toBe('options');
      expect(thrown(() => engine.advance(time)).code).toBe('options');
      expect(thrown(() => engine.rebase(time)).code).toBe('options');
      expect(engine.snapshot()).toEqual(before);
    },
  );
});

describe('rule 10: times beyond the range of times', () => {
  const noTimes = [-99999999999999999, -8640000000000001, 8640000000000001, 1e300, -Infinity];
  const times = {
    name: 'times',
    attribute_key: { name: 'domain_userid' },
    attributes: [
      { name: 'recent', type: 'int32', aggregation: 'counter', period: 'PT1H' },
      { name: 'since', type: 'double', aggregation: 'time_since_first', time_unit: 's' },
      {
        name: 'created',
        type: 'string',
        aggregation: 'last',
        property: { type: 'atomic', name: 'dvce_created_tstamp' },
      },
    ],
  };

  beforeEach(async () => {
    engine = await loadEngine({
      definitions: { attribute_groups: [times, ...scores.attribute_groups] },
      wasm: wasmBytes,
    });
  });

  /** Returns the attributes after a snapshot and a restore. */
  async function attributes(): Promise<unknown> {
    const other = await loadEngine({
      definitions: { attribute_groups: [times, ...scores.attribute_groups] },
      wasm: wasmBytes,
    });
    other.restore(engine.snapshot());
    return other.attributes(domainUser);
  }

  test.each(noTimes)('in a payload, %d counts as absent', async (time) => {
    engine.process(view({ dtm: String(time), ttm: String(time) }), now);
    engine.process(view({ dtm: String(now - 5000), ttm: time }), now);
    expect(await attributes()).toMatchObject({
      times: { recent: 2, since: 5, created: new Date(now - 5000).toISOString() },
    });
  });

  test.each([...noTimes, NaN])('of a push, %d counts as absent', async (time) => {
    engine.setAttributes({ group: 'scores', attributeKey: domainUser, attributes: { risk: 1 } }, now, time);
    expect(await attributes()).toMatchObject({ scores: { risk: 1 } });
  });
});

describe('rule 1: a number that is not finite', () => {
  const set = (values: Record<string, unknown>): void =>
    void engine.setAttributes(
      { group: 'f', attributeKey: domainUser, attributes: values } as Parameters<Engine['setAttributes']>[0],
      now,
    );

  beforeEach(async () => {
    const fields = [
      { name: 'text', type: 'string' },
      { name: 'number', type: 'double' },
      { name: 'list', type: 'string_list' },
    ];
    const group = { name: 'f', attribute_key: { name: 'domain_userid' }, fields };
    engine = await loadEngine({ definitions: { attribute_groups: [group] }, wasm: wasmBytes });
  });

  test.each([Infinity, -Infinity, NaN])('%d clears a field, and is refused in a list', (value) => {
    set({ text: 'a', number: 1, list: ['a'] });
    expect(() => set({ list: ['b', value] })).toThrow(/a list of these/);
    expect(engine.attributes(domainUser)).toEqual({ f: { text: 'a', number: 1, list: ['a'] } });
    set({ text: value, number: value, list: value });
    expect(engine.attributes(domainUser)).toEqual({ f: { text: null, number: null, list: null } });
  });
});

describe('rule 10: an event that was received', () => {
  const times = {
    name: 'times',
    attribute_key: { name: 'domain_userid' },
    attributes: [
      { name: 'recent', type: 'int32', aggregation: 'counter', period: 'PT1H' },
      ...['derived_tstamp', 'collector_tstamp', 'dvce_sent_tstamp'].map((name) => ({
        name,
        type: 'string',
        aggregation: 'last',
        property: { type: 'atomic', name },
      })),
    ],
  };
  const dayBack = (): number => now - 86_400_000;

  beforeEach(async () => {
    engine = await loadEngine({ definitions: { attribute_groups: [times] }, wasm: wasmBytes });
  });

  test('has its time by the clock of the server, whatever the clock of the device is', () => {
    const payload = view({ dtm: String(dayBack()), stm: String(dayBack() + 40) });
    engine.process(payload, now);
    expect(engine.attributes(domainUser)).toMatchObject({ times: { recent: 0, collector_tstamp: null } });
    engine.process({ ...payload, eid: '2' }, now, { receivedAt: now - 500 });
    expect(engine.attributes(domainUser)).toEqual({
      times: {
        recent: 1,
        derived_tstamp: new Date(now - 540).toISOString(),
        collector_tstamp: new Date(now - 500).toISOString(),
        dvce_sent_tstamp: new Date(dayBack() + 40).toISOString(),
      },
    });
  });

  test('in the future counts as now', () => {
    engine.process(view(), now, { receivedAt: now + 86_400_000 });
    engine.advance(now + 3_599_999);
    expect(engine.attributes(domainUser)).toMatchObject({ times: { recent: 1 } });
    engine.advance(now + 3_600_000);
    expect(engine.attributes(domainUser)).toMatchObject({ times: { recent: 0 } });
  });

  test('between two milliseconds counts at the earlier one', () => {
    engine.process(view({ stm: undefined }), now, { receivedAt: now - 0.5 });
    expect(engine.attributes(domainUser)).toMatchObject({
      times: { collector_tstamp: new Date(now - 1).toISOString() },
    });
  });

  test.each([NaN, Infinity, 8.64e15 + 1])('at %s is refused', (receivedAt) => {
    expect(thrown(() => engine.process(view(), now, { receivedAt })).code).toBe('options');
    expect(engine.attributes(domainUser)).toMatchObject({ times: { recent: 0 } });
  });
});

test('rule 14: years beyond 9999 and before 0000 print whole dates', async () => {
  const created = { type: 'atomic', name: 'dvce_created_tstamp' };
  const attribute = (name: string, date_part?: string): object => ({
    name,
    type: 'string',
    aggregation: 'last',
    property: { ...created, date_part },
  });
  const dates = {
    name: 'dates',
    attribute_key: { name: 'domain_userid' },
    attributes: [attribute('time'), attribute('active_day', 'active_day'), attribute('active_month', 'active_month')],
  };
  engine = await loadEngine({ definitions: { attribute_groups: [dates] }, wasm: wasmBytes });
  const far = 253850000000000;
  engine.process(view({ dtm: String(far) }), far);
  expect(engine.attributes(domainUser)['dates']).toEqual({
    time: '10014-03-09T16:53:20.000Z',
    active_day: '10014-03-09',
    active_month: '10014-03-01',
  });
  engine.process(view({ ttm: String(far + 1), dtm: '-63550008000000' }), far + 1);
  expect(engine.attributes(domainUser)['dates']).toEqual({
    time: '-0044-03-07T12:00:00.000Z',
    active_day: '-0044-03-07',
    active_month: '-0044-03-01',
  });
});

test('rules 2, 8 and 10: an atomic field has a value of its type, and its filters are checked', async () => {
  const atomic = (name: string): object => ({ type: 'atomic', name });
  const counter = (name: string, field: string, operator: string, value: unknown): object => ({
    name,
    type: 'int32',
    aggregation: 'counter',
    criteria: { all: [{ property: atomic(field), operator, value }] },
  });
  const definitions = (...attributes: object[]): object => ({
    attribute_groups: [{ name: 'g', attribute_key: { name: 'domain_userid' }, attributes }],
  });
  engine = await loadEngine({
    definitions: definitions(
      { name: 'spent', type: 'double', aggregation: 'sum', property: atomic('se_value') },
      { name: 'user', type: 'string', aggregation: 'last', property: atomic('user_id') },
      counter('late', 'dvce_created_tstamp', '>=', '2026-01-05 12:00:00+01'),
      counter('days', 'dvce_created_tstamp', 'in', ['2026-01-05', '2026-01-06']),
      counter('cookies', 'br_cookies', 'in', [true]),
      counter('again', 'domain_sessionidx', '>', 2),
    ),
    wasm: wasmBytes,
  });
  const dtm = (time: string): string => String(Date.parse(time));
  engine.process(view({ se_va: '12.5', uid: 7, dtm: dtm('2026-01-05T10:59:59.999Z'), cookie: '1', vid: '3' }), now);
  engine.process(view({ se_va: 0.5, uid: 'u', dtm: dtm('2026-01-05T11:00Z'), cookie: 'true', vid: 2 }), now);
  engine.process(view({ se_va: '1,5', dtm: dtm('2026-01-06'), cookie: 'yes', vid: '03' }), now);
  expect(engine.attributes(domainUser)['g']).toEqual({ spent: 13, user: 'u', late: 2, days: 1, cookies: 2, again: 1 });

  const refused = definitions(
    counter('pattern', 'derived_tstamp', 'like', '2026-01-05%'),
    counter('number', 'derived_tstamp', '>=', 1767600000000),
    counter('listed', 'derived_tstamp', 'in', ['2026-01-05', 'soon']),
    counter('string', 'domain_sessionidx', '>', '2'),
    counter('flag', 'br_cookies', '=', 1),
  );
  const problems = await check(refused, { wasm: wasmBytes });
  const criterion = (index: number): string => `/attribute_groups/0/attributes/${index}/criteria/all/0`;
  expect(problems.map(({ severity, pointer }) => [severity, pointer])).toEqual([
    ['error', `${criterion(0)}/operator`],
    ...[1, 2, 3, 4].map((index) => ['error', `${criterion(index)}/value`]),
  ]);
  expect(problems[0]?.message).toContain("use '>=' and '<'");
});

test("a server's own user agent is not the visitor's", async () => {
  vi.stubGlobal('navigator', { userAgent: 'Node.js/22' });
  const browsers = {
    name: 'browsers',
    attribute_key: { name: 'domain_userid' },
    attributes: [
      { name: 'last', type: 'string', aggregation: 'last', property: { type: 'atomic', name: 'useragent' } },
    ],
  };
  engine = await loadEngine({ definitions: { attribute_groups: [browsers] }, wasm: wasmBytes });
  engine.process(view(), now);
  expect(engine.attributes(domainUser)['browsers']).toEqual({ last: null });
  engine.process(view({ ua: 'Lynx/2.9' }), now);
  expect(engine.attributes(domainUser)['browsers']).toEqual({ last: 'Lynx/2.9' });
  vi.unstubAllGlobals();
});

describe('setting attributes', () => {
  beforeEach(async () => {
    engine = await loadEngine({ definitions: scores, wasm: wasmBytes });
  });
  const update = (attributes: Record<string, number | string | string[] | null>, version?: number) => ({
    group: 'scores',
    attributeKey: domainUser,
    attributes,
    ...(version === undefined ? {} : { version }),
  });
  const read = (): unknown => engine.attributes(domainUser)['scores'];

  test('set the newest version, and fire', () => {
    const fired = engine.setAttributes(update({ risk: 0.75, tags: ['a', 'b'] }), now, now - 1);
    expect(names(fired)).toEqual(['calm']);
    expect(read()).toEqual({ risk: 0.75, tags: ['a', 'b'] });
  });

  test('set the named version', () => {
    expect(engine.setAttributes(update({ risk: 0.75 }, 1), now)).toEqual([]);
    expect(read()).toEqual({ risk: null, tags: null });
  });

  test('clear by null, and leave other fields unchanged', () => {
    engine.setAttributes(update({ risk: 0.25, tags: ['a'] }), now);
    engine.setAttributes(update({ risk: null }), now);
    expect(read()).toEqual({ risk: null, tags: ['a'] });
  });

  const refused: [string, unknown, RegExp][] = [
    ['an unknown group', { ...update({}), group: 'score' }, /no external group "score"/],
    ['an unknown version', update({ risk: 1 }, 3), /no field "risk" in version 3/],
    ['an unknown field', update({ risk: 1, height: 2 }), /no field "height"/],
    [
      'another key',
      { ...update({ risk: 1 }), attributeKey: { name: 'user_id', id: '1' } },
      /"domain_userid", not "user_id"/,
    ],
    ['no id', { ...update({ risk: 1 }), attributeKey: { name: 'domain_userid', id: '' } }, /id/],
    ['an object as value', update({ risk: { a: 1 } as unknown as number }), /"risk" must be/],
    ['nested lists', update({ tags: [['a']] as unknown as string[] }), /"tags" must be/],
    ['no attributes', { group: 'scores', attributeKey: domainUser }, /"attributes" must be/],
    ['nothing', undefined, /"group" must be/],
  ];
  test.each(refused)('of %s are refused with advice, and change nothing', (_, wrong, message) => {
    const before = engine.snapshot();
    const error = thrown(() => engine.setAttributes(wrong as never, now));
    expect(error.code).toBe('options');
    expect(error.message).toMatch(message);
    expect(engine.snapshot()).toEqual(before);
  });
});

describe('time', () => {
  test('is unknown before the first event, and after everything was forgotten', () => {
    const isUnknown = (): void => {
      expect(engine.clock).toBeUndefined();
      expect(engine.explain('cart_abandonment', domainUser)?.at).toBeNull();
    };
    isUnknown();
    engine.restore(engine.snapshot());
    isUnknown();
    engine.advance(now);
    expect(engine.clock).toBe(now);
    expect(engine.explain('cart_abandonment', domainUser)?.at).toBe(new Date(now).toISOString());
    engine.clear();
    isUnknown();
    engine.advance(-8.64e15);
    expect(engine.clock).toBe(-8.64e15);
  });

  test('moves forward by advance, and back by rebase', () => {
    engine.process(add(), now);
    engine.advance(now + 3_600_000);
    expect(engine.clock).toBe(now + 3_600_000);
    engine.rebase(now);
    expect(engine.clock).toBe(now);
    expect(engine.nextDeadline).toBe(Infinity);
  });

  describe('of held ids (rules 12 and 16)', () => {
    const timers = {
      attribute_groups: [
        {
          name: 'g',
          attribute_key: { name: 'domain_userid' },
          attributes: [{ name: 'idle', type: 'double', aggregation: 'time_since_last', time_unit: 's' }],
        },
      ],
      interventions: [
        { name: 'idle', criteria: { attribute: 'g:idle', operator: '>=', value: 5 } },
        {
          name: 'just_idle',
          criteria: {
            all: [
              { attribute: 'g:idle', operator: '>=', value: 5 },
              { attribute: 'g:idle', operator: '<', value: 10 },
            ],
          },
        },
      ],
    };
    const [a, b] = ['a', 'b'].map((id) => ({ name: 'domain_userid', id })) as [AttributeKey, AttributeKey];
    // The engine may check a profile a little earlier.
    const secondsTo = (time: number): number => Math.ceil((time - now) / 1000);
    const at = (ms: number): string => new Date(now + ms).toISOString();

    beforeEach(async () => {
      engine = await loadEngine({ definitions: timers, wasm: wasmBytes });
      for (const { id } of [a, b]) engine.process({ e: 'pv', duid: id, dtm: String(now) }, now);
    });

    test('passes for these alone; other ids catch up when they are held again', () => {
      expect(engine.nextDeadlineOf([])).toBe(Infinity);
      expect(secondsTo(engine.nextDeadlineOf([a]))).toBe(5);
      expect(names(engine.advance(now + 60_000, [a]))).toEqual(['idle', 'just_idle']);
      expect(engine.nextDeadlineOf([a])).toBe(Infinity);
      expect(secondsTo(engine.nextDeadlineOf([b]))).toBe(5);
      expect(secondsTo(engine.nextDeadline)).toBe(5);
      expect(engine.advance(now + 60_000, [b])).toMatchObject([
        { name: 'idle', target_attribute_key: b, triggered_at: at(5000), attributes: { 'g:idle': 60 } },
      ]);
    });

    test('passes for the ids of an event before it counts, held or not', () => {
      const event = { e: 'pv', duid: 'b', dtm: String(now + 60_000) };
      expect(names(engine.process(event, now + 60_000, { held: [] }))).toEqual(['idle', 'just_idle']);
      expect(secondsTo(engine.nextDeadlineOf([b]))).toBe(65);
      expect(secondsTo(engine.nextDeadlineOf([a]))).toBe(5);
    });

    test('follows changes of the list', () => {
      const held = [a];
      expect(engine.advance(now + 1000, held)).toEqual([]);
      held.pop();
      expect(engine.advance(now + 60_000, held)).toEqual([]);
      held.push(b);
      expect(names(engine.advance(now + 60_000, held))).toEqual(['idle']);
    });

    test('survives a snapshot, and belongs to one engine only', async () => {
      engine.advance(now + 60_000, [a]);
      const other = await loadEngine({ definitions: timers, wasm: wasmBytes });
      other.restore(engine.snapshot());
      expect(engine.nextDeadlineOf([a])).toBe(Infinity);
      expect(secondsTo(other.nextDeadline)).toBe(5);
      expect(names(other.advance(now + 60_000))).toEqual(['idle']);
    });

    test.each([[[{ name: 'domain_userid' }]], [[null]], ['a'], [{ name: 1 }]])('refuses %j as held ids', (wrong) => {
      expect(thrown(() => engine.advance(now, wrong as never)).code).toBe('options');
      expect(engine.clock).toBe(now);
      expect(secondsTo(engine.nextDeadline)).toBe(5);
    });
  });
});

describe('explain', () => {
  test('returns the same as the native program', () => {
    const clock = Date.parse('2026-11-23T01:41:24.963Z');
    for (const payload of readSampleLines<TrackerPayload>('aftertrack.ndjson')) engine.process(payload, clock);
    for (const { name } of tutorial.interventions) {
      const native = execFileSync(
        path('.build/native/bin/tripline'),
        [
          'explain',
          '--definitions',
          bundleFile,
          '--intervention',
          name,
          '--key',
          domainUser.name,
          '--id',
          domainUser.id,
          path('tests/samples/enriched.ndjson'),
        ],
        { encoding: 'utf8' },
      );
      const explanation = engine.explain(name, domainUser);
      expect({ ...explanation, targets: [] }).toEqual({ ...(JSON.parse(native) as object), targets: [] });
      expect(explanation?.targets.map(({ name: key, sent }) => [key, sent])).toEqual(
        (JSON.parse(native) as typeof explanation)?.targets.map(({ name: key, sent }) => [key, sent]),
      );
    }
  });

  test('reports that it was sent', () => {
    engine.process(add(), now);
    expect(engine.explain('cart_abandonment', domainUser)).toMatchObject({
      holds: true,
      targets: [
        { name: 'user_id', id: null },
        { ...domainUser, sent: true, sent_at: expect.any(String) as string },
      ],
    });
  });

  test('returns undefined for unknown interventions and keys', () => {
    expect(engine.explain('nothing', domainUser)).toBeUndefined();
    expect(engine.explain('discount', { name: 'nobody', id: '1' })).toBeUndefined();
  });
});

describe('state', () => {
  test('continues in another engine', async () => {
    engine.process(add(), now);
    const other = await loadEngine({ definitions: tutorial, wasm: wasmBytes });
    other.restore(engine.snapshot());
    expect(other.process(add(), now)).toEqual([]);
    expect(other.snapshot()).not.toEqual(engine.snapshot());
    other.clear();
    expect(names(other.process(add(), now))).toEqual(['cart_abandonment']);
  });

  test('that is damaged is refused, and leaves an empty engine', () => {
    engine.process(add(), now);
    const damaged = engine.snapshot();
    damaged[damaged.length - 1]! ^= 1;
    const error = thrown(() => engine.restore(damaged));
    expect(error.code).toBe('snapshot');
    expect(engine.attributes(domainUser)['ecom_attributes']?.['count_add_to_cart']).toBe(0);
  });

  test('is gone after release', () => {
    engine.release();
    engine.release();
    for (const use of [
      () => engine.process(add(), now),
      () => engine.advance(now),
      () => engine.attributes(domainUser),
      () => engine.explain('discount', domainUser),
      () => engine.forget(domainUser),
      () => engine.snapshot(),
      () => engine.restore(new Uint8Array(1)),
      () => engine.clear(),
      () => engine.rebase(now),
      () => engine.clock,
      () => engine.nextDeadline,
      () => engine.nextDeadlineOf([domainUser]),
    ]) {
      expect(thrown(use)).toMatchObject({ code: 'wasm', message: 'The engine was released.' });
    }
  });
});

test('attributes read the named version of a group', async () => {
  const counting = (events: object[], version: number) => ({
    name: 'g',
    version,
    attribute_key: { name: 'domain_userid' },
    attributes: [{ name: 'n', type: 'int32', aggregation: 'counter', events }],
  });
  engine = await loadEngine({
    definitions: { attribute_groups: [counting([], 1), counting([{ name: 'page_view' }], 2)] },
    wasm: wasmBytes,
  });
  engine.process({ e: 'pp', duid: domainUser.id, eid: '1' }, now);
  expect(engine.attributes(domainUser)).toEqual({ g: { n: 0 } });
  expect(engine.attributes(domainUser, 1)).toEqual({ g: { n: 1 } });
  expect(engine.attributes(domainUser, 3)).toEqual({});
});

test('after forgetting an id, its attributes are gone and an intervention may be sent again', () => {
  const fire = (eid: string) => engine.process(add({ eid }), now).map(({ name }) => name);
  expect(fire('1')).toEqual(['cart_abandonment']);
  expect(engine.forget({ name: 'domain_userid', id: 'nobody' })).toBe(false);
  expect(engine.forget(domainUser)).toBe(true);
  expect(engine.attributes(domainUser)['ecom_attributes']?.['count_add_to_cart']).toBe(0);
  expect(fire('2')).toEqual(['cart_abandonment']);
});

test('attributes become the strings that the stream sends', () => {
  const attributes = { 'g:text': 'a', 'g:number': 4.5, 'g:flag': true, 'g:list': ['a', 1], 'g:counts': { a: 2 } };
  expect(stringAttributes(attributes)).toEqual({
    'g:text': 'a',
    'g:number': '4.5',
    'g:flag': 'true',
    'g:list': '["a",1]',
    'g:counts': '{"a":2}',
  });
});
