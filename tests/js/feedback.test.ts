// Handlers that track events which trigger their own intervention.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { memoryStore, type Intervention, type Store } from '../../js/src/index.js';
import { freshStorage, newTab, removeStorage } from './page-storage.js';
import { add, names, openPage, tutorial, view, type Page } from './visits.js';

let store: Store;
const pages: Page[] = [];
beforeEach(() => {
  freshStorage();
  store = memoryStore();
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  for (const { evaluator } of pages.splice(0)) evaluator.close();
  vi.useRealTimers();
  removeStorage();
});

const onChange = (name: string, attribute: string): (typeof tutorial)['interventions'][number] => ({
  ...tutorial.interventions[0]!,
  name,
  criteria: { all: [{ attribute: `ecom_attributes:${attribute}`, operator: 'changed' }] },
});
const definitions = {
  ...tutorial,
  interventions: [onChange('viewed', 'count_product_views'), onChange('added', 'count_add_to_cart')],
};

function open(handler: (intervention: Intervention, page: Page) => unknown): Page {
  const page = openPage({ store, definitions });
  page.evaluator.on('intervention', (intervention) => handler(intervention, page));
  pages.push(page);
  return page;
}

/** Lets `steps` steps of `pause` ms pass. */
async function run(page: Page, steps: number, pause = 10): Promise<void> {
  for (let step = 1; step <= steps; ++step) {
    await page.settled();
    await vi.advanceTimersByTimeAsync(pause);
  }
}

test('after 20 starts caused by its own handler, an intervention is suspended for a minute, with one error', async () => {
  const page = open(({ name }, { evaluator }) => name === 'viewed' && evaluator.track(view()));
  page.evaluator.track(view());
  await run(page, 60);
  expect(page.interventions).toHaveLength(21);
  expect(page.errors).toMatchObject([{ code: 'handler', message: expect.stringContaining('"viewed"') as string }]);
  expect(names(page.expired)).toEqual(['viewed']);
  page.evaluator.track(add()); // other interventions continue
  page.evaluator.track(view());
  await run(page, 5);
  expect(names(page.interventions.slice(21))).toEqual(['added']);
  expect(names(page.expired)).toEqual(['viewed', 'viewed']);
  await vi.advanceTimersByTimeAsync(60_000);
  page.evaluator.track(view());
  await run(page, 60);
  expect(page.interventions).toHaveLength(22 + 20);
  expect(page.errors).toHaveLength(2);
});

test('two interventions that trigger each other are suspended, too', async () => {
  const page = open(({ name }, { evaluator }) => evaluator.track(name === 'viewed' ? add() : view()));
  page.evaluator.track(view());
  await run(page, 100);
  expect(page.interventions).toHaveLength(42);
  expect(names(page.expired)).toEqual(['viewed']);
  expect(page.errors.map(({ code, message }) => [code, /"\w+"/.exec(message)?.[0]])).toEqual([
    ['handler', '"viewed"'],
    ['handler', '"added"'],
  ]);
});

test('60 impressions in one task, repeatedly, are normal', async () => {
  const page = open(() => undefined);
  for (let scroll = 1; scroll <= 5; ++scroll) {
    for (let impression = 1; impression <= 60; ++impression) page.evaluator.track(view());
    await run(page, 2);
  }
  expect(page.interventions).toHaveLength(300);
  expect([page.errors, page.expired]).toEqual([[], []]);
});

test('handlers that cause a start now and then, or 19 in a row, are normal', async () => {
  let left = 0;
  let pause = 0;
  const page = open((_, { evaluator }) => {
    if (left-- <= 0) return;
    if (pause === 0) evaluator.track(view());
    else setTimeout(() => evaluator.track(view()), pause);
  });
  for (let turn = 1; turn <= 3; ++turn) {
    left = 18;
    page.evaluator.track(view()); // after the former start, too
    page.evaluator.track(view()); // not after this one's
    await run(page, 30);
  }
  expect(page.errors).toEqual([]);
  left = 50;
  pause = 600;
  page.evaluator.track(view());
  await run(page, 60, 600); // 16 in 10 seconds
  expect(page.interventions.length).toBeGreaterThan(100);
  expect([page.errors, page.expired]).toEqual([[], []]);
});

