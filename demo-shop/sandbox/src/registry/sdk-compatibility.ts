// Keeps objects that a release of the Python SDK cannot read away from it. Its models know only the values of their
// time: one unknown value makes a whole response fail, and an unknown member is lost without a word.
import { describe, nameOf, type StoredObject } from './registry.ts';
import type { Definition, StreamedIntervention } from '../types.ts';
import { isUuid } from '../types.ts';

/** The first release that can read each feature. A feature that is not listed is as old as the SDK. */
const firstReleases: Readonly<Record<string, readonly string[]>> = {
  '0.4.3': [
    "the aggregation 'most_frequent'",
    "the aggregation 'least_frequent'",
    "the aggregation 'category_count'",
    "the aggregation 'approx_count_distinct'",
    "the type 'dict'",
    "'is null' in a filter",
    "'is not null' in a filter",
  ],
  '0.4.4': [
    "'event_specification_id'",
    "'payload_attribute_groups'",
    "'backfill_since_tstamp'",
    'an intervention_id that is not a UUID',
    'a name that is not an identifier',
  ],
  '0.4.5': ["the type 'timestamp'", 'an event log'],
  '0.4.6': ["the operator 'changed'", "the 'ttl' of an attribute"],
  '0.4.7': ['an empty list of events', "'date_part'"],
  '0.4.8': ["the aggregation 'time_since_last'", "the aggregation 'time_since_first'", "'time_unit'"],
  '0.4.9': ['a calculated property'],
  // The engine reads these, but no release does.
  '': [
    "the type 'timestamp_list'",
    ...['not in', 'not like', 'rlike', 'not rlike'].map((operator) => `'${operator}' in a filter`),
  ],
};

const releaseOf = new Map(
  Object.entries(firstReleases).flatMap(([release, features]) => features.map((feature) => [feature, release])),
);

/** The release that spells the field `refr_dvce_tstamp` so; those before it spell it `refr_device_tstamp`. */
const newSpelling = '0.4.9';

/** A feature that keeps an object from a client. `release`: the first that reads it; empty if there is none. */
export interface Obstacle {
  readonly feature: string;
  readonly release: string;
}

/** Decides what a client may receive, by its header X-Signals-Sdk-Name (`signals-py 0.4.10`), and logs what it may not. */
export class SdkCompatibility {
  /** The lines that were logged: each object once for a release. */
  readonly #logged = new Set<string>();

  canRead(sdkName: unknown, object: StoredObject): boolean {
    return this.obstacle(sdkName, object) === undefined;
  }

  /** Returns the feature that needs the newest release, if the client is older. */
  obstacle(sdkName: unknown, object: StoredObject): Obstacle | undefined {
    return this.#obstacle(sdkName, featuresOf(object), () => describe(nameOf(object)));
  }

  canReceive(sdkName: unknown, intervention: Pick<StreamedIntervention, 'name' | 'intervention_id'>): boolean {
    return this.#obstacle(sdkName, instanceFeatures(intervention), () => 'A pushed intervention') === undefined;
  }

  #obstacle(sdkName: unknown, features: readonly string[], describeObject: () => string): Obstacle | undefined {
    const own = pythonRelease(sdkName);
    if (own === undefined) return undefined;
    const obstacle = newestOf(features);
    if (obstacle === undefined || isAtLeast(own, obstacle.release)) return undefined;
    const { feature, release } = obstacle;
    this.#log(`${describeObject()} is kept from signals-py ${own}: ${feature} needs ${release || 'another client'}.`);
    return obstacle;
  }

  #log(line: string): void {
    if (this.#logged.has(line) || this.#logged.size >= 1000) return;
    this.#logged.add(line);
    console.error(line);
  }
}

