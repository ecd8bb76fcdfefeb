// Tests the sandbox with the official Python SDK, unmodified: every call, the tutorial of demo-shop/README.md, and a
// restart during a subscription.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { addToCart, Sandbox } from '../sandbox/sandbox.mjs';
import { runText, Script } from './python.mjs';
import { decide, openShop, seeBanners, shopForThreeBanners, visitorOf } from './shop.mjs';

const readme = readFileSync(new URL('../../demo-shop/README.md', import.meta.url), 'utf8');
const blocks = [...readme.matchAll(/^```python\n(.*?)^```/gms)].map(([, block]) => block);

/** Returns the tutorial's code blocks, with the line that the sandbox prints instead of the README's. */
function tutorialCode(sandbox, count) {
  const [printed] = /sp_signals = SignalsSandbox\(.*\)/.exec(sandbox.log);
  const code = blocks.slice(0, count).join('\n');
  assert.match(code, /^sp_signals = SignalsSandbox\(.*\)$/m);
  return code.replace(/^sp_signals = SignalsSandbox\(.*\)$/m, printed);
}

test('every call of the SDK', async (t) => {
  const sandbox = await Sandbox.start(t);
  assert.deepEqual(await new Script(t, 'lifecycle.py', sandbox.url, sandbox.token).end(), ['done']);
});

test('the SDK lists interventions beside one that it cannot read', async (t) => {
  const sandbox = await Sandbox.start(t);
  await sandbox.publish();
  const criteria = { attribute: 'ecom_attributes:count_product_views', operator: 'changed' };
  await sandbox.ask('POST', '/api/v1/registry/interventions/', {
    name: 'moving',
    version: 1,
    criteria,
    owner: 'user@company.com',
    is_published: true,
  });
  const [connect] = blocks;
  const code = connect.replace(
    /^sp_signals = .*$/m,
    `sp_signals = SignalsSandbox(api_url="${sandbox.url}", sandbox_token="${sandbox.token}")`,
  );
  const names = await runText(`${code}\nprint([each.name for each in sp_signals.interventions.list()])`);
  assert.equal(names.trim(), "['cart_abandonment', 'discount', 'free_shipping']");
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
  const script = new Script(t, 'subscribe.py', sandbox.url, sandbox.token, 'domain_userid', visitor, randomUUID());
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
