// The registry: the guarantees that the Python SDK relies on, call by call. (tests/clients runs the SDK itself.)
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { changeObjects, Sandbox, tutorial } from './sandbox.mjs';

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

test('an older SDK does not get values that it does not know', async (t) => {
  const sandbox = await Sandbox.start(t);
  await sandbox.publish();
  const criteria = { all: [{ attribute: 'ecom_attributes:count_product_views', operator: 'changed' }] };
  await sandbox.ask('POST', interventions, { ...discount, name: 'moving', criteria });
  const names = async (path, sdk) =>
    (await sandbox.ask('GET', path, undefined, { 'X-Signals-Sdk-Name': sdk })).map(({ name }) => name);
  assert.deepEqual(await names(interventions, 'signals-py 0.4.2'), ['cart_abandonment', 'discount', 'free_shipping']);
  for (const sdk of ['signals-py 0.4.3', 'signals-py 0.10.0', 'signals-py 1.0.0', 'snowplow-inspector 0.4.5']) {
    assert.ok((await names(interventions, sdk)).includes('moving'), sdk);
  }
  const single = await sandbox.call('GET', `${interventions}moving`, undefined, {
    'X-Signals-Sdk-Name': 'signals-py 0.4.2',
  });
  assert.equal(single.status, 400);
  assert.match(single.json.detail, /newer/);
  const newer = [
    { aggregation: 'category_count', type: 'dict', property: { type: 'atomic', name: 'app_id' } },
    { aggregation: 'counter', type: 'int32', events: [] },
    {
      aggregation: 'counter',
      type: 'int32',
      criteria: { any: [{ property: { type: 'atomic', name: 'app_id' }, operator: 'is null' }] },
    },
  ];
  for (const [index, changes] of newer.entries()) {
    const attribute = { name: 'a', events: [{}], ...changes };
    await sandbox.ask('POST', groups, { ...group, name: `newer_${index}`, attributes: [attribute] });
  }
  assert.deepEqual(await names(groups, 'signals-py 0.4.2'), ['ecom_attributes']);
  assert.equal((await names(groups, 'signals-py 0.4.10')).length, 4);
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
});
