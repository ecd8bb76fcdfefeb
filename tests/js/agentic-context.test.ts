// Event logs in the page: the last events of the held session, over pages and tabs, as JSON and as narrative.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { memoryStore, type Store, type TrackerPayload } from '../../js/src/index.js';
import { build } from '../../js/src/server.js';
import type { StoredState } from '../../js/src/state/store.js';
import { wasmBytes } from './engine-module.js';
import { freshStorage, newTab, removeStorage } from './page-storage.js';
import { openPage, tutorial, view, type Page } from './visits.js';

const session = '388de625-7aba-44c7-8aeb-4fc58d08bf6e';
const nextSession = '488de625-7aba-44c7-8aeb-4fc58d08bf6e';

const log = (changes: object = {}) => ({
  name: 'visit',
  attribute_key: { name: 'domain_sessionid' },
  max_events: 3,
  max_age_seconds: 600,
  prompt: 'Help.',
  events: [
    {
      event: { name: 'page_view', vendor: 'com.snowplowanalytics.snowplow' },
      properties: [
        { type: 'atomic', name: 'event_name' },
        { type: 'atomic', name: 'page_urlpath' },
        { type: 'atomic', name: 'page_title', output_name: 'title' },
      ],
    },
    {
      event: { name: 'snowplow_ecommerce_action', major_version: 1 },
      properties: [
        {
          type: 'event',
          vendor: 'com.snowplowanalytics.snowplow.ecommerce',
          name: 'snowplow_ecommerce_action',
          major_version: 1,
          path: '$.type',
        },
        {
          type: 'entity',
          vendor: 'com.snowplowanalytics.snowplow.ecommerce',
          name: 'product',
          major_version: 1,
          path: 'name',
          output_name: 'product',
        },
      ],
    },
  ],
  ...changes,
});
const definitions = { ...tutorial, event_logs: [log()] };

const pages: Page[] = [];
const open = (...parameters: Parameters<typeof openPage>): Page => {
  const [options, ...rest] = parameters;
  const page = openPage({ definitions, store, ...options }, ...rest);
  pages.push(page);
  return page;
};
let store: Store;
beforeEach(() => {
  freshStorage();
  store = memoryStore();
});
afterEach(() => {
  for (const { evaluator } of pages.splice(0)) evaluator.close();
  vi.useRealTimers();
  vi.restoreAllMocks();
  removeStorage();
});

let lastTime = 0;
/** A page view; later than the one before, so that the order of times is that of the calls. */
const pageView = (path: string, changes: TrackerPayload = {}): TrackerPayload => ({
  e: 'pv',
  eid: crypto.randomUUID(),
  dtm: String((lastTime = Math.max(lastTime + 1, Date.now() - 1000))),
  url: `https://shop.example.com${path}`,
  page: `Title of ${path}`,
  duid: '9c6d7a65-d4ec-465f-8cdf-ffbfe939e772',
  sid: session,
  vid: 3,
  ...changes,
});
const paths = async ({ evaluator }: Page, name = 'visit'): Promise<unknown[] | undefined> =>
  (await evaluator.eventLog(name))?.events.map(({ page_urlpath }) => page_urlpath);

