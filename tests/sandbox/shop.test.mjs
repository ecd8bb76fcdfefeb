// The demo shop with a sandbox beside it: which requests it proxies, for which pages, and how it works without one.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build, check } from '../../js/dist/server.js';
import { addToCart, payloadData, readAll, request, Sandbox, Subscription, tutorial } from './sandbox.mjs';

const main = fileURLToPath(new URL('../../demo-shop/dist/server/server/main.js', import.meta.url));

/** Returns the ports of the shop and of the sandbox that it starts, if any, and the shop's output. */
async function startShop(t, ...options) {
  const folder = mkdtempSync(join(tmpdir(), 'shop-'));
  const shop = spawn(process.execPath, [main, '--port', '0', '--data', folder, ...options]);
  t.after(async () => {
    shop.kill();
    if (shop.exitCode === null && shop.signalCode === null) await once(shop, 'exit');
    rmSync(folder, { recursive: true });
  });
  let log = '';
  for (const stream of [shop.stdout, shop.stderr]) stream.on('data', (text) => (log += text));
  while (!/The demo shop is at .*\n/.test(log)) await Promise.race([once(shop.stdout, 'data'), once(shop, 'exit')]);
  const port = (pattern) => Number(pattern.exec(log)?.[1]);
  return {
    port: port(/demo shop is at http:\/\/127\.0\.0\.1:(\d+)\//),
    sandboxPort: port(/sandbox is at http:\/\/localhost:(\d+)\//),
    log,
  };
}

const call = async (port, method, path, headers, body) => {
  const response = await request(port, method, path, headers, body);
  return { status: response.statusCode, text: await readAll(response) };
};

const collector = '/com.snowplowanalytics.snowplow/tp2';

test('starts both, and proxies events and streams', async (t) => {
  const shop = await startShop(t);
  assert.match(shop.log, /SignalsSandbox\(api_url="http:\/\/localhost:\d+", sandbox_token="[0-9a-f]{32}"\)/);
  const [, token] = /sandbox_token="(\w+)"/.exec(shop.log);
  const visitor = randomUUID();
  const stream = new Subscription(await request(shop.port, 'GET', `/api/v1/interventions?domain_userid=${visitor}`));
  assert.equal(stream.headers['content-type'], 'text/event-stream');
  assert.match(stream.headers['content-security-policy'] ?? '', /^$/);
  const body = JSON.stringify(payloadData([addToCart(visitor, 10)]));
  const taken = await call(shop.port, 'POST', collector, { 'Content-Type': 'application/json; charset=UTF-8' }, body);
  assert.deepEqual([taken.status, taken.text], [200, 'ok']);
  const pushed = await call(
    shop.sandboxPort,
    'POST',
    `/api/v1/interventions?domain_userid=${visitor}`,
    { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    JSON.stringify({ name: 'hello', version: 1 }),
  );
  assert.equal(JSON.parse(pushed.text).status, 'success');
  await stream.until(1);
  // The shop proxies no other request.
  assert.equal((await call(shop.port, 'POST', '/api/v1/interventions')).status, 404);
  assert.equal((await call(shop.port, 'GET', '/api/v1/registry/services/')).status, 404);
});

test('proxies nothing for pages of other origins, or under another host name', async (t) => {
  const shop = await startShop(t);
  const own = `http://127.0.0.1:${shop.port}`;
  const status = async (headers, path = collector) =>
    (await call(shop.port, path === collector ? 'POST' : 'GET', path, headers, path === collector ? '{}' : undefined))
      .status;
  const stream = `/api/v1/interventions?domain_userid=${randomUUID()}`;
  assert.equal(await status({ Host: `127.0.0.1:${shop.port}`, Origin: own }), 200);
  for (const headers of [
    { Origin: 'https://evil.example' },
    { Origin: 'null' },
    { Host: 'evil.example' },
    { Host: 'evil.example', Origin: 'http://evil.example' },
  ]) {
    assert.equal(await status(headers), 403, JSON.stringify(headers));
    assert.equal(await status(headers, stream), 403, JSON.stringify(headers));
  }
});

test('proxies nothing for other sites’ pages that send no Origin, while the shop’s own pages work', async (t) => {
  const sandbox = await Sandbox.start(t);
  const shop = await startShop(t, '--sandbox', sandbox.url);
  const own = `http://127.0.0.1:${shop.port}`;
  const host = { Host: `127.0.0.1:${shop.port}` };
  const image = `/i?e=pv&duid=${randomUUID()}`;
  const stream = `/api/v1/interventions?domain_userid=${randomUUID()}`;
  for (const headers of [
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'same-site' },
    { Referer: 'https://evil.example/' },
  ]) {
    for (const [method, path] of [
      ['GET', image],
      ['HEAD', image],
      ['GET', stream],
      ['POST', collector],
    ]) {
      assert.equal(
        (await call(shop.port, method, path, { ...host, ...headers }, method === 'POST' ? '{}' : undefined)).status,
        403,
        `${method} ${path}`,
      );
    }
  }
  const fromPage = {
    ...host,
    'Sec-Fetch-Site': 'same-origin',
    'Sec-Fetch-Mode': 'no-cors',
    Referer: `${own}/products/canvas-tote`,
  };
  assert.equal((await call(shop.port, 'GET', image, fromPage)).status, 200);
  assert.equal(
    (await call(shop.port, 'POST', collector, { ...fromPage, Origin: own }, JSON.stringify(payloadData([])))).status,
    200,
  );
  assert.equal(new Subscription(await request(shop.port, 'GET', stream, fromPage)).status, 200);
  assert.equal((await call(shop.port, 'HEAD', stream, fromPage)).status, 405);
  assert.deepEqual((await sandbox.ask('GET', '/api/v1/statistics')).events, { good: 1, malformed: 0 });
});

test('accepts no order from a page of another origin', async (t) => {
  const shop = await startShop(t, '--no-sandbox');
  const own = `http://127.0.0.1:${shop.port}`;
  const host = { Host: `127.0.0.1:${shop.port}` };
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const order = new URLSearchParams({
    'quantity.canvas-tote': '1',
    name: 'A',
    email: 'a@b.c',
    street: 'S',
    postcode: '1',
    city: 'C',
    payment: 'invoice',
  }).toString();
  const place = (headers) => call(shop.port, 'POST', '/checkout', { ...form, ...host, ...headers }, order);
  for (const headers of [
    { Origin: 'https://evil.example' },
    { Origin: 'null' },
    { Origin: `http://localhost:${shop.port}` },
    { Host: 'evil.example', Origin: 'http://evil.example' },
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'same-site' },
    { Referer: 'https://evil.example/' },
  ]) {
    const { status, text } = await place(headers);
    assert.equal(status, 403, JSON.stringify(headers));
    assert.match(text, /Your order was not placed/);
  }
  for (const headers of [
    { Origin: own, 'Sec-Fetch-Site': 'same-origin', Referer: `${own}/checkout` },
    { Referer: `${own}/checkout` },
    {},
  ]) {
    assert.equal((await place(headers)).status, 303, JSON.stringify(headers));
  }
});

test('serves an external group that is keyed by a column, without the column', async (t) => {
  const sandbox = await Sandbox.start(t);
  const key = { name: 'customer', external_column: 'SECRET_CUSTOMER_ID', is_published: true };
  const scores = {
    name: 'scores',
    version: 1,
    attribute_key: key,
    offline: true,
    batch_source: { name: 'secret', database: 'secret', schema: 'secret', table: 'secret', timestamp_field: 'secret' },
    fields: [{ name: 'risk', type: 'double' }],
    is_published: true,
  };
  await sandbox.publish({
    ...tutorial,
    attribute_keys: [...tutorial.attribute_keys, key],
    attribute_groups: [...tutorial.attribute_groups, scores],
  });
  const shop = await startShop(t, '--sandbox', sandbox.url);
  const { text } = await call(shop.port, 'GET', '/definitions.json');
  assert.match(text, /"risk"/);
  assert.doesNotMatch(text, /secret/i);
  assert.deepEqual(
    (await check(JSON.parse(text))).filter(({ severity }) => severity === 'error'),
    [],
  );
});

test('works alone if the sandbox does not respond', async (t) => {
  const sandbox = await Sandbox.start(t);
  await sandbox.publish({ attribute_groups: [{ ...tutorial.attribute_groups[0], name: 'others' }] });
  const shop = await startShop(t, '--sandbox', sandbox.url);
  const shopUrl = `http://127.0.0.1:${shop.port}`;
  const groups = async () =>
    JSON.parse((await call(shop.port, 'GET', '/definitions.json')).text).attribute_groups.map(({ name }) => name);
  const program = async () => new Uint8Array(await (await fetch(`${shopUrl}/definitions.tripline`)).arrayBuffer());
  const compiled = async () => build((await call(shop.port, 'GET', '/definitions.json')).text);
  assert.deepEqual(await groups(), ['others']);
  const others = await program();
  assert.deepEqual(others, await compiled());
  await sandbox.kill();
  assert.deepEqual(await groups(), ['ecom_attributes']);
  assert.deepEqual(await program(), await compiled());
  assert.notDeepEqual(await program(), others);
  assert.equal((await call(shop.port, 'POST', collector, {}, '{}')).status, 503);
  assert.equal((await call(shop.port, 'GET', '/')).status, 200);
});

test('works without a sandbox', async (t) => {
  const shop = await startShop(t, '--no-sandbox');
  assert.doesNotMatch(shop.log, /sandbox/);
  assert.equal((await call(shop.port, 'POST', collector, {}, '{}')).text, 'ok');
  assert.equal((await call(shop.port, 'GET', '/api/v1/interventions?domain_userid=x')).status, 404);
  assert.match((await call(shop.port, 'GET', '/definitions.json')).text, /ecom_attributes/);
});
