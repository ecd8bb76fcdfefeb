// Compares tripline/define with the official Python SDK: the list of its classes that tests/js reads, and the JSON of
// whatever both build from the same values.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as define from '../../js/dist/define.js';
import { runText } from './python.mjs';

const read = (name) => readFileSync(new URL(`python/${name}`, import.meta.url), 'utf8');
const sdk = JSON.parse(read('classes.json'));

const dataset = /Dataset|Warehouse|Anchors|TrainingSpan/;
const answer = /Response$|^AttributeKeyId/;
const names = Object.keys(sdk.classes).filter((name) => !dataset.test(name) && !answer.test(name));
const keys = sdk.others.filter((name) => /^[a-z]/.test(name));

test('classes.json lists what the SDK has', async () => {
  assert.equal(
    await runText(read('classes.py')),
    read('classes.json'),
    'run python/classes.py again; tests/js/sdk-classes.test.ts then says what tripline/define lacks',
  );
});

// A fixed sequence of random numbers, so that a failure can be repeated.
let state = 11;
function random(count) {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * count);
}
const oneOf = (...list) => list[random(list.length)];
const some = (most, make) => Array.from({ length: 1 + random(most) }, make);

const name = () => `n${random(1000)}`;
const words = () => oneOf('', 'plain', 'a \'b\' \\ "c"', 'Grüße 🛒', 'two\nlines');
const duration = () => ({
  duration: { days: random(800), hours: random(30), minutes: random(70), seconds: random(7000) / oneOf(1, 10, 100) },
});
const scalar = () => oneOf(words(), random(100), random(100) / 8, true, false);
const list = () =>
  oneOf(
    some(3, words),
    some(3, () => random(100)),
    some(3, () => random(100) / 8),
    [true, false],
  );
const wordOf = (owner, field) => () => oneOf(...sdk.classes[owner][field].values);
const owner = () => 'user@company.com';
const flag = () => oneOf(true, false);
const whole = () => 1 + random(9);
const build = (className) => () => make(className);
const property = () => make(oneOf('AtomicProperty', 'EventProperty', 'EntityProperty'));
const propertyOrCalculated = () => (random(3) === 0 ? make('CalculatedProperty') : property());
const key = () => oneOf(make('AttributeKey'), make('LinkAttributeKey'), { constant: oneOf(...keys) });
const criteria = (depth = 0) => {
  const kind = oneOf('all', 'any', 'none');
  if (depth === 3 || random(2) === 0) return make('InterventionCriterion');
  const className = {
    all: 'InterventionCriteriaAll',
    any: 'InterventionCriteriaAny',
    none: 'InterventionCriteriaNone',
  };
  return { new: className[kind], given: { [kind]: some(3, () => criteria(depth + 1)) } };
};
const link = () => ({ name: name(), version: whole() });

/** Values of fields by name, where they are the same in all classes. */
const common = {
  name,
  owner,
  version: whole,
  description: words,
  ttl: duration,
  period: duration,
  refresh_rate: duration,
  backfill_since_tstamp: () => oneOf('2026-01-01T00:00:00Z', '2026-01-01T12:30:00+01:00', '2026-01-01T00:00:00'),
  is_published: flag,
  online: flag,
  vendor: () => 'com.example-shop',
  major_version: whole,
  path: () => oneOf('a', '$.a.b', 'items[0].price'),
  index: () => random(3),
  output_name: name,
  property,
  external_column: name,
  attribute_key: key,
  batch_source: build('BatchSource'),
  attributes: () => some(3, build('Attribute')),
  fields: () => some(3, build('Field')),
};
/** Values of fields that a class has of its own; `undefined` for a field that it does not take from users. */
const own = {
  AtomicProperty: { name: wordOf('AtomicProperty', 'name') },
  EventLogAtomicProperty: { name: wordOf('EventLogAtomicProperty', 'name') },
  Attribute: {
    events: () =>
      oneOf([], some(2, build('Event')), [{ call: [oneOf('PageView', 'PagePing', 'StructuredEvent')], given: [] }]),
    property: propertyOrCalculated,
    criteria: build('Criteria'),
    default_value: () => oneOf(scalar(), list()),
  },
  AttributeKey: { key: () => 'domain_userid' },
  AttributeGroup: { offline: flag },
  BatchSource: { timestamp_field: name, database: () => 'my-project', schema: name, table: name },
  CalculatedProperty: { properties: () => some(3, property), separator: () => oneOf('', '-', ', ') },
  Criteria: { all: () => some(2, criterion), any: () => some(2, criterion) },
  Criterion: { property: propertyOrCalculated, value: () => oneOf(scalar(), list()) },
  Event: { version: () => '1-0-0', event_specification_id: name },
  EventLog: {
    prompt: words,
    attribute_key: () => oneOf({ constant: 'domain_sessionid' }, { new: 'LinkAttributeKey', given: { name: name() } }),
    events: () => some(3, build('EventSelection')),
    max_events: whole,
    max_age_seconds: whole,
  },
  EventLogEvent: { version: () => '1-0-0', event_specification_id: name },
  EventSelection: {
    event: build('EventLogEvent'),
    properties: () =>
      some(3, () => make(oneOf('EventLogAtomicProperty', 'EventLogEventProperty', 'EventLogEntityProperty'))),
  },
  InterventionCriterion: { attribute: () => `${name()}:${name()}`, value: () => oneOf(scalar(), list()) },
  InterventionCriteriaAll: { all: () => some(3, () => criteria(1)) },
  InterventionCriteriaAny: { any: () => some(3, () => criteria(1)) },
  InterventionCriteriaNone: { none: () => some(3, () => criteria(1)) },
  InterventionInstance: {
    name: words,
    attributes: () => ({ [`${name()}:${name()}`]: words() }),
    intervention_id: name,
    target_attribute_key: () => ({ name: name(), id: name() }),
  },
  RuleIntervention: {
    criteria: () => criteria(),
    target_attribute_keys: () => some(2, build('LinkAttributeKey')),
    payload_attribute_groups: () => some(2, link),
  },
  Service: { attribute_groups: () => some(3, () => oneOf(link(), { name: name() }, make('StreamAttributeGroup'))) },
};

