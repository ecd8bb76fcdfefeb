// Attributes: read with the requests of the Python and Node SDKs, set, tried and forgotten.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { addToCart, changeInputs, event, Sandbox, storedText, tutorial } from './sandbox.mjs';

const read = (sandbox, body) => sandbox.ask('POST', '/api/v1/get-online-attributes', body);
const [group] = tutorial.attribute_groups;

const scores = {
  name: 'scores',
  version: 1,
  attribute_key: { name: 'domain_userid' },
  offline: true,
  batch_source: { name: 'b', database: 'd', schema: 's', table: 't', timestamp_field: 'f' },
  fields: [{ name: 'risk', type: 'double' }],
  is_published: true,
};

describe('reading', () => {
  test('by service: a column for each attribute, an entry for each identifier', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.publish();
    const [one, two] = [randomUUID(), randomUUID()];
    await sandbox.track(event('product_view', one), addToCart(one, 30));
    assert.deepEqual(
      await read(sandbox, {
        attribute_keys: { domain_userid: [one, two] },
        full_attribute_names: false,
        service: 'ecom_attributes',
      }),
      {
        domain_userid: [one, two],
        count_product_views: [1, 0],
        count_add_to_cart: [1, 0],
        total_cart_value: [30, null],
      },
    );
  });

  test('by names, with and without group and version', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.publish();
    const visitor = randomUUID();
    await sandbox.track(event('product_view', visitor));
    const attribute_keys = { domain_userid: [visitor] };
    const qualified = ['ecom_attributes_v1:count_product_views'];
    assert.deepEqual(await read(sandbox, { attribute_keys, attributes: qualified }), {
      ...attribute_keys,
      count_product_views: [1],
    });
    assert.deepEqual(await read(sandbox, { attribute_keys, attributes: ['count_product_views'] }), {
      ...attribute_keys,
      count_product_views: [1],
    });
    assert.deepEqual(await read(sandbox, { attribute_keys, attributes: qualified, full_attribute_names: true }), {
      ...attribute_keys,
      [qualified[0]]: [1],
    });
    assert.deepEqual(
      await read(sandbox, { attribute_keys, attributes: ['nothing_v1:n', 'ecom_attributes_v1:nothing'] }),
      {
        ...attribute_keys,
        n: [null],
        nothing: [null],
      },
    );
  });

  test('needs a service or attributes, and identifiers', async (t) => {
    const sandbox = await Sandbox.start(t, '--limit', 'readIdentifiers=2');
    await sandbox.publish();
    const attribute_keys = { domain_userid: [randomUUID()] };
    for (const [body, status] of [
      [{ attribute_keys }, 400],
      [{ attribute_keys, service: 'ecom_attributes', attributes: ['a_v1:b'] }, 400],
      [{ attribute_keys: {}, service: 'ecom_attributes' }, 400],
      [{ service: 'ecom_attributes' }, 400],
      [{ attribute_keys: { domain_userid: ['a', 'b', 'c'] }, service: 'ecom_attributes' }, 400],
      [{ attribute_keys: { domain_userid: ['a', 'b'], user_id: ['c'] }, service: 'ecom_attributes' }, 400],
      [{ attribute_keys, attributes: ['a:b:c'] }, 400],
      [{ attribute_keys, service: 'nothing' }, 404],
    ]) {
      const answer = await sandbox.call('POST', '/api/v1/get-online-attributes', body);
      assert.equal(answer.status, status, JSON.stringify(body));
      assert.equal(typeof answer.json.error, 'string');
    }
  });
});

