// Tests the sandbox with the official Python SDK, unmodified: every call, the tutorial of demo-shop/README.md, and a
// restart during a subscription.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { addToCart, Sandbox } from '../sandbox/sandbox.mjs';
import { releasesIn, runText, Script } from './python.mjs';
import { decide, openShop, seeBanners, shopForThreeBanners, visitorOf } from './shop.mjs';

const readme = readFileSync(new URL('../../demo-shop/README.md', import.meta.url), 'utf8');
const blocks = [...readme.matchAll(/^```python\n(.*?)^```/gms)].map(([, block]) => block);

const program = fileURLToPath(new URL('../../js/dist/cli/tripline.js', import.meta.url));

/** Returns the tutorial's code blocks, with the line that the sandbox prints instead of the README's. */
function tutorialCode(sandbox, count) {
  const [printed] = /sp_signals = SignalsSandbox\(.*\)/.exec(sandbox.log);
  const code = blocks.slice(0, count).join('\n');
  assert.match(code, /^sp_signals = SignalsSandbox\(.*\)$/m);
  return code.replace(/^sp_signals = SignalsSandbox\(.*\)$/m, printed);
}

const [newest] = releasesIn('requirements.txt');
const older = releasesIn('older-releases.txt');

for (const release of [newest, ...older]) {
  test(`every call of the SDK ${release}`, async (t) => {
    const sandbox = await Sandbox.start(t);
    const options = release === newest ? {} : { release };
    const script = new Script(t, 'lifecycle.py', [sandbox.url, sandbox.token, release], options);
    assert.deepEqual(await script.end(), ['done']);
  });
}

test('every release reads every list, without the objects that are too new for it', async (t) => {
  const sandbox = await Sandbox.start(t);
  const features = featureObjects();
  await sandbox.publish(
    Object.fromEntries(Object.entries(features).map(([type, all]) => [type, all.map(({ object }) => object)])),
  );
  const names = (type, isWanted) => features[type].filter(isWanted).map(({ object }) => object.name);
  const input = JSON.stringify(
    Object.fromEntries(Object.keys(features).map((type) => [type, names(type, () => true)])),
  );
  for (const release of [newest, ...older]) {
    const options = { input, ...(release !== newest && { release }) };
    const lines = await new Script(t, 'read_all.py', [sandbox.url, sandbox.token], options).end();
    for (const [type, listed, refused] of lines.map((line) => JSON.parse(line))) {
      if (features[type] === undefined) continue;
      const isReadable = ({ since }) => patch(since) <= patch(release);
      assert.deepEqual(
        listed.filter((name) => !builtIn.includes(name)),
        names(type, isReadable),
        `${type} of ${release}`,
      );
      assert.deepEqual(
        refused,
        names(type, (each) => !isReadable(each)),
        `${type} of ${release}`,
      );
    }
    assert.equal(lines.length, patch(release) >= 5 ? 5 : 4);
  }
});

const patch = (release) => Number(release.split('.')[2]);
const builtIn = ['domain_userid', 'domain_sessionid', 'network_userid', 'user_id'];

/** Objects that use a feature each, with the first release that can read it. */
function featureObjects() {
  const published = { version: 1, owner: 'user@company.com', is_published: true };
  const key = { attribute_key: { name: 'domain_userid' } };
  const app = { type: 'atomic', name: 'app_id' };
  const time = { type: 'atomic', name: 'derived_tstamp' };
  const numbers = ['br_viewwidth', 'br_viewheight'].map((name) => ({ type: 'atomic', name }));
  const total = { type: 'calculated', operation: 'sum', properties: numbers };
  const events = [{ name: 'page_view' }];
  const attribute = { name: 'a', type: 'int32', aggregation: 'counter', events };
  const filtered = (criterion) => ({ criteria: { all: [criterion] } });
  let count = 0;
  const group = (since, changes, ofGroup = {}) => {
    const attributes = [{ ...attribute, ...changes }];
    return { since, object: { name: `group_${++count}`, ...published, ...key, attributes, ...ofGroup } };
  };
  const fields = (since, type) =>
    group(since, {}, { attributes: undefined, offline: true, fields: [{ name: 'f', type }] });
  const rule = (since, criterion, changes = {}) => {
    const criteria = { attribute: 'group_1:a', ...criterion };
    return { since, object: { name: `rule_${++count}`, ...published, criteria, ...changes } };
  };
  return {
    attribute_keys: [{ since: '0.4.2', object: { name: 'app', property: app, is_published: true } }],
    attribute_groups: [
      group('0.4.2', {}),
      group('0.4.3', { aggregation: 'most_frequent', type: 'string', property: app }),
      group('0.4.3', { aggregation: 'category_count', type: 'dict', property: app }),
      group('0.4.3', filtered({ property: app, operator: 'is null' })),
      fields('0.4.3', 'dict'),
      group('0.4.4', {}, { backfill_since_tstamp: '2026-01-01T00:00:00Z' }),
      group('0.4.4', { events: [{ event_specification_id: 'a-b-c' }] }),
      fields('0.4.5', 'timestamp'),
      group('0.4.6', { ttl: 'P1D' }),
      group('0.4.7', { events: [] }),
      group('0.4.7', { aggregation: 'last', property: { ...time, date_part: 'hour_of_day' } }),
      group('0.4.7', filtered({ property: { ...time, date_part: 'day_of_week' }, operator: 'in', value: [1, 2] })),
      group('0.4.9', filtered({ property: total, operator: '>', value: 1 })),
      group('0.4.9', {
        aggregation: 'last',
        type: 'string',
        property: { ...total, operation: 'concat', separator: '-' },
      }),
      group('0.4.8', { aggregation: 'time_since_last', type: 'double', time_unit: 's' }),
      group('0.4.2', { aggregation: 'last', type: 'string', property: { type: 'atomic', name: 'refr_dvce_tstamp' } }),
    ],
    services: [
      {
        since: '0.4.2',
        object: {
          name: 'both',
          owner: published.owner,
          attribute_groups: [{ name: 'group_1', version: 1 }],
          is_published: true,
          access_mode: 'public',
        },
      },
    ],
    interventions: [
      rule('0.4.2', { operator: '>', value: 2 }),
      rule('0.4.4', { operator: '>', value: 2 }, { payload_attribute_groups: [{ name: 'group_1', version: 1 }] }),
      rule('0.4.6', { operator: 'changed' }),
    ],
  };
}