describe('eventLog', () => {
  test('returns the last events of the session, projected, newest first, as the Signals API does', async () => {
    const page = open();
    page.evaluator.track(pageView('/a'));
    page.evaluator.track(view({ sid: session }));
    page.evaluator.track({ ...pageView('/ignored'), e: 'pp' });
    const context = await page.evaluator.eventLog('visit');
    expect(context).toEqual({
      name: 'visit',
      attribute_key: 'domain_sessionid',
      identifier: session,
      prompt: 'Help.',
      events: [
        { type: 'product_view', product: 'Red cap' },
        { event_name: 'page_view', page_urlpath: '/a', title: 'Title of /a' },
      ],
      started_at_ms: expect.any(Number) as number,
      summary: expect.stringContaining('At most 3 events of the last 600 seconds are kept.') as string,
    });
    expect([page.errors, page.warnings]).toEqual([[], []]);
  });

  test('returns a narrative: a line for each event, oldest first', async () => {
    const page = open();
    page.evaluator.track(pageView('/a'));
    page.evaluator.track(view({ sid: session, dtm: String(Date.now()) }));
    const text = await page.evaluator.eventLog('visit', { format: 'narrative' });
    const lines = text?.split('\n') ?? [];
    expect(lines[0]).toBe('Help.');
    expect(lines.filter((line) => /^\d+, /.test(line))).toEqual([
      expect.stringMatching(/^0, page_view, \/a, \{title: 'Title of \/a'\}$/),
      expect.stringMatching(/^[0-3], , , \{type: 'product_view', product: 'Red cap'\}$/),
    ]);
  });

  test('keeps max_events of max_age_seconds, and a repeated event once', async () => {
    const page = open();
    const events = ['/1', '/2', '/3', '/4', '/5'].map((path) => pageView(path));
    for (const event of [...events, events[4]!, events[0]!, events[2]!]) page.evaluator.track(event);
    expect(await paths(page)).toEqual(['/5', '/4', '/3']);
    page.evaluator.track(pageView('/old', { dtm: String(Date.now() - 601_000) }));
    expect(await paths(page)).toEqual(['/5', '/4', '/3']);
  });

  test('events are too old after their time, even if nothing happens', async () => {
    const page = open();
    page.evaluator.track(pageView('/a'));
    expect(await paths(page)).toEqual(['/a']);
    const later = Date.now() + 600_000;
    vi.spyOn(Date, 'now').mockReturnValue(later);
    expect(await paths(page)).toEqual([]);
  });

  test('members that are null count as absent (rule 30), as the Python SDK dumps them', async () => {
    const [first, second] = log().events;
    const event = { ...first!.event, version: null, major_version: null, event_specification_id: null };
    const properties = first!.properties.map((each) => ({ output_name: null, ...each }));
    const nulls = log({ prompt: null, description: null, owner: null, events: [{ event, properties }, second] });
    const page = open({ definitions: { ...definitions, event_logs: [nulls], services: null } });
    page.evaluator.track(pageView('/a'));
    expect(await page.evaluator.eventLog('visit')).toMatchObject({
      events: [{ event_name: 'page_view', page_urlpath: '/a', title: 'Title of /a' }],
      prompt: null,
    });
    expect([page.errors, page.warnings]).toEqual([[], []]);
  });

  test('several logs, each with its own events; definitions without a log drop what is stored', async () => {
    const [, second] = log().events;
    const page = open({
      definitions: {
        ...tutorial,
        event_logs: [log(), log({ name: 'shop', events: [second] }), log({ name: 'constructor' })],
      },
    });
    page.evaluator.track(pageView('/a'));
    page.evaluator.track(view({ sid: session }));
    expect((await page.evaluator.eventLog('shop'))?.events).toEqual([{ type: 'product_view', product: 'Red cap' }]);
    expect((await page.evaluator.eventLog('visit'))?.events).toHaveLength(2);
    expect((await page.evaluator.eventLog('constructor'))?.events).toHaveLength(2);
    page.evaluator.close();
    const without = open({ definitions: tutorial });
    without.evaluator.track(pageView('/b'));
    await without.settled();
    without.evaluator.close();
    const again = open();
    again.evaluator.track(pageView('/c'));
    expect(await paths(again)).toEqual(['/c']);
  });

  test('a page with a compiled program keeps what is stored, and says why it has no logs', async () => {
    const page = open();
    page.evaluator.track(pageView('/a'));
    await page.settled();
    page.evaluator.close();
    const compiled = open({ definitions: await build(definitions, { wasm: wasmBytes }) });
    compiled.evaluator.track(pageView('/b'));
    await compiled.settled();
    expect(await compiled.evaluator.eventLog('visit')).toBeUndefined();
    expect(compiled.warnings).toMatchObject([
      {
        code: 'options',
        message:
          'A compiled program contains no event logs, so "visit" cannot be read here: give the page the ' +
          'definitions as JSON.',
      },
    ]);
    compiled.evaluator.track(pageView('/c'));
    await compiled.settled();
    compiled.evaluator.close();
    const again = open();
    again.evaluator.track(pageView('/d'));
    expect(await paths(again)).toEqual(['/d', '/a']);
    expect([compiled.errors, again.errors, again.warnings]).toEqual([[], [], []]);
  });

  test('reset() erases the logs also where the page has a compiled program', async () => {
    const page = open();
    page.evaluator.track(pageView('/a'));
    await page.settled();
    page.evaluator.close();
    const compiled = open({ definitions: await build(definitions, { wasm: wasmBytes }) });
    await compiled.evaluator.reset();
    await compiled.settled();
    compiled.evaluator.close();
    const again = open();
    again.evaluator.track(pageView('/d'));
    expect(await paths(again)).toEqual(['/d']);
  });

  test('undefined and a warning with the nearest name where the definitions have no such log', async () => {
    const page = open();
    page.evaluator.track(pageView('/a'));
    expect(await page.evaluator.eventLog('visits')).toBeUndefined();
    expect(page.warnings.map(({ message }) => message)).toEqual([
      'The definitions have no event log "visits"; did you mean "visit"?',
    ]);
    const without = open({ definitions: tutorial, namespace: 'other' });
    without.evaluator.track(pageView('/a'));
    expect(await without.evaluator.eventLog('visit')).toBeUndefined();
    expect(without.warnings.map(({ message }) => message)).toEqual(['The definitions have no event log "visit"']);
  });

  test('undefined without a session, and without an engine; an error for another format', async () => {
    const page = open();
    expect(await page.evaluator.eventLog('visit')).toBeUndefined();
    page.evaluator.track(pageView('/a', { sid: undefined }));
    expect(await page.evaluator.eventLog('visit')).toBeUndefined();
    page.evaluator.track(pageView('/b'));
    expect(await page.evaluator.eventLog('visit', { format: 'xml' } as never)).toBeUndefined();
    expect(page.errors.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'options: The format of an event log must be "json" or "narrative".',
    ]);
    const broken = open({ wasm: new Uint8Array([1]), namespace: 'broken' });
    broken.evaluator.track(pageView('/a'));
    expect(await broken.evaluator.eventLog('visit')).toBeUndefined();
  });
});

