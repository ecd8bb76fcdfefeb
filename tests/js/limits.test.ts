// Tests the limits in js/docs/definitions.md: at the limit, definitions load; beyond it, they do not.
import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { EngineBase } from '../../js/src/engine/engine-base.js';
import { attributes } from '../../js/src/engine/inspect.js';
import { check, loadEngine } from '../../js/src/server.js';
import { newModule, wasmBytes as wasm } from './engine-module.js';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const limits = /## Limits(.*)/s.exec(read('js/docs/definitions.md'))?.[1] ?? '';

const used = new Set<string>();

/** Returns the numbers in the second column of the row. */
function numbersOf(row: string): number[] {
  used.add(row);
  const cells = limits
    .split('\n')
    .find((line) => line.startsWith(`| ${row} |`))
    ?.split(' | ');
  return (cells?.[1]?.match(/\d[\d,.]*/g) ?? []).map((number) => Number(number.replaceAll(',', '')));
}

function mostOf(row: string): number {
  return numbersOf(row)[0] ?? NaN;
}

type Json = Record<string, unknown>;

const domainUserid = { name: 'domain_userid' };
const pagePath = { type: 'atomic', name: 'page_urlpath' };
const lastPage = { name: 'page', type: 'string', aggregation: 'last', property: pagePath };

function bundleOf(attribute: Json, interventions: Json[] = []): Json {
  const group = { name: 'g', version: 1, attribute_key: domainUserid, attributes: [attribute] };
  return { attribute_keys: [], attribute_groups: [group], services: [], interventions };
}

const intervention = (criteria: Json, name = 'i'): Json => ({ name, version: 1, criteria });
const criterion = { attribute: 'g:page', operator: '=', value: '/' };
const withCriteria = (criteria: Json): Json => bundleOf(lastPage, [intervention(criteria)]);
const withPattern = (operator: string, value: string): Json => withCriteria({ attribute: 'g:page', operator, value });
const times = <Item>(count: number, item: Item): Item[] => Array.from({ length: count }, () => item);
const letters = (count: number): string => 'a'.repeat(count);

/** Returns a bundle of this size. */
function bundleOfSize(bytes: number): Uint8Array {
  const text = JSON.stringify(bundleOf({ ...lastPage, description: '' }));
  return new TextEncoder().encode(text.replace('"description":""', `"description":"${letters(bytes - text.length)}"`));
}

function nestedCriteria(levels: number): Json {
  return levels === 0 ? criterion : { all: [nestedCriteria(levels - 1)] };
}

/** Returns a bundle with this number of levels, itself included. */
function nestedJson(levels: number): Json {
  return { ...bundleOf(lastPage), else: JSON.parse('['.repeat(levels - 1) + ']'.repeat(levels - 1)) as Json };
}

const members = (count: number): Json => Object.fromEntries(times(count - 4, 0).map((_, i) => [`m${i}`, i]));

const filter = (count: number): Json => ({ any: times(count, { property: pagePath, operator: '=', value: '/' }) });

const concat = (count: number, separator = ''): Json => ({
  type: 'calculated',
  operation: 'concat',
  properties: times(count, pagePath),
  separator,
});

const entity = { type: 'entity', vendor: 'acme', name: 'cart', major_version: 1, path: 'id' };

