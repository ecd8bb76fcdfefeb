// Event logs (agentic contexts): defined, published, read in both forms, bounded, durable and forgotten.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { build } from '../../js/dist/server.js';
import { event, Sandbox, storedText, tutorial } from './sandbox.mjs';

const registry = '/api/v1/registry/event_logs/';
const ecommerce = 'com.snowplowanalytics.snowplow.ecommerce';

const log = {
  name: 'activity',
  version: 1,
  owner: 'user@company.com',
  prompt: 'Advise the visitor.',
  attribute_key: { name: 'domain_sessionid' },
  max_events: 3,
  max_age_seconds: 600,
  events: [
    {
      event: { vendor: ecommerce, name: 'snowplow_ecommerce_action', major_version: 1 },
      properties: [
        { type: 'atomic', name: 'event_name' },
        { type: 'atomic', name: 'page_urlpath' },
        { type: 'event', vendor: ecommerce, name: 'snowplow_ecommerce_action', major_version: 1, path: '$.type' },
        { type: 'entity', vendor: ecommerce, name: 'product', major_version: 1, path: 'price', output_name: 'cost' },
      ],
    },
  ],
};

const publish = (sandbox, names = ['activity'], call = 'publish') =>
  sandbox.ask('POST', `/api/v1/engines/${call}`, { event_logs: names.map((name) => ({ name })) });

const read = (sandbox, session, more = '') =>
  sandbox.ask('GET', `/api/v1/event_log?name=activity&identifier=${session}${more}`);

const types = async (sandbox, session) => (await read(sandbox, session)).events.map(({ type }) => type);

async function startWithLog(t, ...options) {
  const sandbox = await Sandbox.start(t, ...options);
  await sandbox.ask('POST', registry, log);
  await publish(sandbox);
  return sandbox;
}

/** Events of one session, in the order of their times. */
function visit(session, visitor, ...actions) {
  const now = Date.now() - 1000 * actions.length;
  return actions.map((action, index) =>
    event(action, visitor, { sid: session, dtm: now + 1000 * index, stm: Date.now() }),
  );
}

