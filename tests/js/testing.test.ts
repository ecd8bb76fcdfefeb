// tripline/testing, used as in the tests of a site's rules.
import { beforeEach, describe, expect, test } from 'vitest';
import {
  bundle,
  Attribute,
  Criteria,
  Criterion,
  domain_userid,
  duration,
  ExternalBatchAttributeGroup,
  Field,
  AtomicProperty,
  InterventionCriteriaAll,
  InterventionCriterion,
  RuleIntervention,
  StreamAttributeGroup,
} from '../../js/src/define.js';
import {
  addToCart,
  FakeClock,
  pagePing,
  pageView,
  productView,
  removeFromCart,
  selfDescribing,
  structured,
  testRules,
  transaction,
  type Cart,
  type Product,
  type RuleTest,
} from '../../js/src/testing.js';
import { EngineError } from '../../js/src/server.js';
import { readSampleLines, wasmBytes } from './engine-module.js';
import { names, tutorial } from './visits.js';

const cap: Product = { id: 'P-100', name: 'Red cap', category: 'Hats/Caps', price: 24.5, currency: 'USD', quantity: 2 };
const cart: Cart = { products: [cap], total_value: 49, currency: 'USD', cart_id: 'c1' };

let rules: RuleTest;
beforeEach(async () => {
  rules = await testRules({ definitions: tutorial, wasm: wasmBytes });
});

describe('the tutorial', () => {
  test('offers a discount for the fourth view, once', () => {
    for (let views = 1; views <= 3; ++views) expect(rules.track(productView(cap))).toEqual([]);
    expect(names(rules.track(productView(cap)))).toEqual(['discount']);
    expect(rules.track(productView(cap))).toEqual([]);
    expect(rules.attributes('ecom_attributes')).toEqual({
      count_product_views: 5,
      count_add_to_cart: 0,
      total_cart_value: null,
    });
    expect(rules.explain('discount')).toMatchObject({ holds: true });
    expect(names(rules.fired)).toEqual(['discount']);
  });

  test('offers free shipping by the price of the products in the cart', () => {
    expect(names(rules.track(addToCart(cart)))).toEqual(['cart_abandonment']);
    for (let times = 1; times <= 3; ++times) rules.track(addToCart(cart));
    expect(names(rules.track(addToCart(cart)))).toEqual(['free_shipping']);
  });

  test('keeps visitors apart, and a visitor who logs in stays the same', () => {
    rules.track(addToCart(cart));
    const other = rules.visitor({ domain_userid: '00000000-0000-4000-8000-0000000000ff' });
    expect(names(other.track(addToCart(cart)))).toEqual(['cart_abandonment']);
    const loggedIn = rules.visitor({ user_id: 'c94f860b-1266-4dad-ae57-3a36a414a521' });
    expect(loggedIn.attributes('ecom_attributes')).toMatchObject({ count_add_to_cart: 1 });
    for (let views = 1; views <= 3; ++views) loggedIn.track(productView(cap));
    expect(loggedIn.track(productView(cap)).map(({ target_attribute_key }) => target_attribute_key.name)).toEqual([
      'user_id',
      'domain_userid',
    ]);
  });

  test('gives the same interventions each time, with the same ids', async () => {
    const again = await testRules({ definitions: tutorial, wasm: wasmBytes });
    for (const test of [rules, again]) test.track(addToCart(cart));
    expect(again.fired).toEqual(rules.fired);
    expect(rules.fired[0]?.triggered_at).toBe('2026-01-01T12:00:00.000Z');
  });
});

