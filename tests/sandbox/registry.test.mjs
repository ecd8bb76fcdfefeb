// The registry: the guarantees that the Python SDK relies on, call by call. (tests/clients runs the SDK itself.)
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { build, loadEngine } from '../../js/dist/server.js';
import { changeObjects, event, Sandbox, tutorial } from './sandbox.mjs';

const [group] = tutorial.attribute_groups;
const [service] = tutorial.services;
const discount = tutorial.interventions.find(({ name }) => name === 'discount');
const groups = '/api/v1/registry/attribute_groups/';
const services = '/api/v1/registry/services/';
const interventions = '/api/v1/registry/interventions/';
const keys = '/api/v1/registry/attribute_keys/';

const bundleNames = async (sandbox) => {
  const bundle = await sandbox.ask('GET', '/definitions.json');
  return Object.values(bundle)
    .flat()
    .map(({ name, version = '' }) => name + version);
};

describe('publishing', () => {
  test('objects are stored and come back', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.publish();
    assert.deepEqual(
      (await sandbox.ask('GET', interventions)).map(({ name }) => name),
      ['cart_abandonment', 'discount', 'free_shipping'],
    );
    const read = await sandbox.ask('GET', `${interventions}discount/versions/1`);
    assert.deepEqual(read, { ...discount });
    assert.equal((await sandbox.ask('GET', `${services}ecom_attributes`)).owner, 'user@company.com');
    assert.equal((await sandbox.ask('GET', `${keys}domain_userid`)).blobl_path, null);
    assert.deepEqual((await sandbox.ask('GET', keys)).map(({ name }) => name).sort(), [
      'domain_sessionid',
      'domain_userid',
      'network_userid',
      'user_id',
    ]);
  });

  test('a group is returned with all fields that the SDK requires', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.ask('POST', groups, { ...group, attribute_key: { name: 'domain_userid' } });
    for (const path of [`${groups}ecom_attributes`, `${groups}ecom_attributes/versions/1`]) {
      const read = await sandbox.ask('GET', path);
      assert.equal(read.attribute_key_or_name, 'domain_userid');
      assert.equal(read.feast_name, 'ecom_attributes_v1');
      assert.equal(read.full_name, 'ecom_attributes_1');
      assert.equal(read.stream_source_name, null);
      assert.equal(read.attribute_key.blobl_path, null);
      assert.equal(read.attribute_key.key, 'domain_userid');
    }
  });

  test('the same object again gets 200, another one of that name 400', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.ask('POST', groups, group);
    await sandbox.ask('POST', groups, group);
    await sandbox.ask('PUT', `${groups}ecom_attributes/versions/1`, group);
    const other = { ...group, description: 'Another text' };
    assert.equal((await sandbox.call('POST', groups, other)).status, 400);
  });

  test('a changed published group is refused, with the advice to raise the version', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.ask('POST', groups, group);
    const changed = { ...group, attributes: group.attributes.slice(1) };
    const answer = await sandbox.call('PUT', `${groups}ecom_attributes/versions/1`, changed);
    assert.equal(answer.status, 400);
    assert.match(answer.json.detail, /^Cannot update published attribute group.*raise the version/);
    await sandbox.ask('POST', groups, { ...changed, version: 2 });
    assert.equal((await sandbox.ask('GET', `${groups}ecom_attributes`)).version, 2);
    assert.equal((await sandbox.ask('GET', `${groups}ecom_attributes/versions/1`)).version, 1);
  });

  test('a draft may be changed, and is not in the bundle', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.ask('POST', groups, { ...group, is_published: false });
    const changed = { ...group, is_published: false, attributes: group.attributes.slice(1) };
    await sandbox.ask('PUT', `${groups}ecom_attributes/versions/1`, changed);
    assert.deepEqual(await bundleNames(sandbox), []);
    await sandbox.ask('PUT', `${groups}ecom_attributes/versions/1`, { ...changed, is_published: true });
    assert.deepEqual(await bundleNames(sandbox), ['ecom_attributes1']);
  });

  test('lists accept filters', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.ask('POST', groups, group);
    await sandbox.ask('POST', groups, { ...group, version: 2, is_published: false, online: false });
    const versions = async (query) => (await sandbox.ask('GET', `${groups}?${query}`)).map(({ version }) => version);
    assert.deepEqual(await versions(''), [1, 2]);
    assert.deepEqual(await versions('applied=true'), [1]);
    assert.deepEqual(await versions('online=false'), [2]);
    assert.deepEqual(await versions('offline=true'), []);
    assert.deepEqual(await versions('attribute_key_or_name=domain_userid'), [1, 2]);
    assert.deepEqual(await versions('attribute_key_or_name=user_id'), []);
  });
});

