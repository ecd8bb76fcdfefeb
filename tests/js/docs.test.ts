// Loads every JSON block of js/docs/definitions.md into the engine, in a bundle with the objects that it refers to.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { check, loadEngine } from '../../js/src/server.js';
import { wasmBytes as wasm } from './engine-module.js';

const text = readFileSync(new URL('../../js/docs/definitions.md', import.meta.url), 'utf8');
const blocks = [...text.matchAll(/^```json\n(.*?)^```/gms)].map(([, json = '']) => JSON.parse(json) as Shown);

type Shown = Record<string, unknown>;

/** The words of the engine, by enumeration; those of Criterion::Kind are names of fields. */
const words = new Map(
  [
    ...readFileSync(new URL('../../core/src/definitions/words.h', import.meta.url), 'utf8').matchAll(
      /Word<([\w:]+)> \w+\[\] = \{(.*?)\};/gs,
    ),
  ]
    .map(([, name = '', rows = '']) => [name, [...rows.matchAll(/"(.*?)"/g)].map(([, word = '']) => word)] as const)
    .filter(([name]) => name !== 'Criterion::Kind'),
);

const others: Shown[] = [
  {
    name: 'visit',
    version: 1,
    attribute_key: { name: 'domain_userid' },
    attributes: [
      { name: 'views', type: 'int32', aggregation: 'counter' },
      { name: 'page', type: 'string', aggregation: 'last', property: { type: 'atomic', name: 'page_urlpath' } },
    ],
  },
  {
    name: 'account',
    version: 1,
    offline: true,
    attribute_key: { name: 'user_id' },
    fields: [{ name: 'tier', type: 'string' }],
  },
];

/** Returns a bundle with the object of a block. */
function bundleWith(shown: Shown): object {
  const bundle = {
    attribute_keys: [] as Shown[],
    attribute_groups: [] as Shown[],
    services: [] as Shown[],
    interventions: [] as Shown[],
  };
  if ('attribute_keys' in shown) return shown;
  if ('attribute_key' in shown) return { ...bundle, attribute_groups: [shown] };
  if ('aggregation' in shown) {
    return {
      ...bundle,
      attribute_groups: [{ name: 'g', version: 1, attribute_key: { name: 'domain_userid' }, attributes: [shown] }],
    };
  }
  if ('event_specification_id' in shown) {
    return bundleWith({ name: 'a', type: 'int32', aggregation: 'counter', events: [shown] });
  }
  if ('criteria' in shown) return { ...bundle, attribute_groups: others, interventions: [shown] };
  if ('attribute_groups' in shown) return { ...bundle, attribute_groups: others, services: [shown] };
  return { ...bundle, attribute_keys: [shown] };
}

describe('the definition language', () => {
  it.each(blocks.map((shown) => [String(shown['name'] ?? 'the bundle'), shown] as const))(
    '%s loads without diagnostics',
    async (_, shown) => {
      expect(await check(bundleWith(shown), { wasm })).toEqual([]);
    },
  );

  it('shows every aggregation, and names every operator and every type', async () => {
    const words = (line: string): string[] => [...line.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);
    const shown = new Set(blocks.map((block) => block['aggregation']).filter(Boolean));
    const listed = /### Aggregations(.*?)```/s.exec(text)?.[1] ?? '';
    const named = [...listed.matchAll(/^\| (`.*?) \|/gm)]
      .flatMap(([, cell = '']) => words(cell))
      .filter((word) => word !== 'aggregation');
    expect([...shown].sort()).toEqual(named.sort());
    // The engine's message for an unknown operator lists all operators.
    const refused = {
      ...bundleWith({ name: 'x', criteria: { attribute: 'visit:views', operator: 'becomes', value: 1 } }),
    };
    const [{ message } = { message: '' }] = await check(refused, { wasm });
    const written = JSON.stringify(blocks);
    for (const operator of [
      '=',
      '!=',
      '<',
      '>',
      '<=',
      '>=',
      'like',
      'not like',
      'rlike',
      'not rlike',
      'in',
      'not in',
      'is null',
      'is not null',
      'changed',
    ]) {
      expect(message).toContain(operator);
      expect(text).toContain(`\`${operator}\``);
      expect(written, 'an example with the operator').toContain(`"operator":"${operator}"`);
    }
  });

  it('shows a whole bundle that an engine loads', async () => {
    const intervention = blocks.find(({ name }) => name === 'discount');
    await expect(loadEngine({ definitions: bundleWith(intervention ?? {}), wasm })).resolves.toBeDefined();
  });

  it.each([...words])('has every word of %s, and so has tripline/define', (name, list) => {
    const types = readFileSync(new URL('../../js/src/define.ts', import.meta.url), 'utf8');
    const scalars = list.filter((word) => !word.endsWith('_list') || word === 'unique_list');
    expect(scalars.length).toBeGreaterThan(2);
    expect(
      scalars.filter((word) => !text.includes(`\`${word}\``)),
      `js/docs/definitions.md lacks words of ${name}`,
    ).toEqual([]);
    expect(
      scalars.filter((word) => !types.includes(`'${word}'`)),
      `js/src/define.ts lacks words of ${name}`,
    ).toEqual([]);
  });

  it('knows seven enumerations', () => expect(words.size).toBe(7));
});
