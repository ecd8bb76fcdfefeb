// A full disk: requests get 503, no acknowledged data is lost, and the sandbox recovers when there is space.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Disk } from './disk.mjs';
import { addToCart, event, Sandbox, tutorial } from './sandbox.mjs';

const megabyte = 1024 * 1024;
const delivered = 200;

const readViews = async (sandbox, ids) => {
  const body = { attribute_keys: { domain_userid: ids }, attributes: ['ecom_attributes_v1:count_product_views'] };
  return (await sandbox.ask('POST', '/api/v1/get-online-attributes', body)).count_product_views;
};

describe('on a full disk', () => {
  test('requests that change the state get 503, requests that read work, and with space all work again', async (t) => {
    const disk = await Disk.mount(t, 8 * megabyte);
    const sandbox = Sandbox.prepare(t, disk);
    await sandbox.start();
    await sandbox.publish();
    const visitor = randomUUID();
    await sandbox.track(event('product_view', visitor));
    disk.fill();
    const big = () => event('product_view', visitor, { page: 'x'.repeat(20_000) });
    const waiting = [];
    // The database file may still have a few free pages.
    while (waiting.length < 200 && (await sandbox.track(big())).status === 200) waiting.push(1);
    const answer = await sandbox.track(big());
    assert.equal(answer.status, 503);
    assert.match(answer.json.error, /The store cannot be written \(E\w+\)/);
    for (const [method, path, body] of [
      [
        'POST',
        '/api/v1/registry/interventions/',
        { ...tutorial.interventions[0], name: 'another', description: 'x'.repeat(50_000) },
      ],
      [
        'POST',
        `/api/v1/interventions?domain_userid=${visitor}`,
        { name: 'hello', version: 1, attributes: { 'a:b': 'x'.repeat(50_000) } },
      ],
      ['DELETE', `/api/v1/domain_userid/${randomUUID()}`],
      ['GET', `/i?e=pv&duid=${visitor}&page=${'x'.repeat(12_000)}`],
      ['GET', '/health-all'],
    ]) {
      assert.equal((await sandbox.call(method, path, body)).status, 503, path);
    }
    assert.deepEqual(await readViews(sandbox, [visitor]), [1 + waiting.length]);
    assert.equal((await sandbox.ask('GET', '/definitions.json')).interventions.length, 3);
    assert.equal((await sandbox.ask('GET', '/api/v1/statistics')).dead_letters.count, 0);
    // The sandbox also survives a crash and a start in this state.
    await sandbox.kill();
    await sandbox.start();
    assert.deepEqual(await readViews(sandbox, [visitor]), [1 + waiting.length]);
    assert.equal((await sandbox.track(big())).status, 503);
    disk.makeRoom();
    assert.equal((await sandbox.track(big())).status, 200);
    assert.deepEqual(await readViews(sandbox, [visitor]), [2 + waiting.length]);
    assert.equal((await sandbox.call('GET', '/health-all')).status, 200);
    await sandbox.ask('DELETE', `/api/v1/domain_userid/${visitor}`);
    await sandbox.kill();
    await sandbox.start();
    assert.deepEqual(await readViews(sandbox, [visitor]), [0]);
    assert.match(sandbox.log, /^The sandbox is at/);
  });

  test('interventions that time alone triggers fire when there is space', async (t) => {
    const disk = await Disk.mount(t, 8 * megabyte);
    const sandbox = Sandbox.prepare(t, disk);
    await sandbox.start();
    const [views] = tutorial.attribute_groups[0].attributes;
    const quiet = {
      name: 'quiet',
      version: 1,
      is_published: true,
      criteria: { attribute: 'ecom_attributes:count_product_views', operator: '=', value: 0 },
      target_attribute_keys: [{ name: 'domain_userid' }],
    };
    await sandbox.publish({
      attribute_groups: [{ ...tutorial.attribute_groups[0], attributes: [{ ...views, period: 'PT2S' }] }],
      interventions: [quiet],
    });
    const visitor = randomUUID();
    const stream = await sandbox.subscribe(`domain_userid=${visitor}`);
    await sandbox.track(event('product_view', visitor));
    disk.fill();
    while ((await sandbox.track(event('product_view', randomUUID(), { page: 'x'.repeat(20_000) }))).status === 200);
    await sleep(2500);
    disk.makeRoom();
    await stream.until(1, 20_000);
    await sleep(delivered);
    assert.deepEqual(stream.names(), ['quiet']);
  });

  test('a first start fails with a message, and leaves nothing that blocks the next one', async (t) => {
    const disk = await Disk.mount(t, 6 * megabyte);
    for (const free of [0, 4096, 12_288, 65_536, 500_000]) {
      const sandbox = Sandbox.prepare(t, disk);
      disk.fill(free);
      const failure = await sandbox.start().catch((error) => error);
      assert.ok(failure instanceof Error, `it started with ${free} bytes`);
      assert.deepEqual([failure.status, failure.signal], [1, null], failure.message);
      assert.match(failure.message, /cannot be kept in .*\(ENOSPC\).*Make room/);
      assert.doesNotMatch(failure.message, /\n\s+at /);
      disk.makeRoom();
      await sandbox.start();
      assert.match(sandbox.token, /^[0-9a-f]{32}$/);
      assert.deepEqual(readdirSync(sandbox.folder).sort(), ['process', 'state', 'token']);
      await sandbox.kill();
    }
  });
});

