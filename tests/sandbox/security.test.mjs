// Access to the sandbox, its limits, and the privacy of logs and errors.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { addToCart, event, payloadData, readAll, Sandbox, tutorial } from './sandbox.mjs';

const collector = '/com.snowplowanalytics.snowplow/tp2';
const [group] = tutorial.attribute_groups;
const json = { 'Content-Type': 'application/json' };

describe('the token', () => {
  test('has 128 bits, in a file that only its owner reads, and stays', async (t) => {
    const sandbox = await Sandbox.start(t);
    assert.match(sandbox.token, /^[0-9a-f]{32}$/);
    assert.equal(statSync(join(sandbox.folder, 'token')).mode & 0o777, 0o600);
    assert.match(
      sandbox.log,
      new RegExp(`SignalsSandbox\\(api_url="http://localhost:${sandbox.port}", sandbox_token="${sandbox.token}"\\)`),
    );
    const before = sandbox.token;
    await sandbox.kill();
    await sandbox.start();
    assert.equal(sandbox.token, before);
  });

  test('may be given, and is then neither stored nor shown', async (t) => {
    const sandbox = await Sandbox.start(t, '--token', 'a-chosen-token-1');
    assert.throws(() => readFileSync(join(sandbox.folder, 'token')));
    assert.doesNotMatch(sandbox.log, /chosen/);
    const answer = await sandbox.call('GET', '/api/v1/registry/interventions/', undefined, {
      Authorization: 'Bearer a-chosen-token-1',
    });
    assert.equal(answer.status, 200);
  });

  test('is required for all calls except the open ones', async (t) => {
    const sandbox = await Sandbox.start(t);
    const closed = [
      ['GET', '/api/v1/registry/attribute_groups/'],
      ['POST', '/api/v1/registry/attribute_groups/'],
      ['PUT', '/api/v1/registry/attribute_groups/a/versions/1'],
      ['DELETE', '/api/v1/registry/services/a'],
      ['POST', '/api/v1/get-online-attributes'],
      ['POST', '/api/v1/attributes'],
      ['POST', '/api/v1/interventions'],
      ['POST', '/api/v1/testing/attribute_groups/'],
      ['POST', '/api/v1/testing/interventions/a/send'],
      ['DELETE', '/api/v1/domain_userid/a'],
      ['GET', '/api/v1/statistics'],
      ['GET', '/docs/'],
      ['GET', '/docs/json'],
      ['GET', '/nothing'],
    ];
    for (const [method, path] of closed) {
      for (const authorization of [
        '',
        'Bearer ',
        'Bearer x',
        `Bearer ${sandbox.token}x`,
        `Basic ${btoa(`:${sandbox.token}`)}`,
      ]) {
        if (path.startsWith('/docs') && authorization.startsWith('Basic')) continue;
        const answer = await sandbox.call(method, path, undefined, { Authorization: authorization });
        assert.equal(answer.status, 401, `${method} ${path} with "${authorization}"`);
      }
    }
    for (const [method, path, body] of [
      ['GET', '/definitions.json'],
      ['GET', '/definitions.tripline'],
      ['GET', '/health-all'],
      ['GET', '/i?e=pv'],
      ['POST', collector, payloadData([])],
    ]) {
      assert.equal((await sandbox.call(method, path, body, { Authorization: '' })).status, 200, path);
    }
    const stream = await sandbox.subscribe(`domain_userid=${randomUUID()}`);
    assert.equal(stream.status, 200);
  });

  test('is the password of the documentation', async (t) => {
    const sandbox = await Sandbox.start(t);
    const answer = await sandbox.call('GET', '/docs/json', undefined, {
      Authorization: `Basic ${btoa(`anyone:${sandbox.token}`)}`,
    });
    const paths = Object.keys(answer.json.paths);
    for (const path of [
      '/api/v1/registry/attribute_groups/',
      '/api/v1/interventions',
      '/api/v1/get-online-attributes',
      '/definitions.json',
      '/i',
    ]) {
      assert.ok(paths.includes(path), path);
    }
  });
});

