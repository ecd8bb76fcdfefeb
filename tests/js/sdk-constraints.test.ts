// The engine refuses in a field what the SDK refuses by the constraints of the field, but for those that are listed here
// with the reason. So definitions of tripline/define can be published with the SDK.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { check } from '../../js/src/server.js';
import { wasmBytes } from './engine-module.js';

type Constraint = 'pattern' | 'min_length' | 'max_length' | 'gt' | 'ge' | 'lt' | 'le';
type Constraints = Partial<Record<Constraint, string | number>>;
interface SdkField {
  constraints?: Constraints;
  'constraints of the value or the items'?: Constraints;
}
type Given = Record<string, unknown>;

const { classes } = JSON.parse(readFileSync(new URL('../clients/python/classes.json', import.meta.url), 'utf8')) as {
  classes: Record<string, Record<string, SdkField>>;
};

const key = { name: 'user_id' };
const place = { vendor: 'com.acme', name: 'sale', major_version: 1, path: 'price' };
const attribute = { name: 'a', type: 'int32', aggregation: 'counter', events: [{ name: 'sale' }] };
const group = { name: 'g', attribute_key: key, attributes: [attribute] };
const external = { name: 'e', attribute_key: key, offline: true, fields: [{ name: 'f', type: 'string' }] };
const leaf = { type: 'atomic', name: 'page_url' };
const property = (name: string) => (given: Given) => ({
  attribute_groups: [
    {
      ...group,
      attributes: [{ ...attribute, aggregation: 'last', type: 'string', property: { type: name, ...given } }],
    },
  ],
});
const ofGroup = (given: Given) => ({ attribute_groups: [given] });

/** An object of each class that the engine reads, and the bundle in which it stands. */
const read: Record<string, [Given, (given: Given) => Given]> = {
  Attribute: [attribute, (given) => ofGroup({ ...group, attributes: [given] })],
  AttributeGroup: [group, ofGroup],
  AttributeKey: [key, (given) => ({ attribute_keys: [given] })],
  BatchAttributeGroup: [{ ...group, offline: true }, ofGroup],
  CalculatedProperty: [{ operation: 'concat', properties: [leaf, leaf], separator: '-' }, property('calculated')],
  EntityProperty: [place, property('entity')],
  Event: [{ name: 'sale' }, (given) => ofGroup({ ...group, attributes: [{ ...attribute, events: [given] }] })],
  EventProperty: [place, property('event')],
  ExternalBatchAttributeGroup: [external, ofGroup],
  Field: [{ name: 'f', type: 'string' }, (given) => ofGroup({ ...external, fields: [given] })],
  InterventionCriterion: [
    { attribute: 'g:a', operator: '=', value: 1 },
    (criteria) => ({ attribute_groups: [group], interventions: [{ name: 'i', criteria }] }),
  ],
  LinkAttributeKey: [key, (given) => ofGroup({ ...group, attribute_key: given })],
  RuleIntervention: [
    { name: 'i', criteria: { attribute: 'g:a', operator: '=', value: 1 } },
    (given) => ({ attribute_groups: [group], interventions: [given] }),
  ],
  Service: [
    { name: 's', attribute_groups: [{ name: 'g' }] },
    (given) => ({ attribute_groups: [group], services: [given] }),
  ],
  StreamAttributeGroup: [group, ofGroup],
};

const forPeople = 'for people: the registry alone checks it';
const unchecked: Record<string, string> = {
  description: forPeople,
  owner: forPeople,
  external_column: 'no event has it, and no engine reads the column',
  'EntityProperty.vendor min_length': 'no event has such a schema',
  'EventProperty.vendor min_length': 'no event has such a schema',
  'Service.attribute_groups max_length': 'a limit of the registry; the engine has one for all lists',
};

/** Returns a value that the constraint excludes. */
function breaking(constraint: Constraint, limit: string | number, value: unknown): unknown {
  if (constraint === 'pattern') return limit === '^[^\\x00]*$' ? '\0' : String(limit).includes('$$)') ? '$' : 'a b/';
  const list = Array.isArray(value) ? (value as unknown[]) : undefined;
  if (constraint === 'min_length') return list ? list.slice(0, Number(limit) - 1) : 'a'.repeat(Number(limit) - 1);
  const many = Number(limit) + 1;
  if (constraint === 'max_length') return list ? Array.from({ length: many }, () => list[0]) : 'a'.repeat(many);
  return Number(limit) + { gt: 0, ge: -1, lt: 0, le: 1 }[constraint];
}

const cases = Object.entries(read).flatMap(([name, [given, bundleOf]]) =>
  Object.entries(classes[name] ?? {}).flatMap(([field, all]) =>
    Object.entries({ ...all.constraints, ...all['constraints of the value or the items'] }).map(
      ([constraint, limit]) => {
        const title = `${name}.${field} ${constraint}`;
        const value = breaking(constraint as Constraint, limit, given[field]);
        return {
          title,
          field,
          reason: unchecked[title] ?? unchecked[field],
          bundle: bundleOf({ ...given, [field]: value }),
        };
      },
    ),
  ),
);
const problemsOf = async (bundle: Given): Promise<string[]> =>
  (await check(bundle, { wasm: wasmBytes }))
    .filter(({ severity }) => severity === 'error')
    .map(({ message }) => message);

describe('the engine refuses what the SDK refuses in', () => {
  test.each(cases.filter(({ reason }) => !reason))('$title', async ({ bundle }) => {
    expect(await problemsOf(bundle)).not.toEqual([]);
  });
});

describe('the engine accepts', () => {
  test.each(Object.entries(read))('an object of %s', async (_, [given, bundleOf]) => {
    expect(await problemsOf(bundleOf(given))).toEqual([]);
  });

  test.each(cases.filter(({ reason }) => reason))('any value of $title, $reason', async ({ bundle }) => {
    expect(await problemsOf(bundle)).toEqual([]);
  });
});