test('rounds of crash, full disk and failing event lose no acknowledged data, and the server stays up', async (t) => {
  const rounds = Number(process.env.TRIPLINE_ROUNDS ?? 3);
  const disk = await Disk.mount(t, 16 * megabyte);
  const sandbox = Sandbox.prepare(t, disk);
  sandbox.nodeOptions = ['--import', new URL('./poison.mjs?switches=/nowhere', import.meta.url).href];
  await sandbox.start();
  await sandbox.publish();
  const visitors = Array.from({ length: 8 }, () => randomUUID());
  const acknowledged = new Map(visitors.map((visitor) => [visitor, 0]));
  let poisoned = 0;
  let fullRounds = 0;
  for (let round = 0; round < rounds; ++round) {
    const unsure = new Map(visitors.map((visitor) => [visitor, []]));
    let running = true;
    let refused = 0;
    const senders = visitors.map(async (visitor) => {
      while (running) {
        const views = [event('product_view', visitor, { ua: 'x'.repeat(2000) }), event('product_view', visitor)];
        try {
          const { status } = await sandbox.track(...views);
          assert.ok(status === 200 || status === 503, `status ${status}`);
          if (status === 200) acknowledged.set(visitor, acknowledged.get(visitor) + 2);
          else ++refused;
        } catch (error) {
          if (running && error.code !== 'ECONNRESET' && error.code !== 'ECONNREFUSED') throw error;
          unsure.get(visitor).push(...views);
          return;
        }
      }
    });
    await sleep(100);
    assert.equal((await sandbox.track(event('product_view', visitors[0], { page: 'TRAP' }))).status, 200);
    ++poisoned;
    disk.fill();
    // A checkpoint frees room within the database file, so the writes of later rounds may fit although the disk is full.
    for (let i = 0; i < 100 && refused === 0; ++i) await sleep(20);
    if (refused > 0) ++fullRounds;
    if (round % 2 === 0) {
      disk.makeRoom();
      await sleep(100);
      await sandbox.kill('SIGKILL');
    } else {
      await sandbox.kill('SIGKILL');
    }
    running = false;
    await Promise.all(senders);
    await sandbox.start();
    if (round % 2 === 1) disk.makeRoom();
    for (const visitor of visitors) {
      const again = unsure.get(visitor);
      if (again.length === 0) continue;
      assert.equal((await sandbox.track(...again)).status, 200);
      acknowledged.set(visitor, acknowledged.get(visitor) + again.length);
    }
    assert.deepEqual(await readViews(sandbox, visitors), [...acknowledged.values()], `round ${round}`);
    assert.equal((await sandbox.ask('GET', '/api/v1/statistics')).dead_letters.count, poisoned);
    assert.equal((await sandbox.call('GET', '/health-all')).status, 200);
  }
  assert.ok(fullRounds > 0, 'the disk was never full');
  // The visitor gets each banner once, however often its criteria became true again.
  const visitor = randomUUID();
  const stream = await sandbox.subscribe(`domain_userid=${visitor}`);
  await sandbox.track(addToCart(visitor, 10), event('product_view', visitor, { page: 'TRAP' }), addToCart(visitor, 10));
  await stream.until(1);
  await sleep(delivered);
  assert.deepEqual(stream.names(), ['cart_abandonment']);
});