test('the tutorial installs the SDK without a version; these tests run with the newest', async () => {
  const [, installed] = /pip install (\S+)/.exec(readme);
  assert.equal(installed, 'snowplow-signals');
  assert.ok(older.every((release) => patch(release) < patch(newest)));
  const version = await runText("from importlib.metadata import version; print(version('snowplow-signals'))");
  assert.equal(version.trim(), newest);
});

test("the README's lines write a notebook's objects as definitions that need no change", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tripline-notebook-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const start = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  mkdirSync(join(folder, 'public'));
  const [, lines] = /^ *```python\n(.*?)^ *```/ms.exec(start);
  const notebook = `
import os
from types import SimpleNamespace
os.chdir(${JSON.stringify(folder)})
objects = []
sp_signals = SimpleNamespace(publish=objects.extend)
${blocks[1]}
${blocks[2]}
from snowplow_signals import AttributeKey, AtomicProperty, BatchSource, ExternalBatchAttributeGroup, Field
account = AttributeKey(name="account", property=AtomicProperty(name="user_id"))
objects += [account, ExternalBatchAttributeGroup(
  name="warehouse", version=1, attribute_key=account, owner="user@company.com",
  fields=[Field(name="tier", type="string")],
  batch_source=BatchSource(name="s", database="d", schema="s", table="t", timestamp_field="x", owner="user@company.com"))]
${lines.replaceAll(/^ {3}/gm, '')}`;
  await runText(notebook);
  const file = join(folder, 'public/definitions.json');
  const bundle = JSON.parse(readFileSync(file, 'utf8'));
  assert.deepEqual(
    Object.fromEntries(Object.entries(bundle).map(([type, objects]) => [type, objects.map(({ name }) => name)])),
    {
      attribute_keys: ['account'],
      attribute_groups: ['ecom_attributes', 'warehouse'],
      services: ['ecom_attributes'],
      interventions: ['cart_abandonment', 'discount', 'free_shipping'],
      event_logs: [],
    },
  );
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'check', file], { encoding: 'utf8' });
  assert.deepEqual([status, stdout, stderr], [0, '', '']);
});

test('the tutorial, step by step, up to the three banners and a pushed intervention', async (t) => {
  const { sandbox, page } = await openShop(t);
  // Steps 3 to 5, while the shop is running.
  await page.goto('/');
  await runText(tutorialCode(sandbox, 3));
  const shown = await (await page.request.get('/definitions.json')).json();
  assert.equal(shown.interventions[0].owner, undefined, 'the shop uses what was published');
  // Step 6.
  await shopForThreeBanners(page);
  // Step 7.
  const visitor = await visitorOf(page);
  const output = await runText(tutorialCode(sandbox, 4), `${visitor}\n`);
  assert.match(
    output,
    new RegExp(
      `'domain_userid': '${visitor}', 'count_product_views': 6, 'count_add_to_cart': 2, 'total_cart_value': 164`,
    ),
  );
  // Step 8.
  await decide(page, 'only');
  assert.match(await runText(tutorialCode(sandbox, 5), `${visitor}\n`), /success\n$/);
  await seeBanners(page, 'discount');
});

test('interventions of rules and pushes reach pull_interventions, also after a restart', async (t) => {
  const sandbox = await Sandbox.start(t);
  await sandbox.publish();
  const visitor = randomUUID();
  const script = new Script(t, 'subscribe.py', [sandbox.url, sandbox.token, 'domain_userid', visitor, randomUUID()]);
  await script.until(1);
  await sandbox.track(addToCart(visitor, 10));
  const [, cart] = await script.until(2);
  assert.deepEqual([JSON.parse(cart).name, JSON.parse(cart).target_attribute_key.id], ['cart_abandonment', visitor]);
  // A crash within this time of a delivery may make the sandbox deliver again.
  await sleep(200);
  await sandbox.kill();
  await sandbox.start();
  // The event arrives before the subscriber reconnects.
  await sandbox.track(addToCart(visitor, 100));
  const [, , shipping] = await script.until(3);
  assert.equal(JSON.parse(shipping).name, 'free_shipping');
  await sandbox.ask('POST', `/api/v1/interventions?domain_userid=${visitor}`, {
    name: 'hello',
    version: 1,
    attributes: { 'a:b': '\u2028' },
  });
  const [, , , hello] = await script.until(4);
  assert.deepEqual(JSON.parse(hello).attributes, { 'a:b': '\u2028' });
});