describe('an older SDK does not get what it cannot read', () => {
  const asSdk = (release) => ({ 'X-Signals-Sdk-Name': `signals-py ${release}` });
  const app = { type: 'atomic', name: 'app_id' };
  const attribute = { name: 'a', type: 'int32', aggregation: 'counter', events: [{ name: 'page_view' }] };
  const withAttribute = (changes) => ({ ...group, attributes: [{ ...attribute, ...changes }] });
  const filter = (criterion) => withAttribute({ criteria: { any: [criterion] } });
  const value = (aggregation, type = 'string') => withAttribute({ aggregation, type, property: app });
  const rule = (changes) => ({ ...discount, ...changes });
  const joined = { type: 'calculated', operation: 'concat', properties: [app, { ...app, name: 'platform' }] };
  const field = (type) => ({ ...group, attributes: undefined, fields: [{ name: 'f', type }] });

  const features = [
    ['0.4.3', groups, value('most_frequent')],
    ['0.4.3', groups, value('least_frequent')],
    ['0.4.3', groups, value('category_count', 'dict')],
    ['0.4.3', groups, value('approx_count_distinct', 'int32')],
    ['0.4.3', groups, field('dict')],
    ['0.4.3', groups, filter({ property: app, operator: 'is null' })],
    ['0.4.3', groups, filter({ property: app, operator: 'is not null' })],
    ['0.4.4', interventions, rule({ payload_attribute_groups: [{ name: 'ecom_attributes', version: 1 }] })],
    ['0.4.4', groups, { ...withAttribute({}), backfill_since_tstamp: '2026-01-01T00:00:00Z' }],
    ['0.4.4', groups, withAttribute({ events: [{ event_specification_id: 'a-b-c' }] })],
    ['0.4.5', groups, field('timestamp')],
    [
      '0.4.6',
      interventions,
      rule({ criteria: { all: [{ ...discount.criteria, operator: 'changed', value: undefined }] } }),
    ],
    ['0.4.6', groups, withAttribute({ ttl: 'P1D' })],
    ['0.4.7', groups, withAttribute({ events: [] })],
    [
      '0.4.7',
      groups,
      withAttribute({
        aggregation: 'last',
        property: { type: 'atomic', name: 'derived_tstamp', date_part: 'hour_of_day' },
      }),
    ],
    ['0.4.8', groups, withAttribute({ aggregation: 'time_since_last', type: 'double', time_unit: 's' })],
    ['0.4.8', groups, withAttribute({ aggregation: 'time_since_first', type: 'double', time_unit: 'd' })],
    [
      '0.4.7',
      groups,
      filter({ property: { ...app, name: 'derived_tstamp', date_part: 'day_of_week' }, operator: 'in', value: [1] }),
    ],
    ['0.4.9', groups, withAttribute({ aggregation: 'last', type: 'string', property: joined })],
    ['0.4.9', groups, filter({ property: joined, operator: '=', value: 'x' })],
    [undefined, groups, filter({ property: app, operator: 'not in', value: ['x'] })],
  ];
  const releases = ['0.4.2', '0.4.3', '0.4.4', '0.4.5', '0.4.6', '0.4.7', '0.4.8', '0.4.9', '0.4.10', '0.5.0', '1.0.0'];
  const isOlder = (one, other) => {
    const [a, b] = [one, other].map((release) => release.split('.').map(Number));
    const at = a.findIndex((part, index) => part !== b[index]);
    return at >= 0 && a[at] < b[at];
  };

  test('in lists and alone, with the release that can', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.publish();
    for (const [index, [since, collection, object]] of features.entries()) {
      const name = `feature_${index}`;
      await sandbox.ask('POST', collection, { ...object, name });
      for (const release of releases) {
        const isHidden = since === undefined || isOlder(release, since);
        const listed = await sandbox.ask('GET', collection, undefined, asSdk(release));
        assert.equal(
          listed.some((each) => each.name === name),
          !isHidden,
          `${release}: ${JSON.stringify(object)}`,
        );
        const single = await sandbox.call('GET', `${collection}${name}/versions/1`, undefined, asSdk(release));
        assert.equal(single.status, isHidden ? 404 : 200);
        if (isHidden)
          assert.match(
            single.json.detail,
            since === undefined ? /without the SDK/ : new RegExp(`snowplow-signals ${since} `),
          );
      }
      for (const client of ['snowplow-inspector 0.4.5', 'signals-node 0.2.0', '']) {
        const listed = await sandbox.ask('GET', collection, undefined, { 'X-Signals-Sdk-Name': client });
        assert.ok(
          listed.some((each) => each.name === name),
          client,
        );
      }
    }
    // Each object is logged once for a release, with the reason.
    assert.match(
      sandbox.log,
      /Intervention 'feature_11' version 1 is kept from signals-py 0\.4\.5: the operator 'changed' needs 0\.4\.6\./,
    );
    assert.equal(sandbox.log.match(/'feature_11' version 1 is kept from signals-py 0\.4\.5/g).length, 1);
  });

  test('the newest feature decides', async (t) => {
    const sandbox = await Sandbox.start(t);
    const property = { ...app, name: 'derived_tstamp', date_part: 'day_of_week' };
    await sandbox.ask('POST', groups, {
      ...value('most_frequent'),
      attributes: [{ ...attribute, aggregation: 'most_frequent', property }],
    });
    const answer = await sandbox.call('GET', `${groups}ecom_attributes`, undefined, asSdk('0.4.2'));
    assert.match(answer.json.detail, /'date_part'.*snowplow-signals 0\.4\.7 or newer/);
  });

  test('gets the field refr_dvce_tstamp in the spelling of its time', async (t) => {
    const sandbox = await Sandbox.start(t);
    for (const [name, spelling] of Object.entries({ old: 'refr_device_tstamp', new: 'refr_dvce_tstamp' })) {
      const property = { type: 'atomic', name: spelling };
      const criteria = { all: [{ property, operator: 'is not null' }] };
      const changes = { aggregation: 'last', type: 'string', property, criteria, description: 'refr_dvce_tstamp' };
      const created = await sandbox.call('POST', groups, { ...withAttribute(changes), name }, asSdk('0.4.2'));
      assert.equal(created.status, 200, created.text);
      assert.equal(created.json.attributes[0].property.name, 'refr_device_tstamp');
      const spellings = { '0.4.8': 'refr_device_tstamp', '0.4.9': 'refr_dvce_tstamp', '0.4.10': 'refr_dvce_tstamp' };
      for (const [release, expected] of Object.entries(spellings)) {
        const [read] = (await sandbox.ask('GET', `${groups}${name}`, undefined, asSdk(release))).attributes;
        assert.deepEqual([read.property.name, read.criteria.all[0].property.name], [expected, expected]);
        assert.equal(read.description, 'refr_dvce_tstamp');
      }
    }
  });
});

