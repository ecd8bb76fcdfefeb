// The sandbox keeps everything that it acknowledged, even after a crash: events, definitions, the list of sent
// interventions, and the interventions that wait.
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { addToCart, changeObjects, event, Sandbox, tutorial } from './sandbox.mjs';

const { open } = createRequire(new URL('../../demo-shop/sandbox/package.json', import.meta.url))('lmdb');

/** A crash within this time (ms) of a delivery may make the sandbox deliver again. */
const delivered = 200;

const readViews = async (sandbox, ids) => {
  const body = { attribute_keys: { domain_userid: ids }, attributes: ['ecom_attributes_v1:count_product_views'] };
  return (await sandbox.ask('POST', '/api/v1/get-online-attributes', body)).count_product_views;
};

describe('after kill -9', () => {
  test('under load, every acknowledged event is counted exactly once', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.publish();
    const visitors = Array.from({ length: 20 }, () => randomUUID());
    const acknowledged = new Map(visitors.map((visitor) => [visitor, 0]));
    const unsure = new Map(visitors.map((visitor) => [visitor, []]));
    for (let crash = 0; crash < 3; ++crash) {
      let running = true;
      const senders = visitors.map(async (visitor) => {
        while (running) {
          const views = [event('product_view', visitor), event('product_view', visitor)];
          try {
            if ((await sandbox.track(...views)).status === 200)
              acknowledged.set(visitor, acknowledged.get(visitor) + 2);
          } catch {
            // The event may be stored or not: the tracker sends it again.
            unsure.get(visitor).push(...views);
            running = false;
          }
        }
      });
      await sleep(700);
      await sandbox.kill('SIGKILL');
      running = false;
      await Promise.all(senders);
      await sandbox.start();
      const counts = await readViews(sandbox, visitors);
      visitors.forEach((visitor, index) => {
        const atMost = acknowledged.get(visitor) + unsure.get(visitor).length;
        assert.ok(
          counts[index] >= acknowledged.get(visitor) && counts[index] <= atMost,
          `${counts[index]} of ${acknowledged.get(visitor)}`,
        );
      });
      // After they are sent again, as the tracker does, each event is counted exactly once.
      for (const visitor of visitors) {
        const again = unsure.get(visitor).splice(0);
        if (again.length > 0) await sandbox.track(...again);
        acknowledged.set(visitor, acknowledged.get(visitor) + again.length);
      }
      assert.deepEqual(await readViews(sandbox, visitors), [...acknowledged.values()]);
    }
    assert.ok(Math.min(...acknowledged.values()) > 6);
  });

  test('definitions are there, even those published a moment ago', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.publish();
    const before = await sandbox.ask('GET', '/definitions.json');
    await sandbox.ask('DELETE', '/api/v1/registry/interventions/discount/versions/1');
    await sandbox.kill();
    await sandbox.start();
    const after = await sandbox.ask('GET', '/definitions.json');
    assert.deepEqual(after.attribute_groups, before.attribute_groups);
    assert.deepEqual(
      after.interventions.map(({ name }) => name),
      ['cart_abandonment', 'free_shipping'],
    );
  });

  test('sent interventions are not sent again, and unsent ones are sent', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.publish();
    const visitor = randomUUID();
    const stream = await sandbox.subscribe(`domain_userid=${visitor}`);
    await sandbox.track(addToCart(visitor, 10));
    await stream.until(1);
    await sleep(delivered);
    await sandbox.kill();
    await stream.end();
    await sandbox.start();
    const next = await sandbox.subscribe(`domain_userid=${visitor}`);
    await sandbox.track(addToCart(visitor, 10));
    await sandbox.track(addToCart(visitor, 100));
    await next.until(1);
    await sleep(50);
    assert.deepEqual(next.names(), ['free_shipping']);
  });

  test('during a delivery, the intervention is delivered again with the same id, and once', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.publish();
    await sandbox.kill();
    // The process has sent the intervention, and has not yet stored that it did.
    const crash = `import http from 'node:http'; const { write } = http.ServerResponse.prototype;
      http.ServerResponse.prototype.write = function (text) {
        write.call(this, text);
        if (!text.includes('data: ')) return true;
        while (this.socket.writableCorked > 0) this.socket.uncork();
        process.kill(process.pid, 'SIGKILL');
      };`;
    sandbox.nodeOptions = ['--import', `data:text/javascript,${encodeURIComponent(crash)}`];
    await sandbox.start();
    const visitor = randomUUID();
    const first = await sandbox.subscribe(`domain_userid=${visitor}`);
    await sandbox.track(addToCart(visitor, 10)).catch(() => undefined);
    const [sent] = await first.until(1);
    await first.end();
    sandbox.nodeOptions = [];
    await sandbox.start();
    const second = await sandbox.subscribe(`domain_userid=${visitor}`);
    assert.deepEqual(await second.until(1), [sent]);
    await sleep(delivered);
    await sandbox.kill();
    await sandbox.start();
    const third = await sandbox.subscribe(`domain_userid=${visitor}`);
    await sleep(delivered);
    assert.deepEqual([second.received.length, third.received.length], [1, 0]);
  });

  test('Last-Event-ID continues where the connection broke', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.publish();
    const visitor = randomUUID();
    const stream = await sandbox.subscribe(`domain_userid=${visitor}`);
    await sandbox.track(addToCart(visitor, 10));
    await stream.until(1);
    stream.close();
    const other = await sandbox.subscribe(`domain_userid=${visitor}`);
    await sandbox.track(addToCart(visitor, 100));
    await other.until(1);
    for (let restart = 0; restart < 2; ++restart) {
      await sandbox.kill();
      await sandbox.start();
      const again = await sandbox.subscribe(`domain_userid=${visitor}`, { 'Last-Event-ID': stream.ids[0] });
      await again.until(1);
      assert.deepEqual(again.received, other.received);
      assert.deepEqual(again.ids, other.ids);
    }
  });

  test('an intervention that waited for its first subscriber still waits', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.publish();
    const visitor = randomUUID();
    await sandbox.track(addToCart(visitor, 10));
    await sandbox.kill();
    await sandbox.start();
    const stream = await sandbox.subscribe(`domain_userid=${visitor}`);
    await stream.until(1);
    await sleep(delivered);
    await sandbox.kill();
    await sandbox.start();
    const second = await sandbox.subscribe(`domain_userid=${visitor}`);
    await sleep(50);
    assert.deepEqual(second.names(), []);
  });

  test('criteria that became true in the meantime fire at the start', async (t) => {
    const sandbox = await Sandbox.start(t);
    const [views] = tutorial.attribute_groups[0].attributes;
    const group = { ...tutorial.attribute_groups[0], attributes: [{ ...views, period: 'PT2S' }] };
    const quiet = {
      name: 'quiet',
      version: 1,
      is_published: true,
      criteria: { attribute: 'ecom_attributes:count_product_views', operator: '=', value: 0 },
      target_attribute_keys: [{ name: 'domain_userid' }],
    };
    await sandbox.publish({ attribute_groups: [group], interventions: [quiet] });
    const visitor = randomUUID();
    await sandbox.track(event('product_view', visitor));
    await sandbox.kill();
    await sleep(2100);
    await sandbox.start();
    const stream = await sandbox.subscribe(`domain_userid=${visitor}`);
    await stream.until(1);
    assert.deepEqual(stream.names(), ['quiet']);
  });
});