describe('time', () => {
  const views = StreamAttributeGroup({
    name: 'visit',
    attribute_key: domain_userid,
    attributes: [
      Attribute({ name: 'recent', type: 'int32', aggregation: 'counter', period: duration({ minutes: 10 }) }),
      Attribute({ name: 'away', type: 'double', aggregation: 'time_since_last', time_unit: 'min' }),
    ],
  });
  const left = RuleIntervention({
    name: 'left',
    criteria: InterventionCriteriaAll({
      all: [
        InterventionCriterion({ attribute: 'visit:away', operator: '>=', value: 15 }),
        InterventionCriterion({ attribute: 'visit:recent', operator: '=', value: 0 }),
      ],
    }),
  });

  test('passes by advance, and an intervention fires at its exact time', async () => {
    const test = await testRules({ definitions: bundle([views, left]), wasm: wasmBytes, at: '2026-06-01T08:00:00Z' });
    test.track(pageView());
    expect(test.attributes('visit')).toEqual({ recent: 1, away: 0 });
    expect(test.advance({ minutes: 14, seconds: 59, ms: 999 })).toEqual([]);
    expect(test.attributes('visit')['recent']).toBe(0);
    for (const name of ['constructor', 'toString', '__proto__']) expect(test.attributes(name)).toEqual({});
    expect(test.advance({ hours: 1 })).toMatchObject([{ name: 'left', triggered_at: '2026-06-01T08:15:00.000Z' }]);
    expect(test.clock.now).toBe(Date.parse('2026-06-01T09:14:59.999Z'));
  });

  test('cannot go back, nor begin at an invalid time', async () => {
    const clock = new FakeClock(5);
    expect(clock.advance({ days: 1, ms: 1 })).toBe(86_400_006);
    expect(() => clock.advance({ seconds: -1 })).toThrow(RangeError);
    expect(() => clock.advance({ seconds: NaN })).toThrow(RangeError);
    await expect(testRules({ definitions: tutorial, wasm: wasmBytes, at: 'noon' })).rejects.toThrow(RangeError);
  });
});

describe('time passes for the ids that the pages of the visitors hold', () => {
  const keys = [
    { name: 'user_id' },
    { name: 'domain_sessionid' },
    {
      name: 'account',
      property: { type: 'entity', vendor: 'com.acme', name: 'account', major_version: 1, path: 'id', index: 0 },
    },
  ];
  const recent = { name: 'recent', type: 'int32', aggregation: 'counter', events: [], period: 'PT10M' };
  const definitions = {
    attribute_keys: keys,
    attribute_groups: keys.map(({ name }) => ({ name, version: 1, attribute_key: { name }, attributes: [recent] })),
    interventions: keys.map(({ name }) => ({
      name: `${name}_left`,
      version: 1,
      criteria: { attribute: `${name}:recent`, operator: '=', value: 0 },
    })),
  };
  const account = (id: string): object => ({
    entities: [{ schema: 'iglu:com.acme/account/jsonschema/1-0-0', data: { id } }],
  });
  const left = (fired: readonly { name: string; target_attribute_key: { id: string } }[]): string[] =>
    fired.map(({ name, target_attribute_key: { id } }) => `${name} ${id}`).sort();
  const open = (): Promise<RuleTest> =>
    testRules({ definitions, wasm: wasmBytes, ids: { domain_userid: 'd', domain_sessionid: 's' } });

  test('of the last session, and of the last entity', async () => {
    const test = await open();
    test.track({ ...pageView(account('1')), sid: 'before' });
    test.track({ ...pageView(account('1')), sid: 's' });
    test.track(pageView(account('2')));
    test.track(pageView());
    expect(left(test.advance({ minutes: 10 }))).toEqual(['account_left 2', 'domain_sessionid_left s']);
  });

  test('of all visitors', async () => {
    const test = await open();
    const other = test.visitor({ domain_userid: 'd', domain_sessionid: 's', user_id: 'A' });
    other.track(pageView());
    test.track(pageView());
    expect(left(test.advance({ minutes: 10 }))).toEqual(['domain_sessionid_left s', 'user_id_left A']);
  });

  test('of a returning visitor, who catches up', async () => {
    const test = await open();
    test.track({ ...pageView(), uid: 'A' });
    test.track(pageView());
    expect(left(test.advance({ minutes: 20 }))).toEqual(['domain_sessionid_left s']);
    expect(left(test.track({ ...pageView(), uid: 'A' }))).toEqual(['user_id_left A']);
  });
});

test('values are set', async () => {
  const scores = ExternalBatchAttributeGroup({
    name: 'scores',
    attribute_key: domain_userid,
    fields: [Field({ name: 'risk', type: 'double' })],
  });
  const rule = RuleIntervention({
    name: 'calm',
    criteria: InterventionCriterion({ attribute: 'scores:risk', operator: '>', value: 0.5 }),
  });
  const test = await testRules({ definitions: bundle([scores, rule]), wasm: wasmBytes });
  expect(names(test.setAttributes({ group: 'scores', attributes: { risk: 0.75 } }))).toEqual(['calm']);
  expect(test.attributes('scores')).toEqual({ risk: 0.75 });
  expect(() => test.setAttributes({ group: 'scores', key: 'user_id', attributes: { risk: 1 } })).toThrow(EngineError);
});