describe('errors of definitions', () => {
  const faultsOf = async (sandbox, type, object) => {
    const answer = await sandbox.call('POST', `/api/v1/registry/${type}/`, object);
    assert.equal(answer.status, 422);
    return answer.json.detail;
  };

  test('come from the engine, in the shape of the API’s errors', async (t) => {
    const sandbox = await Sandbox.start(t);
    const { property: _, ...sum } = group.attributes[2];
    const faults = await faultsOf(sandbox, 'attribute_groups', { ...group, attributes: [group.attributes[0], sum] });
    assert.deepEqual(
      faults.map(({ loc, type }) => ({ loc, type })),
      [{ loc: ['body', 'attributes', 1], type: 'value_error' }],
    );
    assert.match(faults[0].msg, /requires a 'property'/);
  });

  test('an intervention must read attributes that are published', async (t) => {
    const sandbox = await Sandbox.start(t);
    const [fault] = await faultsOf(sandbox, 'interventions', discount);
    assert.match(fault.msg, /ecom_attributes/);
    await sandbox.ask('POST', groups, { ...group, is_published: false });
    await faultsOf(sandbox, 'interventions', discount);
    await sandbox.ask('POST', interventions, { ...discount, is_published: false });
    assert.deepEqual(await bundleNames(sandbox), []);
  });

  test('an unknown attribute key is named', async (t) => {
    const sandbox = await Sandbox.start(t);
    const [fault] = await faultsOf(sandbox, 'attribute_groups', { ...group, attribute_key: { name: 'nobody' } });
    assert.match(fault.msg, /nobody/);
  });

  test('a service joins groups of one attribute key', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.ask('POST', groups, group);
    await sandbox.ask('POST', groups, { ...group, name: 'others', attribute_key: { name: 'user_id' } });
    const [fault] = await faultsOf(sandbox, 'services', {
      ...service,
      attribute_groups: [{ name: 'ecom_attributes' }, { name: 'others' }],
    });
    assert.match(fault.msg, /same attribute key/);
  });

  test('an invalid name, an invalid body and an invalid version are refused', async (t) => {
    const sandbox = await Sandbox.start(t);
    assert.deepEqual((await faultsOf(sandbox, 'services', { ...service, name: 'no name' }))[0].loc, ['body', 'name']);
    assert.equal((await sandbox.call('POST', groups, '{', { 'Content-Type': 'application/json' })).status, 400);
    assert.equal((await sandbox.call('POST', groups, '[]', { 'Content-Type': 'application/json' })).status, 422);
    assert.equal((await sandbox.call('GET', `${groups}ecom_attributes/versions/one`)).status, 422);
    await sandbox.ask('POST', groups, group);
    assert.equal(
      (await sandbox.call('PUT', `${groups}ecom_attributes/versions/1`, { ...group, version: 2 })).status,
      422,
    );
  });

  const draft = (name, more = {}) => ({ ...group, name, is_published: false, ...more });
  const nested = (levels) => JSON.parse('['.repeat(levels) + ']'.repeat(levels));
  const unreadable = [
    ['nested too deep', { is_nested: nested(254) }],
    ['with too many members', { many: Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`m${i}`, 0])) }],
    ['with half a character', { description: '\ud800' }],
  ];

  for (const [what, more] of unreadable) {
    test(`a draft ${what} is refused if it cannot be read, and drafts after it are checked`, async (t) => {
      const sandbox = await Sandbox.start(t);
      const { status } = await sandbox.call('POST', groups, draft('strange', more));
      assert.ok([200, 400, 422].includes(status), `${status}`);
      const [fault] = await faultsOf(
        sandbox,
        'attribute_groups',
        draft('later', { attributes: [{ name: 'a', type: 'int32', aggregation: 'nothing' }] }),
      );
      assert.deepEqual(fault.loc, ['body', 'attributes', 0, 'aggregation']);
      await sandbox.ask('POST', groups, draft('later'));
    });
  }

  test('every call accepts as many levels of nesting as the engine reads, and refuses one more', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.ask('POST', groups, draft('deep', { is_nested: nested(253) }));
    for (const levels of [254, 100_000]) {
      const inner = `${'['.repeat(levels)}${']'.repeat(levels)}`;
      for (const [method, path] of [
        ['POST', groups],
        ['PUT', `${groups}deep/versions/1`],
        ['POST', interventions],
        ['POST', '/api/v1/get-online-attributes'],
        ['POST', '/api/v1/attributes'],
        ['POST', '/api/v1/interventions?domain_userid=1'],
        ['POST', '/api/v1/testing/attribute_groups/'],
      ]) {
        const answer = await sandbox.call(method, path, `{"name":"deep","\\"[":"]\\"","deep":${inner}}`, {
          'Content-Type': 'application/json',
        });
        assert.equal(answer.status, 400, `${method} ${path}`);
        assert.match(answer.json.detail ?? answer.json.error, /254 levels/);
      }
    }
    assert.equal((await sandbox.call('GET', '/health-all')).status, 200);
  });

  test('an unreadable draft of an older release is left out when others are checked', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.ask('POST', groups, draft('strange'));
    await sandbox.kill('SIGTERM');
    await changeObjects(sandbox.folder, (objects) =>
      objects.map(({ type, body }) => ({ type, body: { ...body, is_nested: nested(300) } })),
    );
    await sandbox.start();
    assert.equal((await sandbox.ask('GET', groups))[0].name, 'strange');
    const [fault] = await faultsOf(
      sandbox,
      'attribute_groups',
      draft('later', { attributes: [{ name: 'a', type: 'int32', aggregation: 'nothing' }] }),
    );
    assert.deepEqual(fault.loc, ['body', 'attributes', 0, 'aggregation']);
    await sandbox.ask('POST', groups, draft('later'));
    await sandbox.ask('POST', interventions, {
      ...discount,
      criteria: { ...discount.criteria, attribute: `later:${group.attributes[0].name}` },
      is_published: false,
    });
  });

  test('an object that does not exist gets 404', async (t) => {
    const sandbox = await Sandbox.start(t);
    for (const [method, path, body] of [
      ['GET', `${groups}nothing`],
      ['GET', `${interventions}nothing/versions/1`],
      ['PUT', `${services}ecom_attributes`, service],
      ['DELETE', `${keys}nothing`],
    ]) {
      const answer = await sandbox.call(method, path, body);
      assert.equal(answer.status, 404, `${method} ${path}`);
      assert.match(answer.json.detail, /does not exist/);
    }
  });
});

