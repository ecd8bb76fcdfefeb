// Events that wait for a commit.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Journal } from '../../js/src/journal.js';
import { forbiddenStorage, freshStorage, fullStorage, newTab, removeStorage } from './page-storage.js';

const warnings: string[] = [];
const open = (namespace = 'sp'): Journal<Record<string, unknown>> => new Journal(namespace, (message) => warnings.push(message));
const ids = (journal: Journal<Record<string, unknown>>, applied: Record<string, number> = {}): unknown[] =>
  journal.pending(applied).map(({ content }) => content['eid']);

beforeEach(() => {
  vi.useFakeTimers({ now: 1_795_398_084_000 });
  warnings.length = 0;
  freshStorage();
});
afterEach(() => {
  vi.useRealTimers();
  removeStorage();
});

/** As after a commit of everything. */
function allApplied(journal: Journal<Record<string, unknown>>, before: Record<string, number> = {}): Record<string, number> {
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

  test('numbers go on after the journal was emptied', () => {
    const journal = open();
    journal.append({ eid: 'a' });
    const applied = allApplied(journal);
    journal.shorten(applied);
    journal.append({ eid: 'b' });
    expect(ids(journal, applied)).toEqual(['b']);
  });

  test('a payload is a copy, with everything that JSON can say', () => {
    const journal = open();
    const payload = { eid: 'a', text: 'line\nline 👟', vid: 1, nested: { a: [1, null] } };
    journal.append(payload);
    payload.nested.a = [];
    expect(journal.pending({})[0]?.content).toEqual({ ...payload, nested: { a: [1, null] } });
  });

  test('one event is taken out', () => {
    const journal = open();
    for (const eid of ['a', 'b', 'c']) journal.append({ eid });
    const { page, number } = journal.pending({})[1]!;
    journal.remove(page, number);
    expect(ids(journal)).toEqual(['a', 'c']);
  });

  test('beyond 100 events the oldest go, with one warning', () => {
    const journal = open();
    for (let index = 0; index < 103; ++index) journal.append({ eid: index });
    expect(ids(journal)).toEqual(Array.from({ length: 100 }, (_, index) => index + 3));
    expect(warnings).toHaveLength(1);
  });
});

describe('from page to page', () => {
  test('the next page finds what the last one left, before its own', () => {
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

  test('the journal of another page is left while that may be writing, and goes when it has long been silent', () => {
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

  test('what another page has not had applied stays, however old', () => {
    open().append({ eid: 'a' });
    vi.advanceTimersByTime(90 * 24 * 3600_000);
    const next = open();
    next.shorten({});
    expect(ids(next)).toEqual(['a']);
  });

  test('a page that slept while its entries were applied, removed and forgotten goes on', () => {
    const journal = open();
    journal.append({ eid: 'a' });
    const other = open();
    vi.advanceTimersByTime(61_000);
    other.shorten(allApplied(other));
    journal.append({ eid: 'b' });
    expect(ids(journal, other.retained({}))).toEqual(['b']);
  });

  test('namespaces do not mix, whatever is in their names', () => {
    open('a').append({ eid: 'a' });
    open('a:b').append({ eid: 'b' });
    open('a%3Ab').append({ eid: 'c' });
    expect([ids(open('a')), ids(open('a:b')), ids(open('a%3Ab')), ids(open('\ud83d'))]).toEqual([['a'], ['b'], ['c'], []]);
  });

  test('of pages without an engine, the journals of the last 20 are kept', () => {
    for (let index = 0; index < 25; ++index) {
      open().append({ eid: index });
      vi.advanceTimersByTime(1000);
    }
    expect(ids(open())).toEqual(Array.from({ length: 20 }, (_, index) => index + 5));
  });
});

describe('trouble', () => {
  test('what is no journal is passed over', () => {
    const storage = freshStorage();
    Object.assign(storage, { 'tripline:sp:1': 'garbage\n1 2 {"a":\n2 3 null\n3 4 {"eid":"x"}', 'other': '1 1 {}' });
    expect(ids(open())).toEqual(['x']);
  });

  test('where storage is full, events wait in memory, with one warning', () => {
    const journal = open();
    journal.append({ eid: 'a' });
    fullStorage();
    const second = open();
    second.append({ eid: 'b' });
    second.append({ eid: 'c' });
    expect(ids(second)).toEqual(['b', 'c']);
    expect(warnings).toHaveLength(1);
  });

  test('where storage fills up later, nothing of this page is lost', () => {
    const journal = open();
    journal.append({ eid: 'a' });
    Object.defineProperty(globalThis.localStorage, Object.keys(globalThis.localStorage)[0]!, { writable: false });
    journal.append({ eid: 'b' });
    journal.append({ eid: 'c' });
    expect(ids(journal)).toEqual(['a', 'b', 'c']);
    expect(warnings).toHaveLength(1);
  });

  test('where storage is forbidden, events wait in memory, with one warning', () => {
    forbiddenStorage();
    const journal = open();
    journal.append({ eid: 'a' });
    journal.append({ eid: 'b' });
    expect(ids(journal)).toEqual(['a', 'b']);
    expect(warnings).toHaveLength(1);
  });
});