test('criteria that became true in the meantime and false again do not fire at the start', async (t) => {
  const sandbox = await Sandbox.start(t);
  const [views, adds] = tutorial.attribute_groups[0].attributes;
  const group = { ...tutorial.attribute_groups[0], attributes: [{ ...views, period: 'PT3S' }, adds] };
  const criteria = (operator, value) => ({
    all: [
      { attribute: 'ecom_attributes:count_product_views', operator, value },
      { attribute: 'ecom_attributes:count_add_to_cart', operator: '>', value: 0 },
    ],
  });
  const rule = (name, all) => ({
    name,
    version: 1,
    is_published: true,
    criteria: all,
    target_attribute_keys: [{ name: 'domain_userid' }],
  });
  await sandbox.publish({
    attribute_groups: [group],
    interventions: [rule('one_view', criteria('=', 1)), rule('no_view', criteria('=', 0))],
  });
  const visitor = randomUUID();
  await sandbox.track(event('product_view', visitor));
  await sleep(500);
  await sandbox.track(event('product_view', visitor));
  await sandbox.track(addToCart(visitor, 10));
  await sandbox.kill();
  // The window holds one view for half a second, and then none.
  await sleep(3500);
  await sandbox.start();
  const stream = await sandbox.subscribe(`domain_userid=${visitor}`);
  await stream.until(1);
  await sleep(50);
  assert.deepEqual(stream.names(), ['no_view']);
});

