// Whatever damage the stored data has, the page works: it counts, dispatches everything intact, and reports the damage.
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { memoryStore, type StoredState } from '../../js/src/state/store.js';
import { freshStorage, removeStorage } from './page-storage.js';
import { duration } from './properties.js';
import { add, names, openPage, view, visitor, type Page } from './visits.js';

let seed: StoredState;
let journals: Record<string, string>;

beforeAll(async () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  // Two interventions that wait, one that was started, a stream, and an event that has not counted yet.
  const states: Record<string, StoredState | undefined> = {};
  const store = memoryStore(states);
  freshStorage();
  const page = openPage({ store }, { handle: false });
  page.evaluator.track(add());
  const attributes = { 'a:b': [1, 'x'], 'a:c': { x: 1 } };
  for (const name of ['first', 'second']) {
    page.evaluator.push({ name, target_attribute_key: { name: 'shop', id: '1' }, attributes });
  }
  await page.settled();
  page.evaluator.close();
  const state = states['default']!;
  // Sets the decisions back by 5 seconds, after which this page may dispatch them.
  const outbox = state.outbox.map((waiting) => ({ ...waiting, decided: waiting.decided - 5000 }));
  const applied = { ...state.applied, [`1-${'0'.repeat(32)}`]: 5 };
  seed = { ...state, outbox, applied, started: ['an id'], stream: { url: 'u', lastEventId: '7' } };
  freshStorage();
  const waiting = openPage({ store: { update: () => new Promise(() => undefined), close() {} } });
  waiting.evaluator.track(view());
  waiting.evaluator.track(view());
  journals = { ...globalThis.localStorage };
});
afterEach(removeStorage);
afterAll(() => vi.restoreAllMocks());

/** Anything that a database can hold. */
const garbage = fc.oneof(
  fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withSparseArray: true,
    withNullPrototype: true,
  }),
  fc.constantFrom<unknown[]>(
    undefined,
    null,
    NaN,
    Infinity,
    -0,
    1e308,
    '',
    '__proto__',
    [],
    {},
    [null],
    [{}],
    new Uint8Array(3),
    new ArrayBuffer(8),
    /x/,
  ),
);

type Path = (string | number)[];

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return [path];
  return [path, ...Object.entries(value).flatMap(([name, child]) => pathsOf(child, [...path, name]))];
}

interface Damage {
  place: number;
  by: unknown;
  isRemoved: boolean;
}

function damaged(state: StoredState, { place, by, isRemoved }: Damage): StoredState {
  const paths = pathsOf(state);
  const path = paths[place % paths.length]!;
  const last = path.at(-1);
  if (last === undefined) return by as StoredState;
  let holder = state as unknown as Record<string, unknown>;
  for (const name of path.slice(0, -1)) holder = holder[name] as Record<string, unknown>;
  if (isRemoved) delete holder[last];
  else holder[last] = by;
  return state;
}

const damage = fc.record({ place: fc.nat(200), by: garbage, isRemoved: fc.boolean() });

/** Opens a page with this state, and tracks an event of a new visitor. */
async function tryOut(state: unknown): Promise<Page & { count: unknown; state: StoredState | undefined }> {
  const states = { default: state as StoredState | undefined };
  const page = openPage({ store: memoryStore(states) });
  const somebody = { name: 'domain_userid', id: crypto.randomUUID() };
  page.evaluator.track(view({ duid: somebody.id }));
  const attributes = await page.evaluator.attributes(somebody);
  await page.settled();
  page.evaluator.close();
  await page.settled();
  return { ...page, count: attributes['ecom_attributes']?.['count_product_views'], state: states.default };
}

test('a damaged state: an event counts, everything intact is kept, and nothing breaks', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 4 }), async (all) => {
      freshStorage();
      let state = structuredClone(seed);
      for (const each of all) {
        try {
          state = structuredClone(damaged(state, each));
        } catch {
          return; // a database cannot hold it
        }
      }
      const page = await tryOut(state);
      expect(page.count).toBe(1);
      const codes = page.errors.map(({ code }) => code);
      expect(codes.filter((code) => code !== 'snapshot')).toEqual([]);
      const second = seed.outbox.findIndex(({ intervention }) => intervention.name === 'second');
      const isIntact = isDeepStrictEqual((Object(state) as Partial<StoredState>).outbox?.[second], seed.outbox[second]);
      if (isIntact && all.length === 1) expect(names(page.interventions)).toContain('second');
      // The state that is stored then is intact.
      const next = await tryOut(page.state);
      expect(next.count).toBe(1);
      expect(next.errors).toEqual([]);
      expect(next.warnings).toEqual([]);
    }),
    { ...duration(), numRuns: duration().numRuns === 300 ? 150 : duration().numRuns! },
  );
});

const scraps = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '',
    ' ',
    'null',
    '1 {}',
    '1 {"event":null}',
    '1 {"event":{}}',
    '1 {"attributes":7}',
    '1 {"intervention":{}}',
    '{',
    '\ud800',
  ),
);

test('damaged journals and tabs: an event counts, and so do the intact records', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        record: fc.option(scraps),
        key: fc.option(scraps),
        cut: fc.nat(2000),
        tab: fc.option(scraps),
        other: scraps,
      }),
      async ({ record, key, cut, tab, other }) => {
        const storage = freshStorage();
        const [one, two] = Object.entries(journals) as [[string, string], [string, string]];
        storage[one[0]] = one[1];
        if (key !== null) storage[`tripline:default:${key}`] = other;
        if (tab !== null) globalThis.sessionStorage.setItem('tripline:default:', tab);
        storage[two[0]] = record ?? two[1].slice(0, cut);
        const isIntact = storage[two[0]] === two[1];
        const page = openPage({ store: { ...memoryStore(), isShared: true } });
        page.evaluator.track(view());
        const attributes = await page.evaluator.attributes({ name: 'domain_userid', id: visitor });
        page.evaluator.close();
        await page.settled();
        expect(attributes['ecom_attributes']?.['count_product_views']).toBe(isIntact ? 3 : 2);
        expect(page.errors.filter(({ code }) => code !== 'storage' && code !== 'options')).toEqual([]);
      },
    ),
    duration(),
  );
});
