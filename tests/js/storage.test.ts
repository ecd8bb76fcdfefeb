// What every store promises. Here IndexedDB is an imitation; tabs of Chromium use the real one.
import 'fake-indexeddb/auto';
import { describe, expect, test } from 'vitest';
import { indexedDbStore, isStoredState, memoryStore, type Store, type StoredState } from '../../js/src/storage.js';

const state = (revision: number): StoredState => ({
  revision,
  snapshot: new Uint8Array([1, 2, revision]),
  applied: { page: revision },
  outbox: [],
  started: [],
});

const read = async (store: Store, name = 'sp'): Promise<StoredState | undefined> => {
  let found: StoredState | undefined;
  await store.update(name, (current) => (found = current));
  return found;
};

let databases = 0;
const newDatabase = (): string => `test ${++databases}`;

describe.each<[string, () => Store]>([
  ['memory', () => memoryStore()],
  ['IndexedDB', () => indexedDbStore(newDatabase())],
])('the store in %s', (_, open) => {
  test('begins empty and keeps what a change answers', async () => {
    const store = open();
    expect(await read(store)).toBeUndefined();
    await store.update('sp', () => state(1));
    expect(await read(store)).toEqual(state(1));
    store.close();
  });

  test('evaluators of different names do not mix', async () => {
    const store = open();
    await store.update('a', () => state(1));
    await store.update('b', () => state(2));
    expect((await read(store, 'a'))?.revision).toBe(1);
  });

  test('keeps the old state, and rejects, if the change throws', async () => {
    const store = open();
    await store.update('sp', () => state(1));
    const failure = new Error('no');
    await expect(store.update('sp', () => { throw failure; })).rejects.toBe(failure);
    expect(await read(store)).toEqual(state(1));
  });

  test('runs changes one after the other, in the order of the calls', async () => {
    const store = open();
    await Promise.all(
      Array.from({ length: 50 }, () => store.update('sp', (current) => state((current?.revision ?? 0) + 1))),
    );
    expect((await read(store))?.revision).toBe(50);
  });
});

describe('IndexedDB', () => {
  test('two pages lose no update of each other', async () => {
    const name = newDatabase();
    const pages = [indexedDbStore(name), indexedDbStore(name)];
    await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        pages[index % 2]!.update('sp', (current) => state((current?.revision ?? 0) + 1)),
      ),
    );
    expect((await read(pages[0]!))?.revision).toBe(100);
  });

  test('a database that the browser closed is opened again', async () => {
    const name = newDatabase();
    const store = indexedDbStore(name);
    await store.update('sp', () => state(1));
    // Whoever deletes the database makes every page close its connection.
    await new Promise((resolve) => (indexedDB.deleteDatabase(name).onsuccess = resolve));
    expect(await read(store)).toBeUndefined();
    await store.update('sp', () => state(2));
    expect((await read(store))?.revision).toBe(2);
  });

  test('where it cannot be opened, update rejects, and the next one tries again', async () => {
    const name = newDatabase();
    const { open } = indexedDB;
    indexedDB.open = () => { throw new DOMException('no', 'SecurityError'); };
    const store = indexedDbStore(name);
    try {
      await expect(store.update('sp', () => state(1))).rejects.toThrow('no');
    } finally {
      indexedDB.open = open;
    }
    await store.update('sp', () => state(1));
    expect((await read(store))?.revision).toBe(1);
  });

  test('a closed store takes nothing', async () => {
    const store = indexedDbStore(newDatabase());
    store.close();
    await expect(store.update('sp', () => state(1))).rejects.toThrow('closed');
  });
});

test('a stored state is known by its form', () => {
  expect(isStoredState(state(1))).toBe(true);
  expect(isStoredState(structuredClone(state(1)))).toBe(true);
  const broken: unknown[] = [null, 1, 'x', [], {}, { ...state(1), revision: '1' }, { ...state(1), snapshot: 'x' },
    { ...state(1), applied: null }, { ...state(1), outbox: {} }, { ...state(1), started: undefined }];
  expect(broken.map(isStoredState)).not.toContain(true);
});