describe('setting', () => {
  test('sets fields of an external group, and may fire', async (t) => {
    const sandbox = await Sandbox.start(t);
    const calm = {
      name: 'calm',
      version: 1,
      criteria: { attribute: 'scores:risk', operator: '<', value: 0.5 },
      is_published: true,
    };
    await sandbox.publish({ attribute_groups: [scores], interventions: [calm] });
    const attribute_key = { name: 'domain_userid', id: randomUUID() };
    const stream = await sandbox.subscribe(`domain_userid=${attribute_key.id}`);
    assert.deepEqual(
      await sandbox.ask('POST', '/api/v1/attributes', { group: 'scores', attribute_key, attributes: { risk: 0.25 } }),
      { ok: true },
    );
    await stream.until(1);
    assert.deepEqual(stream.received[0].attributes, { 'scores:risk': '0.25' });
    const values = await read(sandbox, {
      attribute_keys: { domain_userid: [attribute_key.id] },
      attributes: ['scores_v1:risk'],
    });
    assert.deepEqual(values.risk, [0.25]);
  });

  test('reads a number beyond a double alike at once and after a crash', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.publish({
      attribute_groups: [{ ...scores, fields: [...scores.fields, { name: 'list', type: 'string_list' }] }],
    });
    const id = randomUUID();
    const set = (attributes) =>
      sandbox.call(
        'POST',
        '/api/v1/attributes',
        `{"group": "scores", "attribute_key": {"name": "domain_userid", "id": "${id}"}, "attributes": ${attributes}}`,
        { 'Content-Type': 'application/json' },
      );
    const values = async () =>
      read(sandbox, { attribute_keys: { domain_userid: [id] }, attributes: ['scores_v1:risk', 'scores_v1:list'] });
    assert.equal((await set('{"risk": 0.5, "list": ["a"]}')).status, 200);
    assert.equal((await set('{"list": ["b", 1e999]}')).status, 400);
    assert.equal((await set('{"risk": 1e999}')).status, 200);
    const before = await values();
    assert.deepEqual([before.risk, before.list], [[null], [['a']]]);
    await sandbox.kill();
    await sandbox.start();
    assert.deepEqual(await values(), before);
  });

  test('reads updates that the first version stored as `push`', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.publish({ attribute_groups: [scores] });
    const attribute_key = { name: 'domain_userid', id: randomUUID() };
    await sandbox.ask('POST', '/api/v1/attributes', { group: 'scores', attribute_key, attributes: { risk: 0.25 } });
    await sandbox.kill();
    const renamed = await changeInputs(sandbox.folder, ({ update, ...input }) =>
      update ? { ...input, push: { ...update, attributes: { risk: 0.75 } } } : input,
    );
    assert.equal(renamed, 1);
    await sandbox.start();
    const { risk } = await read(sandbox, {
      attribute_keys: { domain_userid: [attribute_key.id] },
      attributes: ['scores_v1:risk'],
    });
    assert.deepEqual(risk, [0.75]);
  });

  test('refuses values that do not fit, with a message', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.publish({ attribute_groups: [scores] });
    const attribute_key = { name: 'domain_userid', id: randomUUID() };
    for (const body of [
      { group: 'nothing', attribute_key, attributes: { risk: 1 } },
      { group: 'scores', attribute_key, attributes: { nothing: 1 } },
      { group: 'scores', attribute_key: { ...attribute_key, name: 'user_id' }, attributes: { risk: 1 } },
      { group: 'scores', attribute_key, attributes: { risk: { deep: 1 } } },
      { group: 'scores', attributes: { risk: 1 } },
      { group: 'scores', attribute_key, attributes: { risk: 1 }, time: '2026-01-05T10:00:00Z' },
      { group: 'scores', attribute_key, attributes: { risk: 1 }, atributes: {} },
    ]) {
      const answer = await sandbox.call('POST', '/api/v1/attributes', body);
      assert.equal(answer.status, 400, JSON.stringify(body));
      assert.equal(typeof answer.json.error, 'string');
      if ('time' in body)
        assert.equal(answer.json.error, 'The body has an unknown member; /docs/ lists the known ones');
    }
    const { risk } = await read(sandbox, {
      attribute_keys: { domain_userid: [attribute_key.id] },
      attributes: ['scores_v1:risk'],
    });
    assert.deepEqual(risk, [null]);
  });
});

