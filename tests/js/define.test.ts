// tripline/define: compares the builders' output with the output of Snowplow's Python SDK.
import { describe, expect, test } from 'vitest';
import * as define from '../../js/src/define.js';
import { check } from '../../js/src/server.js';
import { readSample, wasmBytes } from './engine-module.js';

const {
  Attribute,
  AttributeGroup,
  AttributeKey,
  AtomicProperty,
  BatchSource,
  bundle,
  CalculatedProperty,
  client_session_session_id,
  client_session_user_id,
  Criteria,
  Criterion,
  domain_userid,
  duration,
  EntityProperty,
  Event,
  EventProperty,
  ExternalBatchAttributeGroup,
  Field,
  forPages,
  InterventionCriteriaAll,
  InterventionCriteriaAny,
  InterventionCriteriaNone,
  InterventionCriterion,
  LinkAttributeKey,
  PagePing,
  PageView,
  RuleIntervention,
  Service,
  StreamAttributeGroup,
  StructuredEvent,
  user_id,
} = define;

const owner = 'user@company.com';
const vendor = 'com.snowplowanalytics.snowplow.ecommerce';
const actionType = EventProperty({ vendor, name: 'snowplow_ecommerce_action', major_version: 1, path: 'type' });
const is = (type: string): define.EventCriteria => Criteria({ all: [Criterion.eq(actionType, type)] });
const events = [Event({ name: 'snowplow_ecommerce_action' })];

const ecommerce = StreamAttributeGroup({
  name: 'ecom_attributes',
  version: 1,
  attribute_key: domain_userid,
  owner,
  attributes: [
    Attribute({
      name: 'count_product_views',
      type: 'int32',
      events,
      aggregation: 'counter',
      criteria: is('product_view'),
    }),
    Attribute({
      name: 'count_add_to_cart',
      type: 'int32',
      events,
      aggregation: 'counter',
      criteria: is('add_to_cart'),
    }),
    Attribute({
      name: 'total_cart_value',
      type: 'double',
      events,
      aggregation: 'sum',
      property: EntityProperty({ vendor, name: 'product', major_version: 1, path: 'price' }),
      criteria: is('add_to_cart'),
    }),
  ],
});

const targets = [LinkAttributeKey({ name: 'user_id' }), LinkAttributeKey({ name: 'domain_userid' })];
const rule = (name: string, description: string, attribute: string, value: number): define.RuleInterventionDefinition =>
  RuleIntervention({
    name,
    description,
    owner,
    criteria: InterventionCriterion({ attribute: `ecom_attributes:${attribute}`, operator: '>', value }),
    target_attribute_keys: targets,
  });

const tutorial = [
  AttributeKey({ name: 'domain_userid', key: 'domain_userid' }),
  AttributeKey({ name: 'user_id', key: 'user_id' }),
  ecommerce,
  Service({ name: 'ecom_attributes', owner, attribute_groups: [ecommerce] }),
  rule('cart_abandonment', 'At least one item was added to the cart.', 'count_add_to_cart', 0),
  rule('discount', 'More than three products were viewed.', 'count_product_views', 3),
  rule('free_shipping', 'Items worth more than 100 were added.', 'total_cart_value', 100),
];

test('the tutorial gives the same JSON as the Python SDK', () => {
  expect(JSON.parse(JSON.stringify(bundle(tutorial)))).toEqual(JSON.parse(readSample('ecom_bundle.json')));
});

test('a bundle for pages has neither owners nor descriptions, and decides the same', async () => {
  const text = JSON.stringify(forPages(bundle(tutorial)));
  expect(text).not.toMatch(/owner|description|company\.com/);
  expect(text).toContain('count_product_views');
  expect(await check(JSON.parse(text) as object, { wasm: wasmBytes })).toEqual([]);
});

test('a bundle for pages keeps the fact that a key is a column, but not the column', async () => {
  const scores = ExternalBatchAttributeGroup({
    name: 'scores',
    attribute_key: AttributeKey({ name: 'customer', external_column: 'SECRET_CUSTOMER_ID' }),
    fields: [Field({ name: 'risk', type: 'double' })],
    batch_source: BatchSource({
      name: 'secret',
      database: 'secret',
      schema: 'secret',
      table: 'secret',
      timestamp_field: 'secret',
    }),
  });
  const pages = forPages(bundle([scores.attribute_key, scores]));
  expect(JSON.stringify(pages)).not.toMatch(/secret/i);
  const problems = await check(pages, { wasm: wasmBytes });
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
});

