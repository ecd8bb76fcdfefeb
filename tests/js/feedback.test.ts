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
    ['handler', '"viewed"'], ['handler', '"added"'],
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
