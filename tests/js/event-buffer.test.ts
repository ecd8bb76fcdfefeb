// Writes events into the real module's memory, and reads them back by the layout of the conformance cases.
import { beforeEach, describe, expect, test } from 'vitest';
import type { TriplineModule } from '../../js/dist/engine/tripline.js';
import type { InputValue } from '../../js/src/event/inputs.js';
import { EventBuffer, longestString } from '../../js/src/event/event-buffer.js';
import { layout } from '../conformance/layout.mjs';
import { newModule } from './engine-module.js';

let module: TriplineModule;
let buffer: EventBuffer;
beforeEach(async () => {
  module = await newModule();
  buffer = new EventBuffer(module);
});

describe('values', () => {
  test.each<[string, InputValue, unknown]>([
    ['missing', undefined, { tag: 'missing' }],
    ['null', null, { tag: 'null' }],
    ['false', false, { tag: 'false' }],
    ['true', true, { tag: 'true' }],
    ['a number', -0.1, { tag: 'number', value: -0.1 }],
    ['a large number', 2 ** 53, { tag: 'number', value: 2 ** 53 }],
    ['no number', NaN, { tag: 'missing' }],
    ['infinity', Infinity, { tag: 'missing' }],
    ['a time', new Date(1795398084367), { tag: 'time', value: 1795398084367 }],
    ['no time', new Date(NaN), { tag: 'missing' }],
    ['an empty string', '', { tag: 'string', value: '' }],
    ['a short string', 'product_view', { tag: 'string', value: 'product_view' }],
    ['a long string', 'x'.repeat(1000), { tag: 'string', value: 'x'.repeat(1000) }],
    ['a short string outside of ASCII', 'Größe 👟', { tag: 'string', value: 'Größe 👟' }],
    ['a NUL', 'a\0b', { tag: 'string', value: 'a\0b' }],
    ['a lone surrogate', 'a\ud83db', { tag: 'string', value: 'a\ufffdb' }],
    ['an empty list', [], { tag: 'list', value: [] }],
    [
      'a list',
      ['a', 1, true, new Date(5)],
      {
        tag: 'list',
        value: [{ tag: 'string', value: 'a' }, { tag: 'number', value: 1 }, { tag: 'true' }, { tag: 'time', value: 5 }],
      },
    ],
  ])('%s', (_, value, expected) => {
    expect(written({ values: [value] }).slots[1]).toEqual(expected);
  });

  test('all of an event, side by side', () => {
    const values = ['a', ['bc', 'd'], undefined, 'é', 3, ['x'.repeat(100)], 'f'];
    expect(written({ id: 'e1', time: 7, now: 9, values })).toEqual({
      now: 9,
      time: 7,
      slots: [
        { tag: 'string', value: 'e1' },
        { tag: 'string', value: 'a' },
        {
          tag: 'list',
          value: [
            { tag: 'string', value: 'bc' },
            { tag: 'string', value: 'd' },
          ],
        },
        { tag: 'missing' },
        { tag: 'string', value: 'é' },
        { tag: 'number', value: 3 },
        { tag: 'list', value: [{ tag: 'string', value: 'x'.repeat(100) }] },
        { tag: 'string', value: 'f' },
      ],
    });
  });

  test('an event without a time', () => {
    expect(written({ time: NaN }).time).toBeNaN();
  });
});

describe('rule 26: strings are cut at 8,192 bytes, between code points', () => {
  test.each([
    ['ASCII', 'x'.repeat(9000), 'x'.repeat(longestString)],
    ['just fits', 'é'.repeat(4096), 'é'.repeat(4096)],
    ['two bytes each, off by one', `x${'é'.repeat(4096)}`, `x${'é'.repeat(4095)}`],
    ['four bytes each, off by one', `x${'👟'.repeat(2048)}`, `x${'👟'.repeat(2047)}`],
  ])('%s', (_, value, expected) => {
    expect(written({ values: [value, 'after'] }).slots.slice(1)).toEqual([
      { tag: 'string', value: expected },
      { tag: 'string', value: 'after' },
    ]);
  });
});

test('values written after the memory grew are not lost', () => {
  written({ values: ['small'] });
  const before = module.memory.buffer;
  const values = Array.from({ length: 400 }, (_, index) => String(index).padEnd(8000, '.'));
  const { slots } = written({ values });
  expect(module.memory.buffer).not.toBe(before);
  expect(slots.slice(1)).toEqual(values.map((value) => ({ tag: 'string', value })));
});

interface ReadSlot {
  tag: string;
  value?: unknown;
}

function written({ id = 'id', time = 1, now = 2, values = [] as InputValue[] }): {
  now: number;
  time: number;
  slots: ReadSlot[];
} {
  buffer.write({ id, time, values }, now);
  const at = (name: string): number => {
    const offset = layout[name];
    if (offset === undefined) throw new Error(`The layout has no ${name}.`);
    return offset;
  };
  const tags = new Map(
    Object.entries(layout)
      .filter(([name]) => name.startsWith('tag_'))
      .map(([name, number]) => [number, name.slice(4)]),
  );
  const start = module.buffer(0);
  const view = new DataView(module.memory.buffer, start);
  const readSlots = (first: number, count: number): ReadSlot[] =>
    Array.from({ length: count }, (_, index) => readSlot(first + index * at('slot_bytes')));
  const readSlot = (slot: number): ReadSlot => {
    const tag = tags.get(view.getUint32(slot + at('slot_tag'), true)) ?? 'unknown';
    const length = view.getUint32(slot + at('slot_length'), true);
    const offset = view.getUint32(slot + at('slot_offset'), true);
    if (tag === 'number' || tag === 'time') return { tag, value: view.getFloat64(slot + at('slot_number'), true) };
    if (tag === 'string') {
      const bytes = new Uint8Array(module.memory.buffer, start + offset, length);
      return { tag, value: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
    }
    if (tag === 'list') {
      expect((start + offset) % 8).toBe(0);
      return { tag, value: readSlots(offset, length) };
    }
    return { tag };
  };
  return {
    now: view.getFloat64(at('now'), true),
    time: view.getFloat64(at('time'), true),
    slots: readSlots(at('header_bytes'), view.getUint32(at('slot_count'), true)),
  };
}