describe('removing', () => {
  test('unpublishing and deleting, in the SDK’s order', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.publish();
    await sandbox.ask('PUT', `${interventions}discount/versions/1`, { ...discount, is_published: false });
    assert.ok(!(await bundleNames(sandbox)).includes('discount1'));
    for (const { name } of tutorial.interventions) {
      assert.deepEqual(await sandbox.ask('DELETE', `${interventions}${name}/versions/1`), { ok: true });
    }
    await sandbox.ask('DELETE', `${services}ecom_attributes`);
    await sandbox.ask('DELETE', `${groups}ecom_attributes/versions/1`);
    for (const { name } of tutorial.attribute_keys) await sandbox.ask('DELETE', `${keys}${name}`);
    assert.deepEqual(await bundleNames(sandbox), []);
    assert.deepEqual(await sandbox.ask('GET', interventions), []);
  });

  test('a group removes the interventions that read it, but no service', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.publish();
    const refused = await sandbox.call('DELETE', `${groups}ecom_attributes/versions/1`);
    assert.equal(refused.status, 400);
    assert.match(refused.json.detail, /is used by Service 'ecom_attributes'/);
    await sandbox.ask('DELETE', `${services}ecom_attributes`);
    await sandbox.ask('PUT', `${groups}ecom_attributes/versions/1`, { ...group, is_published: false });
    assert.deepEqual(
      (await sandbox.ask('GET', interventions)).map(({ is_published }) => is_published),
      [false, false, false],
    );
    assert.deepEqual(await bundleNames(sandbox), ['domain_userid', 'user_id']);
  });

  test('what is published again begins afresh', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.ask('POST', groups, group);
    const visitor = randomUUID();
    const views = async () => {
      const asked = {
        attribute_keys: { domain_userid: [visitor] },
        attributes: ['ecom_attributes_v1:count_product_views'],
      };
      const read = await sandbox.ask('POST', '/api/v1/get-online-attributes', asked);
      return read['count_product_views'][0];
    };
    await sandbox.track(event('product_view', visitor));
    assert.equal(await views(), 1);
    await sandbox.ask('PUT', `${groups}ecom_attributes/versions/1`, { ...group, is_published: false });
    await sandbox.ask('PUT', `${groups}ecom_attributes/versions/1`, { ...group, is_published: true });
    assert.equal(await views(), 0);
  });

  test('an older version takes over if it still has the attribute', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.publish();
    await sandbox.ask('POST', groups, { ...group, version: 2 });
    await sandbox.ask('DELETE', `${groups}ecom_attributes/versions/2`);
    assert.ok((await bundleNames(sandbox)).includes('discount1'));
  });
});