const loaded: [row: string, bundleAt: (size: number) => object][] = [
  ['the bundle', bundleOfSize],
  ['levels of nested JSON', nestedJson],
  ['members of an object', (size) => ({ ...bundleOf(lastPage), ...members(size) })],
  [
    'interventions',
    (size) =>
      bundleOf(
        lastPage,
        times(size, 0).map((_, i) => intervention(criterion, `i${i}`)),
      ),
  ],
  [
    'any other list, except those of criteria',
    (size) => ({ ...bundleOf(lastPage), attribute_keys: times(size, domainUserid) }),
  ],
  ['levels of nested criteria', (size) => withCriteria(nestedCriteria(size))],
  [
    'criteria in one list: `all`, `any` or `none`, also of an event filter',
    (size) => withCriteria({ none: times(size, criterion) }),
  ],
  [
    'criteria in one list: `all`, `any` or `none`, also of an event filter',
    (size) => bundleOf({ ...lastPage, criteria: filter(size) }),
  ],
  ['a name', (size) => bundleOf({ ...lastPage, name: letters(size) })],
  [
    'a version, a `major_version` or an `index`',
    (version) => bundleOf(lastPage, [{ ...intervention(criterion), version }]),
  ],
  ['a version, a `major_version` or an `index`', (index) => bundleOf({ ...lastPage, property: { ...entity, index } })],
  [
    'a version, a `major_version` or an `index`',
    (size) => bundleOf({ ...lastPage, property: { ...entity, major_version: size } }),
  ],
  ['properties of a calculated one', (size) => bundleOf({ ...lastPage, property: concat(size) })],
  ['a `separator`', (size) => bundleOf({ ...lastPage, property: concat(2, 'é'.repeat(size)) })],
  ["a property's `path`", (size) => bundleOf({ ...lastPage, property: { ...entity, path: letters(size) } })],
  ['a pattern of `like` or `rlike`', (size) => withPattern('like', letters(size))],
  ['a pattern of `like` or `rlike`', (size) => withPattern('rlike', letters(size))],
  ['a pattern of `rlike`, compiled', (size) => withPattern('rlike', `a{1000}b{${size - 1001}}`)],
  ['`n` in `{m,n}`; repetitions within repetitions are multiplied', (size) => withPattern('rlike', `a{${size}}`)],
  [
    '`n` in `{m,n}`; repetitions within repetitions are multiplied',
    (size) => withPattern('rlike', `(?:a{100}){${Math.ceil(size / 100)}}`),
  ],
];

describe('limits of loading', () => {
  it.each(loaded)('%s', async (row, bundleAt) => {
    const errorsAt = async (size: number): Promise<number> =>
      (await check(bundleAt(size), { wasm })).filter(({ severity }) => severity === 'error').length;
    const most = mostOf(row);
    expect(most).toBeGreaterThan(0);
    expect(await errorsAt(most)).toBe(0);
    expect(await errorsAt(most + 1)).toBeGreaterThan(0);
  });
});

const probe = { type: 'event', vendor: 'acme', name: 'probe', major_version: 1, path: 'value' };
const key = { name: 'domain_userid', id: 'u' };
let events = 0;

function event(value: unknown, more: Json = {}): Json {
  const data = { schema: 'iglu:acme/probe/jsonschema/1-0-0', data: { value } };
  return { eid: `e${++events}`, e: 'ue', duid: key.id, dtm: '1000', ue_pr: JSON.stringify({ data }), ...more };
}

/** Returns the value of an attribute after events with these values. */
async function valueAfter(attribute: Json, values: unknown[]): Promise<unknown> {
  const engine = await loadEngine({ definitions: bundleOf({ name: 'a', property: probe, ...attribute }), wasm });
  for (const value of values) engine.process(event(value), 1000);
  return engine.attributes(key)['g']?.['a'];
}

const numbers = (count: number): number[] => times(count, 0).map((_, i) => i);

