import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { StartedNotes } from '../../js/src/delivery/started-notes.js';
import { forbiddenStorage, freshStorage, fullStorage, removeStorage } from './page-storage.js';

const day = 24 * 3_600_000;
let items: Record<string, string>;
beforeEach(() => {
  items = freshStorage();
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
  removeStorage();
});

test('a note of one page is visible to others for a day', () => {
  const [one, other] = [new StartedNotes('sp'), new StartedNotes('sp')];
  one.add('a');
  expect([one, other].map((notes) => notes.has('a'))).toEqual([true, true]);
  expect(other.has('b')).toBe(false);
  vi.setSystemTime(Date.now() + day - 1);
  expect(other.has('a')).toBe(true);
  vi.setSystemTime(Date.now() + 1);
  expect(other.has('a')).toBe(false);
});

test('the 2,000 newest notes are kept, and none for more than a day', () => {
  const notes = new StartedNotes('sp');
  for (let number = 0; number < 2010; ++number) {
    notes.add(String(number));
    vi.setSystemTime(Date.now() + 1);
  }
  notes.tidy();
  expect(Object.keys(items)).toHaveLength(2000);
  expect(notes.has('9')).toBe(false);
  expect(notes.has('10')).toBe(true);
  expect(notes.has('2009')).toBe(true);
  vi.setSystemTime(Date.now() + day);
  notes.add('new');
  notes.tidy();
  expect(Object.keys(items)).toHaveLength(1);
});

test('namespaces do not mix, whatever their names contain, and no other item changes', () => {
  items['tripline:sp:1'] = 'an event';
  items['their own'] = 'x';
  const all = ['sp', 'sp:', 'sp%3A', ''].map((name) => new StartedNotes(name));
  all[0]!.add('a');
  all[1]!.add('b');
  expect(all.map((notes) => [notes.has('a'), notes.has('b')])).toEqual([
    [true, false],
    [false, true],
    [false, false],
    [false, false],
  ]);
  all[0]!.clear();
  expect(all.map((notes) => notes.has('b'))).toEqual([false, true, false, false]);
  all[1]!.clear();
  expect(Object.keys(items)).toEqual(['tripline:sp:1', 'their own']);
});

test.each([
  ['full', fullStorage],
  ['forbidden', forbiddenStorage],
  ['gone', removeStorage],
])('where localStorage is %s, the page itself knows', (_, breakIt) => {
  breakIt();
  const notes = new StartedNotes('sp');
  notes.add('a');
  notes.tidy();
  expect([notes.has('a'), notes.has('b'), new StartedNotes('sp').has('a')]).toEqual([true, false, false]);
  notes.clear();
  expect(notes.has('a')).toBe(false);
});

test('a damaged note is ignored and removed', () => {
  const notes = new StartedNotes('sp');
  notes.add('a');
  items[Object.keys(items)[0]!] = 'yesterday';
  expect(notes.has('a')).toBe(false);
  notes.tidy();
  expect(items).toEqual({});
});
