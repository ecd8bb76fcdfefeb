// Attributes: read as the Python and Node SDKs do, pushed, tried and forgotten.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { addToCart, event, Sandbox, tutorial } from './sandbox.mjs';

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
    assert.deepEqual(await read(sandbox, { attribute_keys: { domain_userid: [one, two] }, full_attribute_names: false, service: 'ecom_attributes' }), {
      domain_userid: [one, two],
      count_product_views: [1, 0],
      count_add_to_cart: [1, 0],
      total_cart_value: [30, null],
    });
  });

  test('by names, with and without group and version', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.publish();
    const visitor = randomUUID();
    await sandbox.track(event('product_view', visitor));
    const attribute_keys = { domain_userid: [visitor] };
    const qualified = ['ecom_attributes_v1:count_product_views'];
    assert.deepEqual(await read(sandbox, { attribute_keys, attributes: qualified }), { ...attribute_keys, count_product_views: [1] });
    assert.deepEqual(await read(sandbox, { attribute_keys, attributes: ['count_product_views'] }), { ...attribute_keys, count_product_views: [1] });
    assert.deepEqual(await read(sandbox, { attribute_keys, attributes: qualified, full_attribute_names: true }), {
      ...attribute_keys,
      [qualified[0]]: [1],
    });
    assert.deepEqual(await read(sandbox, { attribute_keys, attributes: ['nothing_v1:n', 'ecom_attributes_v1:nothing'] }), {
      ...attribute_keys,
      n: [null],
      nothing: [null],
    });
  });

  test('asks for one of the two, and for identifiers', async (t) => {
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

describe('pushing', () => {
  test('sets fields of an external group, and may fire', async (t) => {
    const sandbox = await Sandbox.start(t);
    const calm = { name: 'calm', version: 1, criteria: { attribute: 'scores:risk', operator: '<', value: 0.5 }, is_published: true };
    await sandbox.publish({ attribute_groups: [scores], interventions: [calm] });
    const attribute_key = { name: 'domain_userid', id: randomUUID() };
    const stream = await sandbox.subscribe(`domain_userid=${attribute_key.id}`);
    assert.deepEqual(await sandbox.ask('POST', '/api/v1/attributes', { group: 'scores', attribute_key, attributes: { risk: 0.25 } }), { ok: true });
    await stream.until(1);
    assert.deepEqual(stream.received[0].attributes, { 'scores:risk': '0.25' });
    const values = await read(sandbox, { attribute_keys: { domain_userid: [attribute_key.id] }, attributes: ['scores_v1:risk'] });
    assert.deepEqual(values.risk, [0.25]);
  });

  test('says what does not fit', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.publish({ attribute_groups: [scores] });
    const attribute_key = { name: 'domain_userid', id: randomUUID() };
    for (const body of [
      { group: 'nothing', attribute_key, attributes: { risk: 1 } },
      { group: 'scores', attribute_key, attributes: { nothing: 1 } },
      { group: 'scores', attribute_key: { ...attribute_key, name: 'user_id' }, attributes: { risk: 1 } },
      { group: 'scores', attribute_key, attributes: { risk: { deep: 1 } } },
      { group: 'scores', attributes: { risk: 1 } },
    ]) {
      const answer = await sandbox.call('POST', '/api/v1/attributes', body);
      assert.equal(answer.status, 400, JSON.stringify(body));
      assert.equal(typeof answer.json.error, 'string');
    }
  });
});

describe('forgetting', () => {
  test('removes the profile, what waits for it, and the events that it came from', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.publish();
    const visitor = randomUUID();
    await sandbox.track(addToCart(visitor, 30));
    const forget = () => sandbox.ask('DELETE', `/api/v1/domain_userid/${visitor}`);
    assert.equal((await forget()).keys_found, 1);
    assert.equal((await forget()).keys_found, 0);
    const { total_cart_value } = await read(sandbox, { attribute_keys: { domain_userid: [visitor] }, service: 'ecom_attributes' });
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
});

describe('trying a group', () => {
  test('computes it over the last events, without publishing it', async (t) => {
    const sandbox = await Sandbox.start(t);
    const [one, two] = [randomUUID(), randomUUID()];
    await sandbox.track(event('product_view', one), event('product_view', one), { ...event('product_view', two), aid: 'other-shop' });
    const ask = (body) => sandbox.ask('POST', '/api/v1/testing/attribute_groups/', { attribute_group: group, ...body });
    // As the SDK asks where nothing is named.
    const all = await ask({ attribute_key_ids: [], app_ids: [], window: 'PT1H' });
    assert.deepEqual(all.domain_userid, [one, two]);
    assert.deepEqual(all.count_product_views, [2, 1]);
    assert.deepEqual((await ask({ app_ids: ['other-shop'] })).domain_userid, [two]);
    assert.deepEqual((await ask({ attribute_key_ids: [two] })).count_product_views, [1]);
    assert.deepEqual((await ask({ window: 'PT0S', attribute_key_ids: [one] })).count_product_views, [0]);
    assert.deepEqual((await sandbox.ask('GET', '/definitions.json')).attribute_groups, []);
  });

  test('says what is wrong with it', async (t) => {
    const sandbox = await Sandbox.start(t);
    const ask = (body) => sandbox.call('POST', '/api/v1/testing/attribute_groups/', body);
    const unknown = { ...group, attributes: [{ name: 'a', type: 'int32', aggregation: 'nothing' }] };
    for (const body of [{}, { attribute_group: unknown }, { attribute_group: group, window: 'an hour' }]) {
      assert.equal((await ask(body)).status, 400, JSON.stringify(body));
    }
  });
});
