// Events that wait for a commit.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Journal } from '../../js/src/state/journal.js';
import { mostCharacters, mostCharactersOfOrigin, mostEvents } from '../../js/src/support/bounds.js';
import { charactersOf, forbiddenStorage, freshStorage, fullStorage, newTab, removeStorage } from './page-storage.js';

const warnings: string[] = [];
const errors: string[] = [];
type Content = Record<string, unknown>;
const open = (namespace = 'sp'): Journal<Content> =>
  new Journal<Content>(
    namespace,
    (content): content is Content => 'eid' in content,
    (name, message) => (name === 'error' ? errors : warnings).push(message),
  );
const ids = (journal: Journal<Content>, applied: Record<string, number> = {}): unknown[] =>
  journal.pending(applied).map(({ content }) => content['eid']);

beforeEach(() => {
  vi.useFakeTimers({ now: 1_795_398_084_000 });
  warnings.length = errors.length = 0;
  freshStorage();
});
afterEach(() => {
  vi.useRealTimers();
  removeStorage();
});

/** Returns `applied` after a commit of all entries. */
function allApplied(journal: Journal<Content>, before: Record<string, number> = {}): Record<string, number> {
  const applied = journal.retained(before);
  for (const { page, number } of journal.pending(before)) applied[page] = number;
  return applied;
}

describe('within a page', () => {
  test('events are pending in their order, until they are applied', () => {
    const journal = open();
    for (const eid of ['a', 'b', 'c']) journal.append({ eid });
    expect(ids(journal)).toEqual(['a', 'b', 'c']);
    const [first] = journal.pending({});
    expect(ids(journal, { [first!.page]: 2 })).toEqual(['c']);
  });

  test('an event that comes during a commit outlives it', () => {
    const journal = open();
    journal.append({ eid: 'a' });
    const applied = allApplied(journal);
    journal.append({ eid: 'b' });
    journal.shorten(applied);
    expect(ids(journal, applied)).toEqual(['b']);
    expect(ids(open(), applied)).toEqual(['b']);
  });

  test('nothing is left when everything is applied', () => {
    const storage = freshStorage();
    const journal = open();
    journal.append({ eid: 'a' });
    journal.shorten(allApplied(journal));
    expect(storage).toEqual({});
  });

  test('numbers continue after the journal was emptied', () => {
    const journal = open();
    journal.append({ eid: 'a' });
    const applied = allApplied(journal);
    journal.shorten(applied);
    journal.append({ eid: 'b' });
    expect(ids(journal, applied)).toEqual(['b']);
  });

  test('a payload is a copy, with everything that JSON can express', () => {
    const journal = open();
    const payload = { eid: 'a', text: 'line\nline 👟', vid: 1, nested: { a: [1, null] } };
    journal.append(payload);
    payload.nested.a = [];
    expect(journal.pending({})[0]?.content).toEqual({ ...payload, nested: { a: [1, null] } });
  });

  test('one event is removed', () => {
    const journal = open();
    for (const eid of ['a', 'b', 'c']) journal.append({ eid });
    const { page, number } = journal.pending({})[1]!;
    journal.remove(page, number);
    expect(ids(journal)).toEqual(['a', 'c']);
  });

  test('writing an event changes no other entry', () => {
    const touched: string[] = [];
    const items: Record<string, string> = {};
    const note = (operation: string) => touched.push(operation);
    globalThis.localStorage = new Proxy(items, {
      get: (_, key) => (note('get'), items[String(key)]),
      set: (_, key, value: string) => (note('set'), (items[String(key)] = value), true),
      ownKeys: () => (note('keys'), Object.keys(items)),
      deleteProperty: (_, key) => (note('delete'), delete items[String(key)]),
    }) as never;
    const journal = open();
    for (let index = 0; index < 300; ++index) journal.append({ eid: index, page: 'x'.repeat(1000) });
    expect(touched).toEqual(Array(300).fill('set'));
  });
});