describe('an event log', () => {
  test('keeps the last events of a session, and is read as JSON and as a narrative', async (t) => {
    const sandbox = await startWithLog(t);
    const [session, other] = [randomUUID(), randomUUID()];
    const before = Date.now();
    await sandbox.track(
      ...visit(session, randomUUID(), 'product_view', 'product_view', 'add_to_cart', 'remove_from_cart'),
    );
    await sandbox.track(...visit(other, randomUUID(), 'product_view'));
    await sandbox.track({ ...event('product_view', randomUUID(), { sid: session }), e: 'pv', ue_pr: '' });
    const { started_at_ms, summary, ...context } = await read(sandbox, session.toUpperCase());
    const cart = { event_name: 'snowplow_ecommerce_action', page_urlpath: '/product/cap-1' };
    assert.deepEqual(context, {
      name: 'activity',
      attribute_key: 'domain_sessionid',
      identifier: session.toUpperCase(),
      events: [
        { ...cart, type: 'remove_from_cart', cost: 22.24 },
        { ...cart, type: 'add_to_cart', cost: 24.49 },
        { ...cart, type: 'product_view', cost: 24.49 },
      ],
      prompt: 'Advise the visitor.',
    });
    assert.ok(started_at_ms <= before && started_at_ms > before - 10_000);
    assert.match(summary, /^Last activity \d+ seconds ago/);
    const answer = await sandbox.call('GET', `/api/v1/event_log?name=activity&identifier=${session}&format=narrative`);
    assert.match(answer.headers['content-type'], /^text\/plain/);
    const lines = answer.text.split('\n');
    assert.equal(lines[0], 'Advise the visitor.');
    const table = lines.slice(lines.findIndex((line) => line.startsWith('seconds_')) + 1, -1);
    assert.deepEqual(
      table.map((line) => line.replace(/^\d+/, 'N')),
      [
        "N, snowplow_ecommerce_action, /product/cap-1, {type: 'product_view', cost: 24.49}",
        "N, snowplow_ecommerce_action, /product/cap-1, {type: 'add_to_cart', cost: 24.49}",
        "N, snowplow_ecommerce_action, /product/cap-1, {type: 'remove_from_cart', cost: 22.24}",
      ],
    );
    assert.equal(lines.at(-1), '[END CONTEXT]');
  });

  test('an event counts once; an unknown session has an empty log; an unknown log gets 404', async (t) => {
    const sandbox = await startWithLog(t);
    const session = randomUUID();
    const [once] = visit(session, randomUUID(), 'product_view');
    await sandbox.track(once, once);
    await sandbox.track(once);
    assert.deepEqual(await types(sandbox, session), ['product_view']);
    assert.deepEqual((await read(sandbox, 'nobody')).events, []);
    const path = (name, rest = '') => `/api/v1/event_log?name=${name}&identifier=${session}${rest}`;
    assert.equal((await sandbox.call('GET', path('nothing'))).status, 404);
    for (const [wrong, field] of [
      [path('activity', '&format=xml'), 'format'],
      ['/api/v1/event_log?name=activity', 'identifier'],
      [path('no-name'), 'name'],
    ]) {
      const answer = await sandbox.call('GET', wrong);
      assert.equal(answer.status, 400);
      assert.match(answer.json.error, new RegExp(`'${field}'`));
    }
    assert.equal((await sandbox.call('GET', path('activity'), undefined, { Authorization: '' })).status, 401);
  });

  test('survives a crash and a restart', async (t) => {
    const sandbox = await startWithLog(t);
    const session = randomUUID();
    await sandbox.track(...visit(session, randomUUID(), 'product_view', 'add_to_cart'));
    const before = await read(sandbox, session);
    for (const signal of ['SIGKILL', 'SIGTERM']) {
      await sandbox.kill(signal);
      await sandbox.start();
      const { summary: _, ...after } = await read(sandbox, session);
      assert.deepEqual({ ...after, summary: before.summary }, before, signal);
    }
    await sandbox.track(...visit(session, randomUUID(), 'remove_from_cart'));
    assert.deepEqual(await types(sandbox, session), ['remove_from_cart', 'add_to_cart', 'product_view']);
  });

  test('is deleted when its session, or any id of its visitor, is forgotten', async (t) => {
    const sandbox = await startWithLog(t);
    const forgotten = [];
    for (const key of ['domain_sessionid', 'domain_userid', 'user_id', 'any']) {
      const ids = { domain_sessionid: randomUUID(), domain_userid: randomUUID(), user_id: `user-${randomUUID()}` };
      const { domain_sessionid: sid, domain_userid: duid, user_id: uid } = ids;
      const marker = `/${randomUUID()}`;
      const changes = { uid, url: `https://shop.example.com${marker}` };
      await sandbox.track(...visit(sid, duid, 'product_view', 'add_to_cart').map((each) => ({ ...each, ...changes })));
      assert.equal((await read(sandbox, sid)).events.length, 2);
      const [name, id] = key === 'any' ? ['another_key', marker] : [key, ids[key]];
      await sandbox.ask('DELETE', `/api/v1/${name}/${encodeURIComponent(id)}`);
      assert.deepEqual((await read(sandbox, sid)).events, [], key);
      forgotten.push({ key, sid, marker });
    }
    const [other, visitor] = [randomUUID(), randomUUID()];
    await sandbox.track(...visit(other, visitor, 'product_view'));
    await sandbox.kill();
    await sandbox.start();
    for (const { key, sid } of forgotten)
      assert.deepEqual((await read(sandbox, sid)).events, [], `${key}, after a crash`);
    assert.deepEqual(await types(sandbox, other), ['product_view']);
    await sandbox.kill('SIGTERM');
    const stored = await storedText(sandbox.folder);
    for (const { key, marker } of forgotten) assert.ok(!stored.includes(marker), key);
    assert.ok(stored.includes(visitor), 'others are kept');
  });

  test('is bounded: the sessions without events for the longest time go first', async (t) => {
    const sandbox = await startWithLog(t, '--limit', 'loggedSessions=2');
    const sessions = [randomUUID(), randomUUID(), randomUUID()];
    const visitOf = (session) => sandbox.track(...visit(session, randomUUID(), 'product_view'));
    for (const session of [sessions[0], sessions[1], sessions[0], sessions[2]]) await visitOf(session);
    const counts = await Promise.all(sessions.map(async (session) => (await read(sandbox, session)).events.length));
    assert.deepEqual(counts, [2, 0, 1]);
    await sandbox.kill('SIGTERM');
    await sandbox.start('--limit', 'loggedBytes=600');
    assert.deepEqual(await types(sandbox, sessions[0]), []);
    assert.deepEqual(await types(sandbox, sessions[2]), ['product_view']);
  });

  test('an event on which the engine fails is not logged', async (t) => {
    const sandbox = Sandbox.prepare(t);
    const poison = new URL('poison.mjs', import.meta.url);
    poison.searchParams.set('switches', sandbox.folder);
    sandbox.nodeOptions = ['--import', poison.href];
    await sandbox.start();
    await sandbox.publish();
    await sandbox.ask('POST', registry, log);
    await publish(sandbox);
    const session = randomUUID();
    const [good, poisoned] = visit(session, randomUUID(), 'product_view', 'add_to_cart');
    await sandbox.track(good);
    await sandbox.track({ ...poisoned, page: 'TRAP' });
    assert.deepEqual(await types(sandbox, session), ['product_view']);
    await sandbox.track(...visit(session, randomUUID(), 'remove_from_cart'));
    assert.deepEqual(await types(sandbox, session), ['remove_from_cart', 'product_view']);
  });
});

