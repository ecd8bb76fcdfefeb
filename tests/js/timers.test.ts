// Interventions that time alone triggers, with the real engine and real timers.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { memoryStore, type Store } from '../../js/src/index.js';
import { freshStorage, removeStorage } from './page-storage.js';
import { names, openPage, tutorial, view, type Page } from './visits.js';

/** Fires when the last view is 300 ms old. */
const definitions = {
  attribute_groups: [
    {
      name: 'recent',
      attribute_key: { name: 'domain_userid' },
      attributes: [{ ...tutorial.attribute_groups[0]?.attributes[0], name: 'views', period: 'PT0.3S' }],
    },
  ],
  interventions: [{ name: 'quiet', criteria: { attribute: 'recent:views', operator: '<', value: 1 } }],
};

let store: Store;
const pages: Page[] = [];
const open = (): Page => {
  const page = openPage({ definitions, store });
  pages.push(page);
  return page;
};

beforeEach(() => {
  freshStorage();
  store = memoryStore();
});
afterEach(() => {
  vi.restoreAllMocks();
  for (const { evaluator } of pages.splice(0)) evaluator.close();
  removeStorage();
});

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test('a window that empties fires without an event, once', async () => {
  const page = open();
  page.evaluator.track(view());
  await page.settled();
  expect(page.interventions).toEqual([]);
  await vi.waitFor(() => expect(names(page.interventions)).toEqual(['quiet']), { timeout: 5000 });
  await pause(400);
  expect(names(page.interventions)).toEqual(['quiet']);
});

test('criteria that became true while no page was open fire on the next one', async () => {
  const first = open();
  first.evaluator.track(view());
  await first.settled();
  first.evaluator.close();
  await pause(400);
  expect(first.interventions).toEqual([]);
  const second = open();
  second.evaluator.track(view());
  await vi.waitFor(() => expect(names(second.interventions)).toEqual(['quiet']), { timeout: 5000 });
});

test('a closed evaluator does nothing when its timer is due', async () => {
  const page = open();
  page.evaluator.track(view());
  await page.settled();
  page.evaluator.close();
  await pause(500);
  expect(page.interventions).toEqual([]);
});

test('a clock that is set back causes a warning, and windows continue from there', async () => {
  const page = open();
  page.evaluator.track(view());
  await page.settled();
  const clock = Date.now;
  vi.spyOn(Date, 'now').mockImplementation(() => clock() - 3_600_000);
  page.evaluator.track(view());
  await page.settled();
  expect(page.warnings.map(({ code }) => code)).toEqual(['clock']);
  await vi.waitFor(() => expect(names(page.interventions)).toEqual(['quiet']), { timeout: 5000 });
});