test('a request without a body may have the content type JSON, as the SDK sends it', async (t) => {
  const sandbox = await Sandbox.start(t);
  await sandbox.ask('POST', groups, group);
  const json = { 'Content-Type': 'application/json; charset=utf-8' };
  await sandbox.ask('GET', groups, undefined, json);
  assert.deepEqual(await sandbox.ask('DELETE', `${groups}ecom_attributes/versions/1`, undefined, json), { ok: true });
  assert.equal((await sandbox.call('POST', groups, undefined, json)).status, 422);
});

describe('the bundle', () => {
  test('has no owners, descriptions or warehouses, and gets 304 while it is unchanged', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.publish();
    const warehouse = {
      name: 'scores',
      version: 1,
      attribute_key: { name: 'domain_userid' },
      owner: 'user@company.com',
      offline: true,
      batch_source: {
        name: 'secret_source',
        database: 'secret_database',
        schema: 's',
        table: 't',
        timestamp_field: 'f',
      },
      fields: [{ name: 'risk', type: 'double', description: 'A secret text' }],
      is_published: true,
    };
    await sandbox.ask('POST', groups, warehouse);
    const first = await sandbox.call('GET', '/definitions.json');
    assert.equal(first.headers['cache-control'], 'no-cache');
    assert.doesNotMatch(first.text, /owner|company|description|secret/);
    assert.match(first.text, /"risk"/);
    const again = await sandbox.call('GET', '/definitions.json', undefined, { 'If-None-Match': first.headers.etag });
    assert.equal(again.status, 304);
    assert.equal(again.text, '');
    await sandbox.ask('DELETE', `${interventions}discount/versions/1`);
    const changed = await sandbox.call('GET', '/definitions.json', undefined, { 'If-None-Match': first.headers.etag });
    assert.equal(changed.status, 200);
  });

  test('is there as a compiled program, too, of what is published now', async (t) => {
    const sandbox = await Sandbox.start(t);
    const read = async (headers = {}) => fetch(`${sandbox.url}/definitions.tripline`, { headers });
    const namesIn = async (response) => {
      const engine = await loadEngine({ definitions: new Uint8Array(await response.arrayBuffer()) });
      return engine.report.interventions.map(({ name }) => name);
    };
    assert.deepEqual(await namesIn(await read()), []);
    await sandbox.publish();
    const first = await read();
    assert.equal(first.headers.get('content-type'), 'application/octet-stream');
    assert.equal(first.headers.get('cache-control'), 'no-cache');
    const tag = first.headers.get('etag');
    const bytes = new Uint8Array(await first.arrayBuffer());
    assert.deepEqual(bytes, await build(await sandbox.ask('GET', '/definitions.json')));
    assert.equal((await read({ 'If-None-Match': tag })).status, 304);
    await sandbox.ask('DELETE', `${interventions}discount/versions/1`);
    const changed = await read({ 'If-None-Match': tag });
    assert.equal(changed.status, 200);
    assert.deepEqual(await namesIn(changed), ['cart_abandonment', 'free_shipping']);
  });
});

