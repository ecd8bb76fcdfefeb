import { expect, test } from 'vitest';
import { hashOf } from '../../js/src/support/hash.js';

const uuid = (i: number): string => `9c6d7a65-d4ec-865f-8cdf-${i.toString(16).padStart(12, '0')}`;

test('a hash has 14 characters and depends on the string alone', () => {
  for (const text of ['', 'a', '\0', 'ü', '😀', 'x'.repeat(10_000)]) {
    expect(hashOf(text)).toMatch(/^[0-9a-z]{14}$/);
    expect(hashOf(text)).toBe(hashOf(text));
  }
});

test('similar strings have different hashes, and halves of the hashes are equal no more often than by chance', () => {
  const texts = new Set<string>();
  for (let i = 0; i < 100_000; ++i) {
    texts.add(String(i));
    texts.add(uuid(i));
    texts.add(`discount\n1\ndomain_userid\n${uuid(i * 7919)}`);
  }
  const hashes = Array.from(texts, hashOf);
  expect(new Set(hashes).size).toBe(texts.size);
  // 300,000 strings with 2^32 possible halves: about 10 pairs are equal by chance.
  for (const half of [hashes.map((hash) => hash.slice(0, 7)), hashes.map((hash) => hash.slice(7))]) {
    expect(texts.size - new Set(half).size).toBeLessThan(40);
  }
});