describe('bounds', () => {
  const payload = 'x'.repeat(20_000);

  test('1,000 events of a page wait; beyond that the oldest are lost, and one error gives their number', () => {
    const journal = open();
    for (let index = 0; index < mostEvents + 203; ++index) journal.append({ eid: index });
    expect(ids(journal)).toEqual(Array.from({ length: mostEvents }, (_, index) => index + 203));
    journal.shorten({});
    journal.shorten({});
    expect(errors).toEqual([expect.stringContaining('Events lost: 203.')]);
    expect(warnings).toEqual([]);
    expect(ids(open())).toHaveLength(mostEvents);
  });

  test('the error is repeated when twice as many are lost, not for each', () => {
    const journal = open();
    for (let index = 0; index < mostEvents + 20; ++index) {
      journal.append({ eid: index });
      journal.shorten({});
    }
    expect(errors.map((message) => Number(/\d+/.exec(message)))).toEqual([1, 3, 7, 15]);
  });

  const lose = (journal: Journal<Content>, count: number): void => {
    for (let index = 0; index < count; ++index) journal.append({ eid: index });
    journal.shorten({});
  };
  const told = (): number[] => errors.map((message) => Number(/\d+/.exec(message)));

  test('the error names the rest a little later', () => {
    const journal = open();
    lose(journal, mostEvents + 402);
    lose(journal, 390);
    expect(told()).toEqual([402]);
    vi.advanceTimersByTime(3000);
    expect(told()).toEqual([402, 792]);
    vi.advanceTimersByTime(1_000_000);
    expect(told()).toEqual([402, 792]);
  });

  test('the error names the rest when the journal is closed', () => {
    const journal = open();
    lose(journal, mostEvents + 402);
    lose(journal, 390);
    journal.close();
    journal.close();
    vi.advanceTimersByTime(1_000_000);
    expect(told()).toEqual([402, 792]);
  });

  test('a page that loses an event every ten seconds emits few errors', () => {
    const journal = open();
    lose(journal, mostEvents);
    for (let count = 1; count <= 200; ++count) {
      lose(journal, 1);
      vi.advanceTimersByTime(10_000);
    }
    journal.close();
    expect(told().at(-1)).toBe(200);
    expect(errors.length).toBeLessThan(20);
  });

  test('500,000 characters of a page are in localStorage; the rest waits in memory, in order, with one warning', () => {
    const storage = freshStorage();
    const journal = open();
    for (let index = 0; index < 40; ++index) journal.append({ eid: index, payload });
    expect(charactersOf(storage)).toBeLessThanOrEqual(mostCharacters);
    expect(ids(journal)).toEqual(Array.from({ length: 40 }, (_, index) => index));
    expect(ids(open())).toEqual(Array.from({ length: 24 }, (_, index) => index)); // a crash would lose the others
    expect(warnings).toHaveLength(1);
    expect(journal.isKept).toBe(false);
    journal.shorten(allApplied(journal));
    journal.append({ eid: 'there is room again' });
    expect(journal.isKept).toBe(true);
    expect(ids(open())).toEqual(['there is room again']);
    expect(errors).toEqual([]);
  });

  test('the bound of 1,000 events includes those in memory', () => {
    fullStorage();
    const journal = open();
    for (let index = 0; index < mostEvents + 5; ++index) journal.append({ eid: index });
    expect(ids(journal)).toEqual(Array.from({ length: mostEvents }, (_, index) => index + 5));
  });

  test('an event that is too large waits in memory, those before and after it in localStorage', () => {
    const journal = open();
    for (const eid of ['a', 'b', 'c']) journal.append(eid === 'b' ? { eid, payload: payload.repeat(30) } : { eid });
    expect(ids(journal)).toEqual(['a', 'b', 'c']);
    expect(ids(open())).toEqual(['a', 'c']);
    const applied = allApplied(open()); // another page applied what it sees
    expect(ids(journal, applied)).toEqual(['b']);
    journal.shorten(applied);
    expect(ids(journal, journal.retained(applied))).toEqual(['b']);
    const all = allApplied(journal, applied);
    expect(ids(journal, journal.retained(all))).toEqual([]);
    journal.shorten(all);
    expect(ids(journal)).toEqual([]);
  });

  test('all pages and namespaces keep 1,000,000 characters in total: the oldest page is dropped first, with one error', async () => {
    const storage = freshStorage();
    storage['the site’s own'] = 'x'.repeat(100_000);
    let total = 0;
    for (let visit = 0; visit < 30; ++visit) {
      const journal = open(visit % 2 ? 'sp' : 'other');
      for (let index = 0; index < 10; ++index) {
        journal.append({ eid: visit, payload });
        await null;
        await null;
        total = charactersOf(storage) - 100_000 - 'the site’s own'.length;
        expect(total).toBeLessThanOrEqual(mostCharactersOfOrigin);
      }
      journal.shorten({});
      vi.advanceTimersByTime(1000);
    }
    expect(total).toBeGreaterThan(mostCharactersOfOrigin - 150_000);
    const left = [...ids(open()), ...ids(open('other'))] as number[];
    expect(Math.min(...left)).toBe(25);
    expect(Object.keys(storage)).toContain('the site’s own');
    expect(errors.length).toBeGreaterThan(0);
  });

  test('entries of one task are brought within the bound when the task ends', async () => {
    const storage = freshStorage();
    for (let page = 0; page < 3; ++page) {
      const journal = open();
      for (let index = 0; index < 24; ++index) journal.append({ eid: page, payload });
      vi.advanceTimersByTime(1000);
    }
    expect(charactersOf(storage)).toBeGreaterThan(mostCharactersOfOrigin);
    await null;
    expect(charactersOf(storage)).toBeLessThanOrEqual(mostCharactersOfOrigin);
    expect(new Set(ids(open()))).toEqual(new Set([1, 2]));
  });

  test('an event that waited for 30 days is dropped with an error; applied and younger ones cause none', () => {
    const storage = freshStorage();
    const old = open();
    for (const eid of ['a', 'b', 'c']) old.append({ eid });
    const applied = { [old.page]: 1 };
    vi.advanceTimersByTime(20 * 24 * 3600_000);
    old.append({ eid: 'young, of an old page' });
    vi.advanceTimersByTime(10 * 24 * 3600_000);
    expect(ids(open(), applied)).toEqual(['b', 'c', 'young, of an old page']);
    vi.advanceTimersByTime(1);
    const next = open();
    expect(ids(next, applied)).toEqual(['young, of an old page']);
    expect(Object.keys(storage)).toHaveLength(1);
    next.shorten(applied);
    expect(errors).toEqual([expect.stringContaining('Events lost: 2.')]);
  });

  test('entries of a namespace that is no longer used are dropped after 30 days, too, with an error', async () => {
    const storage = freshStorage();
    open('former').append({ eid: 'a' });
    vi.advanceTimersByTime(30 * 24 * 3600_000 + 1);
    const journal = open();
    journal.append({ eid: 'b' });
    await null;
    expect(Object.keys(storage)).toEqual([expect.stringMatching(/^tripline:sp:/)]);
    journal.shorten({});
    expect(errors).toEqual([expect.stringContaining('Events lost: 1.')]);
  });
});

