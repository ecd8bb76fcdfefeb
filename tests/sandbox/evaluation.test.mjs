// The collector, evaluation and the streams together: events go in, interventions come out.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { addToCart, event, payloadData, Sandbox, tutorial } from './sandbox.mjs';

const direct = { name: 'hello', version: 1, attributes: { 'a:b': '1' } };
const counted = async (sandbox) => (await sandbox.ask('GET', '/api/v1/statistics')).events;

/** Returns the tutorial's group and one intervention on it. */
const withIntervention = (intervention) => ({
  ...tutorial,
  interventions: [
    { version: 1, is_published: true, target_attribute_keys: [{ name: 'domain_userid' }], ...intervention },
  ],
});

const readViews = async (sandbox, id) => {
  const body = { attribute_keys: { domain_userid: [id] }, attributes: ['ecom_attributes_v1:count_product_views'] };
  return (await sandbox.ask('POST', '/api/v1/get-online-attributes', body)).count_product_views[0];
};

describe('the collector', () => {
  test('responds as the tracker expects, and recognizes the visitor', async (t) => {
    const sandbox = await Sandbox.start(t);
    const first = await sandbox.call(
      'POST',
      '/com.snowplowanalytics.snowplow/tp2',
      JSON.stringify(payloadData([event('product_view', randomUUID())])),
      {
        'Content-Type': 'application/json; charset=UTF-8',
        Authorization: '',
        Origin: 'http://127.0.0.1:8080',
      },
    );
    assert.equal(first.status, 200);
    assert.equal(first.text, 'ok');
    assert.equal(first.headers['access-control-allow-origin'], 'http://127.0.0.1:8080');
    assert.equal(first.headers['access-control-allow-credentials'], 'true');
    const [cookie] = first.headers['set-cookie'];
    assert.match(cookie, /^sp=[0-9a-f-]{36}; Max-Age=31536000; Path=\/; HttpOnly; SameSite=Lax$/);
    const second = await sandbox.call('GET', `/i?e=pv&duid=${randomUUID()}`, undefined, {
      Cookie: `other=1; ${cookie.split(';')[0]}`,
    });
    assert.equal(second.headers['content-type'], 'image/gif');
    assert.equal(second.headers['set-cookie'][0].split(';')[0], cookie.split(';')[0]);
    assert.deepEqual(await counted(sandbox), { good: 2, malformed: 0 });
  });

  test('accepts several events in a request, in plain JSON and in base64, by POST and by GET', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.publish();
    const visitor = randomUUID();
    const encode = (text) => Buffer.from(text).toString('base64url');
    const { ue_pr, co, ...rest } = event('product_view', visitor);
    await sandbox.track(event('product_view', visitor), event('product_view', visitor), {
      ...rest,
      ue_px: encode(ue_pr),
      cx: encode(co),
    });
    const query = new URLSearchParams({ ...rest, eid: randomUUID(), ue_px: encode(ue_pr), cx: encode(co) });
    await sandbox.call('GET', `/i?${query}`);
    assert.equal(await readViews(sandbox, visitor), 4);
  });

  test('counts an event id once', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.publish();
    const visitor = randomUUID();
    const view = event('product_view', visitor);
    await sandbox.track(view, view);
    await sandbox.track(view);
    assert.equal(await readViews(sandbox, visitor), 1);
  });

  // Rule 10. The tracker sends dtm and stm by the device's clock; the collector uses only the time between them.
  test('computes an event’s time by its own clock, and a restart computes the same', async (t) => {
    const sandbox = await Sandbox.start(t);
    const [visitor, late, told] = [randomUUID(), randomUUID(), randomUUID()];
    const atomic = (name) => ({ name, type: 'string', aggregation: 'last', property: { type: 'atomic', name } });
    const group = {
      name: 'visits',
      version: 1,
      is_published: true,
      attribute_key: { name: 'domain_userid' },
      attributes: [
        { name: 'hour', type: 'int32', aggregation: 'counter', period: 'PT1H' },
        atomic('derived_tstamp'),
        atomic('collector_tstamp'),
      ],
    };
    await sandbox.publish({ attribute_groups: [group] });
    const before = Date.now();
    const dayBack = before - 86_400_000;
    for (let i = 0; i < 2; ++i) {
      await sandbox.track({
        e: 'pv',
        duid: visitor,
        eid: randomUUID(),
        dtm: String(dayBack),
        stm: String(dayBack + 40),
      });
      const query = new URLSearchParams({ e: 'pv', duid: late, dtm: String(before - 7_200_000), stm: String(before) });
      await sandbox.call('GET', `/i?${query}`);
      await sandbox.track({ e: 'pv', duid: told, ttm: String(dayBack), dtm: String(before), stm: String(before) });
    }
    const after = Date.now();
    const ask = async () => {
      const names = ['hour', 'derived_tstamp', 'collector_tstamp'];
      return sandbox.ask('POST', '/api/v1/get-online-attributes', {
        attribute_keys: { domain_userid: [visitor, late, told] },
        attributes: names.map((name) => `visits_v1:${name}`),
      });
    };
    const read = await ask();
    assert.deepEqual(read.hour, [2, 0, 0]); // an event that waited for two hours is two hours old
    const [derived, collected] = [read.derived_tstamp, read.collector_tstamp].map((column) => column.map(Date.parse));
    for (const time of collected) assert.ok(time >= before && time <= after, read.collector_tstamp);
    assert.deepEqual(derived, [collected[0] - 40, collected[1] - 7_200_000, dayBack]);
    const tried = await sandbox.ask('POST', '/api/v1/testing/attribute_groups/', {
      attribute_group: group,
      attribute_key_ids: [visitor, late],
    });
    assert.deepEqual(tried.hour, [2, 0]);
    await sandbox.kill();
    await sandbox.start();
    assert.deepEqual(await ask(), read);
  });

  // Rules 2, 8 and 10.
  test('reads an atomic field as a value of its type, and refuses a filter that can never match', async (t) => {
    const sandbox = await Sandbox.start(t);
    const visitor = randomUUID();
    const counter = (name, field, operator, value) => ({
      name,
      type: 'int32',
      aggregation: 'counter',
      criteria: { all: [{ property: { type: 'atomic', name: field }, operator, value }] },
    });
    const group = (...attributes) => ({
      name: 'fields',
      version: 1,
      is_published: true,
      attribute_key: { name: 'domain_userid' },
      attributes,
    });
    await sandbox.publish({
      attribute_groups: [
        group(
          { name: 'spent', type: 'double', aggregation: 'sum', property: { type: 'atomic', name: 'se_value' } },
          counter('cookies', 'br_cookies', '=', true),
          counter('later', 'domain_sessionidx', '>', 2),
          counter(
            'today',
            'derived_tstamp',
            '>=',
            new Date(Date.now() - 60_000).toISOString().replace('T', ' ').replace('Z', '+00'),
          ),
        ),
      ],
    });
    await sandbox.track({ e: 'se', duid: visitor, eid: randomUUID(), se_va: '12.5', cookie: '1', vid: '3' });
    await sandbox.call(
      'GET',
      `/i?${new URLSearchParams({ e: 'se', duid: visitor, se_va: '1e0', cookie: 'true', vid: '02' })}`,
    );
    const read = await sandbox.ask('POST', '/api/v1/get-online-attributes', {
      attribute_keys: { domain_userid: [visitor] },
      attributes: ['spent', 'cookies', 'later', 'today'].map((name) => `fields_v1:${name}`),
    });
    assert.deepEqual([read.spent, read.cookies, read.later, read.today], [[13.5], [2], [1], [2]]);

    const refused = { ...group(counter('n', 'derived_tstamp', 'like', '2026-01-05%')), name: 'never' };
    const answer = await sandbox.call('POST', '/api/v1/registry/attribute_groups/', refused);
    assert.equal(answer.status, 422);
    assert.match(answer.text, /use '>=' and '<'/);
  });

  // Rules 4 and 26.
  test('reads addresses as Enrich does, of any length, and a query with a question mark in it', async (t) => {
    const sandbox = await Sandbox.start(t);
    const visitor = randomUUID();
    const fields = ['mkt_source', 'mkt_network', 'mkt_clickid', 'page_urlhost', 'refr_medium'];
    await sandbox.publish({
      attribute_groups: [
        {
          name: 'fields',
          version: 1,
          is_published: true,
          attribute_key: { name: 'domain_userid' },
          attributes: fields.map((name) => ({
            name,
            type: 'string',
            aggregation: 'last',
            property: { type: 'atomic', name },
          })),
        },
      ],
    });
    const attributes = fields.map((name) => `fields_v1:${name}`);
    const ask = async () => {
      const read = await sandbox.ask('POST', '/api/v1/get-online-attributes', {
        attribute_keys: { domain_userid: [visitor] },
        attributes,
      });
      return fields.map((name) => read[name][0]);
    };
    await sandbox.track({
      e: 'pv',
      duid: visitor,
      eid: randomUUID(),
      refr: 'https://a.example/',
      url: `https://${'@'.repeat(40_000)}a.example/?utm_source=google&gclid=&msclkid=m1&utm_source=newsletter#${'a:@/\u2028'.repeat(40_000)}`,
    });
    assert.deepEqual(await ask(), ['newsletter', 'Google', null, 'a.example', null]);
    await sandbox.call('GET', `/i?e=pv&duid=${visitor}&eid=${randomUUID()}&url=https://b.example/?utm_source=raw`);
    assert.deepEqual(await ask(), ['raw', 'Google', null, 'b.example', null]);
  });

  test('responds to malformed events as to others, and counts them', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.publish();
    const visitor = randomUUID();
    const view = event('product_view', visitor);
    const bodies = [
      '{',
      'null',
      '"text"',
      '{"data":[]}',
      JSON.stringify(payloadData([null])),
      JSON.stringify(payloadData([['e', 'pv']])),
      JSON.stringify(payloadData([{ ...view, e: 'nothing' }])),
      JSON.stringify(payloadData([{ ...view, ue_pr: '{' }])),
      JSON.stringify(payloadData([{ ...view, ue_pr: undefined, ue_px: '%%%' }])),
      JSON.stringify(payloadData([{ ...view, duid: { deep: 1 } }])),
    ];
    for (const body of bodies) {
      const answer = await sandbox.call('POST', '/com.snowplowanalytics.snowplow/tp2', body);
      assert.deepEqual([answer.status, answer.text], [200, 'ok'], body);
    }
    await sandbox.call('GET', '/i');
    await sandbox.track({}, view);
    assert.deepEqual(await counted(sandbox), { good: 1, malformed: bodies.length + 2 });
    assert.equal(await readViews(sandbox, visitor), 1);
  });
});

