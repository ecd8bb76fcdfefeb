// Event logs: which events are kept, what of them, and the two forms in which a log is read.
import { describe, expect, test } from 'vitest';
import {
  agenticContext,
  logEvent,
  narrative,
  pathOf,
  type EventLog,
  type EventLogDefinition,
  type EventLogPropertyDefinition,
} from '../../js/src/event/event-log.js';
import { readEvent } from '../../js/src/event/inputs.js';
import type { TrackerPayload } from '../../js/src/types.js';

const shop = { vendor: 'com.shop', name: 'filter_applied', major_version: 1 };
const content = { vendor: 'com.shop', name: 'content', major_version: 1 };

const log: EventLogDefinition = {
  name: 'activity',
  attribute_key: { name: 'domain_sessionid' },
  prompt: 'Advise the visitor.',
  max_events: 3,
  max_age_seconds: 60,
  events: [
    {
      event: { name: 'page_view', vendor: 'com.snowplowanalytics.snowplow', version: '1-0-0' },
      properties: [
        { type: 'atomic', name: 'event_name' },
        { type: 'atomic', name: 'page_urlpath' },
        { type: 'entity', ...content, path: 'tags.primary' },
      ],
    },
    {
      event: { name: 'filter_applied', vendor: 'com.shop', major_version: 1 },
      properties: [
        { type: 'atomic', name: 'event_name' },
        { type: 'event', ...shop, path: '$.tags[1].name', output_name: 'tag' },
      ],
    },
  ],
};

const t0 = Date.parse('2026-11-29T12:00:00Z');
let count = 0;

const selfDescribing = (schema: string, data: unknown) => ({ schema: `iglu:${schema}`, data });
const entities = (...list: object[]) => ({
  co: JSON.stringify({ schema: 'iglu:c/contexts/jsonschema/1-0-1', data: list }),
});

function pageView(at: number, path = '/', rest: TrackerPayload = {}): TrackerPayload {
  return { e: 'pv', eid: `event-${++count}`, dtm: String(at), url: `https://shop.example${path}`, ...rest };
}

function filterApplied(at: number, data: unknown, version = '1-0-0'): TrackerPayload {
  const event = selfDescribing(`com.shop/filter_applied/jsonschema/${version}`, data);
  const ue_pr = JSON.stringify({ schema: 'iglu:u/unstruct_event/jsonschema/1-0-0', data: event });
  return { e: 'ue', eid: `event-${++count}`, dtm: String(at), ue_pr };
}

/** Logs payloads, each at its own time or at `now`. */
function logged(definition: EventLogDefinition, payloads: TrackerPayload[], now?: number): EventLog | undefined {
  let kept: EventLog | undefined;
  for (const payload of payloads) kept = logEvent(definition, kept, readEvent(payload), now ?? Number(payload['dtm']));
  return kept;
}

/** Logs one property of one event. */
function valueOf(property: EventLogPropertyDefinition, payload: TrackerPayload): unknown {
  const definition = { ...log, events: [{ event: {}, properties: [property] }] };
  return logged(definition, [payload])?.events[0]?.values;
}

describe('null counts as absent (rule 30)', () => {
  const nulls = { name: null, vendor: null, version: null, major_version: null, event_specification_id: null };
  const selectors: [string, Partial<EventLogDefinition['events'][0]['event']>][] = [
    ['all', {}],
    ['all but the name', { name: 'page_view' }],
    ['all but the vendor', { vendor: 'com.snowplowanalytics.snowplow' }],
    ['all but the version', { version: '1-0-0' }],
    ['all but the major version', { major_version: 1 }],
  ];
  test.each(selectors)('in a selector: %s', (_, given) => {
    const events = [{ event: { ...nulls, ...given }, properties: log.events[0]!.properties }];
    expect(logged({ ...log, events }, [pageView(t0, '/bali')])?.events).toHaveLength(1);
  });

  test('in a selector by event specification', () => {
    const events = [{ event: { ...nulls, event_specification_id: 'other' }, properties: log.events[0]!.properties }];
    expect(logged({ ...log, events }, [pageView(t0)])).toBeUndefined();
  });

  test('in a property, and for the prompt', () => {
    const entity = selfDescribing('com.shop/content/jsonschema/1-0-2', { tags: 'beach' });
    const property = { type: 'entity', ...content, path: 'tags', index: null, output_name: null } as const;
    expect(valueOf(property, pageView(t0, '/', entities(entity)))).toEqual({ tags: 'beach' });
    const kept = logged(log, [pageView(t0)]);
    const withoutPrompt = { ...log, prompt: null };
    expect(agenticContext(withoutPrompt, 'id', kept, t0).prompt).toBeNull();
    expect(narrative(withoutPrompt, kept, t0)).toMatch(/^\[START CONTEXT\]/);
  });
});

