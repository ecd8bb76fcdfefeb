// The program `tripline` as its user runs it: output, messages and exit status.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const tree = process.env.TRIPLINE_BUILD_TREE ?? '.build/native';
const program = fileURLToPath(new URL(`../${tree}/bin/tripline`, import.meta.url));
const samples = fileURLToPath(new URL('samples/', import.meta.url));
const bundle = join(samples, 'ecom_bundle.json');
const events = join(samples, 'enriched.ndjson');
const folder = mkdtempSync(join(tmpdir(), 'tripline-'));
after(() => rmSync(folder, { recursive: true }));

const user = '9c6d7a65-d4ec-465f-8cdf-ffbfe939e772';

test('check says nothing of the tutorial definitions', () => {
  assert.deepEqual(run('check', bundle), { status: 0, out: '', err: '' });
});

test('check prints a line for each error, with file and JSON Pointer', () => {
  const wrong = JSON.parse(readFileSync(bundle, 'utf8'));
  wrong.interventions[0].criteria.attribute = 'ecom_attributes:count_add_to_card';
  wrong.attribute_groups[0].attributes[0].type = 'int23';
  const file = write('wrong.json', JSON.stringify(wrong));
  const { status, out, err } = run('check', file);
  assert.equal(status, 1);
  assert.equal(out, '');
  const lines = err.trimEnd().split('\n');
  assert.equal(lines.length, 2, err);
  assert.match(lines.join('\n'), /wrong\.json: \/attribute_groups\/0\/attributes\/0\/type: .*int32/);
  assert.match(lines.join('\n'), /wrong\.json: \/interventions\/0\/criteria\/attribute: .*'ecom_attributes:count_add_to_cart'/);
});

test('replay prints a JSON line for each intervention and target, in event order', () => {
  const { status, out } = run('replay', '--definitions', bundle, events);
  assert.equal(status, 0);
  const payloads = lines(out);
  assert.deepEqual(payloads.map(({ name, target_attribute_key }) => [name, target_attribute_key.name]), [
    ['cart_abandonment', 'user_id'],
    ['cart_abandonment', 'domain_userid'],
  ]);
  assert.equal(payloads[0].intervention_id, payloads[1].intervention_id);
  assert.equal(payloads[0].triggered_at, '2026-11-23T01:41:24.588Z');
});

test('replay reads standard input', () => {
  const { status, out } = run({ input: readFileSync(events) }, 'replay', '--definitions', bundle, '-');
  assert.equal(status, 0);
  assert.equal(lines(out).length, 2);
});

test('attributes prints each profile, with null for what is missing', () => {
  const { status, out } = run('attributes', '--definitions', bundle, events);
  assert.equal(status, 0);
  assert.deepEqual(lines(out), [{
    attribute_key: { name: 'domain_userid', id: user },
    attributes: { ecom_attributes: { count_product_views: 1, count_add_to_cart: 1, total_cart_value: 24.49 } },
  }]);
});

test('preview counts targets, as a table or as JSON', () => {
  const table = run('preview', '--definitions', bundle, events);
  assert.equal(table.status, 0);
  assert.match(table.out, /^cart_abandonment +1 +2 +2 +100\.0%$/m);
  const { out } = run('preview', '--json', '--definitions', bundle, events);
  assert.deepEqual(JSON.parse(out)[0], { name: 'cart_abandonment', version: 1, targets: 2, seen: 2 });
});

test('explain shows each leaf with its value, and why nothing was sent', () => {
  const { status, out } = run('explain', '--definitions', bundle, '--intervention', 'discount',
    '--key', 'domain_userid', '--id', user, events);
  assert.equal(status, 0);
  const explanation = JSON.parse(out);
  assert.deepEqual(explanation.criteria, {
    attribute: 'ecom_attributes:count_product_views', group_version: 1, operator: '>', value: 3, current: 1, holds: false,
  });
  assert.match(explanation.why, /do not hold/);
});

test('a malformed line is reported with its number and skipped', () => {
  const file = write('events.ndjson', `{"broken\n${readFileSync(events, 'utf8')}[1]\n`);
  const { status, out, err } = run('replay', '--definitions', bundle, file);
  assert.equal(status, 1);
  assert.equal(lines(out).length, 2);
  assert.match(err, /events\.ndjson:1: skipped: /);
  assert.match(err, /events\.ndjson:16: skipped: an event is a JSON object/);
});

test('pushed attributes count, and a refused push is reported', () => {
  const definitions = write('push.json', JSON.stringify({
    attribute_groups: [{
      name: 'account', attribute_key: { name: 'user_id' }, offline: true,
      fields: [{ name: 'tier', type: 'string' }],
    }],
    interventions: [{ name: 'gold', criteria: { attribute: 'account:tier', operator: '=', value: 'gold' } }],
  }));
  const push = (attributes) => JSON.stringify({
    type: 'attributes', attribute_key: { name: 'user_id', id: 'u1' }, group: 'account', version: 1, attributes,
    time: '2026-01-01T00:00:00.000Z',
  });
  const file = write('pushes.ndjson', `${push({ tier: 'silver' })}\n${push({ tier: 'gold' })}\n${push({ tire: 'x' })}\n`);
  const { status, out, err } = run('replay', '--definitions', definitions, file);
  assert.equal(status, 1);
  assert.deepEqual(lines(out).map(({ name, attributes }) => [name, attributes]), [['gold', { 'account:tier': 'gold' }]]);
  assert.match(err, /pushes\.ndjson:3: skipped: .*'tire'/);
});

test('wrong usage is told from wrong input', () => {
  assert.equal(run().status, 2);
  assert.equal(run('frobnicate').status, 2);
  assert.equal(run('replay', events).status, 2);
  assert.equal(run('replay', '--definitions', bundle, '--until', 'soon', events).status, 2);
  assert.equal(run('replay', '--definitions', bundle, '--untli', 'soon', events).status, 2);
  assert.equal(run('check', join(folder, 'nothing-here.json')).status, 1);
  assert.equal(run('replay', '--definitions', bundle, join(folder, 'nothing-here.ndjson')).status, 1);
});

test('--help tells everything on standard output', () => {
  const { status, out, err } = run('--help');
  assert.equal(status, 0);
  assert.equal(err, '');
  for (const command of ['check', 'replay', 'attributes', 'preview', 'explain']) assert.match(out, new RegExp(`tripline ${command}`));
});

function run(...args) {
  const options = typeof args[0] === 'object' ? args.shift() : {};
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', ...options });
  return { status, out: stdout, err: stderr };
}

function lines(text) {
  return text.trimEnd().split('\n').map((line) => JSON.parse(line));
}

function write(name, text) {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}