test('a clock that is set back, during a run or between two runs, stops nothing', async (t) => {
  const sandbox = await Sandbox.start(t);
  const isBack = join(sandbox.folder, 'clock-is-back');
  const clock = `import { existsSync } from 'node:fs'; const now = Date.now; Date.now = () => now() - (existsSync(${JSON.stringify(isBack)}) ? 3600000 : 0);`;
  sandbox.nodeOptions = ['--import', `data:text/javascript,${encodeURIComponent(clock)}`];
  const [views] = tutorial.attribute_groups[0].attributes;
  await sandbox.publish({
    attribute_groups: [{ ...tutorial.attribute_groups[0], attributes: [{ ...views, period: 'PT10M' }] }],
  });
  const visitor = randomUUID();
  const push = () =>
    sandbox.ask('POST', `/api/v1/interventions?domain_userid=${visitor}`, { name: 'hello', version: 1 });
  // The event has no time of its own, so the sandbox's clock gives it one.
  const view = () => sandbox.track({ ...event('product_view', visitor), dtm: undefined });
  await view();
  for (const restart of [true, false]) {
    if (restart) await sandbox.kill();
    writeFileSync(isBack, '');
    if (restart) await sandbox.start();
    assert.equal((await push()).status, 'undelivered');
    await view();
    rmSync(isBack);
    await view();
  }
  // The views from before the clock was set back got its new time, and are an hour old now (rule 10). Only the last
  // view counts.
  assert.deepEqual(await readViews(sandbox, [visitor]), [1]);
  await sandbox.kill();
  await sandbox.start();
  assert.deepEqual(await readViews(sandbox, [visitor]), [1]);
});

test('an event with an invalid time counts as of now, and the sandbox can restart after it', async (t) => {
  const sandbox = await Sandbox.start(t);
  const last = { name: 'url', type: 'string', aggregation: 'last', property: { type: 'atomic', name: 'page_url' } };
  const group = {
    name: 'visits',
    version: 1,
    is_published: true,
    attribute_key: { name: 'domain_userid' },
    attributes: [
      { name: 'views', type: 'int32', aggregation: 'counter', period: 'PT1H' },
      { ...last, period: undefined },
      { ...last, name: 'first_url', aggregation: 'first', ttl: 'P1000000D' },
      { name: 'age', type: 'double', aggregation: 'time_since_first', time_unit: 's' },
    ],
  };
  await sandbox.publish({ attribute_groups: [group] });
  const times = ['-99999999999999999', '99999999999999999', '8640000000000001', '1e300', '-Infinity', 'now'];
  const visitors = times.flatMap((time) => ['dtm', 'ttm', 'stm'].map((field) => ({ id: randomUUID(), field, time })));
  for (const { id, field, time } of visitors) {
    const query = new URLSearchParams({ e: 'pv', duid: id, url: 'https://shop.example/', [field]: time });
    assert.equal((await sandbox.call('GET', `/i?${query}`, undefined, { Authorization: '' })).status, 200);
    await sandbox.track({ e: 'pv', duid: id, url: 'https://shop.example/', eid: randomUUID(), [field]: time });
  }
  const read = () =>
    sandbox.ask('POST', '/api/v1/get-online-attributes', {
      attribute_keys: { domain_userid: visitors.map(({ id }) => id) },
      attributes: ['visits_v1:views', 'visits_v1:url', 'visits_v1:first_url'],
    });
  const before = await read();
  assert.deepEqual(
    before.views,
    visitors.map(() => 2),
  );
  assert.deepEqual(
    before.first_url,
    visitors.map(() => 'https://shop.example/'),
  );
  for (const signal of ['SIGKILL', 'SIGTERM', 'SIGKILL']) {
    await sandbox.kill(signal);
    await sandbox.start();
    assert.deepEqual(await read(), before);
  }
});