/** Returns an object's answer in the spelling of a client's time. */
export function spelledFor(sdkName: unknown, answer: object): object {
  const own = pythonRelease(sdkName);
  if (own === undefined) return answer;
  const [from, to] = ['refr_device_tstamp', 'refr_dvce_tstamp'];
  const [wrong, right] = isAtLeast(own, newSpelling) ? [from, to] : [to, from];
  const text = JSON.stringify(answer, (_, value: unknown) => {
    const { type, name } = Object(value) as { type?: unknown; name?: unknown };
    return type === 'atomic' && name === wrong ? { ...(value as object), name: right } : value;
  });
  return JSON.parse(text) as object;
}

/** `0.4.10` of `signals-py 0.4.10`; undefined for other clients. */
function pythonRelease(sdkName: unknown): string | undefined {
  return /^signals-py (\d{1,4}\.\d{1,4}\.\d{1,4})\b/.exec(String(sdkName))?.[1];
}

function isAtLeast(release: string, other: string): boolean {
  return other !== '' && rank(release) >= rank(other);
}

function rank(release: string): number {
  return release.split('.').reduce((sum, part) => sum * 10_000 + Number(part), 0);
}

function newestOf(features: readonly string[]): Obstacle | undefined {
  const obstacles = features.flatMap((feature) => {
    const release = releaseOf.get(feature);
    return release === undefined ? [] : [{ feature, release }];
  });
  const [newest] = obstacles.sort(
    (a, b) => Number(isAtLeast(b.release, a.release)) - Number(isAtLeast(a.release, b.release)),
  );
  return obstacles.find(({ release }) => release === '') ?? newest;
}

function featuresOf({ type, body }: StoredObject): string[] {
  switch (type) {
    case 'interventions':
      return [
        ...criteriaOf(body['criteria']).map(({ operator }) => `the operator '${String(operator)}'`),
        ...members(body, 'payload_attribute_groups'),
      ];
    case 'attribute_groups':
      return [
        ...members(body, 'backfill_since_tstamp'),
        ...listOf(body['fields']).map(typeFeature),
        ...listOf(body['attributes']).flatMap(attributeFeatures),
      ];
    default:
      return [];
  }
}

function attributeFeatures(attribute: Definition): string[] {
  const filters = criteriaOf(attribute['criteria']);
  const events = listOf(attribute['events']);
  return [
    `the aggregation '${String(attribute['aggregation'])}'`,
    typeFeature(attribute),
    ...(attribute['ttl'] == null ? [] : ["the 'ttl' of an attribute"]),
    ...members(attribute, 'time_unit'),
    ...(events.length === 0
      ? ['an empty list of events']
      : events.flatMap((event) => members(event, 'event_specification_id'))),
    ...filters.map(({ operator }) => `'${String(operator)}' in a filter`),
    ...[attribute, ...filters].flatMap(({ property }) => propertyFeatures(property)),
  ];
}

function typeFeature({ type }: Definition): string {
  return `the type '${String(type)}'`;
}

function propertyFeatures(property: unknown): string[] {
  const { type, properties } = Object(property) as Definition;
  if (type === 'calculated') return ['a calculated property', ...listOf(properties).flatMap(propertyFeatures)];
  return members(Object(property) as Definition, 'date_part');
}

function instanceFeatures({ name, intervention_id }: Pick<StreamedIntervention, 'name' | 'intervention_id'>): string[] {
  return [
    ...(isUuid(intervention_id) ? [] : ['an intervention_id that is not a UUID']),
    ...(/^\w{1,128}$/.test(name) ? [] : ['a name that is not an identifier']),
  ];
}

/** The name of a member as a feature, if the object has it. */
function members(object: Definition, name: string): string[] {
  return object[name] == null ? [] : [`'${name}'`];
}

/** All criteria of a tree that compare something. */
function criteriaOf(criteria: unknown): Definition[] {
  const node = Object(criteria) as Definition;
  const children = ['all', 'any', 'none'].flatMap((list) => listOf(node[list]).flatMap(criteriaOf));
  return typeof node['operator'] === 'string' ? [node, ...children] : children;
}

function listOf(value: unknown): Definition[] {
  return Array.isArray(value) ? (value as unknown[]).map((each) => Object(each) as Definition) : [];
}