describe('a subscriber', () => {
  test('receives the tutorial’s interventions, each once, in a form that every client can read', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.publish();
    const visitor = randomUUID();
    const stream = await sandbox.subscribe(`domain_userid=${visitor}&domain_sessionid=${randomUUID()}`);
    assert.equal(stream.status, 200);
    assert.equal(stream.headers['content-type'], 'text/event-stream');
    for (let i = 0; i < 6; ++i) await sandbox.track(event('product_view', visitor));
    await sandbox.track(addToCart(visitor, 60), addToCart(visitor, 60));
    await stream.until(3);
    assert.deepEqual(stream.names(), ['discount', 'cart_abandonment', 'free_shipping']);
    const [discount] = stream.received;
    assert.deepEqual(discount.attributes, {
      'ecom_attributes:count_product_views': '4',
      'ecom_attributes:count_add_to_cart': '0',
    });
    assert.deepEqual(discount.target_attribute_key, { name: 'domain_userid', id: visitor });
    assert.match(discount.intervention_id, /^[0-9a-f]{8}-/);
    assert.equal(new Set(stream.ids).size, 3);
  });

  test('gets one copy of an intervention for several targets, the first that it listens for', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.publish();
    const [visitor, customer] = [randomUUID(), randomUUID()];
    const both = await sandbox.subscribe(`domain_userid=${visitor}&user_id=${customer}`);
    const anonymous = await sandbox.subscribe(`domain_userid=${visitor.toUpperCase()}`);
    const stranger = await sandbox.subscribe(`domain_userid=${randomUUID()}`);
    await sandbox.track({ ...addToCart(visitor, 10), uid: customer });
    await both.until(1);
    await anonymous.until(1);
    assert.equal(both.received[0].target_attribute_key.name, 'user_id');
    assert.equal(anonymous.received[0].target_attribute_key.name, 'domain_userid');
    assert.equal(both.received[0].intervention_id, anonymous.received[0].intervention_id);
    assert.deepEqual([both.received.length, anonymous.received.length, stranger.received.length], [1, 1, 0]);
  });

  test('receives interventions that time alone triggers', async (t) => {
    const sandbox = await Sandbox.start(t);
    const [views] = tutorial.attribute_groups[0].attributes;
    const group = { ...tutorial.attribute_groups[0], attributes: [{ ...views, period: 'PT1S' }] };
    const quiet = { all: [{ attribute: 'ecom_attributes:count_product_views', operator: '=', value: 0 }] };
    await sandbox.publish({
      ...withIntervention({ name: 'quiet', criteria: quiet }),
      attribute_groups: [group],
      services: [],
    });
    const visitor = randomUUID();
    const stream = await sandbox.subscribe(`domain_userid=${visitor}`);
    await sandbox.track(event('product_view', visitor));
    assert.deepEqual(stream.names(), []);
    await stream.until(1);
    assert.deepEqual(stream.names(), ['quiet']);
  });

  test('receives values of all types as strings, in one line of ASCII', async (t) => {
    const sandbox = await Sandbox.start(t);
    const pages = {
      name: 'pages',
      type: 'string_list',
      aggregation: 'unique_list',
      property: { type: 'atomic', name: 'page_title' },
      events: [],
    };
    const group = { ...tutorial.attribute_groups[0], attributes: [pages] };
    const criteria = { attribute: 'ecom_attributes:pages', operator: 'changed' };
    await sandbox.publish({ ...withIntervention({ name: 'read', criteria }), attribute_groups: [group], services: [] });
    const visitor = randomUUID();
    const stream = await sandbox.subscribe(`domain_userid=${visitor}`);
    const title = 'Über\u2028\u0085\u{1F600}';
    await sandbox.track({ e: 'pv', duid: visitor, page: title });
    await stream.until(1);
    assert.equal(
      stream.received[0].attributes['ecom_attributes:pages'],
      JSON.stringify([title.replace('\u0085', '\u0085')]),
    );
  });

  test('receives comments as heartbeats', async (t) => {
    const sandbox = await Sandbox.start(t, '--limit', 'heartbeat=50');
    const stream = await sandbox.subscribe(`domain_userid=${randomUUID()}`);
    await sleep(400);
    assert.ok(stream.comments >= 2, `${stream.comments} heartbeats`);
    assert.equal(stream.ended, false);
  });

  test('may have two slashes in the address', async (t) => {
    const sandbox = await Sandbox.start(t);
    const answer = await sandbox.call('GET', '//api/v1/interventions?domain_userid=nobody');
    assert.equal(answer.json.error, 'only UUIDs allowed as attribute key values');
  });
});