describe('a definition of an event log', () => {
  test('is a draft until it is published, and stays live while a draft changes', async (t) => {
    const sandbox = await Sandbox.start(t);
    const created = await sandbox.ask('POST', registry, { ...log, is_published: true });
    assert.deepEqual([created.is_published, created.has_published_version], [false, false]);
    assert.equal((await sandbox.call('POST', registry, { ...log, max_events: 9 })).status, 400);
    assert.equal((await sandbox.call('GET', '/api/v1/event_log?name=activity&identifier=x')).status, 404);
    assert.deepEqual(await publish(sandbox), { status: 'published' });
    assert.deepEqual(await publish(sandbox), { status: 'nothing to publish' });
    const draft = await sandbox.ask('PUT', `${registry}activity`, { ...log, prompt: 'Another one.' });
    assert.deepEqual([draft.prompt, draft.is_published, draft.has_published_version], ['Another one.', false, true]);
    assert.equal((await read(sandbox, 'x')).prompt, 'Advise the visitor.');
    const session = randomUUID();
    await sandbox.track(...visit(session, randomUUID(), 'product_view'));
    await publish(sandbox);
    assert.equal((await read(sandbox, session)).prompt, 'Another one.');
    assert.deepEqual(await types(sandbox, session), ['product_view'], 'the events stay');
    const read2 = await sandbox.ask('GET', `${registry}activity`);
    assert.deepEqual([read2.is_published, read2.has_published_version], [true, true]);
    await sandbox.kill();
    await sandbox.start();
    assert.equal((await read(sandbox, 'x')).prompt, 'Another one.');
  });

  test('can be deleted when it is unpublished; its events are then gone', async (t) => {
    const sandbox = await startWithLog(t);
    const session = randomUUID();
    await sandbox.track(...visit(session, randomUUID(), 'product_view'));
    const refused = await sandbox.call('DELETE', `${registry}activity`);
    assert.equal(refused.status, 400);
    assert.match(refused.json.detail, /Event log 'activity' is published\. Unpublish it first/);
    assert.deepEqual(await publish(sandbox, ['activity'], 'unpublish'), { status: 'unpublished' });
    assert.deepEqual(await publish(sandbox, ['activity'], 'unpublish'), { status: 'nothing to unpublish' });
    assert.equal((await sandbox.call('GET', '/api/v1/event_log?name=activity&identifier=x')).status, 404);
    assert.deepEqual(
      (await sandbox.ask('GET', registry)).map(({ is_published }) => is_published),
      [false],
    );
    await publish(sandbox);
    assert.deepEqual(await types(sandbox, session), []);
    await publish(sandbox, ['activity'], 'unpublish');
    assert.deepEqual(await sandbox.ask('DELETE', `${registry}activity`), { ok: true });
    assert.equal((await sandbox.call('GET', `${registry}activity`)).status, 404);
  });

  test('is in the bundle for pages, without owner and description', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.ask('POST', registry, { ...log, description: 'secret' });
    assert.deepEqual((await sandbox.ask('GET', '/definitions.json')).event_logs, []);
    await publish(sandbox);
    await sandbox.ask('PUT', `${registry}activity`, { ...log, prompt: 'A draft.' });
    const { owner: _, ...forPages } = log;
    assert.deepEqual((await sandbox.ask('GET', '/definitions.json')).event_logs, [forPages]);
  });

  let shared;
  let endShared;
  before(async () => (shared = await Sandbox.start({ after: (end) => (endShared = end) })));
  after(() => endShared());

  const [selection] = log.events;
  const [property] = selection.properties;
  const withEvent = (changes) => ({ ...log, events: [{ ...selection, event: changes }] });
  const withProperties = (...properties) => ({ ...log, events: [{ ...selection, properties }] });
  const entity = selection.properties[3];
  for (const [place, wrong] of [
    ['attribute_key.name', { ...log, attribute_key: { name: 'domain_userid' } }],
    ['attribute_key.name', { ...log, attribute_key: undefined }],
    ['max_events', { ...log, max_events: 101 }],
    ['max_events', { ...log, max_events: 0 }],
    ['max_events', { ...log, max_events: '3' }],
    ['max_age_seconds', { ...log, max_age_seconds: 3601 }],
    ['max_age_seconds', { ...log, max_age_seconds: undefined }],
    ['prompt', { ...log, prompt: 'x'.repeat(3801) }],
    ['events', { ...log, events: [] }],
    ['events', { ...log, events: Array(21).fill(selection) }],
    ['events.0.event', withEvent('page_view')],
    ['events.0.event.major_version', withEvent({ name: 'a', version: '1-0-0', major_version: 1 })],
    ['events.0.event.event_specification_id', withEvent({ name: 'a', event_specification_id: 'x' })],
    ['events.0.event.vendor', withEvent({ vendor: 'a b' })],
    ['events.0.event.version', withEvent({ version: '1' })],
    ['events.0.properties', withProperties()],
    ['events.0.properties.1.output_name', withProperties(property, property)],
    ['events.0.properties.0.type', withProperties({ name: 'app_id' })],
    ['events.0.properties.0.name', withProperties({ type: 'atomic', name: 'no_such_field' })],
    ['events.0.properties.1.path', withProperties(property, { ...entity, path: 'a[*]' })],
    ['events.0.properties.0.major_version', withProperties({ ...entity, major_version: 0 })],
  ]) {
    test(`with an error in ${place} is refused: ${JSON.stringify(wrong.events?.[0] ?? wrong).slice(0, 60)}`, async () => {
      const answer = await shared.call('POST', registry, wrong);
      assert.equal(answer.status, 422, answer.text);
      assert.deepEqual(
        answer.json.detail.map(({ loc }) => loc.join('.')),
        [`body.${place}`],
        answer.text,
      );
    });
  }

  test('with two properties of one name in two selections is accepted, and 20 selections of 50 properties', async (t) => {
    const sandbox = await Sandbox.start(t);
    const properties = Array.from({ length: 50 }, (_, i) => ({ ...property, output_name: `p${i}` }));
    await sandbox.ask('POST', registry, { ...log, events: Array(20).fill({ ...selection, properties }) });
    await sandbox.ask('POST', registry, { ...withEvent({}), name: 'any_event' });
    await publish(sandbox, ['activity', 'any_event']);
  });
});

