// The command line of the sandbox.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Sandbox } from './sandbox.mjs';

const main = fileURLToPath(new URL('../../demo-shop/dist/server/sandbox/main.js', import.meta.url));
const run = (...options) => spawnSync(process.execPath, [main, ...options], { encoding: 'utf8', timeout: 30_000 });

test('what is no option is answered with the usage, and status 2', () => {
  for (const options of [['--nothing'], ['--port', 'x'], ['--port', '65536'], ['--limit', 'nothing=1'], ['--limit', 'streams'], ['--limit', 'streams=-1'], ['extra']]) {
    const { status, stderr } = run(...options);
    assert.equal(status, 2, options.join(' '));
    assert.match(stderr, /^usage: start \[OPTION\]/);
  }
});

test('--help tells options and limits with their defaults', () => {
  const { status, stdout } = run('--help');
  assert.equal(status, 0);
  for (const text of ['--allow-origin', '--data', 'waitingBytes=262144', 'streams=2000', 'headerBytes=16384', 'bodyBytes=1048576']) {
    assert.ok(stdout.includes(text), text);
  }
});

test('a port that is taken is said, and status 1', async (t) => {
  const sandbox = await Sandbox.start(t);
  const { status, stderr } = run('--port', String(sandbox.port), '--data', `${sandbox.folder}/other`);
  assert.equal(status, 1);
  assert.match(stderr, /is taken/);
});
