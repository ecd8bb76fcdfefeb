// `npx tripline pull`: the published definitions of a registry, here of the sandbox and of servers that misbehave.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Sandbox, tutorial } from './sandbox.mjs';

const program = fileURLToPath(new URL('../../js/dist/cli/tripline.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'tripline-pull-'));
after(() => rmSync(folder, { recursive: true }));
const discount = tutorial.interventions.find(({ name }) => name === 'discount');

/** Runs the program with these environment variables, and no others that have to do with credentials. */
function tripline(environment, ...args) {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('SP_'));
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...Object.fromEntries(inherited), ...environment },
  });
  const output = { out: '', err: '' };
  child.stdout.on('data', (data) => (output.out += data));
  child.stderr.on('data', (data) => (output.err += data));
  child.stdin.end();
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, ...output })));
}

/** Serves what `answer` returns for a request: [status, body, headers]. */
async function serve(t, answer) {
  const requests = [];
  const server = createServer((request, response) => {
    requests.push(request);
    const [status, body, headers = {}] = answer(request);
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${server.address().port}`, requests };
}

const token = { SP_SANDBOX_TOKEN: 'a-token-of-the-sandbox' };

describe('from the sandbox', () => {
  test('all that is published, in the order of names and versions, without warnings', async (t) => {
    const sandbox = await Sandbox.start(t);
    await sandbox.publish();
    await sandbox.ask('POST', '/api/v1/registry/interventions/', { ...discount, version: 3 });
    await sandbox.ask('POST', '/api/v1/registry/interventions/', { ...discount, version: 2 });
    await sandbox.ask('POST', '/api/v1/registry/interventions/', { ...discount, name: 'draft', is_published: false });
    const log = {
      name: 'latest',
      attribute_key: { name: 'domain_sessionid' },
      max_events: 5,
      max_age_seconds: 600,
      events: [{ event: { name: 'page_view' }, properties: [{ type: 'atomic', name: 'page_url' }] }],
    };
    await sandbox.ask('POST', '/api/v1/registry/event_logs/', log);
    await sandbox.ask('POST', '/api/v1/registry/event_logs/', { ...log, name: 'draft' });
    await sandbox.ask('POST', '/api/v1/engines/publish', { event_logs: [{ name: 'latest' }] });
    const url = `http://localhost:${sandbox.port}`;
    const environment = { SP_SANDBOX_TOKEN: sandbox.token };
    const file = join(folder, 'definitions.json');
    assert.deepEqual(await tripline(environment, 'pull', `${url}/`, file), { status: 0, out: '', err: '' });
    const pulled = JSON.parse(readFileSync(file, 'utf8'));
    assert.deepEqual(
      pulled.interventions.map(({ name, version }) => [name, version]),
      [
        ['cart_abandonment', 1],
        ['discount', 1],
        ['discount', 2],
        ['discount', 3],
        ['free_shipping', 1],
      ],
    );
    assert.deepEqual(Object.keys(pulled.attribute_groups[0]).slice(0, 2), ['name', 'version']);
    assert.deepEqual(pulled.attribute_groups[0].attributes, tutorial.attribute_groups[0].attributes);
    assert.equal(pulled.attribute_groups[0].full_name, undefined);
    assert.deepEqual(
      pulled.event_logs.map(({ name, has_published_version }) => [name, has_published_version]),
      [['latest', undefined]],
    );
    assert.deepEqual(await tripline({}, 'check', file), { status: 0, out: '', err: '' });
    const printed = await tripline(environment, 'pull', `${url}/api/v1`);
    assert.deepEqual(printed, { status: 0, out: readFileSync(file, 'utf8'), err: '' });
  });

  test('the address works only with its token, and the token is not shown', async (t) => {
    const sandbox = await Sandbox.start(t);
    const url = `http://localhost:${sandbox.port}`;
    const { status, out, err } = await tripline({ SP_SANDBOX_TOKEN: 'another-token-of-16' }, 'pull', url);
    assert.deepEqual([status, out], [1, '']);
    assert.equal(err, `tripline: pull: ${url} refuses the credentials (401)\n`);
  });
});