describe('services', () => {
  const attribute = { name: 'views', type: 'int32', aggregation: 'counter', events: [{ name: 'page_view' }] };
  const groupOf = (name, version, ...names) => ({
    ...group,
    name,
    version,
    attributes: names.map((each) => ({ ...attribute, name: each })),
  });

  test('with two groups that have an attribute of one name are refused, as drafts too', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.ask('POST', groups, groupOf('one', 1, 'views', 'a'));
    await sandbox.ask('POST', groups, groupOf('two', 3, 'b', 'views'));
    await sandbox.ask('POST', groups, groupOf('two', 4, 'b'));
    const of = (version, rest) => ({
      ...service,
      ...rest,
      attribute_groups: [{ name: 'one' }, { name: 'two', version }],
    });
    for (const is_published of [true, false]) {
      const answer = await sandbox.call('POST', services, of(3, { is_published }));
      assert.equal(answer.status, 422);
      assert.deepEqual(answer.json.detail[0].loc, ['body', 'attribute_groups', 1]);
      assert.match(answer.json.detail[0].msg, /'one' version 1 and 'two' version 3 both have an attribute 'views'/);
    }
    await sandbox.ask('POST', services, of(4));
    assert.equal((await sandbox.call('PUT', `${services}ecom_attributes`, of(3))).status, 422);
    const twice = [{ name: 'one' }, { name: 'one' }];
    assert.equal(
      (await sandbox.call('PUT', `${services}ecom_attributes`, { ...service, attribute_groups: twice })).status,
      422,
    );
  });

  test('have one of two access modes', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.ask('POST', groups, group);
    const answer = await sandbox.call('POST', services, { ...service, access_mode: 'private' });
    assert.equal(answer.status, 422);
    assert.deepEqual(answer.json.detail[0].loc, ['body', 'access_mode']);
    for (const access_mode of ['public', 'authenticated']) {
      await sandbox.ask('POST', services, { ...service, name: access_mode, access_mode });
      assert.equal((await sandbox.ask('GET', `${services}${access_mode}`)).access_mode, access_mode);
    }
  });
});