const twice = (run: () => void): void => [run, run].forEach((each) => each());
const task = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

test.each<[string, number, number, (page: Page) => unknown]>([
  ['one handler that tracks two events', 1, 1, ({ evaluator }) => twice(() => evaluator.track(view()))],
  ['two handlers that track one each', 2, 1, ({ evaluator }) => evaluator.track(view())],
  ['a handler that tracks, after two events in one task', 1, 2, ({ evaluator }) => evaluator.track(view())],
  [
    'a handler that tracks later, after two events',
    1,
    2,
    ({ evaluator }) => void task().then(() => evaluator.track(view())),
  ],
  [
    'two handlers, one of which tracks later',
    1,
    1,
    ({ evaluator }) => {
      evaluator.track(view());
      void task().then(() => evaluator.track(view()));
    },
  ],
  [
    'handlers that track two events later',
    1,
    1,
    ({ evaluator }) => void task().then(() => twice(() => evaluator.track(view()))),
  ],
])('interleaved chains do not hide a loop: %s', async (_, handlers, events, handler) => {
  let left = 5000;
  const page = open((_, page) => left-- > 0 && handler(page));
  if (handlers === 2) page.evaluator.on('intervention', () => left-- > 0 && handler(page));
  for (let event = 1; event <= events; ++event) page.evaluator.track(view());
  await run(page, 100);
  expect(page.errors).toMatchObject([{ code: 'handler' }]);
  expect(page.interventions.length).toBeLessThan(700);
  expect(left).toBeGreaterThan(4000);
});

test.each(['at once', 'later'])('a handler that pushes its own intervention %s is stopped, too', async (time) => {
  const hello = { name: 'hello', target_attribute_key: { name: 'shop', id: '1' } };
  let left = 1000;
  const page = open((_, { evaluator }) => {
    if (left-- > 0)
      void (time === 'later' ? task() : { then: (go: () => void) => go() }).then(() => evaluator.push(hello));
  });
  page.evaluator.track(view());
  await page.settled();
  left = 1000;
  page.interventions.length = 0;
  page.evaluator.push(hello);
  await run(page, 100);
  expect(page.errors).toMatchObject([{ code: 'handler', message: expect.stringContaining('"hello"') as string }]);
  expect(left).toBeGreaterThan(900);
});

test('60 pushes in one task are normal', async () => {
  const page = open(() => undefined);
  for (let push = 1; push <= 60; ++push)
    page.evaluator.push({ name: 'hello', target_attribute_key: { name: 'shop', id: '1' } });
  await run(page, 5);
  expect([page.interventions.length, page.errors, page.expired]).toEqual([60, [], []]);
});

test.each(['at once', 'later'])('a listener of "expired" that tracks %s is not called for ever', async (time) => {
  const page = open((_, { evaluator }) => evaluator.track(view()));
  page.evaluator.on('expired', () => {
    if (page.expired.length > 1000) return;
    if (time === 'at once') page.evaluator.track(view());
    else void task().then(() => page.evaluator.track(view()));
  });
  page.evaluator.track(view());
  await run(page, 200);
  expect(page.interventions).toHaveLength(21);
  expect(page.errors).toHaveLength(1);
  expect(page.expired.length).toBeLessThan(50);
  await vi.advanceTimersByTimeAsync(60_000);
  await run(page, 3);
  expect(page.interventions.length).toBeGreaterThan(21); // what waited meanwhile
});

test('another tab is not affected', async () => {
  const page = open((_, { evaluator }) => evaluator.track(view()));
  page.evaluator.track(view());
  await run(page, 60);
  expect(page.errors).toHaveLength(1);
  newTab();
  const other = open(() => undefined);
  other.evaluator.track(view());
  await run(other, 3);
  expect(names(other.interventions)).toEqual(['viewed']);
});