describe('a session', () => {
  test('goes on over pages, also with events that the page before has left in the journal', async () => {
    const first = open();
    first.evaluator.track(pageView('/1'));
    await first.settled();
    first.evaluator.track(pageView('/2'));
    first.evaluator.close();
    const second = open();
    second.evaluator.track(pageView('/3'));
    expect(await paths(second)).toEqual(['/3', '/2', '/1']);
  });

  test('is one for two tabs, and each event is logged once', async () => {
    const first = open();
    newTab();
    const second = open();
    for (const n of [1, 2, 3]) (n % 2 ? first : second).evaluator.track(pageView(`/${n}`));
    expect(await paths(second)).toEqual(['/3', '/2', '/1']);
    expect(await paths(first)).toEqual(['/3', '/2', '/1']);
  });

  test('ends with the first event of the next one', async () => {
    const page = open();
    page.evaluator.track(pageView('/1'));
    expect(await paths(page)).toEqual(['/1']);
    page.evaluator.track(pageView('/2', { sid: nextSession }));
    expect(await paths(page)).toEqual(['/2']);
    expect((await page.evaluator.eventLog('visit'))?.identifier).toBe(nextSession);
  });

  test('of the next tab is not replaced by a late event of the session before', async () => {
    let now = Date.now();
    vi.spyOn(Date, 'now').mockImplementation(() => now);
    const before = open({ store: { update: () => new Promise(() => undefined), close() {} } });
    before.evaluator.track(pageView('/late')); // only in the journal
    newTab();
    now += 1000;
    const isolated = globalThis.localStorage;
    const kept = { ...isolated };
    for (const key of Object.keys(kept)) delete (isolated as unknown as Record<string, string>)[key];
    const page = open();
    page.evaluator.track(pageView('/next', { sid: nextSession }));
    expect(await paths(page)).toEqual(['/next']);
    Object.assign(isolated, kept);
    now += 1000;
    page.evaluator.track(pageView('/after', { sid: nextSession }));
    expect(await paths(page)).toEqual(['/after', '/next']);
  });

  test('follows a clock that was set back', async () => {
    let now = Date.now();
    vi.spyOn(Date, 'now').mockImplementation(() => now);
    const page = open();
    page.evaluator.track(pageView('/1', { dtm: String(now) }));
    expect(await paths(page)).toEqual(['/1']);
    now -= 86_400_000;
    page.evaluator.track(pageView('/2', { dtm: String(now), sid: nextSession }));
    expect(await paths(page)).toEqual(['/2']);
    page.evaluator.track(pageView('/3', { dtm: String(now + 5), sid: nextSession }));
    now += 601_000;
    expect(await paths(page)).toEqual([]);
  });
});