test('a batch group with attributes is computed from the stream, with a warning', async (t) => {
  const sandbox = await Sandbox.start(t);
  const batch = { ...group, offline: true };
  const { warnings } = await sandbox.ask('POST', groups, batch);
  assert.match(
    warnings[0],
    /Attribute group 'ecom_attributes' version 1 is a batch group.*computes it from the events/,
  );
  assert.ok(sandbox.log.includes(warnings[0]));
  assert.equal((await sandbox.ask('GET', `${groups}ecom_attributes`)).warnings, undefined);
  const { warnings: none } = await sandbox.ask('POST', groups, { ...group, version: 2 });
  assert.equal(none, undefined);
});

describe('templates of attribute groups', () => {
  const read = async (sandbox, release) =>
    (
      await sandbox.ask('GET', '/api/v1/registry/templates/attribute_groups', undefined, {
        'X-Signals-Sdk-Name': release,
      })
    ).templates;

  test('are those that Signals documents, and each makes a group', async (t) => {
    const sandbox = await Sandbox.start(t);
    const templates = await read(sandbox, 'signals-py 0.4.10');
    assert.deepEqual(
      templates.map(({ name, attributes, category }) => [name, attributes.length, category]),
      [
        ['Basic web', 4, 'web_analytics'],
        ['User agent', 7, 'web_analytics'],
        ['Campaign attribution', 12, 'marketing_attribution'],
        ['Product views', 10, 'ecommerce'],
        ['Transactions', 5, 'ecommerce'],
      ],
    );
    for (const { name, attributes } of templates) {
      await sandbox.ask('POST', groups, { ...group, name: name.replace(' ', '_'), attributes });
    }
    const visitor = randomUUID();
    await sandbox.track(event('product_view', visitor), event('product_view', visitor), event('transaction', visitor));
    const { data } = JSON.parse(event('transaction', visitor).co);
    const revenue = data.find(({ schema }) => schema.includes('/transaction/')).data.revenue;
    const body = {
      attribute_keys: { domain_userid: [visitor] },
      attributes: [
        'Product_views_v1:most_viewed_product_name',
        'Product_views_v1:product_view_count',
        'Transactions_v1:transaction_revenue_sum',
        'Transactions_v1:transaction_count',
      ],
    };
    assert.deepEqual(await sandbox.ask('POST', '/api/v1/get-online-attributes', body), {
      domain_userid: [visitor],
      most_viewed_product_name: ['Red cap'],
      product_view_count: [2],
      transaction_revenue_sum: [revenue],
      transaction_count: [1],
    });
  });

  test('of an older SDK are those that it can read', async (t) => {
    const sandbox = await Sandbox.start(t);
    const names = async (release) => (await read(sandbox, release)).map(({ name }) => name);
    assert.ok((await names('signals-py 0.4.3')).includes('Product views'));
    assert.ok(!(await names('signals-py 0.4.2')).includes('Product views'));
  });
});
