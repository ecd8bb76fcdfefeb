// Tests pages with the sandbox: one with Snowplow's own plugin, unmodified, and the demo shop in all its modes.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Sandbox, tutorial } from '../sandbox/sandbox.mjs';
import { startSite } from './official-site.mjs';
import {
  addProduct,
  connected,
  decide,
  openBrowser,
  openShop,
  seeBanners,
  shopForThreeBanners,
  shownBanners,
  viewProduct,
  visitorOf,
} from './shop.mjs';

/** Reads until `passes` accepts the value, and returns it. */
async function eventually(read, passes, milliseconds = 15_000) {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    const value = await read();
    if (passes(value)) return value;
    if (Date.now() > deadline) throw new Error(`It stayed ${JSON.stringify(value)}`);
    await sleep(50);
  }
}

const subscribers = async (sandbox) => (await sandbox.ask('GET', '/api/v1/statistics')).subscribers;

describe('@snowplow/signals-browser-plugin', () => {
  test('receives from the sandbox in another origin, and after its restart', async (t) => {
    const site = await startSite(t);
    const sandbox = await Sandbox.start(t, '--allow-origin', site);
    await sandbox.publish();
    const page = await (await openBrowser(t)).newPage();
    await page.goto(site);
    const visitor = await page.evaluate((endpoint) => globalThis.start(endpoint), sandbox.url);
    await eventually(
      () => subscribers(sandbox),
      (count) => count === 1,
    );
    await page.evaluate(() => globalThis.add());
    const received = () => page.evaluate(() => globalThis.received);
    const first = await eventually(received, ({ length }) => length === 2);
    assert.deepEqual(first.map(({ name }) => name).sort(), ['cart_abandonment', 'free_shipping']);
    assert.deepEqual(first[0].target_attribute_key, { name: 'domain_userid', id: visitor });
    assert.equal(first[0].attributes['ecom_attributes:count_add_to_cart'], '1');
    // The plugin reports received interventions to the collector.
    await eventually(
      () => sandbox.ask('GET', '/api/v1/statistics'),
      ({ events }) => events.good >= 5 && events.malformed === 0,
    );
    await sleep(200);
    await sandbox.kill();
    await sandbox.start('--allow-origin', site);
    await sandbox.ask('POST', `/api/v1/interventions?domain_userid=${visitor}`, { name: 'hello', version: 1 });
    // The browser reconnects by itself with Last-Event-ID: nothing arrives twice, and nothing is lost.
    const all = await eventually(received, ({ length }) => length >= 3);
    assert.deepEqual(all.map(({ name }) => name).slice(2), ['hello']);
  });
});

describe('the shop with a sandbox', () => {
  test('shows its own definitions’ banners until something is published', async (t) => {
    const { sandbox, page } = await openShop(t);
    await addProduct(page, 'canvas-tote');
    await seeBanners(page, 'cart_abandonment');
    assert.deepEqual((await sandbox.ask('GET', '/definitions.json')).interventions, []);
  });

  test('decides in the page as the sandbox does, with the same intervention ids', async (t) => {
    const { sandbox, page } = await openShop(t);
    await sandbox.publish();
    const reported = new Map();
    page.on('request', (request) => readReports(request.postData(), reported));
    await page.goto('/');
    const stream = await sandbox.subscribe(`domain_userid=${await visitorOf(page)}`);
    await shopForThreeBanners(page);
    await stream.until(3);
    await eventually(
      () => reported.size,
      (size) => size === 3,
    );
    assert.deepEqual(new Map(stream.received.map(({ name, intervention_id }) => [name, intervention_id])), reported);
  });

  test('decides in the page, too, where a group is keyed by a column of a warehouse', async (t) => {
    const { sandbox, page } = await openShop(t);
    const key = { name: 'customer', external_column: 'CUSTOMER_ID', is_published: true };
    const scores = {
      name: 'scores',
      version: 1,
      attribute_key: key,
      offline: true,
      fields: [{ name: 'risk', type: 'double' }],
      is_published: true,
    };
    await sandbox.publish({ ...tutorial, attribute_groups: [...tutorial.attribute_groups, scores] });
    await decide(page, 'fallback');
    await addProduct(page, 'canvas-tote');
    await seeBanners(page, 'cart_abandonment');
  });

  test('shows what the server decides', async (t) => {
    const { sandbox, page } = await openShop(t);
    await sandbox.publish();
    await decide(page, 'only');
    await shopForThreeBanners(page);
  });

  test('shows nothing twice where both decide', async (t) => {
    const { sandbox, page } = await openShop(t);
    await sandbox.publish();
    await decide(page, 'always');
    await addProduct(page, 'canvas-tote');
    await seeBanners(page, 'cart_abandonment');
    await sleep(1000);
    assert.deepEqual(await shownBanners(page), ['cart_abandonment']);
  });

  test('asks the server where the engine cannot run', async (t) => {
    const { sandbox, page } = await openShop(t);
    await sandbox.publish();
    await page.context().route('**/*.wasm', (route) => route.fulfill({ status: 404 }));
    await page.goto('/');
    await connected(page);
    await addProduct(page, 'canvas-tote');
    await seeBanners(page, 'cart_abandonment');
  });

  test('continues after a crash and restart of the sandbox, and loses no event', async (t) => {
    const { sandbox, page } = await openShop(t);
    await sandbox.publish();
    await decide(page, 'only');
    await viewProduct(page, 'canvas-tote');
    await viewProduct(page, 'brass-pen');
    await connected(page);
    await sandbox.kill();
    // These events wait in the tracker's queue. Each page has tracked its event before the visitor leaves it.
    for (const product of ['task-lamp', 'wool-blanket']) {
      await page.goto(`/products/${product}`);
      await page.waitForFunction((id) => localStorage.getItem('snowplowOutQueue_shop')?.includes(id), product);
    }
    await page.locator('#stream-status').getByText('trying again').waitFor();
    await sandbox.start();
    await connected(page);
    // The tracker sends its queue with the next event at the latest.
    await page.getByRole('button', { name: 'Add to cart' }).click();
    await seeBanners(page, 'discount', 'cart_abandonment');
  });

  test('leaves no stream behind when its page is closed', async (t) => {
    const { sandbox, page } = await openShop(t);
    await decide(page, 'only');
    assert.equal(await subscribers(sandbox), 1);
    await page.close();
    await eventually(
      () => subscribers(sandbox),
      (count) => count === 0,
    );
  });
});

/** Adds the interventions that the page reports to `reported`: the id by name. */
function readReports(body, reported) {
  if (!body?.startsWith('{')) return;
  for (const { co } of JSON.parse(body).data) {
    for (const { schema, data } of JSON.parse(co ?? '{}').data ?? []) {
      if (schema.includes('/intervention_instance/')) reported.set(data.name, data.intervention_id);
    }
  }
}