describe('what is stored', () => {
  let state: StoredState | undefined;
  const spied = (): Store => ({
    update: async (_, change) => {
      state = change(state);
    },
    close() {},
  });
  beforeEach(() => (state = undefined));

  test('is committed with the snapshot, and erased by reset()', async () => {
    const page = open({ store: spied() });
    page.evaluator.track(pageView('/secret'));
    expect(await paths(page)).toEqual(['/secret']);
    expect(JSON.stringify(state?.eventLogs)).toContain('/secret');
    await page.evaluator.reset();
    expect(JSON.stringify(state)).not.toContain('/secret');
    expect(await paths(page)).toEqual([]);
  });

  test('has no event logs where the definitions have none', async () => {
    const page = open({ store: spied(), definitions: tutorial });
    page.evaluator.track(pageView('/a'));
    await page.settled();
    expect(state?.eventLogs).toBeUndefined();
  });

  test('keeps the place in a stream when events are counted', async () => {
    const page = open({ store: spied() });
    page.evaluator.track(pageView('/a'));
    await page.settled();
    state = { ...state!, stream: { url: 'https://signals.example.com', lastEventId: '7' } };
    page.evaluator.track(pageView('/b'));
    await page.settled();
    expect(state.stream).toEqual({ url: 'https://signals.example.com', lastEventId: '7' });
  });

  test.each<[string, unknown]>([
    ['a string', 'x'],
    ['null', null],
    ['a list', []],
    ['no logs', { session, at: 5 }],
    ['logs that are null', { session, at: 5, logs: { visit: null } }],
    ['an event without values', { session, at: 5, logs: { visit: { start: 1, events: [{ id: 'a', time: 1 }] } } }],
    ['a time that is not a number', { session, at: 'x', logs: {} }],
    ['a start that is not a number', { session, at: 5, logs: { visit: { start: 'x', events: [] } } }],
  ])('is dropped with a warning if it is damaged: %s', async (_, eventLogs) => {
    const page = open({ store: spied() });
    page.evaluator.track(pageView('/a'));
    expect(await paths(page)).toEqual(['/a']);
    state = { ...state!, eventLogs: eventLogs as never };
    page.evaluator.track(pageView('/b'));
    expect(await paths(page)).toEqual(['/b']);
    expect(page.warnings.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'storage: The stored state was damaged in "eventLogs": the damaged parts are dropped, the rest is kept.',
    ]);
    expect(page.errors).toEqual([]);
  });
});