describe('forgetting', () => {
  test('removes the profile, the interventions that wait for it, and its events', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.publish();
    const visitor = randomUUID();
    await sandbox.track(addToCart(visitor, 30));
    const forget = () => sandbox.ask('DELETE', `/api/v1/domain_userid/${visitor}`);
    assert.equal((await forget()).keys_found, 1);
    assert.equal((await forget()).keys_found, 0);
    const { total_cart_value } = await read(sandbox, {
      attribute_keys: { domain_userid: [visitor] },
      service: 'ecom_attributes',
    });
    assert.deepEqual(total_cart_value, [null]);
    const tried = await sandbox.ask('POST', '/api/v1/testing/attribute_groups/', { attribute_group: group });
    assert.deepEqual(tried.domain_userid, []);
    await sandbox.kill();
    await sandbox.start();
    const again = await read(sandbox, { attribute_keys: { domain_userid: [visitor] }, service: 'ecom_attributes' });
    assert.deepEqual(again.count_add_to_cart, [0]);
    const stream = await sandbox.subscribe(`domain_userid=${visitor}`);
    await sandbox.track(addToCart(visitor, 30));
    await stream.until(1);
    assert.equal(stream.received.length, 1);
  });

  test('finds all data of an id in upper and lower case and in every form', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.publish();
    const [one, two, other] = [randomUUID(), randomUUID(), randomUUID()];
    const customer = { schema: 'iglu:com.acme/customer/jsonschema/1-0-0', data: { id: two } };
    const context = JSON.stringify({
      schema: 'iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-0',
      data: [customer],
    });
    await sandbox.track(
      addToCart(one, 30),
      addToCart(one.toUpperCase(), 30),
      { ...event('product_view', other), co: context },
      { ...event('product_view', other), co: undefined, cx: Buffer.from(context).toString('base64url') },
    );
    const seen = async () => {
      const tried = await sandbox.ask('POST', '/api/v1/testing/attribute_groups/', { attribute_group: group });
      return Object.fromEntries(
        tried.domain_userid.map((id, i) => [
          id.toLowerCase(),
          tried.count_product_views[i] + tried.count_add_to_cart[i],
        ]),
      );
    };
    assert.deepEqual(await seen(), { [one]: 2, [other]: 2 });
    const forget = (key, id) => sandbox.ask('DELETE', `/api/v1/${key}/${id}`);
    assert.equal((await forget('domain_userid', `${one.slice(0, 18).toUpperCase()}${one.slice(18)}`)).keys_found, 1);
    assert.deepEqual(await seen(), { [other]: 2 });
    assert.equal((await forget('domain_userid', one)).keys_found, 0);
    await forget('customer', two.toUpperCase());
    assert.deepEqual(await seen(), {});
    // The interventions that waited for the id are gone, too.
    const stream = await sandbox.subscribe(`domain_userid=${one}`);
    await sandbox.ask('POST', `/api/v1/interventions?domain_userid=${one.toUpperCase()}`, { name: 'last', version: 1 });
    await stream.until(1);
    assert.deepEqual(stream.names(), ['last']);
    // The inputs for a restart no longer contain the id either.
    await forget('domain_userid', one);
    await sandbox.kill();
    const stored = (await storedText(sandbox.folder)).toLowerCase();
    assert.deepEqual(
      [one, two, other].map((id) => stored.includes(id)),
      [false, false, true],
    );
  });
});

describe('an id', () => {
  const users = { ...group, name: 'users', attribute_key: { name: 'user_id' }, attributes: [group.attributes[0]] };
  const views = async (sandbox, id) => {
    const body = { attribute_keys: { user_id: [id] }, attributes: ['users_v1:count_product_views'] };
    return (await read(sandbox, body)).count_product_views[0];
  };
  const forget = (sandbox, id) => sandbox.ask('DELETE', `/api/v1/user_id/${encodeURIComponent(id)}`);

  test('of up to 8,192 bytes can be read and forgotten', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.publish({ attribute_groups: [users] });
    const ids = [
      ...[100, 101, 256, 257, 8192].map((length) => 'L'.repeat(length)),
      'é'.repeat(4096),
      '%/?#'.repeat(2048),
    ];
    for (const id of ids) {
      await sandbox.track(event('product_view', randomUUID(), { uid: id }));
      const before = await views(sandbox, id);
      assert.deepEqual(
        [before, (await forget(sandbox, id)).keys_found, await views(sandbox, id)],
        [1, 1, 0],
        `${id.length}`,
      );
    }
  });

  test('is forgotten in the form that the engine reads, and in the form that was sent', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.publish({ attribute_groups: [users] });
    const long = `${'é'.repeat(4000)}${'x'.repeat(190)}`;
    for (const [sent, known] of [
      ['ann\tsmith', 'ann    smith'],
      ['\u0007bob\n', 'bob'],
      ['c\ud800', 'c\ufffd'],
      [`${long}xxéé`, `${long}xx`],
    ]) {
      for (const id of [known, sent.isWellFormed?.() === false ? known : sent]) {
        await sandbox.track(event('product_view', randomUUID(), { uid: sent }));
        assert.equal(await views(sandbox, known), 1, sent);
        if (id.length < 3000) {
          const tried = () => sandbox.ask('POST', '/api/v1/testing/attribute_groups/', { attribute_group: users });
          assert.deepEqual(await tried(), { user_id: [known], count_product_views: [1] });
          assert.equal((await forget(sandbox, id)).keys_found, 1, sent);
          assert.deepEqual((await tried()).user_id, []);
        } else {
          assert.equal((await forget(sandbox, known)).keys_found, 1);
        }
        assert.equal(await views(sandbox, known), 0);
      }
    }
  });
});