describe('events', () => {
  const samples = readSampleLines<Record<string, unknown>>('aftertrack.ndjson');
  const like = (type: string): Record<string, unknown> =>
    samples.find(({ ue_pr }) => String(ue_pr).includes(`"type":"${type}"`)) ?? {};
  const json = (text: unknown): unknown => JSON.parse(String(text));
  interface Entities {
    schema: string;
    data: { schema: string; data: Record<string, unknown> }[];
  }
  const schemas = (co: unknown): string[] =>
    (json(co) as Entities).data
      .map(({ schema }) => schema)
      .filter((schema) => schema.includes('ecommerce/') && !/\/(page|user)\//.test(schema));

  test.each([
    ['product_view', productView(cap)],
    ['add_to_cart', addToCart({ ...cart, products: [cap, cap] })],
    ['remove_from_cart', removeFromCart(cart)],
    [
      'transaction',
      transaction({ transaction_id: 't1', revenue: 49, currency: 'USD', payment_method: 'card', products: [cap, cap] }),
    ],
  ])('of type %s have the form of the tracker’s events', (type, event) => {
    expect(json(event['ue_pr'])).toEqual(json(like(type)['ue_pr']));
    expect((json(event['co']) as Entities).schema).toBe((json(like(type)['co']) as Entities).schema);
    expect([...new Set(schemas(event['co']))]).toEqual([...new Set(schemas(like(type)['co']))]);
  });

  test('count bought products', () => {
    const event = transaction({
      transaction_id: 't1',
      revenue: 49,
      currency: 'USD',
      payment_method: 'card',
      products: [cap, { ...cap, quantity: undefined }],
    });
    expect((json(event['co']) as Entities).data.at(-1)?.data).toMatchObject({ total_quantity: 3, revenue: 49 });
  });

  test('of every kind can be distinguished by rules', async () => {
    const seen = (
      name: string,
      property: ReturnType<typeof AtomicProperty>,
      value: string,
    ): ReturnType<typeof Attribute> =>
      Attribute({
        name,
        type: 'int32',
        aggregation: 'counter',
        criteria: Criteria({ all: [Criterion.eq(property, value)] }),
      });
    const event = AtomicProperty({ name: 'event' });
    const kinds = StreamAttributeGroup({
      name: 'kinds',
      attribute_key: domain_userid,
      attributes: [
        seen('views', event, 'page_view'),
        seen('pings', event, 'page_ping'),
        seen('structs', AtomicProperty({ name: 'se_action' }), 'play'),
        seen('own', AtomicProperty({ name: 'event_name' }), 'rating'),
        seen('internal', AtomicProperty({ name: 'refr_urlhost' }), 'shop.example.com'),
        Attribute({
          name: 'title',
          type: 'string',
          aggregation: 'last',
          property: AtomicProperty({ name: 'page_title' }),
        }),
        Attribute({
          name: 'value',
          type: 'double',
          aggregation: 'sum',
          property: AtomicProperty({ name: 'se_value' }),
        }),
        Attribute({
          name: 'stars',
          type: 'int32',
          aggregation: 'last',
          property: { type: 'event', vendor: 'com.acme', name: 'rating', major_version: 1, path: 'stars' },
        }),
        Attribute({
          name: 'plan',
          type: 'string',
          aggregation: 'last',
          property: { type: 'entity', vendor: 'com.acme', name: 'account', major_version: 2, path: 'plan', index: 0 },
        }),
      ],
    });
    const test = await testRules({ definitions: bundle([kinds]), wasm: wasmBytes });
    test.track(
      pageView({
        title: 'Caps',
        referrer: 'https://shop.example.com/a',
        entities: [{ schema: 'iglu:com.acme/account/jsonschema/2-0-0', data: { plan: 'gold' } }],
      }),
    );
    test.track(pagePing());
    test.track(structured({ category: 'video', action: 'play', value: 2.5 }));
    test.track(selfDescribing({ schema: 'iglu:com.acme/rating/jsonschema/1-0-0', data: { stars: 4 } }));
    expect(test.attributes('kinds')).toEqual({
      views: 1,
      pings: 1,
      structs: 1,
      own: 1,
      internal: 1,
      title: 'Caps',
      value: 2.5,
      stars: 4,
      plan: 'gold',
    });
  });
});
