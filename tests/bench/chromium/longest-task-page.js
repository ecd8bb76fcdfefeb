// How long loading keeps the main thread from doing anything else.
import { createEvaluator, memoryStore } from '/dist/index.js';
import { attributeCount, makeRules } from '../criteria/rules.mjs';

const bundles = {
  tutorial: async () => (await fetch('/samples/ecom_bundle.json')).text(),
  thousand: async () => JSON.stringify(definitionsOf(makeRules(1000))),
};

/** The longest task from createEvaluator until events are evaluated, in ms, and what JSON.parse takes for the bundle. */
export async function longestTask(name) {
  const text = await bundles[name]();
  const definitions = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  await quiet();
  const tasks = watchTasks();
  const evaluator = createEvaluator({ definitions, store: memoryStore() });
  const isReady = await evaluator.ready;
  await evaluator.attributes({ name: 'domain_userid', id: 'nobody' }); // the first transaction is through
  const longest = await tasks.end();
  if (!isReady)
    throw new Error((await evaluator.doctor()).problems?.map(String).join() ?? 'The definitions were refused.');
  const started = performance.now();
  JSON.parse(text);
  return { longest, parse: performance.now() - started };
}

/** Time between two beats of a loop of tasks. What runs between them is one task, rarely two. */
function watchTasks() {
  const { port1, port2 } = new MessageChannel();
  let longest = 0;
  let last = performance.now();
  let onBeat;
  port1.onmessage = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (onBeat) onBeat(longest);
    else port2.postMessage('');
  };
  port2.postMessage('');
  return { end: () => new Promise((resolve) => (onBeat = resolve)) };
}

function quiet() {
  return new Promise((resolve) => setTimeout(() => requestIdleCallback(resolve), 500));
}

const key = { name: 'domain_userid', key: 'domain_userid' };

function definitionsOf(rules) {
  return {
    attribute_keys: [key],
    attribute_groups: [
      {
        name: 'n',
        version: 1,
        attribute_key: key,
        attributes: Array.from({ length: attributeCount }, (_, index) => ({
          name: `a${index}`,
          type: 'double',
          aggregation: 'sum',
          property: { type: 'event', vendor: 'com.example', name: `event_${index}`, major_version: 1, path: 'value' },
          events: [{ vendor: 'com.example', name: `event_${index}`, version: '1-0-0' }],
        })),
      },
    ],
    interventions: rules.map((rule, index) => ({
      name: `i${index}`,
      version: 1,
      criteria: Object.fromEntries(
        Object.entries(rule).map(([kind, conditions]) => [kind, conditions.map(criterionOf)]),
      ),
      target_attribute_keys: [{ name: key.name }],
    })),
  };
}

const criterionOf = ({ attribute, operator, threshold }) => ({
  attribute: `n:a${attribute}`,
  operator,
  value: threshold,
});
