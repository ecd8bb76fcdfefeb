// Uses of `tripline` that must compile, and, after @ts-expect-error, uses that must not. Nothing here runs.
import {
  createEvaluator,
  indexedDbStore,
  memoryStore,
  type Attributes,
  type DoctorReport,
  type Evaluator,
  type EvaluatorOptions,
  type Explanation,
  type Intervention,
  type Problem,
  type Store,
} from 'tripline';

const bundle = { attribute_keys: [], attribute_groups: [], services: [], interventions: [] };

// Definitions: an address, a bundle, or a promise of either.
createEvaluator({ definitions: '/definitions.json' });
createEvaluator({ definitions: new URL('/definitions.json', location.href) });
createEvaluator({ definitions: bundle });
createEvaluator({ definitions: Promise.resolve(bundle) });
createEvaluator({ definitions: import('tripline').then(() => '/definitions.json') });
createEvaluator({ definitions: '/shop.tripline' });
createEvaluator({ definitions: new Uint8Array(8) });
createEvaluator({ definitions: fetch('/shop.tripline').then((response) => response.arrayBuffer()) });
// @ts-expect-error: definitions are missing
createEvaluator({});
// @ts-expect-error: the options are missing
createEvaluator();
// @ts-expect-error: a number is not a bundle
createEvaluator({ definitions: 5 });

// The engine: an address, bytes, a module, a response, or a promise.
const wasm: EvaluatorOptions['wasm'][] = [
  undefined,
  '/tripline.wasm',
  new URL('/tripline.wasm', location.href),
  new ArrayBuffer(8),
  new Uint8Array(8),
  new WebAssembly.Module(new Uint8Array(8)),
  new Response(),
  fetch('/tripline.wasm'),
  { runtime: '/tripline-runtime.wasm', compiler: fetch('/tripline.wasm') },
  { runtime: new Uint8Array(8) },
];
for (const each of wasm) createEvaluator({ definitions: bundle, wasm: each });
createEvaluator({ definitions: bundle, store: memoryStore(), namespace: 'sp1', deliverWithin: 60_000 });
createEvaluator({ definitions: bundle, store: indexedDbStore('name') });
// @ts-expect-error: a number of ms, not a string
createEvaluator({ definitions: bundle, deliverWithin: 'PT30M' });
// @ts-expect-error: there is no such option
createEvaluator({ definitions: bundle, colour: 'red' });

const evaluator: Evaluator = createEvaluator({ definitions: bundle });
const ready: boolean = await evaluator.ready;
void ready;

// A listener gets the payload type of its event.
const stop: () => void = evaluator.on('intervention', ({ name, attributes }: Intervention) => {
  const value = attributes['ecom_attributes:count_product_views'];
  if (typeof value === 'number') value.toFixed();
  name.toUpperCase();
});
stop();
evaluator.on('intervention', async () => undefined);
evaluator.on('error', ({ code, message, diagnostics }: Problem) => {
  if (code === 'definitions') diagnostics?.map(({ pointer, severity }) => `${severity} ${pointer} ${message}`);
});
evaluator.on('warning', (problem: Problem) => problem.cause);
evaluator.on('expired', ({ intervention_id }) => intervention_id);
// @ts-expect-error: there is no such event
evaluator.on('fired', () => undefined);
// @ts-expect-error: the listener of an error gets a problem
evaluator.on('error', (intervention: Intervention) => intervention);
evaluator.on('error', (problem) => {
  // @ts-expect-error: there is no such code
  if (problem.code === 'colour') return;
});

evaluator.track({ e: 'pv', eid: '1', vid: 3 });
// @ts-expect-error: an event is an object
evaluator.track('page_view');

const attributes: Attributes = await evaluator.attributes({ name: 'domain_userid', id: '1' });
attributes['ecom_attributes']?.['count_product_views'];
// @ts-expect-error: a key has a name and an id
await evaluator.attributes('domain_userid');

evaluator.setAttributes({
  group: 'g',
  version: 2,
  attributeKey: { name: 'user_id', id: '1' },
  attributes: { a: 1, b: null },
});
// @ts-expect-error: the attribute key is missing
evaluator.setAttributes({ group: 'g', attributes: { a: 1 } });
evaluator.push({ name: 'hello', target_attribute_key: { name: 'user_id', id: '1' } });
evaluator.push({
  name: 'hello',
  version: 2,
  intervention_id: '1',
  attributes: { 'g:a': [1] },
  target_attribute_key: { name: 'user_id', id: '1' },
});
// @ts-expect-error: the name is missing
evaluator.push({ target_attribute_key: { name: 'user_id', id: '1' } });
const explanation: Explanation | undefined = await evaluator.explain('discount', { name: 'user_id', id: '1' });
explanation?.targets.map(({ id, sent = false }) => [id?.length, sent]);
const { ok, findings }: DoctorReport = await evaluator.doctor();
findings.filter(({ check }) => ok && check === 'wasm');
// @ts-expect-error: there is no such check
findings.filter(({ check }) => check === 'colour');

const done: undefined | void = await evaluator.reset();
void done;
evaluator.close();
// @ts-expect-error: not a member of the interface
evaluator.addHandler('a', () => undefined);

// A custom store.
const states = new Map<string, Parameters<Parameters<Store['update']>[1]>[0]>();
const store: Store = {
  async update(name, change) {
    states.set(name, change(states.get(name)));
  },
  close() {},
};
createEvaluator({ definitions: bundle, store });
// @ts-expect-error: a change is part of the transaction, so it cannot be asynchronous
await store.update('sp1', async (state) => state);

const context = await evaluator.eventLog('visit');
const newest: Record<string, unknown> | undefined = context?.events[0];
const text: string | undefined = await evaluator.eventLog('visit', { format: 'narrative' });
void [newest, text];
// @ts-expect-error: another format
void evaluator.eventLog('visit', { format: 'xml' });