describe('an intervention that a subscriber missed', () => {
  test('is sent again after Last-Event-ID, for its own ids only', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.publish();
    const [visitor, other] = [randomUUID(), randomUUID()];
    const first = await sandbox.subscribe(`domain_userid=${visitor}`);
    await sandbox.track(addToCart(visitor, 10));
    await first.until(1);
    first.close();
    const elsewhere = await sandbox.subscribe(`domain_userid=${other}&domain_userid=${visitor}`);
    await sandbox.track(addToCart(other, 200), addToCart(visitor, 200));
    await elsewhere.until(3);
    const second = await sandbox.subscribe(`domain_userid=${visitor}`, { 'Last-Event-ID': first.ids[0] });
    await second.until(1);
    await sleep(50);
    assert.deepEqual(second.names(), ['free_shipping']);
    assert.deepEqual(second.ids, [elsewhere.ids.at(-1)]);
  });

  test('is sent again to a subscriber that had received nothing yet', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.publish();
    const visitor = randomUUID();
    const first = await sandbox.subscribe(`domain_userid=${visitor}`);
    while (first.lastId === undefined) await sleep(10);
    assert.deepEqual(first.received, []);
    first.close();
    const other = await sandbox.subscribe(`domain_userid=${visitor}`);
    await sandbox.track(addToCart(visitor, 10));
    await other.until(1);
    const again = await sandbox.subscribe(`domain_userid=${visitor}`, { 'Last-Event-ID': first.lastId });
    await again.until(1);
    assert.deepEqual(again.names(), ['cart_abandonment']);
  });

  test('is not sent after an event id that the sandbox did not assign', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.publish();
    const visitor = randomUUID();
    const first = await sandbox.subscribe(`domain_userid=${visitor}`);
    await sandbox.track(addToCart(visitor, 10));
    await first.until(1);
    for (const id of ['0', '1', 'AAAAAAAAAAAAAAAAAAAAAA', 'x'.repeat(5000), first.ids[0].slice(1)]) {
      const stream = await sandbox.subscribe(`domain_userid=${visitor}`, { 'Last-Event-ID': id });
      await sleep(30);
      assert.deepEqual([stream.status, stream.received.length], [200, 0]);
      stream.close();
    }
  });

  test('is not consumed by HEAD, which counts as no stream and does not hang', async (t) => {
    const sandbox = await Sandbox.start(t, '--limit', 'streams=1');
    await sandbox.publish();
    const visitor = randomUUID();
    await sandbox.track(addToCart(visitor, 10));
    for (const path of ['/api/v1/interventions', '/api/v1/interventions/', '//api/v1/interventions']) {
      const answer = await sandbox.call('HEAD', `${path}?domain_userid=${visitor}`, undefined, { Authorization: '' });
      assert.equal(answer.status, 405, path);
      assert.equal(answer.headers.allow, 'GET, POST');
    }
    assert.equal((await sandbox.ask('GET', '/api/v1/statistics')).subscribers, 0);
    const stream = await sandbox.subscribe(`domain_userid=${visitor}`);
    await stream.until(1);
    assert.deepEqual(stream.names(), ['cart_abandonment']);
  });

  test('is dropped after its retention time', async (t) => {
    const sandbox = await Sandbox.start(t, '--limit', 'replayAge=200');
    await sandbox.publish();
    const visitor = randomUUID();
    const first = await sandbox.subscribe(`domain_userid=${visitor}`);
    await sandbox.track(addToCart(visitor, 10));
    await first.until(1);
    first.close();
    await sandbox.track(addToCart(visitor, 200));
    await sleep(300);
    const late = await sandbox.subscribe(`domain_userid=${visitor}`, { 'Last-Event-ID': first.ids[0] });
    await sleep(50);
    assert.deepEqual(late.names(), []);
  });

  test('waits for the first subscriber, and is not sent to a second one', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.publish();
    const visitor = randomUUID();
    await sandbox.track(addToCart(visitor, 10));
    const first = await sandbox.subscribe(`domain_userid=${visitor}`);
    await first.until(1);
    const second = await sandbox.subscribe(`domain_userid=${visitor}`);
    await sleep(50);
    assert.deepEqual(second.names(), []);
  });
});