describe('the published bundle with event logs', () => {
  const [selection] = log.events;

  test('loads: what the engine refuses in a log is refused, with its message and place', async (t) => {
    const sandbox = await Sandbox.start(t);
    const dated = { type: 'atomic', name: 'derived_tstamp', date_part: 'active_day' };
    for (const [change, place, message] of [
      [{ event: { name: 'page_view', major_version: 9_999_999 } }, ['event', 'major_version'], /1000000|1,000,000/],
      [{ properties: [dated] }, ['properties', 0], /keeps values of the event as they are/],
    ]) {
      const answer = await sandbox.call('POST', registry, { ...log, events: [{ ...selection, ...change }] });
      assert.equal(answer.status, 422, answer.text);
      const [{ loc, msg }] = answer.json.detail;
      assert.deepEqual(loc.slice(0, 3 + place.length), ['body', 'events', 0, ...place]);
      assert.match(msg, message);
    }
    await build(JSON.stringify(await sandbox.ask('GET', '/definitions.json')));
  });

  test('has at most 100 logs; one that is unpublished makes room', async (t) => {
    const sandbox = await Sandbox.start(t);
    const names = Array.from({ length: 101 }, (_, index) => `log_${index}`);
    for (const name of names) await sandbox.ask('POST', registry, { ...log, name });
    assert.deepEqual(await publish(sandbox, names.slice(0, 100)), { status: 'published' });
    const body = { event_logs: [{ name: 'log_100' }] };
    const refused = await sandbox.call('POST', '/api/v1/engines/publish', body);
    assert.equal(refused.status, 422);
    assert.match(refused.text, /100/);
    await build(JSON.stringify(await sandbox.ask('GET', '/definitions.json')));
    await publish(sandbox, ['log_0'], 'unpublish');
    assert.deepEqual(await publish(sandbox, ['log_100']), { status: 'published' });
  });

  test('has a log as the SDK dumps it: a null counts as absent at every level, and the log has its events', async (t) => {
    const sandbox = await Sandbox.start(t);
    const dumped = {
      ...log,
      prompt: null,
      description: null,
      attribute_key: { ...log.attribute_key, ttl: null },
      events: [
        {
          event: {
            name: 'snowplow_ecommerce_action',
            vendor: null,
            version: null,
            major_version: null,
            event_specification_id: null,
          },
          properties: selection.properties.map((each) => ({
            output_name: null,
            index: null,
            date_part: null,
            ...each,
          })),
        },
      ],
    };
    await sandbox.ask('POST', registry, dumped);
    await publish(sandbox);
    const session = randomUUID();
    await sandbox.track(...visit(session, randomUUID(), 'product_view'));
    const { events } = await read(sandbox, session);
    assert.deepEqual(Object.keys(events[0]), ['event_name', 'page_urlpath', 'type', 'cost']);
  });

  test('counts the characters of a prompt by code points, as the SDK does', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.ask('POST', registry, { ...log, prompt: '😀'.repeat(3800) });
    const answer = await sandbox.call('POST', registry, { ...log, name: 'longer', prompt: '😀'.repeat(3801) });
    assert.equal(answer.status, 422);
  });
});