describe('calling', () => {
  test('by a name that is not the sandbox’s gets 421', async (t) => {
    const sandbox = await Sandbox.start(t, '--allow-host', 'sandbox.example');
    const status = async (host, path = '/definitions.json') =>
      (await sandbox.call('GET', path, undefined, { Host: host })).status;
    for (const host of [
      `localhost:${sandbox.port}`,
      `127.0.0.1:${sandbox.port}`,
      'LOCALHOST',
      '[::1]:8787',
      'sandbox.example',
    ]) {
      assert.equal(await status(host), 200, host);
    }
    for (const host of [
      'evil.example',
      `evil.example:${sandbox.port}`,
      'localhost.evil.example',
      'localhost:1:2',
      'x@localhost',
      '127.0.0.2',
    ]) {
      assert.equal(await status(host), 421, host);
    }
    for (const path of [
      '/i',
      `/api/v1/interventions?domain_userid=${randomUUID()}`,
      '/health-all',
      '/docs/',
      '/nothing',
    ]) {
      assert.equal(await status('evil.example', path), 421, path);
    }
  });

  test('from a page of an origin that is not on the list gets 403', async (t) => {
    const sandbox = await Sandbox.start(t, '--allow-origin', 'https://shop.example');
    const call = (origin, method = 'GET', path = '/definitions.json') =>
      sandbox.call(method, path, undefined, { Origin: origin });
    for (const origin of ['https://shop.example', `http://localhost:${sandbox.port}`]) {
      const answer = await call(origin);
      assert.equal(answer.status, 200, origin);
      assert.equal(answer.headers['access-control-allow-origin'], origin);
    }
    for (const origin of [
      'https://evil.example',
      'null',
      'http://shop.example',
      'https://shop.example.evil.example',
      'http://127.0.0.1:8080',
    ]) {
      assert.equal((await call(origin)).status, 403, origin);
    }
    for (const [method, path] of [
      ['POST', collector],
      ['GET', `/api/v1/interventions?domain_userid=${randomUUID()}`],
      ['OPTIONS', collector],
      ['POST', '/api/v1/registry/services/'],
      ['GET', '/health-all'],
    ]) {
      const answer = await call('https://evil.example', method, path);
      assert.equal(answer.status, 403, path);
      assert.equal(answer.headers['access-control-allow-origin'], undefined);
    }
  });

  test('for a page of an origin that is not on the list gets 403 even if the browser sends no Origin', async (t) => {
    const shop = 'https://shop.example';
    const sandbox = await Sandbox.start(t, '--allow-origin', shop);
    const own = `http://localhost:${sandbox.port}`;
    const visitor = randomUUID();
    const stream = `/api/v1/interventions?domain_userid=${randomUUID()}`;
    const paths = [
      ['GET', `/i?e=pv&duid=${visitor}`],
      ['HEAD', `/i?e=pv&duid=${visitor}`],
      ['POST', collector, payloadData([{ e: 'pv', duid: visitor }])],
      ['GET', stream],
    ];
    const foreign = [
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'same-site' },
      { 'Sec-Fetch-Site': 'CROSS-SITE' },
      { 'Sec-Fetch-Site': 'cross-site', Referer: 'https://evil.example/page' },
      { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'iframe' },
      { 'Sec-Fetch-Site': 'cross-site', Referer: 'not an address' },
      { 'Sec-Fetch-Site': 'cross-site', Referer: `${shop}.evil.example/` },
      { 'Sec-Fetch-Site': 'cross-site', Referer: `https://evil.example/${shop}/` },
      { 'Sec-Fetch-Site': 'cross-site', Referer: `${shop}@evil.example/` },
      { 'Sec-Fetch-Site': 'cross-site', Origin: 'null', Referer: `${shop}/` },
      { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example', Referer: `${shop}/` },
      // For browsers that send no Sec-Fetch-Site, or none to addresses without TLS.
      { Referer: 'https://evil.example/' },
      { Referer: 'http://shop.example/' },
    ];
    for (const [method, path, body] of paths) {
      for (const headers of foreign) {
        assert.equal(
          (await sandbox.call(method, path, body, { Authorization: '', ...headers })).status,
          403,
          `${method} ${path} ${JSON.stringify(headers)}`,
        );
      }
    }
    assert.deepEqual((await sandbox.ask('GET', '/api/v1/statistics')).events, { good: 0, malformed: 0 });
    const allowed = [
      {},
      { 'Sec-Fetch-Site': 'none' },
      { 'Sec-Fetch-Site': 'same-origin' },
      { 'Sec-Fetch-Site': 'same-origin', Referer: `${own}/docs/` },
      { 'Sec-Fetch-Site': 'cross-site', Referer: `${shop}/products/1?q=1` },
      { 'Sec-Fetch-Site': 'cross-site', Referer: shop },
      { 'Sec-Fetch-Site': 'cross-site', Origin: shop },
      { Referer: `${shop}/` },
    ];
    for (const headers of allowed) {
      for (const [method, path, body] of paths.slice(0, 3)) {
        assert.equal(
          (await sandbox.call(method, path, body, { Authorization: '', ...headers })).status,
          200,
          `${method} ${JSON.stringify(headers)}`,
        );
      }
      const { status } = await sandbox.subscribe(`domain_userid=${randomUUID()}`, headers);
      assert.equal(status, 200);
    }
    // A request that changes nothing may be the target of a link.
    assert.equal(
      (
        await sandbox.call('GET', '/definitions.json', undefined, {
          'Sec-Fetch-Site': 'cross-site',
          Referer: 'https://wiki.example/',
        })
      ).status,
      200,
    );
  });

  test('by the demo shop’s pages is allowed by default', async (t) => {
    const sandbox = await Sandbox.start(t);
    const answer = await sandbox.call('OPTIONS', '/api/v1/registry/services/', undefined, {
      Origin: 'http://127.0.0.1:8080',
      'Access-Control-Request-Method': 'PUT',
      Authorization: '',
    });
    assert.equal(answer.status, 204);
    assert.match(answer.headers['access-control-allow-methods'], /PUT/);
    assert.match(answer.headers['access-control-allow-headers'], /Authorization/);
  });

  test('the registry with anything but JSON gets 415', async (t) => {
    const sandbox = await Sandbox.start(t);
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/xml',
    ]) {
      const answer = await sandbox.call('POST', '/api/v1/registry/attribute_groups/', JSON.stringify(group), {
        'Content-Type': type,
      });
      assert.equal(answer.status, 415, type);
      assert.match(answer.json.detail, /application\/json/);
    }
    await sandbox.ask('POST', '/api/v1/registry/attribute_groups/', JSON.stringify(group), {
      'Content-Type': 'application/json; charset=utf-8',
    });
  });

  const listeningAt = (wanted) => {
    const listening = ['tcp', 'tcp6'].flatMap((table) =>
      readFileSync(`/proc/net/${table}`, 'utf8').split('\n').slice(1),
    );
    const port = wanted.toString(16).toUpperCase().padStart(4, '0');
    const rows = listening
      .map((line) => line.trim().split(/\s+/))
      .filter((row) => row[1]?.endsWith(`:${port}`) && row[3] === '0A');
    return rows.map(([, address]) => address.split(':')[0]);
  };

  test('is possible only from this machine by default', async (t) => {
    const sandbox = await Sandbox.start(t);
    const addresses = listeningAt(sandbox.port);
    assert.ok(addresses.length > 0);
    for (const address of addresses) assert.match(address, /^(0100007F|00000000000000000000000001000000)$/);
  });

  test('is possible at the address that --host names, under the names of this machine only', async (t) => {
    const sandbox = await Sandbox.start(t, '--host', '0.0.0.0');
    assert.deepEqual(listeningAt(sandbox.port), ['00000000']);
    const status = async (host) => (await sandbox.call('GET', '/health-all', undefined, { Host: host })).status;
    assert.deepEqual([await status('localhost'), await status('192.0.2.1')], [200, 421]);
  });
});

