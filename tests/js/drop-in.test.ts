// tests/types/drop-in.ts compares each type that Snowplow's own plugin exports, and tripline/snowplow has each function.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as plugin from '../../js/src/snowplow.js';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const declared = read('js/node_modules/@snowplow/signals-browser-plugin/dist/index.module.d.ts');
const exported = (keyword: string): string[] =>
  (new RegExp(`^${keyword} \\{ (.*) \\};$`, 'm').exec(declared)?.[1] ?? '').split(', ');
const comparisons = read('tests/types/drop-in.ts');
const usage = read('tests/types/official/usage.ts');

describe("Snowplow's own plugin", () => {
  test.each(exported('export type'))('exports the type %s, which is compared in both directions', (name) => {
    const parameter = name === 'OneOrMore' ? '<string>' : '';
    const [official, own] = [`official.${name}${parameter}`, `own.${name}${parameter}`];
    expect(comparisons).toContain(`Assignable<${official}, ${own}>`);
    expect(comparisons).toContain(`Assignable<${own}, ${official}>`);
  });

  test.each(exported('export'))('exports %s, which its documentation uses', (name) => {
    expect(Object.keys(plugin)).toContain(name);
    expect(usage).toContain(`${name}(`);
  });

  test('exports at least 15 types and 4 functions', () => {
    expect(exported('export type').length).toBeGreaterThanOrEqual(15);
    expect(exported('export').length).toBeGreaterThanOrEqual(4);
  });
});
