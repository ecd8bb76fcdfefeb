// An engine that fails on an input: the sandbox sets the input aside, continues, and sends nothing twice.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { addToCart, event, Sandbox, tutorial } from './sandbox.mjs';

const delivered = 200;

/** Starts a sandbox whose engine fails on purpose; see poison.mjs. `break` makes a call fail, `mend` repairs it. */
async function startPoisoned(t, ...options) {
  const switches = mkdtempSync(join(tmpdir(), 'switches-'));
  t.after(() => rmSync(switches, { recursive: true }));
  const sandbox = Sandbox.prepare(t);
  const poison = new URL(`./poison.mjs?switches=${encodeURIComponent(switches)}`, import.meta.url).href;
  sandbox.nodeOptions = ['--import', poison];
  await sandbox.start(...options);
  return {
    sandbox,
    poison,
    break: (call) => writeFileSync(join(switches, call), ''),
    mend: (call) => rmSync(join(switches, call)),
  };
}

const poisonous = (visitor, page = 'TRAP', changes = {}) => event('product_view', visitor, { page, ...changes });

const readViews = async (sandbox, ids) => {
  const body = { attribute_keys: { domain_userid: ids }, attributes: ['ecom_attributes_v1:count_product_views'] };
  return (await sandbox.ask('POST', '/api/v1/get-online-attributes', body)).count_product_views;
};

const deadLetters = async (sandbox) => (await sandbox.ask('GET', '/api/v1/statistics')).dead_letters;