test('a receipt of an intervention is not logged, whatever selects it (rules 18 and 42)', () => {
  const receipt = (vendor: string): TrackerPayload => {
    const event = selfDescribing(`${vendor}/intervention_receive/jsonschema/1-0-0`, {});
    const ue_pr = JSON.stringify({ schema: 'iglu:u/unstruct_event/jsonschema/1-0-0', data: event });
    return { e: 'ue', eid: `event-${++count}`, dtm: String(t0), ue_pr };
  };
  const events = [{ event: {}, properties: log.events[0]!.properties }];
  expect(logged({ ...log, events }, [receipt('com.snowplowanalytics.signals')])).toBeUndefined();
  expect(logged({ ...log, events }, [receipt('com.snowplowanalytics.signal')])?.events).toHaveLength(1);
});

describe('the projection', () => {
  test('keeps atomic fields, event properties and entity properties, under their output names', () => {
    const view = pageView(
      t0,
      '/bali',
      entities(selfDescribing('com.shop/content/jsonschema/1-0-2', { tags: { primary: 'beach' } })),
    );
    const filter = filterApplied(t0 + 1000, { tags: [{ name: 'a' }, { name: 'b' }] }, '1-2-3');
    expect(logged(log, [view, filter])?.events.map(({ values }) => values)).toEqual([
      { event_name: 'page_view', page_urlpath: '/bali', primary: 'beach' },
      { event_name: 'filter_applied', tag: 'b' },
    ]);
  });

  test('leaves out what the event does not have', () => {
    expect(logged(log, [pageView(t0, '/bali')])?.events[0]?.values).toEqual({
      event_name: 'page_view',
      page_urlpath: '/bali',
    });
  });

  test('reads the entity with the index, and follows own members only', () => {
    const two = entities(
      selfDescribing('com.shop/content/jsonschema/1-0-0', { tag: 'one' }),
      selfDescribing('com.other/content/jsonschema/1-0-0', { tag: 'other' }),
      selfDescribing('com.shop/content/jsonschema/1-0-0', { tag: 'two' }),
    );
    const at = (rest: object) => valueOf({ type: 'entity', ...content, path: 'tag', ...rest }, pageView(t0, '/', two));
    expect(at({})).toEqual({ tag: 'one' });
    expect(at({ index: 1, output_name: 'second' })).toEqual({ second: 'two' });
    expect(at({ index: 2 })).toEqual({});
    expect(at({ path: 'constructor' })).toEqual({});
    expect(at({ path: '__proto__' })).toEqual({});
  });

  test('keeps JSON types; times are ISO 8601; long strings are cut, other long values left out', () => {
    const data = {
      list: [1, 'a'],
      object: { a: { b: null } },
      flag: false,
      zero: 0,
      nothing: null,
      long: 'x'.repeat(9000),
      many: Array(9000).fill(1),
    };
    const at = (path: string) => valueOf({ type: 'event', ...shop, path }, filterApplied(t0, data));
    expect(at('list')).toEqual({ list: [1, 'a'] });
    expect(at('object')).toEqual({ object: { a: { b: null } } });
    expect(at('flag')).toEqual({ flag: false });
    expect(at('zero')).toEqual({ zero: 0 });
    expect(at('nothing')).toEqual({});
    expect(at('long')).toEqual({ long: 'x'.repeat(8192) });
    expect(at('many')).toEqual({});
    expect(valueOf({ type: 'atomic', name: 'derived_tstamp' }, pageView(t0))).toEqual({
      derived_tstamp: '2026-11-29T12:00:00.000Z',
    });
  });
});