describe('a method', () => {
  const visitor = randomUUID();
  const addresses = [
    [`/api/v1/interventions?domain_userid=${visitor}`, ['GET', 'POST']],
    ['/i?e=pv', ['GET', 'HEAD']],
    [collector, ['POST']],
    ['/definitions.json', ['GET', 'HEAD']],
    ['/definitions.tripline', ['GET', 'HEAD']],
    ['/health-all', ['GET', 'HEAD']],
    ['/docs/json', ['GET', 'HEAD']],
    ['/api/v1/statistics', ['GET', 'HEAD']],
    ['/api/v1/get-online-attributes', ['POST']],
    ['/api/v1/attributes', ['POST']],
    [`/api/v1/domain_userid/${visitor}`, ['DELETE']],
    ['/api/v1/testing/attribute_groups/', ['POST']],
    ['/api/v1/testing/interventions/discount/send', ['POST']],
    ['/api/v1/registry/services', ['GET', 'HEAD', 'POST']],
    ['/api/v1/registry/attribute_groups/', ['GET', 'HEAD', 'POST']],
    ['/api/v1/registry/interventions/discount', ['GET', 'HEAD']],
    ['/api/v1/registry/interventions/discount/versions/1', ['GET', 'HEAD', 'PUT', 'DELETE']],
  ];

  test('that an address does not have gets 405 and a list of its methods, whatever the body is', async (t) => {
    const sandbox = await Sandbox.start(t);
    for (const [path, own] of addresses) {
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE'].filter(
        (each) => !own.includes(each),
      )) {
        const answer = await sandbox.call(method, path, method === 'PUT' ? 'x' : undefined, {
          'Content-Type': 'text/x',
        });
        assert.equal(answer.status, 405, `${method} ${path}`);
        assert.deepEqual(answer.headers.allow.split(', ').sort(), [...own].sort(), `${method} ${path}`);
        if (method !== 'HEAD')
          assert.match(
            answer.json.error ?? answer.json.detail,
            new RegExp(`does not allow ${method}\\. It allows ${answer.headers.allow}`),
          );
      }
    }
  });

  test('that the address does not have gets 401 without the token', async (t) => {
    const sandbox = await Sandbox.start(t);
    for (const path of ['/api/v1/attributes', '/api/v1/statistics', '/api/v1/registry/services/', '/docs/json']) {
      assert.equal((await sandbox.call('PATCH', path, undefined, { Authorization: '' })).status, 401, path);
    }
  });

  test('HEAD gets the headers alone at each address that has GET', async (t) => {
    const sandbox = await Sandbox.start(t);
    for (const [path] of addresses.filter(([, own]) => own.includes('HEAD'))) {
      const [head, get] = [await sandbox.call('HEAD', path), await sandbox.call('GET', path)];
      assert.deepEqual(
        [head.status, head.text, head.headers['content-length']],
        [get.status, '', get.headers['content-length']],
        path,
      );
    }
  });

  test('that is unknown, and OPTIONS, do not hang and change nothing', async (t) => {
    const sandbox = await Sandbox.start(t);
    for (const [path] of [...addresses, ['/nothing']]) {
      const options = await sandbox.call('OPTIONS', path, undefined, { Authorization: '' });
      assert.deepEqual([options.status, options.text], [204, ''], path);
      for (const method of ['PROPFIND', 'PURGE', 'QUERY', 'M-SEARCH']) {
        const { status } = await sandbox.call(method, path, undefined);
        assert.ok([400, 404, 405].includes(status), `${method} ${path}: ${status}`);
      }
      const socket = net.connect(sandbox.port, '127.0.0.1');
      socket.end(`SURPRISE ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      socket.resume();
      await once(socket, 'close');
    }
    const statistics = await sandbox.ask('GET', '/api/v1/statistics');
    assert.deepEqual([statistics.events, statistics.subscribers], [{ good: 0, malformed: 0 }, 0]);
  });
});

describe('limits', () => {
  test('1 MB a body', async (t) => {
    const sandbox = await Sandbox.start(t);
    const body = (bytes) => `{"name":"${'x'.repeat(bytes - 11)}"}`;
    assert.equal((await sandbox.call('POST', '/api/v1/registry/services/', body(1024 * 1024), json)).status, 422);
    const answer = await sandbox.call('POST', '/api/v1/registry/services/', body(1024 * 1024 + 1), json);
    assert.equal(answer.status, 413);
    assert.match(answer.json.detail, /larger/);
    assert.equal((await sandbox.call('POST', collector, 'x'.repeat(1024 * 1024 + 1))).status, 413);
  });

  test('1,000 events a request', async (t) => {
    const sandbox = await Sandbox.start(t);
    const events = Array.from({ length: 1000 }, () => ({ e: 'pv' }));
    assert.equal((await sandbox.track(...events)).status, 200);
    const answer = await sandbox.track(...events, null);
    assert.equal(answer.status, 413);
    assert.match(answer.json.error, /1000 events/);
  });

  test('32 KB of headers', async (t) => {
    const sandbox = await Sandbox.start(t);
    const status = async (bytes) =>
      (await sandbox.call('GET', '/definitions.json', undefined, { 'X-Padding': 'x'.repeat(bytes) })).status;
    assert.equal(await status(15 * 1024), 200);
    assert.equal(await status(32 * 1024), 431);
  });

  test('a minute (here a second) to receive a request; then the connection ends', async (t) => {
    const sandbox = await Sandbox.start(t, '--limit', 'requestTime=1000');
    const stream = await sandbox.subscribe(`domain_userid=${randomUUID()}`);
    const halves = [
      '',
      'GET /definitions.json HTTP/1.1\r\nHost: localhost\r\n',
      `POST ${collector} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"schema"`,
      `POST ${collector} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"sch`,
      `POST /api/v1/attributes HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${sandbox.token}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n`,
    ];
    const answers = halves.map(async (half) => {
      const socket = net.connect(sandbox.port, '127.0.0.1');
      socket.write(half);
      return readAll(socket);
    });
    for (const answer of await Promise.all(answers)) assert.match(answer, /^(HTTP\/1\.1 408 |$)/);
    // The limit does not apply to the response of a request that arrived in time.
    assert.equal(stream.ended, false);
    assert.deepEqual((await sandbox.ask('GET', '/api/v1/statistics')).events, { good: 0, malformed: 0 });
  });

  test('20 ids a subscription, all of them UUIDs', async (t) => {
    const sandbox = await Sandbox.start(t);
    const ids = (count) => Array.from({ length: count }, () => `domain_userid=${randomUUID()}`).join('&');
    const stream = await sandbox.subscribe(ids(20));
    assert.equal(stream.status, 200);
    const status = async (query) => (await sandbox.call('GET', `/api/v1/interventions?${query}`)).status;
    assert.equal(await status(ids(21)), 400);
    assert.equal(await status(''), 400);
    assert.equal(await status(`bad-name=${randomUUID()}`), 400);
    assert.equal(await status(`__proto__=${randomUUID()}x`), 400);
    for (const id of [
      'nobody',
      '',
      '00000000-0000-0000-0000-000000000000',
      `${randomUUID()}0`,
      '123456781234123412341234567890ab',
    ]) {
      const answer = await sandbox.call('GET', `/api/v1/interventions?${ids(1)}&user_id=${id}`);
      assert.equal(answer.status, 400, id);
      assert.equal(answer.json.error, 'only UUIDs allowed as attribute key values');
    }
    assert.equal(
      (await sandbox.call('POST', `/api/v1/interventions?${ids(21)}`, { name: 'a', version: 1 })).status,
      400,
    );
  });

  test('the limit of streams, and a new stream once one has ended', async (t) => {
    const sandbox = await Sandbox.start(t, '--limit', 'streams=2');
    const query = `domain_userid=${randomUUID()}`;
    const [first] = [await sandbox.subscribe(query), await sandbox.subscribe(query)];
    assert.equal((await sandbox.call('GET', `/api/v1/interventions?${query}`)).status, 503);
    first.close();
    await sleep(100);
    assert.equal((await sandbox.subscribe(query)).status, 200);
  });

  test('3 recent events for testing groups; the oldest are dropped', async (t) => {
    const sandbox = await Sandbox.start(t, '--limit', 'recentEvents=3');
    const visitors = Array.from({ length: 10 }, () => randomUUID());
    for (const visitor of visitors) await sandbox.track(event('product_view', visitor));
    const tried = await sandbox.ask('POST', '/api/v1/testing/attribute_groups/', { attribute_group: group });
    assert.deepEqual(tried.domain_userid, visitors.slice(-3));
  });

  test('the bytes of recent events; the oldest are dropped', async (t) => {
    const sandbox = await Sandbox.start(t, '--limit', 'recentBytes=100000');
    const visitors = Array.from({ length: 10 }, () => randomUUID());
    for (const visitor of visitors) await sandbox.track(event('product_view', visitor, { page: 'é'.repeat(10_000) }));
    const tried = await sandbox.ask('POST', '/api/v1/testing/attribute_groups/', { attribute_group: group });
    assert.deepEqual(tried.domain_userid, visitors.slice(-4));
  });

  test('the bytes of interventions for a subscriber that was away; the oldest are dropped', async (t) => {
    const sandbox = await Sandbox.start(t, '--limit', 'replayBytes=50000');
    const query = `domain_userid=${randomUUID()}`;
    const before = await sandbox.subscribe(query);
    while (before.lastId === undefined) await sleep(10);
    before.close();
    const attributes = { text: 'x'.repeat(20_000) };
    for (const name of ['a', 'b', 'c'])
      await sandbox.ask('POST', `/api/v1/interventions?${query}`, { name, version: 1, attributes });
    const after = await sandbox.subscribe(query, { 'Last-Event-ID': before.lastId });
    await after.until(2);
    assert.deepEqual(after.names(), ['b', 'c']);
  });

  test('2 interventions for a subscriber that was away; the oldest are dropped', async (t) => {
    const sandbox = await Sandbox.start(t, '--limit', 'replayEntries=2');
    const query = `domain_userid=${randomUUID()}`;
    const before = await sandbox.subscribe(query);
    while (before.lastId === undefined) await sleep(10);
    before.close();
    for (const name of ['a', 'b', 'c'])
      await sandbox.ask('POST', `/api/v1/interventions?${query}`, { name, version: 1 });
    const after = await sandbox.subscribe(query, { 'Last-Event-ID': before.lastId });
    await after.until(2);
    assert.deepEqual(after.names(), ['b', 'c']);
  });

  test('profiles and sent marks; the least recently used are dropped', async (t) => {
    const sandbox = await Sandbox.start(t, '--limit', 'profiles=2', '--limit', 'sentMarks=2');
    await sandbox.publish();
    const visitors = Array.from({ length: 6 }, () => randomUUID());
    const streams = [];
    for (const visitor of visitors) {
      streams.push(await sandbox.subscribe(`domain_userid=${visitor}`));
      await sandbox.track(addToCart(visitor, 10));
      await streams.at(-1).until(1);
    }
    const { total_cart_value } = await sandbox.ask('POST', '/api/v1/get-online-attributes', {
      attribute_keys: { domain_userid: visitors },
      service: 'ecom_attributes',
    });
    assert.deepEqual(
      [total_cart_value.slice(0, 3), total_cart_value.slice(4)],
      [
        [null, null, null],
        [10, 10],
      ],
    );
    // A visitor whose mark was dropped receives the intervention again, and no other does.
    await sandbox.track(addToCart(visitors[5], 10), addToCart(visitors[0], 10));
    await streams[0].until(2);
    assert.deepEqual(
      streams.map(({ received }) => received.length),
      [2, 1, 1, 1, 1, 1],
    );
  });

  test('256 KB for a subscriber that does not read, while others receive', async (t) => {
    const sandbox = await Sandbox.start(t);
    const visitor = randomUUID();
    const slow = await sandbox.subscribe(`domain_userid=${visitor}`);
    const quick = await sandbox.subscribe(`domain_userid=${visitor}`);
    slow.pause();
    const attributes = { 'a:b': 'x'.repeat(100_000) };
    const statuses = [];
    // The kernel buffers some megabytes before the sandbox notices that the subscriber does not read.
    for (let i = 0; i < 200 && (await sandbox.ask('GET', '/api/v1/statistics')).subscribers === 2; ++i) {
      statuses.push(
        (
          await sandbox.ask('POST', `/api/v1/interventions?domain_userid=${visitor}`, {
            name: 'big',
            version: 1,
            attributes,
          })
        ).status,
      );
    }
    assert.equal((await sandbox.ask('GET', '/api/v1/statistics')).subscribers, 1);
    assert.ok(statuses.every((status) => status === 'success'));
    assert.equal((await quick.until(statuses.length)).length, statuses.length);
    assert.equal(quick.ended, false);
  });

  test('a subscriber that vanished without closing its connection is dropped', async (t) => {
    // The limit of waiting bytes is out of reach, so only heartbeats can detect it.
    const sandbox = await Sandbox.start(t, '--limit', 'heartbeat=200', '--limit', 'waitingBytes=1000000000');
    const visitor = randomUUID();
    const socket = net.connect(sandbox.port, '127.0.0.1');
    socket.write(`GET /api/v1/interventions?domain_userid=${visitor} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await new Promise((resolve) => socket.once('data', resolve));
    // The connection stays open, but the subscriber no longer reads.
    socket.pause();
    const push = () =>
      sandbox.ask('POST', `/api/v1/interventions?domain_userid=${visitor}`, {
        name: 'big',
        version: 1,
        attributes: { 'a:b': 'x'.repeat(200_000) },
      });
    const subscribers = async () => (await sandbox.ask('GET', '/api/v1/statistics')).subscribers;
    // This is more than the kernel buffers.
    for (let i = 0; i < 60; ++i) await push();
    for (let i = 0; i < 100 && (await subscribers()) > 0; ++i) await sleep(50);
    assert.equal(await subscribers(), 0);
    socket.destroy();
  });
});

test('logs and errors show no id, token, query or value of an event', async (t) => {
  const marker = 'MARKER7f3a';
  const sandbox = await Sandbox.start(t);
  await sandbox.publish();
  const shown = [];
  const call = async (method, path, body, headers) =>
    shown.push((await sandbox.call(method, path, body, headers)).text);
  const uuid = randomUUID();
  for (const authorization of [`Bearer ${marker}`, `Basic ${btoa(marker)}`])
    await call('GET', '/docs/', undefined, { Authorization: authorization });
  await call('GET', `/${marker}?${marker}=${marker}`);
  await call('GET', `/api/v1/interventions?domain_userid=${marker}`);
  await call('GET', `/api/v1/interventions?${marker}-=${uuid}`);
  await call('GET', `/api/v1/interventions?domain_userid=${uuid}&domain_userid=${marker}`, undefined, { Host: marker });
  await call('GET', '/definitions.json', undefined, { Origin: `https://${marker}.example` });
  await call('POST', `/api/v1/interventions?domain_userid=${uuid}`, {
    name: `${marker} `,
    version: marker,
    attributes: { [marker]: 1 },
  });
  await call('POST', `/api/v1/interventions?domain_userid=${uuid}`, `{"${marker}`, json);
  await call('POST', '/api/v1/registry/services/', `{"${marker}`, json);
  await call('POST', '/api/v1/registry/services/', marker, { 'Content-Type': `text/${marker}` });
  await call('POST', '/api/v1/get-online-attributes', {
    attribute_keys: { domain_userid: [marker], user_id: [marker, marker] },
    service: 'ecom_attributes',
  });
  await call('POST', '/api/v1/get-online-attributes', {
    attribute_keys: { domain_userid: marker },
    service: 'ecom_attributes',
  });
  await call('POST', '/api/v1/attributes', {
    group: 'ecom_attributes',
    attribute_key: { name: 'domain_userid', id: marker },
    attributes: { count_product_views: marker },
  });
  await call('DELETE', `/api/v1/domain_userid/${marker}`);
  await call('DELETE', `/api/v1/not-a-name/${marker}`);
  await call('POST', collector, `{"${marker}`);
  await call(
    'POST',
    collector,
    payloadData([{ e: marker, ue_pr: marker, duid: marker }, event('product_view', marker, { page: marker })]),
  );
  await call('GET', `/i?e=pv&duid=${marker}&co=${marker}&page=%ZZ${marker}`);
  await call('POST', collector, payloadData(Array.from({ length: 1001 }, () => ({ e: 'pv', page: marker }))));
  await call('GET', `/%${marker}`);
  const token = sandbox.token;
  await sandbox.kill('SIGTERM');
  assert.ok(shown.length > 15);
  for (const text of shown) assert.doesNotMatch(text, new RegExp(`${marker}|${uuid}|${token}`));
  const log = sandbox.log.replace(/sandbox_token="[^"]*"/, '');
  assert.doesNotMatch(log, new RegExp(`${marker}|${uuid}|${token}`));
});