describe('an event that the engine fails on', () => {
  test('is set aside, and the events before and after it count, also after restarts', async (t) => {
    const { sandbox } = await startPoisoned(t);
    await sandbox.publish();
    const [one, two] = [randomUUID(), randomUUID()];
    await sandbox.track(event('product_view', one));
    const answer = await sandbox.track(
      event('product_view', one),
      poisonous(two),
      event('product_view', two),
      poisonous(one, 'THROW'),
      event('product_view', one),
    );
    assert.deepEqual([answer.status, answer.text], [200, 'ok']);
    await sandbox.track(event('product_view', two));
    const check = async () => {
      assert.deepEqual(await readViews(sandbox, [one, two]), [3, 2]);
      const { count, listed } = await deadLetters(sandbox);
      assert.equal(count, 2);
      assert.deepEqual(
        listed.map(({ code }) => code),
        ['RuntimeError', 'RangeError'],
      );
      for (const letter of listed) {
        assert.deepEqual(Object.keys(letter), ['time', 'code']);
        assert.ok(Math.abs(Date.parse(letter.time) - Date.now()) < 60_000);
      }
    };
    await check();
    assert.equal((await sandbox.ask('GET', '/api/v1/statistics')).events.good, 5);
    assert.match(sandbox.log, /failed on an input of the kind 'event' \(RuntimeError\)/);
    assert.doesNotMatch(sandbox.log, new RegExp(`${one}|${two}|payload`));
    await sandbox.kill();
    await sandbox.start();
    await check();
    // The event stays set aside even if the engine would now accept it.
    sandbox.nodeOptions = [];
    await sandbox.kill();
    await sandbox.start();
    await check();
    assert.equal((await sandbox.call('GET', '/health-all')).status, 200);
  });

  test('repeats no intervention that was sent, and later ones are sent once', async (t) => {
    const { sandbox } = await startPoisoned(t);
    await sandbox.publish();
    const visitor = randomUUID();
    const stream = await sandbox.subscribe(`domain_userid=${visitor}`);
    await sandbox.track(addToCart(visitor, 10));
    await stream.until(1);
    await sandbox.track(
      addToCart(visitor, 10),
      poisonous(visitor),
      addToCart(visitor, 100),
      poisonous(visitor),
      addToCart(visitor, 100),
    );
    await stream.until(2);
    await sleep(delivered);
    assert.deepEqual(stream.names(), ['cart_abandonment', 'free_shipping']);
    await sandbox.kill();
    await sandbox.start();
    const next = await sandbox.subscribe(`domain_userid=${visitor}`);
    await sandbox.track(addToCart(visitor, 100), poisonous(visitor), addToCart(visitor, 100));
    await sleep(delivered);
    assert.deepEqual(next.names(), []);
    const total = await sandbox.ask('POST', '/api/v1/get-online-attributes', {
      attribute_keys: { domain_userid: [visitor] },
      attributes: ['count_add_to_cart'],
    });
    assert.deepEqual(total.count_add_to_cart, [6]);
  });

  test('that is among the inputs of a crash is set aside at the start', async (t) => {
    const { sandbox, poison } = await startPoisoned(t);
    sandbox.nodeOptions = [];
    await sandbox.kill();
    await sandbox.start();
    await sandbox.publish();
    const visitor = randomUUID();
    await sandbox.track(
      event('product_view', visitor),
      poisonous(visitor),
      event('product_view', visitor),
      poisonous(visitor),
      event('product_view', visitor),
    );
    assert.deepEqual(await readViews(sandbox, [visitor]), [5]);
    await sandbox.kill();
    sandbox.nodeOptions = ['--import', poison];
    await sandbox.start();
    assert.deepEqual(await readViews(sandbox, [visitor]), [3]);
    assert.equal((await deadLetters(sandbox)).count, 2);
  });

  test('is not among the events that groups are tried on', async (t) => {
    const { sandbox } = await startPoisoned(t);
    const visitor = randomUUID();
    await sandbox.track(event('product_view', visitor), poisonous(visitor));
    const tried = await sandbox.ask('POST', '/api/v1/testing/attribute_groups/', {
      attribute_group: tutorial.attribute_groups[0],
    });
    assert.deepEqual(tried.count_product_views, [1]);
  });

  test('is erased when one of its ids is forgotten, in upper or lower case and in every form', async (t) => {
    const { sandbox } = await startPoisoned(t);
    const [one, two, three, four] = Array.from({ length: 4 }, () => randomUUID());
    const context = JSON.stringify({
      schema: 'iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-0',
      data: [{ schema: 'iglu:com.acme/customer/jsonschema/1-0-0', data: { ids: ['x', 'customer-7'] } }],
    });
    await sandbox.track(
      poisonous(one),
      poisonous(two.toUpperCase()),
      poisonous(three, 'TRAP', { co: undefined, cx: Buffer.from(context).toString('base64url') }),
      poisonous(four),
    );
    const count = async () => (await deadLetters(sandbox)).count;
    const forget = (key, id) => sandbox.ask('DELETE', `/api/v1/${key}/${id}`);
    assert.equal(await count(), 4);
    await forget('domain_userid', randomUUID());
    await forget('customer', 'customer');
    assert.equal(await count(), 4);
    await forget('domain_userid', one.toUpperCase());
    assert.equal(await count(), 3);
    await forget('domain_userid', two);
    assert.equal(await count(), 2);
    await forget('customer', 'customer-7');
    assert.equal(await count(), 1);
    await sandbox.kill();
    await sandbox.start();
    assert.equal(await count(), 1);
  });

  test('replaces the oldest one beyond the limit', async (t) => {
    const { sandbox } = await startPoisoned(t, '--limit', 'deadLetters=3');
    for (let i = 0; i < 5; ++i) await sandbox.track(poisonous(randomUUID(), i === 0 ? 'THROW' : 'TRAP'));
    const { count, listed } = await deadLetters(sandbox);
    assert.equal(count, 3);
    assert.deepEqual(
      listed.map(({ code }) => code),
      ['RuntimeError', 'RuntimeError', 'RuntimeError'],
    );
  });
});

