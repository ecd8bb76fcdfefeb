// The command line of the sandbox.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Sandbox } from './sandbox.mjs';

const main = fileURLToPath(new URL('../../demo-shop/sandbox/dist/main.js', import.meta.url));
const shop = fileURLToPath(new URL('../../demo-shop/dist/server/server/main.js', import.meta.url));
const run = (...options) => spawnSync(process.execPath, [main, ...options], { encoding: 'utf8', timeout: 30_000 });

function newFolder(t) {
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

test('an invalid option prints the usage, and ends with status 2', () => {
  for (const options of [
    ['--nothing'],
    ['--port', 'x'],
    ['--port', '65536'],
    ['--limit', 'nothing=1'],
    ['--limit', 'streams'],
    ['--limit', 'streams=-1'],
    ['--limit', 'streams='],
    ['--limit', 'streams=1=2'],
    ['--limit', 'constructor=1'],
    ['extra'],
  ]) {
    const { status, stderr } = run(...options);
    assert.equal(status, 2, options.join(' '));
    assert.match(stderr, /^usage: start \[OPTION\]/);
  }
});

test('a limit outside of its range is named, and the status is 2', () => {
  const names = [...run('--help').stdout.matchAll(/^ {10,}(\w+)=\d+$/gm)].map(([, name]) => name);
  assert.ok(names.length > 10);
  for (const setting of [
    ...names.map((name) => `${name}=0`),
    'bodyBytes=2147483648',
    'heartbeat=9007199254740991',
    'profiles=1'.padEnd(300, '0'),
  ]) {
    const { status, stderr } = run('--limit', setting);
    const [name, number] = setting.split('=');
    assert.deepEqual([status, stderr], [2, `The limit ${name} must be from 1 to 2147483647, not ${number}.\n`]);
  }
});

test('the lowest and the highest of all limits start', async (t) => {
  const names = [...run('--help').stdout.matchAll(/^ {10,}(\w+)=\d+$/gm)].map(([, name]) => name);
  for (const number of [1, 2147483647])
    await Sandbox.start(t, ...names.flatMap((name) => ['--limit', `${name}=${number}`]));
});

test('an address that cannot be listened at is named, and the status is 1', (t) => {
  for (const host of ['203.0.113.1', 'nothing.invalid']) {
    const { status, stderr } = run('--port', '0', '--data', newFolder(t), '--host', host);
    assert.equal(status, 1, host);
    assert.match(
      stderr,
      /^The sandbox cannot listen at [\w.]+, port 0 \(E\w+\)\. Choose others with --host and --port\.\n$/,
    );
  }
});

describe('a token that is given', () => {
  const bad = ['', ' ', 'x'.repeat(15), 'a token with spaces', 'tökens-of-letters', `${'x'.repeat(16)}\n`];

  test('must have at least 16 characters that a header allows; else nothing starts', (t) => {
    const folder = newFolder(t);
    for (const token of bad) {
      const { status, stdout, stderr } = run('--port', '0', '--data', folder, '--token', token);
      assert.deepEqual([status, stdout], [2, ''], JSON.stringify(token));
      assert.match(stderr, /^The token .* must have at least 16 characters.*\n$/);
      if (token.length > 1) assert.ok(!stderr.includes(token));
    }
    assert.deepEqual(readdirSync(folder), []);
  });

  test('may come from the environment, also for the shop, with the same rule', (t) => {
    const folder = newFolder(t);
    for (const token of ['', 'short']) {
      for (const program of [main, shop]) {
        const { status, stderr } = spawnSync(process.execPath, [program, '--port', '0', '--data', folder], {
          encoding: 'utf8',
          timeout: 30_000,
          env: { ...process.env, SANDBOX_TOKEN: token },
        });
        assert.equal(status, 2, `${program} ${token}`);
        assert.match(stderr, /SANDBOX_TOKEN .* at least 16 characters/);
      }
    }
  });

  test('is checked by the same rule if it is stored in the folder', (t) => {
    const folder = newFolder(t);
    for (const text of ['', '\n', 'short\n', '\0'.repeat(33)]) {
      writeFileSync(join(folder, 'token'), text);
      const { status, stderr } = run('--port', '0', '--data', folder);
      assert.equal(status, 1, JSON.stringify(text));
      assert.match(stderr, /^The token in .*token has fewer than 16 characters.* Delete the file.*\n$/);
    }
  });
});

describe('a folder that cannot be used', () => {
  test('is named in the message, with what to do', async (t) => {
    const folder = newFolder(t);
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const taken = join(folder, 'taken');
    mkdirSync(join(taken, 'process'), { recursive: true });
    for (const data of [file, join(file, 'below'), taken]) {
      const { status, stderr } = run('--port', '0', '--data', data);
      assert.equal(status, 1, data);
      assert.match(stderr, /^Cannot (create|lock) the folder .* \(E\w+\)\. Choose another.*\n$/);
    }
  });

  test('because there is a folder in the place of a file is named, too', (t) => {
    for (const [path, message] of [
      ['token', /^The token cannot be kept in .*token \(EISDIR\)\. .*\n$/],
      ['state/data.mdb', /^The database in .*state is damaged: data\.mdb is not a file\. .*\n$/],
      ['state/lock.mdb', /^The database in .*state is damaged: lock\.mdb is not a file\. .*\n$/],
    ]) {
      const folder = newFolder(t);
      mkdirSync(join(folder, path), { recursive: true });
      const { status, stderr } = run('--port', '0', '--data', folder);
      assert.equal(status, 1, path);
      assert.match(stderr, message);
    }
  });

  test('because there is a file in the place of a folder is named, too', (t) => {
    const folder = newFolder(t);
    writeFileSync(join(folder, 'state'), '');
    const { status, stderr } = run('--port', '0', '--data', folder);
    assert.equal(status, 1);
    assert.match(stderr, /^The database in .*state is damaged: data\.mdb cannot be read \(ENOTDIR\)\. .*\n$/);
  });

  test('does not stop the shop', (t) => {
    const folder = newFolder(t);
    writeFileSync(join(folder, 'token'), '');
    const { stdout, stderr } = spawnSync(process.execPath, [shop, '--port', '0', '--data', folder], {
      encoding: 'utf8',
      timeout: 4000,
    });
    assert.match(stderr, /The token in .* The shop starts without a sandbox/);
    assert.match(stdout, /The demo shop is at/);
  });
});

test('--help lists options and limits with their defaults', () => {
  const { status, stdout } = run('--help');
  assert.equal(status, 0);
  for (const text of [
    '--allow-origin',
    '--data',
    'requestTime=60000',
    'waitingBytes=262144',
    'streams=2000',
    'headerBytes=32768',
    'bodyBytes=1048576',
  ]) {
    assert.ok(stdout.includes(text), text);
  }
});

test('the README has each limit with its default', () => {
  const readme = readFileSync(new URL('../../demo-shop/sandbox/README.md', import.meta.url), 'utf8');
  const rows = [...readme.matchAll(/^\| `(\w+)`[^|]*\| ([\d,]+) \|/gm)].map(
    ([, name, value]) => `${name}=${value.replaceAll(',', '')}`,
  );
  const limits = [...run('--help').stdout.matchAll(/^ {10,}(\w+=\d+)$/gm)].map(([, limit]) => limit);
  assert.ok(limits.length > 10);
  assert.deepEqual(rows.sort(), limits.sort());
});

test('a port in use is named in the message, and the status is 1', async (t) => {
  const sandbox = await Sandbox.start(t);
  const { status, stderr } = run('--port', String(sandbox.port), '--data', `${sandbox.folder}/other`);
  assert.equal(status, 1);
  assert.match(stderr, /is taken/);
});