describe('a pushed intervention', () => {
  test('reaches the subscribers, and the response has the status that the SDK reads', async (t) => {
    const sandbox = await Sandbox.start(t);
    const visitor = randomUUID();
    const push = (query, body = direct) => sandbox.ask('POST', `/api/v1/interventions?${query}`, body);
    assert.equal((await push(`domain_userid=${visitor}`)).status, 'undelivered');
    const stream = await sandbox.subscribe(`domain_userid=${visitor}`);
    assert.equal((await push(`domain_userid=${randomUUID()}`)).status, 'undelivered');
    assert.equal((await push(`domain_userid=${randomUUID()}&domain_userid=${visitor}`)).status, 'success');
    const id = randomUUID();
    assert.deepEqual(await push(`domain_userid=${visitor}`, { name: 'bare', version: 2, intervention_id: id }), {
      status: 'success',
      intervention_id: id,
    });
    await stream.until(2);
    assert.deepEqual(stream.received[0].target_attribute_key, { name: 'domain_userid', id: visitor });
    assert.deepEqual(stream.received[0].attributes, direct.attributes);
    assert.deepEqual(stream.received[1], {
      intervention_id: id,
      name: 'bare',
      version: 2,
      attributes: {},
      target_attribute_key: { name: 'domain_userid', id: visitor },
    });
  });

  test('may name its target itself', async (t) => {
    const sandbox = await Sandbox.start(t);
    const target = { name: 'domain_sessionid', id: randomUUID() };
    const stream = await sandbox.subscribe(`domain_sessionid=${target.id}`);
    await sandbox.ask('POST', '/api/v1/interventions', { ...direct, target_attribute_key: target });
    await stream.until(1);
    assert.deepEqual(stream.received[0].target_attribute_key, target);
  });

  test('can be a test of a registered intervention', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.publish();
    const visitor = randomUUID();
    const stream = await sandbox.subscribe(`domain_userid=${visitor}`);
    const send = (name) => sandbox.call('POST', `/api/v1/testing/interventions/${name}/send?domain_userid=${visitor}`);
    assert.equal((await send('discount')).json.status, 'success');
    assert.equal((await send('nothing')).status, 404);
    await stream.until(1);
    assert.deepEqual([stream.received[0].name, stream.received[0].version], ['discount', 1]);
    // A test leaves no mark, so the real intervention still fires.
    for (let i = 0; i < 4; ++i) await sandbox.track(event('product_view', visitor));
    await stream.until(2);
  });

  test('must be a valid intervention', async (t) => {
    const sandbox = await Sandbox.start(t);
    const query = `domain_userid=${randomUUID()}`;
    for (const [field, body] of [
      ['name', { version: 1 }],
      ['name', { name: '', version: 1 }],
      ['version', { name: 'hello' }],
      ['version', { ...direct, version: '1' }],
      ['attributes.a:b', { ...direct, attributes: { 'a:b': 1 } }],
      ['intervention_id', { ...direct, intervention_id: '' }],
      ['intervention_id', { ...direct, intervention_id: 7 }],
      ['target_attribute_key', { ...direct, target_attribute_key: { name: 'domain_userid' } }],
    ]) {
      const answer = await sandbox.call('POST', `/api/v1/interventions?${query}`, body);
      assert.equal(answer.status, 400, JSON.stringify(body));
      assert.match(answer.json.error, new RegExp(`'${field}'`), 'the error names the field');
    }
  });

  test('has any name and id; an SDK that reads only identifiers and UUIDs does not receive others', async (t) => {
    const sandbox = await Sandbox.start(t);
    const visitor = randomUUID();
    const streams = new Map();
    for (const sdk of ['signals-py 0.4.3', 'signals-py 0.4.4', 'another client']) {
      streams.set(sdk, await sandbox.subscribe(`domain_userid=${visitor}`, { 'X-Signals-Sdk-Name': sdk }));
    }
    const push = (body) => sandbox.ask('POST', `/api/v1/interventions?domain_userid=${visitor}`, body);
    const free = { name: 'Spring sale: −10 %', version: 1, intervention_id: 'campaign/7' };
    assert.deepEqual(await push(free), { status: 'success', intervention_id: 'campaign/7' });
    await push({ ...direct, intervention_id: 'campaign/8' });
    await push(direct);
    await streams.get('another client').until(3);
    await streams.get('signals-py 0.4.4').until(3);
    assert.equal(streams.get('another client').received[0].name, free.name);
    assert.equal(streams.get('another client').received[0].intervention_id, 'campaign/7');
    await streams.get('signals-py 0.4.3').until(1);
    assert.deepEqual(streams.get('signals-py 0.4.3').names(), ['hello']);
    assert.match(sandbox.log, /kept from signals-py 0\.4\.3: .* needs 0\.4\.4/);
  });
});