test('the engine accepts everything that can be built', async () => {
  const path = '$.customer.id';
  const property = AtomicProperty({ name: 'page_urlpath' });
  const account = AttributeKey({
    property: EntityProperty({ vendor: 'com.acme', name: 'account', major_version: 1, path }),
    ttl: duration({ days: 30 }),
  });
  const price = EntityProperty({ vendor, name: 'product', major_version: 1, path: 'price', index: 1 });
  const all = StreamAttributeGroup({
    name: 'all',
    attribute_key: account,
    ttl: duration({ days: 7 }),
    attributes: [
      Attribute({
        name: 'views',
        type: 'int32',
        aggregation: 'counter',
        events: [PageView(), PagePing()],
        period: duration({ minutes: 10 }),
      }),
      ...(['sum', 'min', 'max', 'mean'] as const).map((aggregation) =>
        Attribute({ name: aggregation, type: 'double', aggregation, property: price, ttl: duration({ hours: 36 }) }),
      ),
      ...(['first', 'last', 'most_frequent', 'least_frequent'] as const).map((aggregation) =>
        Attribute({ name: aggregation, type: 'string', aggregation, property, default_value: 'none' }),
      ),
      Attribute({ name: 'pages', type: 'int64', aggregation: 'approx_count_distinct', property }),
      Attribute({
        name: 'hours',
        type: 'int32_list',
        aggregation: 'unique_list',
        property: { ...AtomicProperty({ name: 'derived_tstamp' }), date_part: 'hour_of_day' },
      }),
      Attribute({ name: 'counts', type: 'dict', aggregation: 'category_count', property }),
      Attribute({
        name: 'since',
        type: 'double',
        aggregation: 'time_since_last',
        time_unit: 'min',
        events: [StructuredEvent()],
      }),
      Attribute({
        name: 'filtered',
        type: 'int32',
        aggregation: 'counter',
        criteria: Criteria({
          all: [
            Criterion.neq(property, '/'),
            Criterion.like(property, '/shop/%'),
            Criterion.in_list(property, ['/shop/a', '/shop/b']),
            Criterion.is_null(AtomicProperty({ name: 'user_id' })),
          ],
          any: [
            Criterion.in_list(AtomicProperty({ name: 'derived_tstamp', date_part: 'day_of_week' }), [1, 2, 3, 4, 5]),
            Criterion.like(AtomicProperty({ name: 'derived_tstamp', date_part: 'active_day' }), '2026-%'),
            Criterion.gt(price, 1),
            Criterion.gte(price, 1),
            Criterion.lt(price, 1),
            Criterion.lte(price, 1),
            Criterion.is_not_null(price),
            Criterion({ property: price, operator: '=', value: 5 }),
          ],
        }),
      }),
    ],
  });
  const size = CalculatedProperty({
    operation: 'product',
    properties: [AtomicProperty({ name: 'br_viewwidth' }), AtomicProperty({ name: 'br_viewheight' })],
  });
  const label = CalculatedProperty({
    operation: 'concat',
    properties: [property, AtomicProperty({ name: 'derived_tstamp', date_part: 'hour_of_day' }), price],
    separator: '-',
  });
  const known = CalculatedProperty({ operation: 'coalesce', properties: [property] });
  const calculated = StreamAttributeGroup({
    name: 'calculated',
    attribute_key: domain_userid,
    attributes: [
      Attribute({ name: 'size', type: 'int64', aggregation: 'max', property: size }),
      Attribute({ name: 'label', type: 'string', aggregation: 'last', property: label }),
      Attribute({ name: 'labels', type: 'string_list', aggregation: 'unique_list', property: known }),
      Attribute({
        name: 'wide',
        type: 'int32',
        aggregation: 'counter',
        criteria: Criteria({
          all: [Criterion.gt(size, 100), Criterion.like(label, '/shop%'), Criterion.in_list(known, ['/a', '/b'])],
        }),
      }),
      ...(['sum', 'min'] as const).map((operation) =>
        Attribute({
          name: operation,
          type: 'double',
          aggregation: operation,
          property: CalculatedProperty({ operation, properties: [price, AtomicProperty({ name: 'tr_tax' })] }),
        }),
      ),
    ],
  });
  const scores = ExternalBatchAttributeGroup({
    name: 'scores',
    version: 2,
    attribute_key: LinkAttributeKey({ name: 'domain_userid' }),
    owner,
    fields: [Field({ name: 'risk', type: 'double', description: 'of leaving' })],
    batch_source: BatchSource({ name: 'b', database: 'd', schema: 's', table: 't', timestamp_field: 'at' }),
  });
  const app = StreamAttributeGroup({
    name: 'app',
    attribute_key: client_session_user_id,
    attributes: [
      Attribute({
        name: 'seen',
        type: 'timestamp',
        aggregation: 'last',
        property: AtomicProperty({ name: 'derived_tstamp' }),
      }),
    ],
    backfill_since_tstamp: '2026-01-01T00:00:00Z',
  });
  const appSession = AttributeGroup({
    name: 'app_session',
    attribute_key: client_session_session_id,
    attributes: [
      Attribute({
        name: 'events',
        type: 'int32',
        aggregation: 'counter',
        events: [PageView(), Event({ event_specification_id: '4a7d1b2e-6c0f-4b1d-9e55-2f0c8f3c7a90' })],
      }),
    ],
    refresh_rate: 'PT1H',
  });
  const interests = ExternalBatchAttributeGroup({
    name: 'interests',
    attribute_key: client_session_user_id,
    fields: [Field({ name: 'counts', type: 'dict' }), Field({ name: 'at', type: 'timestamp' })],
  });
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- bundles still have them
  const oldKeys = [define.user_attribute_key, define.session_attribute_key];
  const complex = RuleIntervention({
    name: 'complex',
    version: 3,
    criteria: InterventionCriteriaAll({
      all: [
        InterventionCriterion({ attribute: 'all:views', operator: 'changed' }),
        InterventionCriteriaAny({
          any: [
            InterventionCriterion({ attribute: 'all:last', operator: 'rlike', value: '^/shop/\\d+$' }),
            InterventionCriterion({ attribute: 'all:hours', operator: 'in', value: 12 }),
            InterventionCriterion({ attribute: 'all:first', operator: 'not in', value: ['/', '/a'] }),
            InterventionCriterion({ attribute: 'scores:risk', operator: '>=', value: 0.5 }),
          ],
        }),
        InterventionCriteriaNone({ none: [InterventionCriterion({ attribute: 'all:since', operator: 'is null' })] }),
      ],
    }),
    target_attribute_keys: [account, user_id],
    payload_attribute_groups: [scores, { name: 'all' }],
  });
  const built = bundle([
    account,
    user_id,
    domain_userid,
    all,
    scores,
    app,
    appSession,
    calculated,
    interests,
    ...oldKeys,
    Service({ name: 's', attribute_groups: [all] }),
    Service({ name: 'shown', attribute_groups: [app, interests], access_mode: 'public' }),
    complex,
  ]);
  expect(await check(built, { wasm: wasmBytes })).toEqual([]);
  expect(await check(forPages(built), { wasm: wasmBytes })).toEqual([]);
  expect(built.attribute_keys.map(({ name }) => name)).toEqual(['id', 'user_id', 'domain_userid', 'user', 'session']);
  expect(built.attribute_groups[1]).toMatchObject({
    offline: true,
    online: true,
    attribute_key: { name: 'domain_userid', is_published: false },
  });
  expect(built.interventions[0]).toMatchObject({
    version: 3,
    target_attribute_keys: [{ name: 'id' }, { name: 'user_id' }],
    payload_attribute_groups: [
      { name: 'scores', version: 2 },
      { name: 'all', version: 1 },
    ],
  });
});