describe('from page to page', () => {
  test('the next page finds the entries of the last one before its own', () => {
    const first = open();
    first.append({ eid: 'a' });
    first.append({ eid: 'b' });
    vi.advanceTimersByTime(5);
    const second = open();
    second.append({ eid: 'c' });
    expect(ids(second)).toEqual(['a', 'b', 'c']);
    expect(ids(second, allApplied(second))).toEqual([]);
  });

  test('a page knows its predecessor in the tab as its own, and no other page', () => {
    const first = open();
    first.append({ eid: 'a' });
    const page = first.pending({})[0]!.page;
    expect(open().isOwn(page)).toBe(true);
    newTab();
    expect(open().isOwn(page)).toBe(false);
  });

  test('the journal of another page stays while that page may write, and is removed when it has long been silent', () => {
    const storage = freshStorage();
    open().append({ eid: 'a' });
    const next = open();
    const applied = allApplied(next);
    next.shorten(applied);
    expect(Object.keys(storage)).toHaveLength(1);
    expect(next.retained(applied)).toEqual(applied);
    vi.advanceTimersByTime(61_000);
    next.shorten(applied);
    expect(storage).toEqual({});
    expect(next.retained(applied)).toEqual({});
  });

  test('unapplied entries of another page stay', () => {
    open().append({ eid: 'a' });
    vi.advanceTimersByTime(29 * 24 * 3600_000);
    const next = open();
    next.shorten({});
    expect(ids(next)).toEqual(['a']);
  });

  test('applied entries with a time in the future do not stay until that time', () => {
    const storage = freshStorage();
    open().append({ eid: 'a' });
    vi.setSystemTime(Date.now() - 365 * 24 * 3600_000);
    const next = open();
    next.shorten(allApplied(next));
    expect(storage).toEqual({});
  });

  test('a page continues after it slept while its entries were applied, removed and forgotten', () => {
    const journal = open();
    journal.append({ eid: 'a' });
    const other = open();
    vi.advanceTimersByTime(61_000);
    other.shorten(allApplied(other));
    journal.append({ eid: 'b' });
    expect(ids(journal, other.retained({}))).toEqual(['b']);
  });

  test('namespaces do not mix, whatever their names contain', () => {
    open('a').append({ eid: 'a' });
    open('a:b').append({ eid: 'b' });
    open('a%3Ab').append({ eid: 'c' });
    expect([ids(open('a')), ids(open('a:b')), ids(open('a%3Ab')), ids(open('\ud83d'))]).toEqual([
      ['a'],
      ['b'],
      ['c'],
      [],
    ]);
  });

  test('pushed interventions can be read alone', () => {
    const journal = open();
    journal.append({ eid: 'a' });
    journal.append({ eid: 'b' }, ' direct');
    expect(ids(journal)).toEqual(['a', 'b']);
    expect(journal.pending({}, ' direct').map(({ content }) => content['eid'])).toEqual(['b']);
  });
});