describe('names that every object inherits', () => {
  const names = ['constructor', 'toString', 'hasOwnProperty', '__proto__', '__defineGetter__', 'valueOf', 'length'];
  const text = { 'Content-Type': 'application/json' };

  test('are names like others: forgotten, read, set, pushed and tried', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.publish();
    const visitor = randomUUID();
    await sandbox.track(event('product_view', visitor));
    for (const name of names) {
      assert.equal((await sandbox.ask('DELETE', `/api/v1/${name}/${name}`)).keys_found, 0);
      const attributes = [name, `${name}_v1:${name}`, `ecom_attributes_v1:${name}`, `ecom_attributes:${name}`];
      for (const full_attribute_names of [true, false]) {
        const values = await read(sandbox, {
          attribute_keys: { domain_userid: [visitor] },
          attributes,
          full_attribute_names,
        });
        const wanted = full_attribute_names ? [...attributes.slice(0, 3), `ecom_attributes_v1:${name}`] : [name];
        assert.deepEqual(Object.entries(values), [
          ['domain_userid', [visitor]],
          ...new Map(wanted.map((each) => [each, [null]])),
        ]);
      }
      assert.equal(
        (
          await sandbox.call('POST', '/api/v1/get-online-attributes', {
            attribute_keys: { domain_userid: [visitor] },
            service: name,
          })
        ).status,
        404,
      );
      const key = await sandbox.call(
        'POST',
        '/api/v1/get-online-attributes',
        `{"attribute_keys":{"${name}":["x"]},"attributes":["a"]}`,
        text,
      );
      assert.deepEqual(
        [key.status, Object.entries(key.json)],
        name === '__proto__'
          ? [400, [['error', key.json.error]]]
          : [
              200,
              [
                [name, ['x']],
                ['a', [null]],
              ],
            ],
      );
      const push = await sandbox.call(
        'POST',
        '/api/v1/attributes',
        `{"group":"${name}","attribute_key":{"name":"${name}","id":"x"},"attributes":{"${name}":1}}`,
        text,
      );
      assert.equal(push.status, 400);
      assert.equal((await sandbox.call('GET', `/api/v1/registry/attribute_groups/${name}`)).status, 404);
      assert.equal(
        (await sandbox.call('POST', `/api/v1/testing/interventions/${name}/send?domain_userid=${visitor}`)).status,
        404,
      );
      const sent = await sandbox.call('POST', `/api/v1/interventions?${name}=${visitor}`, { name, version: 1 });
      assert.deepEqual([sent.status, sent.json.status], [200, 'undelivered']);
    }
  });

  test('may be names of groups and attributes, except for the one that the engine refuses', async (t) => {
    const sandbox = await Sandbox.start(t);
    const visitor = randomUUID();
    await sandbox.track(event('product_view', visitor));
    for (const name of names) {
      const own = { ...group, name, attributes: [{ ...group.attributes[0], name }] };
      const tried = await sandbox.call('POST', '/api/v1/testing/attribute_groups/', { attribute_group: own });
      const created = await sandbox.call('POST', '/api/v1/registry/attribute_groups/', own);
      if (name === '__proto__') {
        assert.deepEqual([tried.status, created.status], [400, 422]);
        continue;
      }
      assert.deepEqual(tried.json, { domain_userid: [visitor], [name]: [1] });
      await sandbox.ask('POST', '/api/v1/registry/services/', {
        name,
        attribute_groups: [{ name, version: 1 }],
        is_published: true,
      });
      assert.deepEqual(await read(sandbox, { attribute_keys: { domain_userid: [visitor] }, service: name }), {
        domain_userid: [visitor],
        [name]: [0],
      });
    }
  });
});