test('receipts of interventions are not logged', async (t) => {
  const sandbox = await Sandbox.start(t);
  const [selection] = log.events;
  await sandbox.ask('POST', registry, { ...log, events: [{ ...selection, event: {} }] });
  await publish(sandbox);
  const session = randomUUID();
  const [view] = visit(session, randomUUID(), 'product_view');
  const data = { schema: 'iglu:com.snowplowanalytics.signals/intervention_receive/jsonschema/1-0-0', data: {} };
  const schema = 'iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0';
  await sandbox.track(view, { ...view, eid: randomUUID(), ue_pr: JSON.stringify({ schema, data }) });
  assert.deepEqual(await types(sandbox, session), ['product_view']);
});

describe('publishing by name', () => {
  test('an error names the object, and begins with its place in the request', async (t) => {
    const sandbox = await Sandbox.start(t);
    const [first] = tutorial.interventions;
    const draft = { ...first, is_published: false };
    const [group] = tutorial.attribute_groups;
    await sandbox.ask('POST', '/api/v1/registry/attribute_groups/', { ...group, is_published: false });
    await sandbox.ask('POST', '/api/v1/registry/interventions/', draft);
    const body = { interventions: [{ name: first.name, version: first.version ?? 1 }] };
    const answer = await sandbox.call('POST', '/api/v1/engines/publish', body);
    assert.equal(answer.status, 422);
    const [{ loc, msg }] = answer.json.detail;
    assert.deepEqual(loc.slice(0, 3), ['body', 'interventions', 0]);
    assert.ok(msg.startsWith(`Intervention '${first.name}' version 1: `), msg);
    const noName = await sandbox.call('POST', '/api/v1/engines/publish', { services: [{ name: 'a' }, {}] });
    assert.deepEqual(noName.json.detail[0].loc, ['body', 'services', 1]);
    const unknown = await sandbox.call('POST', '/api/v1/engines/publish', { service: [] });
    assert.equal(unknown.json.detail[0].msg, "The body has the unknown member 'service'; /docs/ lists the known ones");
  });

  test('accepts each key that exists without being created, and null for an absent list', async (t) => {
    const sandbox = await Sandbox.start(t);
    const names = ['domain_userid', 'client_session_user_id', 'client_session_session_id'];
    const body = { attribute_keys: names.map((name) => ({ name })), services: null, agentic_decisions: null };
    for (const call of ['publish', 'unpublish'])
      assert.deepEqual(await sandbox.ask('POST', `/api/v1/engines/${call}`, body), { status: `nothing to ${call}` });
    const missing = await sandbox.call('POST', '/api/v1/engines/publish', { attribute_keys: [{ name: 'nothing' }] });
    assert.equal(missing.status, 404);
  });
  test('publishes and unpublishes drafts of all types, in an order in which each is valid', async (t) => {
    const sandbox = await Sandbox.start(t);
    const [group] = tutorial.attribute_groups;
    const drafts = {
      attribute_groups: [group],
      services: tutorial.services,
      interventions: tutorial.interventions,
      event_logs: [log],
    };
    for (const [type, objects] of Object.entries(drafts)) {
      for (const object of objects)
        await sandbox.ask('POST', `/api/v1/registry/${type}/`, { ...object, is_published: false });
    }
    const names = ({ name, version = 1 }) => ({ name, version });
    const all = {
      interventions: tutorial.interventions.map(names),
      attribute_keys: [{ name: 'domain_userid' }],
      services: [{ name: 'ecom_attributes' }],
      attribute_groups: [names(group)],
      event_logs: [{ name: 'activity' }],
    };
    const call = (name, body) => sandbox.ask('POST', `/api/v1/engines/${name}`, body);
    assert.deepEqual(await call('publish', all), { status: 'published' });
    const counts = async () => {
      const bundle = await sandbox.ask('GET', '/definitions.json');
      return [bundle.attribute_groups, bundle.services, bundle.interventions, bundle.event_logs].map(
        ({ length }) => length,
      );
    };
    assert.deepEqual(await counts(), [1, 1, 3, 1]);
    assert.deepEqual(await call('publish', all), { status: 'nothing to publish' });
    assert.deepEqual(await call('publish', {}), { status: 'nothing to publish' });
    assert.deepEqual(await call('unpublish', all), { status: 'unpublished' });
    assert.deepEqual(await counts(), [0, 0, 0, 0]);
    assert.deepEqual(await call('unpublish', all), { status: 'nothing to unpublish' });
  });

  test('changes nothing if one of the objects cannot be published', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.ask('POST', registry, log);
    const [group] = tutorial.attribute_groups;
    await sandbox.ask('POST', '/api/v1/registry/attribute_groups/', { ...group, is_published: false });
    const publishBoth = (attribute_groups) =>
      sandbox.call('POST', '/api/v1/engines/publish', { attribute_groups, event_logs: [{ name: 'activity' }] });
    const missing = await publishBoth([
      { name: 'ecom_attributes', version: 1 },
      { name: 'nothing', version: 1 },
    ]);
    assert.equal(missing.status, 404);
    assert.match(missing.json.detail, /Attribute group 'nothing' version 1 does not exist/);
    assert.deepEqual((await sandbox.ask('GET', '/definitions.json')).event_logs, []);
    assert.deepEqual((await sandbox.ask('GET', '/definitions.json')).attribute_groups, []);
    const noVersion = await publishBoth([{ name: 'ecom_attributes' }]);
    assert.equal(noVersion.status, 422);
    assert.match(noVersion.text, /version/);
  });
});

