// The journal returns every written content unchanged, whatever the content and the clock are.
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Journal } from '../../js/src/state/journal.js';
import { freshStorage, removeStorage } from './page-storage.js';
import { duration } from './properties.js';

beforeEach(() => void freshStorage());
afterEach(() => {
  vi.restoreAllMocks();
  removeStorage();
});

type Content = Record<string, unknown>;

const open = (problems: string[]): Journal<Content> =>
  new Journal<Content>(
    'sp',
    (_): _ is Content => true,
    (name, message) => void problems.push(`${name}: ${message}`),
  );

const separators = fc.constantFrom(
  '\u2028',
  '\u2029',
  '\0',
  '\n',
  '\r\n',
  '\u0085',
  '\ufeff',
  ' ',
  '"',
  '\\',
  '\ud800',
  '\udfff',
  '1 2 {"a":3}',
);
const sentence = fc
  .array(fc.oneof(fc.string({ unit: 'binary' }), separators), { maxLength: 5 })
  .map((all) => all.join(''));
/** Makes strings with lone surrogates. */
const codeUnits = fc.array(fc.nat(0xffff), { maxLength: 8 }).map((units) => String.fromCharCode(...units));
const text = fc.oneof(sentence, codeUnits);
const content = fc.dictionary(text, fc.oneof(fc.jsonValue({ maxDepth: 3 }), text), { maxKeys: 6 });
const clock = fc.oneof(
  fc.integer({ min: 1_700_000_000_000, max: 2_000_000_000_000 }),
  fc.double(),
  fc.constantFrom(NaN, Infinity, -Infinity, -1, 0.1, 1.795e12 + 0.25, 1e21, 5e-324, 8.64e15),
);

const entries = fc.array(fc.tuple(content, clock, fc.constantFrom('', ' direct')), { minLength: 1, maxLength: 6 });

test('any content, at any time, is read back by this page and by the next one', () => {
  fc.assert(
    fc.property(entries, clock, (written, start) => {
      freshStorage();
      const problems: string[] = [];
      const now = vi.spyOn(Date, 'now').mockReturnValue(start);
      const journal = open(problems);
      for (const [each, time, part] of written) {
        now.mockReturnValue(time);
        journal.append(each, part);
      }
      now.mockReturnValue(Math.min(start, ...written.map(([, time]) => time))); // no entry has expired
      const expected = written.map(([each, time], index) => ({
        page: expect.stringContaining(journal.page) as string,
        number: index + 1,
        writtenAt: time + 0,
        content: JSON.parse(JSON.stringify(each)) as Content,
      }));
      for (const reader of [journal, open(problems)]) expect(reader.pending({})).toEqual(expected);
      expect(problems).toEqual([]);
    }),
    duration(),
  );
});