describe('published definitions', () => {
  test('that change keep the counts', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.publish({ ...tutorial, interventions: [] });
    const visitor = randomUUID();
    for (let i = 0; i < 3; ++i) await sandbox.track(event('product_view', visitor));
    const stream = await sandbox.subscribe(`domain_userid=${visitor}`);
    await sandbox.publish();
    await sandbox.track(event('product_view', visitor));
    await stream.until(1);
    assert.deepEqual(stream.names(), ['discount']);
  });

  test('in a new version restart the changed attributes, and keep the others', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.publish();
    const visitor = randomUUID();
    await sandbox.track(event('product_view', visitor), addToCart(visitor, 10));
    const [group] = tutorial.attribute_groups;
    const [views, adds, value] = group.attributes;
    await sandbox.ask('POST', '/api/v1/registry/attribute_groups/', {
      ...group,
      version: 2,
      attributes: [views, { ...adds, period: 'P1D' }, value],
    });
    const names = ['count_product_views', 'count_add_to_cart', 'total_cart_value'];
    const read = (version) =>
      sandbox.ask('POST', '/api/v1/get-online-attributes', {
        attribute_keys: { domain_userid: [visitor] },
        attributes: names.map((name) => `ecom_attributes_v${version}:${name}`),
      });
    assert.deepEqual(await read(1), {
      domain_userid: [visitor],
      count_product_views: [1],
      count_add_to_cart: [1],
      total_cart_value: [10],
    });
    assert.deepEqual(await read(2), {
      domain_userid: [visitor],
      count_product_views: [1],
      count_add_to_cart: [0],
      total_cart_value: [10],
    });
  });
});
