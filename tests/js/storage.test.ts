// The guarantees of every store. IndexedDB is an imitation here; the tests in Chromium use the real one.
import 'fake-indexeddb/auto';
import { describe, expect, test } from 'vitest';
import { indexedDbStore, memoryStore, repaired, type Store, type StoredState } from '../../js/src/state/store.js';

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
  test('begins empty and keeps the state that a change returns', async () => {
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
    await expect(
      store.update('sp', () => {
        throw failure;
      }),
    ).rejects.toBe(failure);
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
    // Deleting the database makes every page close its connection.
    await new Promise((resolve) => (indexedDB.deleteDatabase(name).onsuccess = resolve));
    expect(await read(store)).toBeUndefined();
    await store.update('sp', () => state(2));
    expect((await read(store))?.revision).toBe(2);
  });

  test('where it cannot be opened, update rejects, and the next one tries again', async () => {
    const name = newDatabase();
    const { open } = indexedDB;
    indexedDB.open = () => {
      throw new DOMException('no', 'SecurityError');
    };
    const store = indexedDbStore(name);
    try {
      await expect(store.update('sp', () => state(1))).rejects.toThrow('no');
    } finally {
      indexedDB.open = open;
    }
    await store.update('sp', () => state(1));
    expect((await read(store))?.revision).toBe(1);
  });

  test('a closed store opens again for an update, as reset() needs it', async () => {
    const name = newDatabase();
    const store = indexedDbStore(name);
    store.close();
    await store.update('sp', () => state(1));
    expect((await read(indexedDbStore(name)))?.revision).toBe(1);
  });
});

describe('a stored state', () => {
  const read = (stored: unknown): { state: StoredState | undefined; damaged: string[] } => {
    const damaged: string[] = [];
    return { state: repaired(stored, damaged), damaged };
  };
  const waiting = (changes: object = {}, intervention: object = {}): object => ({
    intervention: {
      intervention_id: 'i',
      name: 'n',
      version: 1,
      attributes: { 'a:b': 1, 'a:c': ['x', true], 'a:d': { x: 2 } },
      target_attribute_key: { name: 'user_id', id: '1' },
      ...intervention,
    },
    decided: 5,
    page: 'p',
    session: undefined,
    ...changes,
  });
  const whole = {
    ...state(1),
    outbox: [waiting(), waiting({ session: 's' })],
    started: ['a', 'b'],
    stream: { url: 'u', lastEventId: '' },
  };

  test('that is intact is used unchanged', () => {
    for (const stored of [undefined, state(1), structuredClone(whole)]) {
      expect(read(stored)).toEqual({ state: stored, damaged: [] });
      expect(read(stored).state).toBe(stored);
    }
  });

  test('of another form keeps nothing, and becomes a usable empty state', () => {
    for (const stored of [null, 1, 'text', [], new Map(), new Date(), {}]) {
      const { state, damaged } = read(stored);
      expect(damaged).toEqual(['revision', 'snapshot', 'applied', 'outbox', 'started']);
      expect(state).toEqual({
        revision: expect.any(Number) as number,
        snapshot: new Uint8Array(),
        applied: {},
        outbox: [],
        started: [],
      });
    }
  });

  test.each<[keyof StoredState, unknown, unknown]>([
    ['revision', NaN, expect.any(Number)],
    ['revision', '1', expect.any(Number)],
    ['revision', 2 ** 53, expect.any(Number)],
    ['snapshot', 'x', new Uint8Array()],
    ['snapshot', new Float64Array(1), new Uint8Array()],
    ['snapshot', new DataView(new ArrayBuffer(1)), new Uint8Array()],
    ['applied', null, {}],
    ['applied', new Map([['page', 1]]), {}],
    ['applied', { page: 1, other: '2', third: NaN, fourth: 0.5 }, { page: 1 }],
    ['outbox', {}, []],
    ['outbox', null, []],
    ['outbox', [null, waiting(), {}, undefined, 5, []], [waiting()]],
    [
      'outbox',
      [waiting({ decided: NaN }), waiting({ decided: '5' }), waiting({ page: 1 }), waiting({ session: 1 })],
      [],
    ],
    [
      'outbox',
      [
        waiting({ intervention: null }),
        waiting({}, { name: 1 }),
        waiting({}, { version: '1' }),
        waiting({}, { intervention_id: undefined }),
      ],
      [],
    ],
    ['outbox', [waiting({ others: [{}] }), waiting({ others: {} }), waiting({ user: 5 }), waiting({ origin: 1 })], []],
    [
      'outbox',
      [waiting({}, { attributes: null }), waiting({}, { attributes: [] }), waiting({}, { attributes: { a: null } })],
      [],
    ],
    [
      'outbox',
      [
        waiting({}, { attributes: { a: 1n } }),
        waiting({}, { attributes: { a: [[1]] } }),
        waiting({}, { attributes: { a: { b: {} } } }),
      ],
      [],
    ],
    [
      'outbox',
      [waiting({}, { target_attribute_key: 'x' }), waiting({}, { target_attribute_key: { name: 'user_id' } })],
      [],
    ],
    ['outbox', Object.assign(Array(3), { 1: waiting() }), [waiting()]],
    ['started', undefined, []],
    ['started', ['a', 5, null, 'b'], ['a', 'b']],
    ['stream', 'x', undefined],
    ['stream', { url: 'u' }, undefined],
    ['stream', { url: 1, lastEventId: '' }, undefined],
  ])('with a damaged %s keeps the rest (%#)', (field, damaged, left) => {
    const stored = { ...whole, [field]: damaged };
    expect(read(stored)).toEqual({ state: { ...whole, [field]: left }, damaged: [field] });
  });

  test('keeps the fields that a later version has added', () => {
    expect(read({ ...whole, started: 5, later: 1 }).state).toEqual({ ...whole, started: [], later: 1 });
  });
});