describe('the folder', () => {
  test('cannot be used by a second sandbox, whose message names the first', async (t) => {
    const sandbox = await Sandbox.start(t);
    const second = await Sandbox.start(t, '--data', sandbox.folder).catch((error) => error);
    assert.equal(second.status, 1);
    assert.match(
      second.message,
      new RegExp(
        `Another sandbox \\(process ${sandbox.pid}\\) keeps its state in ${sandbox.folder}\\. Choose another folder`,
      ),
    );
    await sandbox.ask('GET', '/health-all');
    await sandbox.kill();
    await sandbox.start();
  });

  test('belongs to one of several sandboxes that start at once', async (t) => {
    const sandbox = Sandbox.prepare(t);
    const starts = await Promise.allSettled(
      Array.from({ length: 4 }, () => Sandbox.start(t, '--data', sandbox.folder)),
    );
    assert.equal(starts.filter(({ status }) => status === 'fulfilled').length, 1);
    for (const { reason } of starts)
      if (reason !== undefined) assert.match(reason.message, /Another sandbox.* keeps its state/);
  });

  test('is free after a crash, whatever the crash left in it', async (t) => {
    const sandbox = await Sandbox.start(t);
    // The sandbox's own pid, pids of other running processes, invalid pids, and none.
    for (const left of [String(sandbox.pid), String(process.pid), '1', '-1', '', 'x', '99999999999999999999']) {
      await sandbox.kill('SIGKILL');
      writeFileSync(join(sandbox.folder, 'process'), left);
      await sandbox.start();
    }
    await assert.rejects(Sandbox.start(t, '--data', sandbox.folder), /Another sandbox/);
  });
});