describe('trouble', () => {
  const page = `1795398000000-${'0a'.repeat(16)}`;

  test.each([
    ['a record that is cut off', `${page}:1`, '1795398000000 {"eid":"a'],
    ['a record without a time', `${page}:1`, '{"eid":"a"}'],
    ['a record with an invalid time', `${page}:1`, '0x10 {"eid":"a"}'],
    ['an empty record', `${page}:1`, ''],
    ['a record that is not an object', `${page}:1`, '1 5'],
    ['a record that is null', `${page}:1`, '1 null'],
    ['a record of another kind', `${page}:1`, '1 {"a":1}'],
    ['a record without a number', page, '1 {"eid":"a"}'],
    ['a record of the number 0', `${page}:0`, '1 {"eid":"a"}'],
    ['a record of a number beyond the safe integers', `${page}:${'9'.repeat(17)}`, '1 {"eid":"a"}'],
    ['a record without a valid page', '__proto__:1', '1 {"eid":"a"}'],
    ['a line of the old format', page, '1 1795398000000 {"eid":"a"}\n2 1795398000000 {"eid":"b"}'],
  ])('%s: is dropped with one error, once', (_, key, record) => {
    const storage = freshStorage();
    storage[`tripline:sp:${key}`] = record;
    storage[`tripline:sp:${page}:2`] = '1795398000000 {"eid":"x"}';
    const journal = open();
    expect(ids(journal)).toEqual(['x']);
    expect(errors).toEqual([expect.stringMatching(/^Events lost: 1\. .* cannot be read/)]);
    expect(Object.keys(storage)).toEqual([`tripline:sp:${page}:2`]);
    expect(ids(journal)).toEqual(['x']);
    expect(errors).toHaveLength(1);
  });

  test('keys of other programs are left alone', () => {
    const storage = freshStorage();
    Object.assign(storage, { other: '1', 'tripline:other': 'x', [`tripline:spx:${page}:1`]: 'x' });
    const before = { ...storage };
    expect(ids(open())).toEqual([]);
    expect({ ...storage }).toEqual(before);
    expect(errors).toEqual([]);
  });

  test.each(['', 'x', '1', '{"a":1}'])('the last page of the tab as %j: is dropped with a warning', (damaged) => {
    const probe = open();
    probe.append({ eid: 'a' });
    const [key = ''] = Object.keys(globalThis.sessionStorage).filter((each) => each.startsWith('tripline:'));
    globalThis.sessionStorage.setItem(key, damaged);
    const journal = open();
    expect(journal.isOwn('something else')).toBe(false);
    expect(journal.isOwn(journal.page)).toBe(true);
    expect(warnings).toHaveLength(1);
    expect(open().isOwn(probe.page)).toBe(false);
    expect(warnings).toHaveLength(1);
  });

  test('storage that breaks later: its entries are missing, the rest works', () => {
    let isBroken = false;
    const whole = <Items>(items: Items): Items => {
      if (isBroken) throw new Error('broken');
      return items;
    };
    globalThis.localStorage = new Proxy<Record<string, string>>(
      {},
      {
        get: (items, key) => whole(items)[String(key)],
        set: (items, key, value: string) => ((whole(items)[String(key)] = value), true),
        ownKeys: (items) => Object.keys(whole(items)),
        deleteProperty: (items, key) => delete whole(items)[String(key)],
      },
    ) as never;
    const journal = open();
    journal.append({ eid: 'a' });
    isBroken = true;
    journal.append({ eid: 'b' });
    expect(ids(journal)).toEqual(['b']);
    journal.shorten(allApplied(journal));
    expect(ids(journal)).toEqual([]);
  });

  test('if storage is full, events wait in memory, with one warning', () => {
    const journal = open();
    journal.append({ eid: 'a' });
    fullStorage();
    vi.advanceTimersByTime(1);
    const second = open();
    second.append({ eid: 'b' });
    second.append({ eid: 'c' });
    expect(ids(second)).toEqual(['a', 'b', 'c']);
    expect(ids(open())).toEqual(['a']);
    expect(warnings).toHaveLength(1);
  });

  test('if storage fills up later, nothing of this page is lost', () => {
    const journal = open();
    journal.append({ eid: 'a' });
    fullStorage();
    journal.append({ eid: 'b' });
    journal.append({ eid: 'c' });
    expect(ids(journal)).toEqual(['a', 'b', 'c']);
    expect(warnings).toHaveLength(1);
  });

  test('if storage is forbidden, events wait in memory, with one warning', () => {
    forbiddenStorage();
    const journal = open();
    journal.append({ eid: 'a' });
    journal.append({ eid: 'b' });
    expect(ids(journal)).toEqual(['a', 'b']);
    expect(warnings).toHaveLength(1);
  });
});