describe('trying a group', () => {
  test('computes it over the last events, without publishing it', async (t) => {
    const sandbox = await Sandbox.start(t);
    const [one, two] = [randomUUID(), randomUUID()];
    await sandbox.track(event('product_view', one), event('product_view', one), {
      ...event('product_view', two),
      aid: 'other-shop',
    });
    const ask = (body) => sandbox.ask('POST', '/api/v1/testing/attribute_groups/', { attribute_group: group, ...body });
    // The SDK sends this request if the caller names nothing.
    const all = await ask({ attribute_key_ids: [], app_ids: [], window: 'PT1H' });
    assert.deepEqual(all.domain_userid, [one, two]);
    assert.deepEqual(all.count_product_views, [2, 1]);
    assert.deepEqual((await ask({ app_ids: ['other-shop'] })).domain_userid, [two]);
    assert.deepEqual((await ask({ attribute_key_ids: [two] })).count_product_views, [1]);
    assert.deepEqual((await ask({ window: 'PT0S', attribute_key_ids: [one] })).count_product_views, [0]);
    assert.deepEqual((await sandbox.ask('GET', '/definitions.json')).attribute_groups, []);
  });

  test('rule 14: the window is a duration as the engine reads it', async (t) => {
    const sandbox = await Sandbox.start(t);
    const visitor = randomUUID();
    await sandbox.track(event('product_view', visitor));
    await new Promise((resolve) => setTimeout(resolve, 20));
    const ask = (window) =>
      sandbox.call('POST', '/api/v1/testing/attribute_groups/', {
        attribute_group: group,
        attribute_key_ids: [visitor],
        window,
      });
    for (const window of ['P1Y', 'P1M', 'P1W', 'P1D', 'PT1H', 'PT5M', 'PT300.5S', 'P1Y2M3DT4H5M6.5S']) {
      assert.deepEqual((await ask(window)).json.count_product_views, [1], window);
    }
    for (const window of ['PT0.001S', 'PT0S', 'P0D', 'PT0H0M']) {
      assert.deepEqual((await ask(window)).json.count_product_views, [0], window);
    }
    for (const window of ['', 'P', 'PT', '-PT1H', '3600', '0', 'PT1H ', 'an hour']) {
      const { status, json } = await ask(window);
      assert.equal(status, 400, window);
      assert.match(
        json.error,
        /^Invalid window: ('.*' is not an ISO 8601 duration|a duration must be longer than zero)/,
      );
    }
  });

  test('reports the errors in it', async (t) => {
    const sandbox = await Sandbox.start(t);
    const ask = (body) => sandbox.call('POST', '/api/v1/testing/attribute_groups/', body);
    const unknown = { ...group, attributes: [{ name: 'a', type: 'int32', aggregation: 'nothing' }] };
    for (const body of [{}, { attribute_group: unknown }, { attribute_group: group, window: 'an hour' }]) {
      assert.equal((await ask(body)).status, 400, JSON.stringify(body));
    }
  });
});