describe('a calculated property that does not compile is refused by the engine:', () => {
  const leaf = (name: string, date_part?: string) => ({ type: 'atomic', name, ...(date_part && { date_part }) });
  const [page, width, cookies, value] = [leaf('page_url'), leaf('br_viewwidth'), leaf('br_cookies'), leaf('se_value')];
  test.each([
    ['a sum of one', { operation: 'sum', properties: [width] }],
    ['a concat of one', { operation: 'concat', properties: [page] }],
    ['no part', { operation: 'coalesce', properties: [] }],
    ['a separator', { operation: 'coalesce', properties: [page], separator: '-' }],
    ['an unknown operation', { operation: 'mean', properties: [width, width] }],
    ['a sum of a string', { operation: 'sum', properties: [width, page] }],
    ['a product of a day', { operation: 'product', properties: [width, leaf('derived_tstamp', 'active_day')] }],
    ['a concat of a boolean', { operation: 'concat', properties: [page, cookies] }],
    ['a concat of a number with a fraction', { operation: 'concat', properties: [page, value] }],
    ['the first of two types', { operation: 'coalesce', properties: [page, width] }],
    ['the first of an integer and a number', { operation: 'coalesce', properties: [width, value] }],
    [
      'another one within',
      { operation: 'sum', properties: [width, { type: 'calculated', operation: 'sum', properties: [width, width] }] },
    ],
    ['an unknown field', { operation: 'concat', properties: [page, leaf('page_path')] }],
  ])('%s', async (_, given) => {
    const property = { type: 'calculated', ...given };
    const attributes = [{ name: 'a', type: 'dict', aggregation: 'category_count', property }];
    const definitions = { attribute_groups: [{ name: 'g', attribute_key: { name: 'user_id' }, attributes }] };
    const problems = await check(definitions, { wasm: wasmBytes });
    expect(problems.filter(({ severity }) => severity === 'error')).toHaveLength(1);
  });
});