describe('selections', () => {
  const count = (event: object, ...payloads: TrackerPayload[]) => {
    const definition = { ...log, events: [{ event, properties: log.events[0]!.properties }] };
    return logged(definition, payloads)?.events.length ?? 0;
  };

  test('compare name, vendor and version, and a major version with any minor', () => {
    const one = () => filterApplied(t0, {}, '1-2-3');
    expect(count({ name: 'filter_applied' }, one())).toBe(1);
    expect(count({ name: 'filter_applied', vendor: 'com.other' }, one())).toBe(0);
    expect(count({ version: '1-2-3' }, one())).toBe(1);
    expect(count({ version: '1-0-0' }, one())).toBe(0);
    expect(count({ vendor: 'com.shop', major_version: 1 }, one())).toBe(1);
    expect(count({ vendor: 'com.shop', major_version: 1 }, filterApplied(t0, {}, '10-0-0'))).toBe(0);
  });

  test('find an event specification among all entities of major version 1', () => {
    const specification = (version: string, id: string) =>
      selfDescribing(`com.snowplowanalytics.snowplow/event_specification/jsonschema/${version}`, { id });
    const view = (...list: object[]) =>
      pageView(t0, '/', entities(selfDescribing('com.shop/content/jsonschema/1-0-0', {}), ...list));
    expect(count({ event_specification_id: 'x' }, view(specification('1-0-0', 'y'), specification('1-0-3', 'x')))).toBe(
      1,
    );
    expect(count({ event_specification_id: 'x' }, view(specification('2-0-0', 'x')))).toBe(0);
    expect(count({ event_specification_id: 'x' }, pageView(t0))).toBe(0);
  });

  test('the first one that matches gives the properties', () => {
    const any = { event: {}, properties: [{ type: 'atomic' as const, name: 'event_name', output_name: 'other' }] };
    const definition = { ...log, events: [...log.events, any] };
    const values = logged(definition, [pageView(t0), { e: 'pp', eid: 'ping', dtm: String(t0) }])?.events.map(
      (each) => each.values,
    );
    expect(values).toEqual([{ event_name: 'page_view', page_urlpath: '/' }, { other: 'page_ping' }]);
  });
});

describe('the bounds', () => {
  const paths = (kept: EventLog | undefined) => kept?.events.map(({ values }) => values['page_urlpath']);

  test('the last events stay, in the order of their times', () => {
    const views = [
      [0, '/0'],
      [3, '/3'],
      [1, '/1'],
      [2, '/2'],
      [-9, '/late'],
    ].map(([at, path]) => pageView(t0 + Number(at) * 1000, String(path)));
    expect(paths(logged(log, views, t0 + 3000))).toEqual(['/1', '/2', '/3']);
  });

  test('events go when they are too old, when the next one comes and when the log is read', () => {
    const kept = logged(log, [pageView(t0, '/old'), pageView(t0 + 60_000, '/new')]);
    expect(paths(kept)).toEqual(['/new']);
    expect(kept?.start).toBe(t0 + 60_000);
    expect(agenticContext(log, 's', kept, t0 + 119_999).events).toHaveLength(1);
    expect(agenticContext(log, 's', kept, t0 + 120_000)).toMatchObject({ events: [], started_at_ms: t0 + 120_000 });
  });

  test('an id counts once; an event from the future counts as now; without a time it counts as now', () => {
    const view = pageView(t0 + 9000, '/future');
    const { dtm: _, ...timeless } = pageView(t0, '/timeless');
    const kept = logged(log, [view, { ...view, eid: String(view['eid']).toUpperCase() }, timeless], t0);
    expect(kept?.events.map(({ time, values }) => [time, values['page_urlpath']])).toEqual([
      [t0, '/future'],
      [t0, '/timeless'],
    ]);
  });

  test('a log of one event knows when it began', () => {
    const definition = { ...log, max_events: 1 };
    const kept = logged(
      definition,
      [pageView(t0), pageView(t0 + 30_000), pageView(t0 + 10_000), pageView(t0 - 20_000)],
      t0 + 30_000,
    );
    expect(kept).toMatchObject({ start: t0, events: [{ time: t0 + 30_000 }] });
  });

  test('a log of long values loses its oldest events', () => {
    const definition: EventLogDefinition = {
      ...log,
      max_events: 100,
      events: [{ event: {}, properties: [{ type: 'atomic', name: 'page_urlpath' }] }],
    };
    const views = Array.from({ length: 100 }, (_, i) => pageView(t0 + i, `/${'x'.repeat(8000)}`));
    const kept = logged(definition, views)!;
    expect(kept.events.length).toBeLessThan(40);
    expect(kept.events.at(-1)?.time).toBe(t0 + 99);
  });
});