describe('limits of counting', () => {
  it('cuts strings', async () => {
    const most = mostOf('a string value');
    const last = { type: 'string', aggregation: 'last' };
    expect(await valueAfter(last, [letters(most)])).toBe(letters(most));
    expect(await valueAfter(last, [`${letters(most)}b`])).toBe(letters(most));
  });

  it('counts the first elements of an array', async () => {
    const most = mostOf('an array in an event');
    const list = { type: 'string_list', aggregation: 'unique_list' };
    expect(await valueAfter(list, [[...times(most - 1, 'x'), 'y', 'z']])).toEqual(['x', 'y']);
  });

  it('bounds the steps of a pattern', () => {
    const steps = mostOf('steps of `rlike` and `like` for one event').toLocaleString('en-US').replaceAll(',', "'");
    expect(read('core/src/value/compare.h')).toContain(`budget_ = ${steps};`);
  });

  it('bounds lists and frequencies', async () => {
    const list = mostOf('values of a `unique_list`');
    expect(await valueAfter({ type: 'int32_list', aggregation: 'unique_list' }, numbers(list))).toEqual(numbers(list));
    expect(await valueAfter({ type: 'int32_list', aggregation: 'unique_list' }, numbers(list + 1))).toEqual(
      numbers(list + 1).slice(1),
    );
    const counts = mostOf('values of `most_frequent`, `least_frequent`, `category_count`');
    for (const count of [counts, counts + 1]) {
      const value = await valueAfter({ type: 'dict', aggregation: 'category_count' }, numbers(count));
      expect(Object.keys(value as object)).toHaveLength(counts);
    }
  });

  it('counts different values exactly up to a number', async () => {
    const most = mostOf('values that `approx_count_distinct` counts exactly');
    const engine = await loadEngine({
      definitions: bundleOf({ name: 'a', type: 'int32', aggregation: 'approx_count_distinct', property: probe }),
      wasm,
    });
    const isExact = numbers(2 * most).map((value) => {
      engine.process(event(value), 1000);
      return engine.attributes(key)['g']?.['a'] === value + 1;
    });
    expect(isExact.slice(0, most)).not.toContain(false);
    expect(isExact.slice(most)).toContain(false);
  });
});

describe('limits of the state', () => {
  const counter = bundleOf({ name: 'a', type: 'int32', aggregation: 'counter' });
  const server = async (): Promise<EngineBase> => loadEngine({ definitions: counter, wasm });
  const page = async (): Promise<EngineBase> => {
    const { engine } = EngineBase.load(await newModule(), new TextEncoder().encode(JSON.stringify(counter)));
    return engine as EngineBase;
  };
  const views = (engine: EngineBase, id: string): unknown =>
    attributes(engine, { name: 'domain_userid', id })['g']?.['a'];

  it.each([
    ['a page', page, 0],
    ['a server', server, 1],
  ] as const)('%s keeps profiles', async (_, load, which) => {
    const most = numbersOf('profiles')[which] ?? NaN;
    const engine = await load();
    for (let i = 0; i < most; ++i) engine.process(event(0, { duid: `u${i}` }), 1000);
    expect(views(engine, 'u0')).toBe(1);
    engine.process(event(0, { duid: 'another' }), 1000);
    expect(views(engine, 'u0')).toBe(0);
    expect(views(engine, 'u1')).toBe(1);
  });

  it.each([
    ['a page', page, 0],
    ['a server', server, 1],
  ] as const)('%s keeps event ids', async (_, load, which) => {
    const most = numbersOf('event ids, by which duplicates are recognised')[which] ?? NaN;
    for (const [others, counted] of [
      [most - 1, most],
      [most, most + 2],
    ] as const) {
      const engine = await load();
      const first = event(0);
      engine.process(first, 1000);
      for (let i = 0; i < others; ++i) engine.process(event(0), 1000);
      engine.process(first, 1000);
      expect(views(engine, key.id)).toBe(counted);
    }
  });

  it('keeps marks of sent interventions', () => {
    const [page = NaN, server = NaN] = numbersOf('marks of interventions that were sent to a target');
    const written = (number: number, separator: string): string =>
      number.toLocaleString('en-US').replaceAll(',', separator);
    expect(read('core/include/tripline/engine.h')).toContain(`sent_marks = ${written(page, "'")};`);
    expect(read('js/src/server.ts')).toContain(`sentMarks: ${written(server, '_')}`);
  });
});

test('every row has a test', () => {
  const rows = [...limits.matchAll(/^\| (?!what |---)(.*?) \| /gm)].map(([, row = '']) => row);
  expect([...used].sort()).toEqual(rows.sort());
});