/** Describes a random object of a class: the fields that it must have, and half of the others. */
function make(className) {
  const given = {};
  for (const [field, { required, values }] of Object.entries(sdk.classes[className])) {
    if (values && values.length < 2) continue; // the class says it
    if (!required && random(2) === 0) continue;
    const value = own[className]?.[field] ?? (values ? () => oneOf(...values) : common[field]);
    assert.ok(value, `no value for ${className}.${field}`);
    given[field] = value();
  }
  return completed(className, given);
}

/** Sees to what the SDK demands of two fields together. */
function completed(className, given) {
  if (className === 'AttributeKey') {
    if (given.external_column !== undefined) given.name = given.external_column;
    if (given.property?.new !== 'AtomicProperty') given.name ??= name();
    delete given.property?.given.date_part;
  }
  // The SDK takes a service without groups, which the API and the engine refuse.
  if (className === 'Service') given.attribute_groups ??= own.Service.attribute_groups();
  return { new: className, given };
}

const operators = ['eq', 'neq', 'gt', 'gte', 'lt', 'lte', 'like', 'in_list', 'is_null', 'is_not_null'];
/** A criterion, by its class or one of its methods. */
function criterion() {
  if (random(2) === 0) return make('Criterion');
  const method = oneOf(...operators);
  if (/null/.test(method)) return { call: ['Criterion', method], given: [property()] };
  const value = { like: words, in_list: list, eq: scalar, neq: scalar }[method] ?? (() => random(100) / 8);
  return { call: ['Criterion', method], given: [propertyOrCalculated(), value()] };
}

/** Builds with tripline/define what python/dump_definitions.py builds with the SDK. */
function built(value) {
  if (Array.isArray(value)) return value.map(built);
  if (typeof value !== 'object' || value === null) return value;
  if (value.new) return define[value.new](built(value.given));
  if (value.call) return value.call.reduce((owner, each) => owner[each], define)(...value.given.map(built));
  if (value.constant) return define[value.constant];
  if (value.duration) return define.duration(value.duration);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, built(each)]));
}

/** Inputs of both builders, by the name of the test. */
const inputs = new Map([
  ...names.map((className) => [
    `what ${className} builds is printed as by the SDK`,
    Array.from({ length: 200 }, build(className)),
  ]),
  ['the methods of Criterion build as those of the SDK', Array.from({ length: 500 }, criterion)],
  ['the keys are printed as by the SDK', keys.map((constant) => ({ constant }))],
  [
    'the ready-made selectors are printed as by the SDK',
    ['PageView', 'PagePing', 'StructuredEvent'].map((name) => ({ call: [name], given: [] })),
  ],
]);
const lines = [...inputs.values()].flat().map((input) => JSON.stringify(input));
// One program for all, since it takes a while to start.
const dumped = runText(read('dump_definitions.py'), `${lines.join('\n')}\n`);

let line = 0;
for (const [title, list] of inputs) {
  const first = line;
  line += list.length;
  test(title, async () => {
    const dumps = (await dumped).trimEnd().split('\n').slice(first);
    list.forEach((input, at) => {
      const printed = JSON.parse(JSON.stringify(built(input)));
      assert.deepEqual(printed, JSON.parse(dumps[at]), `of ${JSON.stringify(input)}`);
    });
  });
}