test('a registry that lists objects and members in another order makes no change, and the file keeps its time', async (t) => {
  const lists = Object.entries(tutorial);
  let turn = (list) => list;
  const { url } = await serve(t, ({ url }) => {
    const [, objects] = lists.find(([type]) => url === `/api/v1/registry/${type}/`) ?? [];
    if (objects === undefined) return [404, '{"detail": "an older registry has no event logs"}'];
    return [200, turn(objects.map((object) => ({ ...object, updated_at: `${Math.random()}`, feast_name: 'x' })))];
  });
  const file = join(folder, 'same.json');
  assert.equal((await tripline(token, 'pull', url, file)).status, 0);
  const first = readFileSync(file, 'utf8');
  utimesSync(file, 1000, 1000);
  turn = (list) => list.reverse().map((object) => Object.fromEntries(Object.entries(object).reverse()));
  assert.equal((await tripline(token, 'pull', url, file)).status, 0);
  assert.equal(readFileSync(file, 'utf8'), first);
  assert.equal(statSync(file).mtimeMs, 1_000_000);
  turn = () => [];
  assert.equal((await tripline(token, 'pull', url, file)).status, 0);
  assert.deepEqual(Object.values(JSON.parse(readFileSync(file, 'utf8'))).flat(), []);
});

test('an API key is exchanged for a token at the console', async (t) => {
  const { url, requests } = await serve(t, ({ url }) => [
    200,
    url.startsWith('/api/msc/') ? { accessToken: 'a.b.c' } : [],
  ]);
  const keys = { SP_API_KEY: 'key', SP_API_KEY_ID: 'id', SP_ORG_ID: 'o/1', SP_CONSOLE_URL: url };
  assert.equal((await tripline(keys, 'pull', url)).status, 0);
  assert.equal(requests[0].url, '/api/msc/v1/organizations/o%2F1/credentials/v3/token');
  assert.equal(requests[0].headers['x-api-key'], 'key');
  assert.equal(requests[0].headers['x-api-key-id'], 'id');
  assert.equal(requests.length, 6);
  for (const { headers } of requests.slice(1)) {
    assert.equal(headers.authorization, 'Bearer a.b.c');
    assert.equal(headers['x-api-key'], undefined);
  }
});

test('whatever fails is one sentence, and the file stays as it is', async (t) => {
  const file = join(folder, 'kept.json');
  writeFileSync(file, 'kept');
  const failed = async (environment, url, message) => {
    const { status, out, err } = await tripline(environment, 'pull', url, file);
    assert.deepEqual([status, out], [1, ''], err);
    assert.match(err, message);
    assert.match(err, /^tripline: pull: [^\n]+\n$/);
    assert.equal(readFileSync(file, 'utf8'), 'kept');
  };
  const answered = async (answer, message) => failed(token, (await serve(t, answer)).url, message);
  await answered(() => [500, 'broken\n  down'], /registry\/\w+\/ returned 500: broken down$/m);
  await answered(() => [200, '<html>'], /something other than JSON; is this a registry\?/);
  await answered(() => [200, { objects: [] }], /something other than a list of definitions/);
  await answered(() => [200, [{ version: 1 }]], /something other than a list of definitions/);
  await answered(() => [307, '', { Location: 'https://example.com/' }], /redirects to https:\/\/example\.com\//);
  await answered(
    ({ url }) => (url.includes('interventions') ? [404, '{}'] : [200, []]),
    /interventions\/ returned 404/,
  );
  await failed(token, 'http://127.0.0.1:9', /cannot be reached: .*ECONNREFUSED|bad port/);
  await failed(token, 'nowhere', /'nowhere' is not the address of a registry/);
  await failed(token, 'file:///etc/passwd', /is not the address of a registry/);
  await failed(token, 'http://example.com', /would get the credentials in clear; use https/);
  await failed(token, 'https://me:secret@example.com', /credentials; they come from the environment only/);
  await failed({}, 'https://example.com', /lacks SP_API_KEY, SP_API_KEY_ID, SP_ORG_ID; .*SP_SANDBOX_TOKEN/);
  await failed({ SP_API_KEY: 'k', SP_API_KEY_ID: 'i' }, 'https://example.com', /lacks SP_ORG_ID;/);
});

test('wrong usage gets the manual', async () => {
  for (const args of [[], ['http://localhost:1', 'a', 'b'], ['--token', 'x', 'http://localhost:1']]) {
    const { status, err } = await tripline(token, 'pull', ...args);
    assert.equal(status, 2);
    assert.match(err, /see tripline pull --help\n$/);
  }
  assert.equal((await tripline(token, 'pull', 'http://localhost:1', join(folder, 'none/x.json'))).status, 1);
});
