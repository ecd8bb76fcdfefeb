// Makes the sessions from the sample payloads: what a visitor does, step by step, each step the event
// that the real tracker once made for it. Both forms hold the same events: as the tracker hands them
// to plugins (NAME.ndjson, about 1.9 KB each), and enriched (NAME.enriched.ndjson, about 1.7 KB: without
// the entities that a tracker with its default options does not send). Run it after the samples change.

import { readFileSync, writeFileSync } from 'node:fs';

const samples = new URL('../../samples/', import.meta.url);
const here = new URL('./', import.meta.url);

const product = (id, name, category, price) => ({ id, name, category, price, currency: 'USD' });
const cap = product('P-100', 'Red cap', 'Hats/Caps', 24.49);
const scarf = product('P-200', 'Scarf', 'Accessories', 22.24);
const coat = product('P-300', 'Rain coat', 'Coats', 89.9);
const boots = product('P-400', 'Boots', 'Shoes', 64.5);

const look = (item) => [['page_view'], ['product_view', [item]]];
const put = (item) => [['add_to_cart', [{ ...item, quantity: 1 }]]];
const search = [['page_view'], ['list_view', [cap, scarf, coat, boots]], ['list_click', [boots]]];

const sessions = {
  // Fires all three of the tutorial's interventions.
  buyer: [
    ['page_view'],
    ['promo_view'],
    ['promo_click'],
    ...search,
    ...look(boots),
    ...look(cap),
    ...put(cap),
    ...look(scarf),
    ...look(coat),
    ...put(coat),
    ['page_view'],
    ['remove_from_cart', [{ ...cap, quantity: 1 }]],
    ...look(scarf),
    ...put(scarf),
    ['page_view'],
    ['checkout_step'],
    ['checkout_step'],
    ['trns_error'],
    ['transaction', [coat, scarf]],
  ],
  // Fires none.
  looker: [
    ['page_view'],
    ['promo_view'],
    ...search,
    ...look(boots),
    ['struct'],
    ['self_describing'],
    ...search,
    ...look(coat),
    ['page_view'],
  ],
};

const labels = [
  'page_view',
  'product_view',
  'add_to_cart',
  'remove_from_cart',
  'checkout_step',
  'transaction',
  'list_view',
  'list_click',
  'promo_view',
  'promo_click',
  'refund',
  'trns_error',
  'struct',
  'self_describing',
];
const readSamples = (name) => {
  const lines = readFileSync(new URL(name, samples), 'utf8').trim().split('\n');
  return Object.fromEntries(lines.map((line, index) => [labels[index], JSON.parse(line)]));
};
const payloads = readSamples('aftertrack.ndjson');
const enriched = readSamples('enriched.ndjson');

const ecommerce = 'com.snowplowanalytics.snowplow.ecommerce';
const start = 1_795_398_084_367; // of the samples, ms
const pause = 4_300; // from one event to the next, ms
const campaign = /\?.*$/;
const idOf = (session, step) =>
  `${session === 'buyer' ? 'b' : 'a'}${String(step).padStart(7, '0')}-d916-48fe-95c4-8f139a7b06d4`;

for (const [session, steps] of Object.entries(sessions)) {
  const lines = { payload: [], enriched: [] };
  steps.forEach(([label, products], index) => {
    const step = { id: idOf(session, index), time: start + pause * index, isLanding: index === 0, products };
    lines.payload.push(JSON.stringify(payloadOf(payloads[label], step)));
    lines.enriched.push(JSON.stringify(enrichedOf(enriched[label], step)));
  });
  writeFileSync(new URL(`${session}.ndjson`, here), `${lines.payload.join('\n')}\n`);
  writeFileSync(new URL(`${session}.enriched.ndjson`, here), `${lines.enriched.join('\n')}\n`);
}

function payloadOf(sample, { id, time, isLanding, products }) {
  const contexts = JSON.parse(sample.co);
  const others = contexts.data.filter(({ schema }) => !schema.includes('/product/'));
  const entities = (products ?? []).map((data) => ({ schema: `iglu:${ecommerce}/product/jsonschema/1-0-0`, data }));
  return {
    ...sample,
    eid: id,
    dtm: String(time),
    url: isLanding ? sample.url : sample.url.replace(campaign, ''),
    co: JSON.stringify({ ...contexts, data: [...entities, ...others] }),
  };
}

function enrichedOf(sample, { id, time, isLanding, products }) {
  const event = { ...sample, event_id: id };
  for (const name of ['collector_tstamp', 'dvce_created_tstamp', 'dvce_sent_tstamp', 'derived_tstamp']) {
    event[name] = new Date(time).toISOString();
  }
  const prefix = `contexts_${ecommerce.replaceAll('.', '_')}`;
  for (const name of Object.keys(event)) {
    if (/_(client_session|ecommerce_page|ecommerce_user)_1$/.test(name)) delete event[name];
    if (!isLanding && /^(mkt_|page_urlquery|page_urlfragment)/.test(name)) delete event[name];
  }
  if (!isLanding) event.page_url = event.page_url.replace(campaign, '');
  if (products) event[`${prefix}_product_1`] = products.map((data) => ({ ...data, _schema_version: '1-0-0' }));
  return event;
}