test('calls that need a warehouse or a language model get 501 with a sentence that says so', async (t) => {
  const sandbox = await Sandbox.start(t);
  const id = randomUUID();
  for (const [method, path, reason, body] of [
    ['POST', '/api/v1/datasets/sql', 'warehouse', {}],
    ['POST', '/api/v1/datasets/runs', 'warehouse', {}],
    ['GET', `/api/v1/datasets/runs/${id}`, 'warehouse'],
    ['GET', `/api/v1/datasets/runs/${id}/preview?limit=10`, 'warehouse'],
    ['POST', `/api/v1/datasets/runs/${id}/cancel`, 'warehouse'],
    ['POST', '/api/v1/registry/agentic_decisions/', 'language model', { name: 'stuck' }],
    ['GET', '/api/v1/registry/agentic_decisions/stuck', 'language model'],
    ['GET', '/api/v1/registry/agentic_attributes/', 'language model'],
    ['GET', '/api/v1/warehouse/tables', 'warehouse'],
    ['POST', '/api/v1/warehouse/tables', 'warehouse', {}],
    ['POST', '/api/v1/engines/publish', 'language model', { agentic_decisions: [{ name: 'stuck' }] }],
  ]) {
    const answer = await sandbox.call(method, path, body);
    assert.equal(answer.status, 501, `${method} ${path}`);
    assert.match(answer.json.detail, new RegExp(`(need|reads).*${reason}`));
    assert.equal((await sandbox.call(method, path, undefined, { Authorization: '' })).status, 401);
  }
});