describe('an engine that fails', () => {
  test('when attributes are read is rebuilt', async (t) => {
    const { sandbox, break: fail, mend } = await startPoisoned(t);
    await sandbox.publish();
    const visitor = randomUUID();
    await sandbox.track(event('product_view', visitor));
    fail('ask');
    const body = { attribute_keys: { domain_userid: [visitor] }, attributes: ['count_product_views'] };
    const answer = await sandbox.call('POST', '/api/v1/get-online-attributes', body);
    assert.equal(answer.status, 500);
    mend('ask');
    assert.deepEqual(await readViews(sandbox, [visitor]), [1]);
    await sandbox.track(event('product_view', visitor));
    assert.deepEqual(await readViews(sandbox, [visitor]), [2]);
    assert.equal((await deadLetters(sandbox)).count, 0);
  });

  test('when time passes is called again', async (t) => {
    const { sandbox, break: fail, mend } = await startPoisoned(t);
    const [views] = tutorial.attribute_groups[0].attributes;
    const quiet = {
      name: 'quiet',
      version: 1,
      is_published: true,
      criteria: { attribute: 'ecom_attributes:count_product_views', operator: '=', value: 0 },
      target_attribute_keys: [{ name: 'domain_userid' }],
    };
    await sandbox.publish({
      attribute_groups: [{ ...tutorial.attribute_groups[0], attributes: [{ ...views, period: 'PT1S' }] }],
      interventions: [quiet],
    });
    const visitor = randomUUID();
    const stream = await sandbox.subscribe(`domain_userid=${visitor}`);
    await sandbox.track(event('product_view', visitor));
    fail('advance');
    for (let i = 0; i < 100 && !/kind 'time'/.test(sandbox.log); ++i) await sleep(50);
    assert.match(sandbox.log, /kind 'time' \(RuntimeError\)/);
    mend('advance');
    await stream.until(1, 20_000);
    assert.deepEqual(stream.names(), ['quiet']);
  });

  test('and cannot be rebuilt makes the sandbox respond with 503 until it can', async (t) => {
    const { sandbox, break: fail, mend } = await startPoisoned(t);
    await sandbox.publish();
    const visitor = randomUUID();
    await sandbox.track(event('product_view', visitor));
    fail('restore');
    const answer = sandbox.track(poisonous(visitor));
    for (let i = 0; i < 100 && !/could not be built anew/.test(sandbox.log); ++i) await sleep(50);
    assert.equal((await sandbox.track(event('product_view', visitor))).status, 503);
    const health = await sandbox.call('GET', '/health-all');
    assert.deepEqual([health.status, health.json.dependencies.engine], [503, 'failed']);
    mend('restore');
    assert.equal((await answer).status, 200);
    await sandbox.track(event('product_view', visitor));
    assert.deepEqual(await readViews(sandbox, [visitor]), [2]);
    assert.equal((await sandbox.call('GET', '/health-all')).status, 200);
  });

  test('on a change of the definitions leaves the registry unchanged', async (t) => {
    const { sandbox, break: fail, mend } = await startPoisoned(t);
    await sandbox.publish({ attribute_groups: tutorial.attribute_groups });
    const before = await sandbox.ask('GET', '/definitions.json');
    const visitor = randomUUID();
    await sandbox.track(event('product_view', visitor));
    fail('advance');
    const [intervention] = tutorial.interventions;
    const answer = sandbox.call('POST', '/api/v1/registry/interventions/', intervention);
    for (let i = 0; i < 100 && !/kind 'objects'/.test(sandbox.log); ++i) await sleep(50);
    mend('advance');
    assert.equal((await answer).status, 500);
    assert.deepEqual(await sandbox.ask('GET', '/definitions.json'), before);
    await sandbox.ask('POST', '/api/v1/registry/interventions/', intervention);
    assert.deepEqual(await readViews(sandbox, [visitor]), [1]);
  });

  test('during a checkpoint leaves the last checkpoint and the inputs since', async (t) => {
    const { sandbox, break: fail, mend } = await startPoisoned(t);
    await sandbox.publish();
    const visitor = randomUUID();
    await sandbox.track(event('product_view', visitor));
    fail('snapshot');
    const forgotten = sandbox.call('DELETE', `/api/v1/domain_userid/${randomUUID()}`);
    for (let i = 0; i < 100 && !/could not be compacted/.test(sandbox.log); ++i) await sleep(50);
    mend('snapshot');
    assert.equal((await forgotten).status, 503);
    assert.deepEqual(await readViews(sandbox, [visitor]), [1]);
    await sandbox.kill();
    await sandbox.start();
    assert.deepEqual(await readViews(sandbox, [visitor]), [1]);
  });
});