describe('objects that are not published', () => {
  const views = { name: 'views', type: 'int32', aggregation: 'counter' } as const;
  const visit = (version: number, is_published: boolean) =>
    StreamAttributeGroup({ name: 'visit', version, attribute_key: domain_userid, attributes: [views], is_published });
  const rule = (name: string, is_published: boolean) =>
    RuleIntervention({
      name,
      criteria: InterventionCriterion({ attribute: 'visit:views', operator: '>', value: 1 }),
      is_published,
    });
  const dumped = {
    attribute_keys: [],
    attribute_groups: [visit(1, true), visit(2, false)],
    services: [Service({ name: 'web', attribute_groups: [visit(1, true)], is_published: false })],
    interventions: [
      rule('live', true),
      rule('draft', false),
      { ...rule('written by hand', true), is_published: undefined as never },
    ],
  };

  test('are left out by publishedOnly, and only then', () => {
    const names = ({ attribute_groups, services, interventions }: typeof dumped | define.Bundle) => [
      ...attribute_groups.map(({ name, version }) => `${name} ${version}`),
      ...[...services, ...interventions].map(({ name }) => name),
    ];
    expect(names(forPages(dumped))).toEqual(names(dumped));
    expect(names(forPages(dumped, { publishedOnly: false }))).toEqual(names(dumped));
    expect(names(forPages(dumped, { publishedOnly: true }))).toEqual(['visit 1', 'live', 'written by hand']);
    expect(dumped.interventions).toHaveLength(3);
  });

  test('are listed in one warning, until they are left out', async () => {
    const warning = {
      severity: 'warning',
      pointer: '',
      message: expect.stringContaining(
        "attribute_groups 'visit' version 2, services 'web', interventions 'draft' version 1",
      ) as string,
    };
    const named = { ...dumped, interventions: dumped.interventions.slice(0, 2) };
    expect(await check(named, { wasm: wasmBytes })).toEqual([warning]);
    expect(await check(forPages(named, { publishedOnly: true }), { wasm: wasmBytes })).toEqual([]);
  });

  test('leave what is not a list as it is without the option', () => {
    const imported = {
      attribute_groups: null,
      interventions: [null, { name: 'a', is_published: false }, { name: 'b', is_published: true }],
      schema_version: 3,
      origin: { is_published: false },
      comment: 'exported',
    };
    const asGiven = imported as object as define.ImportedBundle;
    expect(forPages(asGiven)).toEqual(imported);
    expect(forPages(asGiven, { publishedOnly: true })).toEqual({
      ...imported,
      interventions: [null, { name: 'b', is_published: true }],
    });
  });

  test('stay out of a bundle that lacks a list', () => {
    const { interventions } = dumped;
    expect(forPages({ interventions }, { publishedOnly: true })).toMatchObject({
      interventions: [{ name: 'live' }, {}],
    });
  });
});

describe('a duration', () => {
  test.each([
    [{ minutes: 10 }, 'PT10M'],
    [{ minutes: 90 }, 'PT1H30M'],
    [{ hours: 24 }, 'P1D'],
    [{ seconds: 1.5 }, 'PT1.5S'],
    [{ hours: 36, minutes: 5, seconds: 7 }, 'P1DT12H5M7S'],
    [{}, 'PT0S'],
    [{ days: 7 }, 'P7D'],
    [{ days: 364 }, 'P364D'],
    [{ days: 365 }, 'P1Y'],
    [{ days: 400 }, 'P1Y35D'],
  ])('%j is %s, as the SDK prints it', (time, text) => {
    expect(duration(time)).toBe(text);
  });

  test.each([{ days: -1 }, { seconds: NaN }])('%j is refused', (time) => {
    expect(() => duration(time)).toThrow(RangeError);
  });
});

describe('an attribute key', () => {
  test('takes its name from the column, the field or the end of the path', () => {
    expect(AttributeKey({ external_column: 'account' }).name).toBe('account');
    expect(AttributeKey({ property: AtomicProperty({ name: 'app_id' }) }).name).toBe('app_id');
    expect(
      AttributeKey({ property: EventProperty({ vendor: 'a', name: 'b', major_version: 1, path: 'c.d' }) }).name,
    ).toBe('d');
    // @ts-expect-error: it has none of them
    expect(() => AttributeKey({})).toThrow(/needs a "name"/);
  });
});