describe('a public service', () => {
  const address = '/api/v1/get-online-attributes';
  const elsewhere = 'https://elsewhere.example';
  const [service] = tutorial.services;

  async function startPublic(t) {
    const sandbox = await Sandbox.start(t);
    await sandbox.publish({
      ...tutorial,
      services: [
        { ...service, access_mode: 'public' },
        { ...service, name: 'closed' },
      ],
    });
    const visitor = randomUUID();
    await sandbox.track(addToCart(visitor, 50));
    const body = { service: service.name, attribute_keys: { domain_userid: [visitor] } };
    const call = (changes = {}, headers = {}) =>
      sandbox.call('POST', address, { ...body, ...changes }, { Authorization: '', ...headers });
    return { sandbox, visitor, call };
  }

  test('is read without a token, from any origin, and never cached', async (t) => {
    const { visitor, call } = await startPublic(t);
    for (const [headers, allowed] of [
      [{}, undefined],
      [{ Origin: elsewhere }, '*'],
      [{ Origin: 'null' }, '*'],
      [{ Origin: elsewhere, Authorization: 'Bearer wrong' }, '*'],
      [{ Origin: 'http://localhost:8080' }, 'http://localhost:8080'],
    ]) {
      const answer = await call({}, headers);
      assert.equal(answer.status, 200, JSON.stringify(headers));
      assert.deepEqual(answer.json, {
        domain_userid: [visitor],
        count_product_views: [0],
        count_add_to_cart: [1],
        total_cart_value: [50],
      });
      assert.equal(answer.headers['cache-control'], 'no-store');
      assert.equal(answer.headers['access-control-allow-origin'], allowed);
      if (allowed === '*') assert.equal(answer.headers['access-control-allow-credentials'], undefined);
    }
  });

  test('can be called by a page: the preflight request is answered for any origin, for this address only', async (t) => {
    const { sandbox } = await startPublic(t);
    const preflight = (path) =>
      sandbox.call('OPTIONS', path, undefined, {
        Authorization: '',
        Origin: elsewhere,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'content-type',
        'Access-Control-Request-Private-Network': 'true',
      });
    for (const path of [address, `/${address}/`]) {
      const answer = await preflight(path);
      assert.equal(answer.status, 204);
      assert.equal(answer.headers['access-control-allow-origin'], '*');
      assert.match(answer.headers['access-control-allow-headers'], /Content-Type/);
      assert.equal(answer.headers['access-control-allow-private-network'], 'true');
    }
    assert.equal((await preflight('/api/v1/attributes')).status, 403);
    assert.equal((await preflight(`/api/v1/attributes?x=${address}`)).status, 403);
  });

  test('is read for one UUID at a time', async (t) => {
    const { visitor, call } = await startPublic(t);
    for (const attribute_keys of [
      { domain_userid: [visitor, randomUUID()] },
      { domain_userid: [visitor], domain_sessionid: [randomUUID()] },
      { domain_userid: ['not-a-uuid'] },
      { domain_userid: ['00000000-0000-0000-0000-000000000000'] },
    ]) {
      const answer = await call({ attribute_keys });
      assert.equal(answer.status, 400, JSON.stringify(attribute_keys));
      assert.match(answer.json.error, /one identifier|only UUIDs/);
    }
  });

  test('others, drafts and unknown ones get the same 404; attributes by name need the token', async (t) => {
    const { sandbox, call } = await startPublic(t);
    await sandbox.ask('POST', '/api/v1/registry/services/', {
      ...service,
      name: 'draft',
      access_mode: 'public',
      is_published: false,
    });
    for (const name of ['closed', 'draft', 'nothing']) {
      for (const headers of [{}, { Origin: elsewhere, Authorization: `Bearer ${sandbox.token}` }]) {
        const answer = await call({ service: name }, headers);
        assert.equal(answer.status, 404, name);
        assert.deepEqual(answer.json, { error: 'There is no public service of that name.' });
        assert.equal(answer.headers['cache-control'], 'no-store');
      }
    }
    assert.equal(
      (await call({ service: undefined, attributes: ['ecom_attributes_v1:count_product_views'] })).status,
      401,
    );
    assert.equal((await call({}, { Authorization: 'Bearer wrong' })).status, 401);
    assert.equal((await call({}, { Host: 'rebound.example' })).status, 421);
    assert.equal((await sandbox.call('GET', address, undefined, { Authorization: '', Origin: elsewhere })).status, 403);
  });

  test('is read with the token as any other, and can be closed again', async (t) => {
    const { sandbox, visitor, call } = await startPublic(t);
    const Authorization = `Bearer ${sandbox.token}`;
    const answer = await call({ attribute_keys: { domain_userid: [visitor, 'x'] } }, { Authorization });
    assert.deepEqual(answer.json.count_add_to_cart, [1, 0]);
    assert.equal((await call({ service: 'closed' }, { Authorization })).status, 200);
    await sandbox.ask('PUT', `/api/v1/registry/services/${service.name}`, { ...service, access_mode: 'authenticated' });
    assert.equal((await call()).status, 404);
  });
});

describe('reading a service', () => {
  test('whose link has no version reads version 1; an attribute with the name of a key leaves the ids', async (t) => {
    const sandbox = await Sandbox.start(t);
    const [group] = tutorial.attribute_groups;
    const [first] = group.attributes;
    const named = { ...group, attributes: [first, { ...first, name: 'domain_userid' }] };
    await sandbox.ask('POST', '/api/v1/registry/attribute_groups/', named);
    const links = [{ name: group.name, version: null }];
    await sandbox.ask('POST', '/api/v1/registry/services/', { ...tutorial.services[0], attribute_groups: links });
    const visitor = randomUUID();
    const columns = await sandbox.ask('POST', '/api/v1/get-online-attributes', {
      attribute_keys: { domain_userid: [visitor] },
      service: tutorial.services[0].name,
      attributes: null,
      full_attribute_names: null,
    });
    assert.deepEqual(Object.keys(columns), ['domain_userid', first.name]);
    assert.deepEqual(columns.domain_userid, [visitor]);
    const tried = await sandbox.ask('POST', '/api/v1/testing/attribute_groups/', {
      attribute_group: named,
      attribute_key_ids: [visitor],
    });
    assert.deepEqual(tried.domain_userid, [visitor]);
  });
});

