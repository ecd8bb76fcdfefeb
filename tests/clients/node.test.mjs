// Reads attributes with the official Node SDK.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { Signals } from '@snowplow/signals-node';
import { addToCart, event, Sandbox } from '../sandbox/sandbox.mjs';

test('@snowplow/signals-node reads services and groups', async (t) => {
  const sandbox = await Sandbox.start(t);
  await sandbox.publish();
  const [one, two] = [randomUUID(), randomUUID()];
  await sandbox.track(event('product_view', one), addToCart(two, 50));
  const signals = new Signals({ baseUrl: sandbox.url, sandboxToken: sandbox.token });
  const key = { attribute_key: 'domain_userid' };
  assert.deepEqual(await signals.getServiceAttributes({ ...key, identifier: two, name: 'ecom_attributes' }), {
    domain_userid: two,
    count_product_views: 0,
    count_add_to_cart: 1,
    total_cart_value: 50,
  });
  const group = await signals.getGroupAttributes({
    ...key,
    identifier: one,
    name: 'ecom_attributes',
    version: 1,
    attributes: ['count_product_views'],
  });
  assert.equal(group.count_product_views, 1);
  const batch = await signals.getBatchServiceAttributes({ ...key, identifiers: [one, two], name: 'ecom_attributes' });
  assert.deepEqual(batch.count_product_views, [1, 0]);
  assert.deepEqual(batch.total_cart_value, [null, 50]);
});