describe('reading', () => {
  const views = [
    pageView(t0, '/0'),
    pageView(
      t0 + 2500,
      "/it's",
      entities(selfDescribing('com.shop/content/jsonschema/1-0-0', { tags: { primary: "a\nb'c" } })),
    ),
    filterApplied(t0 + 4000, { tags: [{}, { name: 7 }] }),
  ];

  test('as JSON: the newest first, with the prompt', () => {
    expect(agenticContext(log, 'session', logged(log, views), t0 + 5000)).toEqual({
      name: 'activity',
      attribute_key: 'domain_sessionid',
      identifier: 'session',
      events: [
        { event_name: 'filter_applied', tag: 7 },
        { event_name: 'page_view', page_urlpath: "/it's", primary: "a\nb'c" },
        { event_name: 'page_view', page_urlpath: '/0' },
      ],
      prompt: 'Advise the visitor.',
      started_at_ms: t0,
      summary:
        'Last activity 1 seconds ago, the first one 5 seconds ago. At most 3 events of the last 60 seconds are kept.',
    });
  });

  test('as a narrative: one line an event, the oldest first', () => {
    expect(narrative(log, logged(log, views), t0 + 5000).split('\n')).toEqual([
      'Advise the visitor.',
      '[START CONTEXT]',
      'Last activity 1 seconds ago, the first one 5 seconds ago. At most 3 events of the last 60 seconds are kept.',
      'One line for each event, the oldest first.',
      'seconds_since_start_of_session, event, url, event_context',
      '0, page_view, /0, {}',
      "2, page_view, /it's, {primary: 'a\\nb\\'c'}",
      '4, filter_applied, , {tag: 7}',
      '[END CONTEXT]',
    ]);
  });

  test('an empty log says so', () => {
    const { prompt: _, ...silent } = log;
    expect(agenticContext(silent, 's', undefined, t0)).toMatchObject({ events: [], prompt: null, started_at_ms: t0 });
    expect(narrative(silent, undefined, t0).split('\n').slice(0, 2)).toEqual([
      '[START CONTEXT]',
      'The log is empty. At most 3 events of the last 60 seconds are kept.',
    ]);
  });
});

test('a path is read as the engine reads it (rule 31)', () => {
  expect(pathOf('$.items[0].price')).toEqual(['items', 0, 'price']);
  expect(pathOf('items[0][1]')).toEqual(['items', 0, 1]);
  expect(pathOf('$[2].a')).toEqual([2, 'a']);
  expect(pathOf('user.profile.name')).toEqual(['user', 'profile', 'name']);
  for (const wrong of [
    '',
    '$',
    '$.',
    'a.',
    '.a',
    'a..b',
    '*',
    'a[*]',
    'a[-1]',
    'a[0:1]',
    "a['b']",
    'a[0]b',
    '__proto__',
    'a.$',
    'a[1234567]',
  ]) {
    expect(pathOf(wrong), wrong).toBeUndefined();
  }
});