describe('trying an intervention', () => {
  const rule = (criteria, changes = {}) => ({
    name: 'trial',
    version: 1,
    criteria,
    target_attribute_keys: [{ name: 'user_id' }],
    ...changes,
  });
  const preview = (sandbox, intervention, rest = {}) =>
    sandbox.ask('POST', '/api/v1/testing/interventions/', { intervention, ...rest });
  const views = (value, operator = '>') => ({ attribute: 'ecom_attributes:count_product_views', operator, value });

  async function startWithVisits(t, published = true) {
    const sandbox = await Sandbox.start(t);
    const [group] = tutorial.attribute_groups;
    await sandbox.ask('POST', '/api/v1/registry/attribute_groups/', { ...group, is_published: published });
    const visitors = Array.from({ length: 3 }, () => randomUUID());
    for (const [index, visitor] of visitors.entries()) {
      const payloads = Array.from({ length: 2 * index + 1 }, () => event('product_view', visitor));
      await sandbox.track(...payloads, ...(index === 1 ? [addToCart(visitor, 10)] : []));
    }
    return { sandbox, visitors };
  }

  test('counts attribute keys, not events, and lists the ids that match by key', async (t) => {
    const { sandbox, visitors } = await startWithVisits(t);
    const sorted = ({ matches: { domain_userid, ...rest }, ...counts }) => ({
      ...counts,
      matches: { domain_userid: domain_userid.sort(), ...rest },
    });
    assert.deepEqual(sorted(await preview(sandbox, rule(views(2)))), {
      scanned_count: 3,
      matched_count: 2,
      matches: { domain_userid: [visitors[1], visitors[2]].sort() },
    });
    assert.deepEqual(await preview(sandbox, rule(views(99))), { scanned_count: 3, matched_count: 0, matches: {} });
    const nested = {
      all: [
        { none: [views(4)] },
        { any: [{ attribute: 'ecom_attributes:count_add_to_cart', operator: '=', value: 1 }] },
      ],
    };
    assert.deepEqual((await preview(sandbox, rule(nested))).matches, { domain_userid: [visitors[1]] });
    // It fired on the way, though it does not hold at the end; and it holds from the first event on.
    assert.equal((await preview(sandbox, rule(views(3, '=')))).matched_count, 2);
    assert.equal((await preview(sandbox, rule(views(99, '<')))).matched_count, 3);
    const changed = { attribute: 'ecom_attributes:count_add_to_cart', operator: 'changed' };
    assert.deepEqual((await preview(sandbox, rule(changed))).matches, { domain_userid: [visitors[1]] });
  });

  test('counts only the keys of the groups that the criteria read', async (t) => {
    const { sandbox } = await startWithVisits(t);
    const [group] = tutorial.attribute_groups;
    const sessions = { ...group, name: 'sessions', attribute_key: { name: 'domain_sessionid' } };
    await sandbox.ask('POST', '/api/v1/registry/attribute_groups/', sessions);
    const payload_attribute_groups = [{ name: 'sessions', version: null }];
    const { scanned_count, matches } = await preview(sandbox, rule(views(2), { payload_attribute_groups }));
    assert.deepEqual([scanned_count, Object.keys(matches)], [3, ['domain_userid']]);
  });

  test('reads a draft of a higher version, beside the published one', async (t) => {
    const { sandbox } = await startWithVisits(t);
    const [group] = tutorial.attribute_groups;
    const [first] = group.attributes;
    const draft = { ...group, version: 2, is_published: false, attributes: [{ ...first, name: 'newer' }] };
    await sandbox.ask('POST', '/api/v1/registry/attribute_groups/', draft);
    const newer = { attribute: 'ecom_attributes:newer', operator: '>=', value: 0 };
    const { scanned_count } = await preview(sandbox, rule({ all: [newer, views(2)] }));
    assert.equal(scanned_count, 3);
  });

  test('takes null for what is absent, as the SDK sends it', async (t) => {
    const { sandbox, visitors } = await startWithVisits(t);
    const nulls = { app_ids: null, window: null };
    assert.equal((await preview(sandbox, rule(views(2), { version: null }), nulls)).scanned_count, 3);
    const [group] = tutorial.attribute_groups;
    const tried = await sandbox.ask('POST', '/api/v1/testing/attribute_groups/', {
      attribute_group: { ...group, attribute_key: { name: 'domain_userid', key: null, property: null } },
      attribute_key_ids: null,
      ...nulls,
    });
    assert.deepEqual(tried.domain_userid.sort(), [...visitors].sort());
    const push = { name: 'a', version: 1, intervention_id: null, attributes: null, target_attribute_key: null };
    const pushed = await sandbox.ask('POST', `/api/v1/interventions?domain_userid=${visitors[0]}`, push);
    assert.equal(pushed.status, 'undelivered');
    const wrong = await sandbox.call('POST', `/api/v1/interventions?domain_userid=${visitors[0]}`, {
      ...push,
      attributes: { a: 1 },
    });
    assert.equal(wrong.json.error, "'attributes.a' must be string");
    const noName = await sandbox.call('POST', `/api/v1/interventions?domain_userid=${visitors[0]}`, {
      ...push,
      name: null,
    });
    assert.equal(noName.status, 400);
  });

  test('has no effect, and reads a draft of a group that is not published', async (t) => {
    const { sandbox, visitors } = await startWithVisits(t, false);
    const stream = await sandbox.subscribe(`domain_userid=${visitors[2]}`);
    assert.equal((await preview(sandbox, rule(views(2), { target_attribute_keys: undefined }))).matched_count, 2);
    assert.deepEqual(await sandbox.ask('GET', '/api/v1/registry/interventions/'), []);
    assert.deepEqual(stream.received, []);
  });

  test('reads the events of a window and of some applications', async (t) => {
    const { sandbox } = await startWithVisits(t);
    assert.equal((await preview(sandbox, rule(views(0)), { app_ids: ['demo-shop'], window: 'PT5M' })).scanned_count, 3);
    assert.equal((await preview(sandbox, rule(views(0)), { app_ids: ['another'] })).scanned_count, 0);
    await sleep(20);
    assert.equal((await preview(sandbox, rule(views(0)), { window: 'PT0S' })).scanned_count, 0);
  });

  test('finds the ids of keys that are properties', async (t) => {
    const sandbox = await Sandbox.start(t);
    const path = { vendor: 'com.snowplowanalytics.snowplow.ecommerce', name: 'product', major_version: 1, path: 'id' };
    await sandbox.ask('POST', '/api/v1/registry/attribute_keys/', {
      name: 'product',
      property: { type: 'entity', ...path },
      is_published: true,
    });
    const [group] = tutorial.attribute_groups;
    const byProduct = { ...group, name: 'products', attribute_key: { name: 'product' } };
    await sandbox.ask('POST', '/api/v1/registry/attribute_groups/', byProduct);
    await sandbox.track(event('product_view', randomUUID()), event('product_view', randomUUID()));
    const criteria = { attribute: 'products:count_product_views', operator: '>=', value: 2 };
    assert.deepEqual(await preview(sandbox, rule(criteria)), {
      scanned_count: 1,
      matched_count: 1,
      matches: { product: ['P-100'] },
    });
    const tried = await sandbox.ask('POST', '/api/v1/testing/attribute_groups/', { attribute_group: byProduct });
    assert.deepEqual([tried.product, tried.count_product_views], [['P-100'], [2]]);
  });

  test('names the field that is wrong', async (t) => {
    const { sandbox } = await startWithVisits(t);
    for (const [field, body] of [
      ['intervention', {}],
      ['criteria', { intervention: { name: 'trial' } }],
      ['intervention.criteria.attribute', { intervention: rule({ ...views(1), attribute: 'nothing:a' }) }],
      ['intervention.criteria.operator', { intervention: rule(views(1, '~')) }],
      ['window', { intervention: rule(views(1)), window: 'an hour' }],
    ]) {
      const answer = await sandbox.call('POST', '/api/v1/testing/interventions/', body);
      assert.equal(answer.status, 400);
      assert.ok(answer.json.error.includes(`${field}`), answer.json.error);
    }
  });
});
