// The data that the package stores in a visitor's browser.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { memoryStore, type Store } from '../../js/src/index.js';
import { freshStorage, removeStorage } from './page-storage.js';
import { add, names, openPage, view, type Page } from './visits.js';

let store: Store;
let storage: Record<string, string>;
const pages: Page[] = [];

beforeEach(() => {
  storage = freshStorage();
  store = memoryStore();
});
afterEach(() => {
  for (const { evaluator } of pages.splice(0)) evaluator.close();
  removeStorage();
});

const secret = 'https://shop.example.com/?name=Jane';

test('localStorage holds payloads until they are counted, then hashes and times only', async () => {
  const page = openPage({ store });
  pages.push(page);
  page.evaluator.track(add({ url: secret }));
  expect(Object.values(storage).join()).toContain(secret);
  await vi.waitFor(() => expect(names(page.interventions)).toEqual(['cart_abandonment']));
  await page.settled();
  const left = Object.entries(storage).map((item) => item.join(' = '));
  expect(left).not.toEqual([]);
  expect(
    left.filter((note) => !/^tripline\.started:default:[0-9a-z]{14} = \d{13}$/.test(note)),
    'neither hash nor time',
  ).toEqual([]);
});

test('the database holds aggregates, and nothing of an event that no attribute reads', async () => {
  const page = openPage({ store });
  pages.push(page);
  page.evaluator.track(view({ url: secret, page: 'Jane Doe' }));
  await page.settled();
  let kept = '';
  await store.update('default', (state) => {
    kept = JSON.stringify({ ...state, snapshot: undefined }) + new TextDecoder('latin1').decode(state?.snapshot);
    return state;
  });
  expect(kept, 'whose they are').toContain('domain_userid');
  for (const part of [secret, 'Jane', 'P-100', 'product_view']) expect(kept).not.toContain(part);
});