describe('a database file that is damaged', () => {
  test('is named in the message, and is neither opened nor changed', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.publish();
    const visitor = randomUUID();
    for (let i = 0; i < 20; ++i) await sandbox.track(event('product_view', visitor, { page: 'x'.repeat(20_000) }));
    await sandbox.kill();
    const file = join(sandbox.folder, 'state', 'data.mdb');
    const whole = readFileSync(file);
    const page = 4096;
    const noise = (from, to) =>
      Buffer.concat([whole.subarray(0, from * page), randomBytes((to - from) * page), whole.subarray(to * page)]);
    const damages = [
      whole.subarray(0, 3 * page),
      whole.subarray(0, whole.length / 2),
      noise(0, 1),
      noise(0, 4),
      noise(2, 12),
      noise(2, whole.length / page),
      randomBytes(100_000),
    ];
    for (const [index, damaged] of damages.entries()) {
      writeFileSync(file, damaged);
      const failure = await sandbox.start().catch((error) => error);
      assert.deepEqual([failure.status, failure.signal], [1, null], `damage ${index}`);
      assert.match(failure.message, /The database in .*state is damaged.* Move the folder away/);
      assert.doesNotMatch(failure.message, /\n\s+at /);
      assert.ok(readFileSync(file).equals(damaged));
    }
    writeFileSync(file, whole);
    await sandbox.start();
    assert.deepEqual(await readViews(sandbox, [visitor]), [20]);
  });

  test('is made again if the first start did not finish', async (t) => {
    for (const bytes of [0, 100, 4096]) {
      const sandbox = Sandbox.prepare(t);
      mkdirSync(join(sandbox.folder, 'state'));
      writeFileSync(join(sandbox.folder, 'state', 'data.mdb'), Buffer.alloc(bytes));
      await sandbox.start();
      await sandbox.publish();
    }
  });

  test('is left as it is if it is cut short or missing after a start that finished', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.publish();
    const visitor = randomUUID();
    await sandbox.track(event('product_view', visitor));
    await sandbox.kill();
    const file = join(sandbox.folder, 'state', 'data.mdb');
    const whole = readFileSync(file);
    for (const bytes of [0, 1, 4096, 5000, 8191, undefined]) {
      if (bytes === undefined) rmSync(file);
      else writeFileSync(file, whole.subarray(0, bytes));
      const failure = await sandbox.start().catch((error) => error);
      assert.deepEqual([failure.status, failure.signal], [1, null], `${bytes} bytes`);
      assert.match(failure.message, /The database in .*state is damaged: .* Move the folder away/);
      assert.doesNotMatch(failure.message, /\n\s+at /);
      assert.deepEqual(
        existsSync(file) ? readFileSync(file) : undefined,
        bytes === undefined ? undefined : whole.subarray(0, bytes),
      );
    }
    writeFileSync(file, whole);
    await sandbox.start();
    assert.deepEqual(await readViews(sandbox, [visitor]), [1]);
  });

  test('does not hide a state that cannot be read', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.publish();
    await sandbox.kill('SIGTERM');
    const store = open({ path: join(sandbox.folder, 'state') });
    await store.openDB({ name: 'state', encoding: 'binary' }).put('engine', Buffer.from('no snapshot'));
    await store.close();
    const failure = await sandbox.start().catch((error) => error);
    assert.equal(failure.status, 1);
    assert.match(failure.message, /The state in .* cannot be read\. The snapshot was refused.* Move the folder away/);
  });

  test('shows no control characters of definitions in the terminal', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.publish();
    await sandbox.kill('SIGTERM');
    const escapes = '\u001b]0;title\u0007\u001b[2J\u009b2J\r\u0000\u007f\u0085\b';
    await changeObjects(sandbox.folder, (objects) =>
      objects.map(({ type, body }) => ({ type, body: { ...body, name: escapes, version: escapes } })),
    );
    const failure = await sandbox.start().catch((error) => error);
    assert.equal(failure.status, 1);
    assert.match(failure.message, /The state in .* cannot be read\. There are errors in the definitions/);
    assert.ok(
      failure.message.includes('\\u001b]0;title\\u0007\\u001b[2J\\u009b2J\\u000d\\u0000\\u007f\\u0085\\u0008'),
      failure.message,
    );
    assert.doesNotMatch(failure.message, /[^\P{Cc}\n]/u);
  });
});

test('a stop by signal keeps everything, too, and ends the streams', async (t) => {
  const sandbox = await Sandbox.start(t);
  await sandbox.publish();
  const visitor = randomUUID();
  const stream = await sandbox.subscribe(`domain_userid=${visitor}`);
  await sandbox.track(event('product_view', visitor));
  await sandbox.kill('SIGTERM');
  await stream.end();
  await sandbox.start();
  assert.deepEqual(await readViews(sandbox, [visitor]), [1]);
});

test('events, attributes and interventions of a megabyte each do not fill the memory, in a run or at a start', async (t) => {
  const sandbox = Sandbox.prepare(t);
  sandbox.nodeOptions = ['--max-old-space-size=192'];
  await sandbox.start();
  const notes = {
    name: 'notes',
    version: 1,
    is_published: true,
    attribute_key: { name: 'domain_userid' },
    fields: [{ name: 'note', type: 'string' }],
  };
  await sandbox.publish({ ...tutorial, attribute_groups: [...tutorial.attribute_groups, notes] });
  const visitor = randomUUID();
  const megabyte = 'x'.repeat(1_000_000);
  const attribute_key = { name: 'domain_userid', id: visitor };
  for (let i = 0; i < 200; ++i) {
    assert.equal((await sandbox.track(event('product_view', visitor, { page: megabyte }))).status, 200);
  }
  for (let i = 0; i < 100; ++i) {
    await sandbox.ask('POST', '/api/v1/attributes', { group: 'notes', attribute_key, attributes: { note: megabyte } });
    await sandbox.ask('POST', `/api/v1/interventions?domain_userid=${visitor}`, {
      name: 'big',
      version: 1,
      attributes: { note: megabyte },
    });
  }
  await sandbox.kill();
  await sandbox.start();
  assert.deepEqual(await readViews(sandbox, [visitor]), [200]);
});
