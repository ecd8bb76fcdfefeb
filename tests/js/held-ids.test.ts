// Rule 16 in a page with the real engine: for which ids time passes, what is shown to whom, and what is reported.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { LocalEvaluator } from '../../js/src/evaluator/evaluator.js';
import { HeldIds } from '../../js/src/state/held-ids.js';
import { memoryStore, type Intervention, type TrackerPayload, type Problem, type Store } from '../../js/src/index.js';
import { wasmBytes } from './engine-module.js';
import { freshStorage, newTab, removeStorage } from './page-storage.js';

const device = '9c6d7a65-d4ec-465f-8cdf-ffbfe939e772';
const session = '388de625-7aba-44c7-8aeb-4fc58d08bf6e';

const product = { vendor: 'com.acme', name: 'product', major_version: 1 };
const pageView = { name: 'page_view', vendor: 'com.snowplowanalytics.snowplow', version: '1-0-0' };
const counter = { name: 'views', type: 'int32', aggregation: 'counter', events: [pageView] };

const group = (name: string, key: object): object => ({
  name,
  version: 1,
  attribute_key: key,
  attributes: [counter, { ...counter, name: 'recent', period: 'PT1M' }],
});

const keys = {
  user_id: { name: 'user_id' },
  domain_userid: { name: 'domain_userid' },
  domain_sessionid: { name: 'domain_sessionid' },
  product_id: { name: 'product_id', property: { type: 'entity', ...product, index: 0, path: 'id' } },
};

/** `KEY_quiet` fires a minute after the last event of a key, `KEY_seen` with its first. `both` has two targets. */
const definitions = {
  attribute_keys: Object.values(keys),
  attribute_groups: Object.keys(keys).map((name) => group(name, { name })),
  interventions: [
    ...Object.keys(keys).flatMap((name) => [
      { name: `${name}_quiet`, version: 1, criteria: { attribute: `${name}:recent`, operator: '<', value: 1 } },
      { name: `${name}_seen`, version: 1, criteria: { attribute: `${name}:views`, operator: '>=', value: 1 } },
    ]),
    { name: 'user_id_seen_too', version: 1, criteria: { attribute: 'user_id:views', operator: '>', value: 0 } },
    {
      name: 'both',
      version: 1,
      criteria: { attribute: 'domain_userid:views', operator: '>=', value: 1 },
      target_attribute_keys: [{ name: 'user_id' }, { name: 'domain_userid' }],
    },
  ],
};

const only = (...names: string[]): typeof definitions => ({
  ...definitions,
  interventions: definitions.interventions.filter(({ name }) => names.includes(name)),
});

/** Returns a page view in the tracker's form, without the fields that `changes` sets to undefined. */
function event(changes: TrackerPayload = {}): TrackerPayload {
  const common = { e: 'pv', tna: 'sp1', p: 'web', vp: '800x600', ds: '800x2000' };
  return { ...common, eid: crypto.randomUUID(), dtm: String(Date.now()), duid: device, sid: session, ...changes };
}
const anonymous = (changes: TrackerPayload = {}): TrackerPayload =>
  event({ duid: undefined, sid: undefined, ...changes });
const optedOut = (changes: TrackerPayload = {}): TrackerPayload =>
  anonymous({ vp: undefined, ds: undefined, ...changes });
const withProduct = (id: string, changes: TrackerPayload = {}): TrackerPayload =>
  event({
    co: JSON.stringify({ data: [{ schema: 'iglu:com.acme/product/jsonschema/1-0-0', data: { id } }] }),
    ...changes,
  });

/** The methods of a tracker that return its visitor's ids. */
class FakeTracker {
  user: string | undefined = device;
  session: string | undefined = session;
  userId: string | undefined;
  getDomainUserInfo = (): unknown[] => ['0', this.user, 0, 1, 0, 0, this.session];
  getUserId = (): string | undefined => this.userId;
}

interface Page {
  evaluator: LocalEvaluator;
  tracker: FakeTracker;
  /** `NAME ID`, in order. */
  shown: string[];
  expired: string[];
  receipts: string[];
  errors: Problem[];
  track(...payloads: TrackerPayload[]): Promise<void>;
  settled(): Promise<void>;
}

const textOf = ({ name, target_attribute_key: { id } }: Intervention): string =>
  `${name} ${id === device ? 'device' : id === session ? 'session' : id}`;

interface PageOptions {
  handle?: boolean;
  hasTracker?: boolean;
  deliverWithin?: number;
}

const pages: Page[] = [];
let store: Store;

function open(bundle: object = definitions, { handle = true, hasTracker = true, ...options }: PageOptions = {}): Page {
  const tracker = new FakeTracker();
  const shown: string[] = [];
  const receipts: string[] = [];
  const report = (step: string, intervention: Intervention): unknown =>
    receipts.push(`${step} ${textOf(intervention)}`);
  const evaluator = new LocalEvaluator(
    { definitions: bundle, wasm: wasmBytes, store, ...options },
    report,
    false,
    hasTracker ? tracker : undefined,
  );
  const settled = async (): Promise<void> => {
    for (let times = 1; times <= 3; ++times) await evaluator.attributes({ name: 'domain_userid', id: device });
  };
  // The real tracker writes the ids of an event into its cookie, too.
  const track = (payload: TrackerPayload): void => {
    if (payload['duid']) {
      tracker.user = String(payload['duid']);
      tracker.session = payload['sid'] as string | undefined;
    }
    evaluator.track(payload);
  };
  const page: Page = {
    evaluator,
    tracker,
    shown,
    receipts,
    settled,
    expired: [],
    errors: [],
    track: async (...payloads) => {
      payloads.forEach(track);
      await settled();
    },
  };
  evaluator.on('expired', (intervention) => page.expired.push(textOf(intervention)));
  evaluator.on('error', (problem) => page.errors.push(problem));
  if (handle) handleIn(page);
  pages.push(page);
  return page;
}

function handleIn(page: Page, end: () => unknown = () => undefined): void {
  page.evaluator.on('intervention', (intervention) => {
    page.shown.push(textOf(intervention));
    return end();
  });
}

/** Lets time pass in all pages. */
async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  for (const page of pages) await page.settled();
}

const waiting = async (): Promise<string[]> => {
  let found: string[] = [];
  await store.update('default', (state) => {
    found = (state?.outbox ?? []).flatMap(({ intervention, others = [] }) => [intervention, ...others].map(textOf));
    return state;
  });
  return found;
};

beforeEach(() => {
  freshStorage();
  store = memoryStore();
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  for (const { evaluator, errors } of pages.splice(0)) {
    evaluator.close();
    expect(errors).toEqual([]);
  }
  vi.useRealTimers();
  removeStorage();
});

const minute = 60_000;

describe('held ids', () => {
  const inputs = [
    { kind: 'atomic' as const, name: 'user_id' },
    { kind: 'entity' as const, ...product, index: 0, path: ['id'] },
    { kind: 'event' as const, vendor: 'com.acme', name: 'cart', major_version: 1, path: ['id'] },
    { kind: 'atomic' as const, name: 'network_userid' },
    { kind: 'atomic' as const, name: 'domain_userid' },
    { kind: 'atomic' as const, name: 'domain_sessionid' },
  ];
  const base = { domain_userid: device, domain_sessionid: session };
  const report = {
    inputs,
    keys: [
      { name: 'domain_userid', input: 4 },
      { name: 'domain_sessionid', input: 5 },
      { name: 'user_id', input: 0 },
      { name: 'product_id', input: 1 },
      { name: 'cart_id', input: 2 },
      { name: 'network_userid', input: 3 },
      { name: 'company_id' },
    ],
  };
  const withCart = (id: string, changes: TrackerPayload = {}): TrackerPayload =>
    event({
      e: 'ue',
      ue_pr: JSON.stringify({ data: { schema: 'iglu:com.acme/cart/jsonschema/1-0-0', data: { id } } }),
      ...changes,
    });
  const all = (held: HeldIds): Record<string, string> =>
    Object.fromEntries(held.list.map(({ name, id }) => [name, id]));

  describe.each([
    ['definitions that are there', true],
    ['definitions that come later', false],
  ])('with %s', (_, isEarly) => {
    function held(...payloads: TrackerPayload[]): Record<string, string> {
      const ids = new HeldIds();
      if (isEarly) ids.bind(report);
      for (const payload of payloads) ids.hold(payload);
      if (!isEarly) ids.bind(report);
      return all(ids);
    }
    test('of atomic keys are those of the last payload; a missing field means no id', () => {
      expect(held(event({ uid: 'A', nuid: 'n' }))).toEqual({ ...base, user_id: 'A', network_userid: 'n' });
      expect(held(event({ uid: 'A', nuid: 'n' }), event())).toEqual(base);
      expect(held(event({ uid: 'A' }), anonymous())).toEqual({});
    });

    test('of entities and events stay until an event carries others', () => {
      expect(held(withProduct('p1'), withCart('c1'), event())).toEqual({ ...base, product_id: 'p1', cart_id: 'c1' });
      expect(held(withProduct('p1'), withProduct('p2'))).toEqual({ ...base, product_id: 'p2' });
    });

    test.each([['duid'], ['sid'], ['uid']])(
      'of entities are dropped when %s changes or disappears, and not when it appears',
      (key) => {
        const first = withProduct('p1', { uid: 'A' });
        expect(held(first, event({ uid: 'A', [key]: 'other' }))).not.toHaveProperty('product_id');
        expect(held(first, event({ uid: 'A', [key]: undefined }))).not.toHaveProperty('product_id');
        expect(held(withProduct('p1', { [key]: undefined }), event())).toHaveProperty('product_id', 'p1');
        expect(held(first, withProduct('p2', { uid: 'B' }))).toHaveProperty('product_id', 'p2');
      },
    );

    test('do not exist before the first payload', () => {
      expect(held()).toEqual({});
    });
  });

  test('of keys that no event carries are those that the page names', () => {
    const ids = new HeldIds();
    ids.bind(report);
    ids.name({ name: 'company_id', id: 'c1' });
    ids.name({ name: 'user_id', id: 'A' });
    ids.name({ name: 'unknown', id: '1' });
    expect(all(ids)).toEqual({ company_id: 'c1' });
    ids.hold(event());
    ids.name({ name: 'company_id', id: 'c2' });
    expect(all(ids)).toEqual({ domain_userid: device, domain_sessionid: session, company_id: 'c2' });
    ids.hold(event({ sid: 'other' }));
    expect(all(ids)).not.toHaveProperty('company_id');
  });

  test('identify the visitor, whatever the definitions are', () => {
    const ids = new HeldIds();
    ids.hold(event({ uid: 'A' }));
    expect(ids.identity).toEqual([device, session, 'A']);
    ids.bind({ inputs, keys: [{ name: 'user_id', input: 1 }] });
    expect(ids.identity).toEqual([device, session, 'A']);
    expect(ids.list).toEqual([]);
    expect(ids.knows('domain_userid')).toBe(true);
    expect(ids.knows('product_id')).toBe(false);
  });

  test('compare as in the engine: UUIDs without regard to case, numbers as strings, empty ids never', () => {
    const ids = new HeldIds();
    ids.bind(report);
    ids.hold(withProduct(7 as never, { duid: device.toUpperCase(), uid: '' }));
    expect(all(ids)).toEqual({ domain_userid: device, domain_sessionid: session, product_id: '7' });
    expect(ids.has({ name: 'domain_userid', id: device.toUpperCase() })).toBe(true);
    expect(ids.has({ name: 'product_id', id: '7' })).toBe(true);
    expect(ids.has({ name: 'user_id', id: '' })).toBe(false);
    ids.hold(event({ uid: '00000000-0000-0000-0000-000000000000' }));
    expect(ids.list.map(({ name }) => name)).not.toContain('user_id');
  });

  test('of a key with the name of a field and a property elsewhere are read from the property', () => {
    const ids = new HeldIds();
    ids.bind({ inputs, keys: [{ name: 'user_id', input: 1 }] });
    ids.hold(withProduct('p1'));
    ids.hold(event());
    expect(all(ids)).toEqual({ user_id: 'p1' });
  });
});

describe("before a page's first event", () => {
  test('nothing that the page decided is dispatched', async () => {
    const first = open(only('domain_userid_seen'), { handle: false });
    await first.track(event());
    first.evaluator.close();
    const next = open(only('domain_userid_seen'));
    await next.settled();
    expect(next.shown).toEqual([]);
    await next.track(event());
    expect(next.shown).toEqual(['domain_userid_seen device']);
  });

  test('no time passes', async () => {
    const first = open(only('domain_userid_quiet'));
    await first.track(event());
    first.evaluator.close();
    const next = open(only('domain_userid_quiet'));
    await pass(2 * minute);
    expect(await waiting()).toEqual([]);
    await next.track(event());
    expect(next.shown).toEqual(['domain_userid_quiet device']);
  });

  test('a pushed intervention is dispatched', async () => {
    const page = open();
    page.evaluator.push({ name: 'hello', target_attribute_key: { name: 'user_id', id: 'A' } });
    await page.settled();
    expect(page.shown).toEqual(['hello A']);
  });
});

describe('login', () => {
  test("the user's due timers catch up before the event, and the device's continue", async () => {
    const page = open(only('user_id_quiet', 'domain_userid_quiet'));
    await page.track(event({ uid: 'A' }));
    await page.track(event());
    await pass(2 * minute);
    expect(page.shown).toEqual(['domain_userid_quiet device']);
    await page.track(event({ uid: 'A' }));
    expect(page.shown).toEqual(['domain_userid_quiet device', 'user_id_quiet A']);
  });

  test('interventions that waited for the user are dispatched', async () => {
    const page = open(only('user_id_seen'), { handle: false });
    await page.track(event({ uid: 'A' }));
    await page.track(event());
    handleIn(page);
    await page.settled();
    expect(page.shown).toEqual([]);
    await page.track(event({ uid: 'A' }));
    expect(page.shown).toEqual(['user_id_seen A']);
    expect(page.receipts).toEqual(['delivery user_id_seen A', 'dispatch_accept user_id_seen A']);
  });

  test('interventions for the device are still dispatched', async () => {
    const page = open(only('domain_userid_seen'), { handle: false });
    await page.track(event(), event({ uid: 'A' }));
    handleIn(page);
    await page.settled();
    expect(page.shown).toEqual(['domain_userid_seen device']);
  });
});

describe.each([
  ['logout', undefined],
  ['the login of another user', 'B'],
])('after %s', (_, uid) => {
  test("a user's timer does not fire; when the user is back, criteria that still hold fire", async () => {
    const page = open(only('user_id_quiet'));
    await page.track(event({ uid: 'A' }));
    await page.track(event({ uid }));
    await pass(90_000);
    expect(page.shown.filter((text) => text.endsWith(' A'))).toEqual([]);
    await page.track(event({ uid }));
    expect(await waiting()).toEqual([]);
    await page.track(event({ uid: 'A' }));
    expect(page.shown.filter((text) => text.endsWith(' A'))).toEqual(['user_id_quiet A']);
  });

  test('interventions decided for the user wait until the end of deliverWithin', async () => {
    const page = open(only('user_id_seen'), { handle: false, deliverWithin: 10 * minute });
    await page.track(event({ uid: 'A' }), event({ uid }));
    handleIn(page);
    await pass(9 * minute);
    expect(page.shown).not.toContain('user_id_seen A');
    expect(page.expired).toEqual([]);
    await pass(minute + 5000);
    expect(page.expired).toEqual(['user_id_seen A']);
  });

  test('interventions decided for the user end with a new session', async () => {
    const page = open(only('user_id_seen'), { handle: false });
    await page.track(event({ uid: 'A' }));
    await page.track(event({ uid }));
    expect(page.expired).toEqual([]);
    await page.track(event({ uid, sid: 'new' }));
    expect(page.expired).toContain('user_id_seen A');
  });

  test('a handler that ends is not reported', async () => {
    const page = open(only('user_id_seen'), { handle: false });
    let end: (() => void) | undefined;
    handleIn(page, () => new Promise<void>((resolve) => (end ??= resolve)));
    await page.track(event({ uid: 'A' }));
    expect(page.shown).toEqual(['user_id_seen A']);
    await page.track(event({ uid }));
    end?.();
    await page.settled();
    expect(page.receipts.filter((text) => text.endsWith(' A'))).toEqual(['delivery user_id_seen A']);
  });

  test('in the same task as the decision, the intervention waits', async () => {
    const page = open(only('user_id_seen'));
    await page.track(event({ uid: 'A' }), event({ uid }));
    expect(page.shown).not.toContain('user_id_seen A');
    expect(await waiting()).toContain('user_id_seen A');
  });

  test('by a handler, the next intervention waits, and can still be shown later', async () => {
    const page = open(only('user_id_seen', 'user_id_seen_too', 'both'), { handle: false });
    let isFirst = true;
    handleIn(page, () => {
      if (isFirst) page.evaluator.track(event({ uid }));
      isFirst = false;
    });
    const ofFirst = (): string[] => page.shown.filter((text) => !text.endsWith(' B')).sort();
    await page.track(event({ uid: 'A' }));
    expect(ofFirst()).toEqual(['both device', 'user_id_seen A']);
    await page.track(event({ uid: 'A' }));
    expect(ofFirst()).toEqual(['both device', 'user_id_seen A', 'user_id_seen_too A']);
  });
});

test('after a logout without an event, which only the tracker knows, interventions for the user wait', async () => {
  const page = open(only('user_id_seen'), { handle: false });
  page.tracker.userId = 'A';
  await page.track(event({ uid: 'A' }));
  page.tracker.userId = undefined;
  handleIn(page);
  await page.settled();
  expect(page.shown).toEqual([]);
});

describe('a new session', () => {
  test('at once ends interventions for another session, whatever decided them', async () => {
    const page = open(only('domain_sessionid_quiet', 'domain_sessionid_seen'), { handle: false });
    await page.track(event());
    await pass(2 * minute);
    page.evaluator.push({ name: 'pushed', target_attribute_key: { name: 'domain_sessionid', id: session } });
    await page.settled();
    await page.track(event({ sid: 'new' }));
    expect(page.expired.sort()).toEqual(['domain_sessionid_quiet session', 'domain_sessionid_seen session']);
  });

  test('keeps interventions that time triggered for the user and the device', async () => {
    const page = open(only('user_id_quiet', 'domain_userid_quiet'), { handle: false });
    await page.track(event({ uid: 'A' }));
    await pass(2 * minute);
    await page.track(event({ uid: 'A', sid: 'new' }));
    handleIn(page);
    await page.settled();
    expect(page.shown.sort()).toEqual(['domain_userid_quiet device', 'user_id_quiet A']);
  });

  test('ends interventions that an event of another session caused', async () => {
    const page = open(only('domain_userid_seen'), { handle: false });
    await page.track(event());
    await page.track(event({ sid: 'new' }));
    expect(page.expired).toEqual(['domain_userid_seen device']);
  });

  test('ends them also if both events are tracked before the definitions are loaded', async () => {
    let give: (bundle: object) => void = () => undefined;
    const page = open(new Promise<object>((resolve) => (give = resolve)));
    void page.track(event());
    await vi.advanceTimersByTimeAsync(1000);
    void page.track(event({ sid: 'new' }));
    await vi.advanceTimersByTimeAsync(1000);
    give(only('domain_sessionid_seen'));
    await page.settled();
    expect(page.shown).toEqual(['domain_sessionid_seen new']);
    expect(page.expired).toEqual(['domain_sessionid_seen session']);
  });

  test('shows one banner, and none for past sessions', async () => {
    const page = open(only('domain_sessionid_quiet'));
    for (const sid of ['one', 'two', 'three']) await page.track(event({ sid }));
    await pass(2 * minute);
    expect(page.shown).toEqual(['domain_sessionid_quiet three']);
  });

  test('the end of a handler for the old session is not reported', async () => {
    const page = open(only('domain_sessionid_seen'), { handle: false });
    const ends: (() => void)[] = [];
    handleIn(page, () => new Promise<void>((resolve) => ends.push(resolve)));
    await page.track(event());
    await page.track(event({ sid: 'new' }));
    for (const end of ends) end();
    await page.settled();
    expect(page.receipts).toEqual([
      'delivery domain_sessionid_seen session',
      'delivery domain_sessionid_seen new',
      'dispatch_accept domain_sessionid_seen new',
    ]);
  });

  test('is held even if it is not yet in the tracker’s cookie', async () => {
    const page = open(only('domain_sessionid_seen'), { handle: false });
    await page.track(event());
    page.evaluator.track(event({ sid: 'new' })); // the tracker still returns the old session
    await page.settled();
    handleIn(page);
    await page.settled();
    expect(page.shown).toEqual(['domain_sessionid_seen new']);
  });

  test('that the tracker already returns ends the old one', async () => {
    const page = open(only('domain_sessionid_quiet', 'domain_userid_quiet'));
    await page.track(event());
    page.tracker.session = 'new';
    await pass(2 * minute);
    expect(page.shown).toEqual(['domain_userid_quiet device']);
  });
});

describe('clearUserData', () => {
  const cleared = (page: Page): void => {
    page.tracker.user = 'new user';
    page.tracker.session = 'new session';
    page.tracker.userId = undefined;
  };

  test('is noticed at the next dispatch: interventions for the old user and session expire at once', async () => {
    const page = open(only('user_id_seen', 'domain_userid_seen', 'domain_sessionid_seen'), { handle: false });
    await page.track(event({ uid: 'A' }));
    cleared(page);
    handleIn(page);
    await page.settled();
    expect(page.shown).toEqual([]);
    expect(page.expired.sort()).toEqual([
      'domain_sessionid_seen session',
      'domain_userid_seen device',
      'user_id_seen A',
    ]);
  });

  test('is noticed at the next event if there is no tracker to ask', async () => {
    const page = open(only('user_id_seen', 'domain_userid_seen'), { handle: false, hasTracker: false });
    await page.track(event({ uid: 'A' }));
    await page.track(event({ duid: 'new user', sid: 'new session' }));
    expect(page.expired.sort()).toEqual(['domain_userid_seen device', 'user_id_seen A']);
  });

  test('is noticed by the next page', async () => {
    const page = open(only('user_id_quiet', 'domain_userid_quiet'), { handle: false });
    await page.track(event({ uid: 'A' }));
    await pass(2 * minute);
    page.evaluator.close();
    const next = open(only('user_id_quiet', 'domain_userid_quiet'));
    await next.track(event({ duid: 'new user' }));
    expect(next.expired.sort()).toEqual(['domain_userid_quiet device', 'user_id_quiet A']);
    expect(next.shown).toEqual([]);
  });

  test("the old user's timers do not fire", async () => {
    const page = open(only('user_id_quiet', 'domain_userid_quiet', 'domain_sessionid_quiet', 'product_id_quiet'));
    await page.track(withProduct('p1', { uid: 'A' }));
    cleared(page);
    await pass(2 * minute);
    expect(page.shown).toEqual([]);
    expect(await waiting()).toEqual([]);
  });

  test('a handler that ends is not reported', async () => {
    const page = open(only('domain_userid_seen'), { handle: false });
    let end = (): void => undefined;
    handleIn(page, () => new Promise<void>((resolve) => (end = resolve)));
    await page.track(event());
    cleared(page);
    end();
    await page.settled();
    expect(page.receipts).toEqual(['delivery domain_userid_seen device']);
  });

  test('that keeps the user ends only the session', async () => {
    const page = open(only('domain_userid_quiet', 'domain_sessionid_quiet'));
    await page.track(event());
    page.tracker.session = 'new session';
    await pass(2 * minute);
    expect(page.shown).toEqual(['domain_userid_quiet device']);
  });
});

describe('anonymous tracking', () => {
  test('holds no user and no session: nothing for them is evaluated or dispatched', async () => {
    const page = open(only('domain_userid_seen', 'domain_sessionid_seen', 'domain_userid_quiet'), { handle: false });
    await page.track(event());
    await page.track(anonymous());
    handleIn(page);
    await pass(2 * minute);
    expect(page.shown).toEqual([]);
    expect(await waiting()).toEqual(['domain_userid_seen device', 'domain_sessionid_seen session']);
    await page.track(event());
    expect(page.shown.sort()).toEqual([
      'domain_sessionid_seen session',
      'domain_userid_quiet device',
      'domain_userid_seen device',
    ]);
  });

  test('that keeps sessions holds the session', async () => {
    const page = open(only('domain_userid_quiet', 'domain_sessionid_quiet'));
    await page.track(event(), anonymous({ sid: session }));
    await pass(2 * minute);
    expect(page.shown).toEqual(['domain_sessionid_quiet session']);
  });

  test('makes up ids, which a stream does not request', async () => {
    const page = open(only('domain_sessionid_quiet'));
    page.tracker.getDomainUserInfo = () => ['1', '', 0, 1, 0, 0, crypto.randomUUID()];
    await page.track(anonymous({ sid: session }));
    await pass(2 * minute);
    expect(page.shown).toEqual(['domain_sessionid_quiet session']);
    expect(page.expired).toEqual([]);
  });

  test('evaluates rules that need no id of a user', async () => {
    const page = open(only('product_id_seen', 'product_id_quiet'));
    await page.track(withProduct('p1', { duid: undefined, sid: undefined }));
    await pass(2 * minute);
    expect(page.shown).toEqual(['product_id_seen p1', 'product_id_quiet p1']);
  });

  test('reports no old id, and no id of a push', async () => {
    const page = open(only('domain_userid_seen'), { handle: false });
    let end = (): void => undefined;
    handleIn(page, () => new Promise<void>((resolve) => (end = resolve)));
    await page.track(event());
    await page.track(anonymous());
    end();
    page.evaluator.push({ name: 'pushed', target_attribute_key: { name: 'domain_userid', id: device } });
    page.evaluator.push({ name: 'pushed', target_attribute_key: { name: 'shop', id: 'shop' } });
    await page.settled();
    end();
    await page.settled();
    expect(page.shown).toEqual(['domain_userid_seen device', 'pushed device', 'pushed shop']);
    expect(page.receipts).toEqual([
      'delivery domain_userid_seen device',
      'delivery pushed shop',
      'dispatch_accept pushed shop',
    ]);
  });

  test('that is first seen in the report itself: the report is not sent', async () => {
    let allowed: boolean | undefined;
    const receipt = (payload: TrackerPayload): TrackerPayload => ({
      ...payload,
      ue_pr: JSON.stringify({
        data: { schema: 'iglu:com.snowplowanalytics.signals/intervention_receive/jsonschema/1-0-0' },
      }),
    });
    const page = open(only('domain_userid_seen'), { handle: false });
    await page.track(event());
    vi.spyOn(page.receipts, 'push').mockImplementation(() => {
      allowed = page.evaluator.visitor.allows(receipt(anonymous()));
      return 0;
    });
    handleIn(page);
    await page.settled();
    expect(allowed).toBe(false);
    expect(page.evaluator.visitor.allows(receipt(event()))).toBe(true);
    expect(page.evaluator.visitor.allows(anonymous())).toBe(true);
  });
});

describe('opting out', () => {
  test('ends everything from that payload on, and the next normal payload resumes it', async () => {
    const page = open(only('domain_userid_seen', 'product_id_seen', 'product_id_quiet', 'domain_userid_quiet'), {
      handle: false,
    });
    await page.track(withProduct('p1'));
    await page.track(optedOut({ co: withProduct('p2')['co'] }));
    handleIn(page);
    page.evaluator.push({ name: 'hello', target_attribute_key: { name: 'shop', id: 'shop' } });
    page.evaluator.setAttributes({ group: 'none', attributeKey: { name: 'shop', id: '1' }, attributes: {} });
    await pass(2 * minute);
    expect(page.shown).toEqual([]);
    expect(page.receipts).toEqual([]);
    expect(Object.values(localStorage)).not.toContainEqual(expect.stringContaining('shop') as string);
    expect(await page.evaluator.attributes({ name: 'product_id', id: 'p2' })).toMatchObject({
      product_id: { views: 0 },
    });
    await page.track(event());
    expect(page.shown.sort()).toEqual(['domain_userid_quiet device', 'domain_userid_seen device']);
    page.evaluator.push({ name: 'hello', target_attribute_key: { name: 'shop', id: 'shop' } });
    await page.settled();
    expect(page.shown).toContain('hello shop');
  });

  test('a handler that ends is not reported, not even on a push', async () => {
    const page = open(only(), { handle: false });
    let end = (): void => undefined;
    handleIn(page, () => new Promise<void>((resolve) => (end = resolve)));
    page.evaluator.push({ name: 'hello', target_attribute_key: { name: 'shop', id: 'shop' } });
    await page.settled();
    await page.track(optedOut());
    end();
    await page.settled();
    expect(page.receipts).toEqual(['delivery hello shop']);
  });

  test('lets no time pass for ids that an anonymous event named before', async () => {
    const page = open(only('product_id_quiet'));
    await page.track(withProduct('p1', { duid: undefined, sid: undefined }), optedOut());
    await pass(2 * minute);
    expect(await waiting()).toEqual([]);
    expect(page.shown).toEqual([]);
  });

  test('cannot be seen in the payload without a tracker', async () => {
    const page = open(only('product_id_seen'), { hasTracker: false });
    await page.track(optedOut({ co: withProduct('p1')['co'] }));
    expect(page.shown).toEqual(['product_id_seen p1']);
  });
});

describe('several targets', () => {
  test('the first one that is held is shown, and the others are then dropped', async () => {
    const page = open(only('both'));
    await page.track(event({ uid: 'A' }));
    expect(page.shown).toEqual(['both A']);
    await page.track(event());
    expect(page.shown).toEqual(['both A']);
    expect(await waiting()).toEqual([]);
  });

  test('after logout the next one is shown and reported, and the first never', async () => {
    const page = open(only('both'));
    await page.track(event({ uid: 'A' }), event());
    expect(page.shown).toEqual(['both device']);
    expect(page.receipts).toEqual(['delivery both device', 'dispatch_accept both device']);
    await page.track(event({ uid: 'A' }));
    expect(page.shown).toEqual(['both device']);
    expect(await waiting()).toEqual([]);
    expect(page.expired).toEqual([]);
  });

  test('if none is held, all wait, and expire as one', async () => {
    const page = open(only('both'), { deliverWithin: 5 * minute });
    await page.track(event({ uid: 'A' }), anonymous());
    expect(await waiting()).toEqual(['both A', 'both device']);
    await pass(6 * minute);
    expect(page.shown).toEqual([]);
    expect(page.expired).toEqual(['both A']);
    expect(await waiting()).toEqual([]);
  });
});

describe('a pushed intervention', () => {
  const hello = (name: string, id: string) => ({ name: 'hello', target_attribute_key: { name, id } });

  test('in the same page is for the target that the site names', async () => {
    const page = open();
    await page.track(event());
    page.evaluator.push(hello('user_id', 'A'));
    await page.settled();
    expect(page.shown).toContain('hello A');
    expect(page.receipts).toContain('dispatch_accept hello A');
  });

  test('of an earlier page is compared after the first event, if this page knows the key', async () => {
    const first = open(only(), { handle: false });
    await first.track(event({ uid: 'A' }));
    first.evaluator.push(hello('user_id', 'A'));
    first.evaluator.push({ ...hello('shop', '1'), name: 'shop' });
    await first.settled();
    first.evaluator.close();
    const next = open(only(), { handle: false });
    await next.track(event());
    handleIn(next);
    await next.settled();
    expect(next.shown).toEqual(['shop 1']);
    await next.track(event({ uid: 'A' }));
    expect(next.shown).toEqual(['shop 1', 'hello A']);
  });

  test('of an earlier page is dispatched before the first event, if this page knows no ids', async () => {
    const first = open(only(), { handle: false });
    first.evaluator.push(hello('user_id', 'A'));
    await first.settled();
    first.evaluator.close();
    const next = open(only());
    await next.settled();
    expect(next.shown).toEqual(['hello A']);
  });
});

describe('of a key that no event has, the page holds the id that it names in setAttributes', () => {
  const scores = {
    attribute_keys: [{ name: 'company', external_column: 'company_id' }],
    attribute_groups: [
      {
        name: 'scores',
        version: 1,
        attribute_key: { name: 'company', external_column: 'company_id' },
        batch_source: { database: 'd', schema: 's', table: 't', timestamp_field: 'f' },
        fields: [{ name: 'risk', type: 'double' }],
      },
    ],
    interventions: [{ name: 'risky', version: 1, criteria: { attribute: 'scores:risk', operator: '>', value: 0.5 } }],
  };
  const set = ({ evaluator }: Page, id: string): void =>
    evaluator.setAttributes({ group: 'scores', attributeKey: { name: 'company', id }, attributes: { risk: 1 } });
  const company = (id: string): object => ({ name: 'company', id });

  test('from then on', async () => {
    const page = open(scores);
    set(page, 'c1');
    await page.settled();
    expect(page.shown).toEqual([]); // before the first event
    await page.track(event());
    expect(page.shown).toEqual(['risky c1']);
    set(page, 'c2');
    await page.settled();
    expect(page.shown).toEqual(['risky c1', 'risky c2']);
  });

  test.each(['before', 'after'])('until another user comes in the same task, %s the definitions', async (time) => {
    let load = (_: object): void => undefined;
    const page = open(time === 'before' ? new Promise<object>((resolve) => (load = resolve)) : scores);
    if (time === 'after') await page.track(event({ uid: 'A' }));
    page.evaluator.track(event({ uid: 'A' }));
    set(page, 'c1');
    page.evaluator.track(event({ uid: 'B' }));
    load(scores);
    await page.settled();
    await pass(1000);
    expect(page.shown).toEqual([]);
    expect(page.evaluator.visitor.held).toEqual([]);
    set(page, 'c1'); // now B has named it
    await page.settled();
    expect(page.shown).toEqual(['risky c1']);
  });

  test('before the definitions are loaded, too', async () => {
    let load = (_: object): void => undefined;
    const page = open(new Promise<object>((resolve) => (load = resolve)));
    page.evaluator.track(event());
    set(page, 'c1');
    load(scores);
    await page.settled();
    expect(page.shown).toEqual(['risky c1']);
  });

  test('whatever else it is called with', async () => {
    const page = open(scores);
    await page.track(event());
    set(page, 'c1');
    for (const key of [undefined, null, 5, {}, { name: 'company' }, { name: 5, id: {} }]) {
      page.evaluator.setAttributes({ group: 'scores', attributeKey: key as never, attributes: { risk: 1 } });
    }
    await page.settled();
    expect(page.errors.splice(0).map(({ code }) => code)).toEqual(Array(6).fill('options'));
  });

  test('and none that a page which is gone has named', async () => {
    const first = open(scores, { handle: false });
    await first.track(event());
    set(first, 'c1');
    first.evaluator.close();
    newTab();
    const other = open(scores);
    await other.track(event({ duid: crypto.randomUUID(), sid: crypto.randomUUID() }));
    await pass(10_000);
    expect(other.shown).toEqual([]);
    expect(other.evaluator.visitor.held).toEqual([]);
  });

  test('and none that another tab names, whichever tab counts it', async () => {
    const one = open(scores);
    await one.track(event());
    newTab();
    const two = open(scores);
    await two.track(event());
    set(two, 'c2');
    await two.settled();
    two.evaluator.track(event()); // its batch is the next one
    set(one, 'c1');
    for (let times = 1; times <= 5; ++times) await pass(3000);
    expect([one.evaluator.visitor.held, two.evaluator.visitor.held]).toEqual([[company('c1')], [company('c2')]]);
    expect([one.shown, two.shown]).toEqual([['risky c1'], ['risky c2']]);
  });
});

test.each([
  ['with', true],
  ['without', false],
])('two waiting decisions of one mark are shown once, %s locks', async (_, hasLocks) => {
  const held = new Set<string>();
  const request = async (name: string, _: object, use: (lock: object | null) => Promise<void>): Promise<void> => {
    await null;
    if (held.has(name)) return use(null);
    held.add(name);
    await use({ name });
    held.delete(name);
  };
  vi.stubGlobal('navigator', hasLocks ? { locks: { request, query: async () => ({}) } } : {});
  const first = open(only('domain_userid_seen'), { handle: false });
  await first.track(event());
  first.evaluator.close();
  // Another version of the package may have left this:
  await store.update('default', (state) => {
    const [waiting] = state!.outbox;
    const twin = { ...waiting!, intervention: { ...waiting!.intervention, intervention_id: 'twin' } };
    return { ...state!, outbox: [waiting!, twin] };
  });
  const next = open(only('domain_userid_seen'));
  await next.track(event());
  await pass(20_000);
  await pass(20_000);
  expect(next.shown).toEqual(['domain_userid_seen device']);
  expect(await waiting()).toEqual([]);
  vi.unstubAllGlobals();
});

test('what fires once and waits is not decided again, although the counts are lost', async () => {
  const first = open(only('domain_userid_seen'), { handle: false });
  await first.track(event());
  first.evaluator.close();
  await store.update('default', (state) => ({
    ...state!,
    revision: state!.revision + 1,
    snapshot: new Uint8Array([1, 2, 3]),
  }));
  const next = open(only('domain_userid_seen'), { handle: false });
  await next.track(event());
  expect(next.errors.splice(0).map(({ code }) => code)).toEqual(['snapshot']);
  expect(await waiting()).toEqual(['domain_userid_seen device']);
  handleIn(next);
  await pass(5000);
  expect(next.shown).toEqual(['domain_userid_seen device']);
});

describe('another tab', () => {
  test('shows only interventions for its own visitor', async () => {
    const first = open(only('user_id_seen'), { handle: false });
    await first.track(event({ uid: 'A' }));
    newTab();
    const other = open(only('user_id_seen'));
    await other.track(event());
    await pass(5000);
    expect(other.shown).toEqual([]);
    await other.track(event({ uid: 'A' }));
    expect(other.shown).toEqual(['user_id_seen A']);
  });

  test('whose session is newer keeps the interventions for its session', async () => {
    const old = open(only('domain_sessionid_seen'));
    await old.track(event());
    newTab();
    const other = open(only('domain_sessionid_seen'), { handle: false });
    await pass(100);
    await other.track(event({ sid: 'new' }));
    await pass(5000);
    await old.track(event());
    expect(old.shown).not.toContain('domain_sessionid_seen new');
    expect(old.expired).toEqual([]);
    handleIn(other);
    await other.settled();
    expect(other.shown).toEqual(['domain_sessionid_seen new']);
  });
});

describe('without a tracker', () => {
  test('the ids of the last event are held', async () => {
    const page = open(only('user_id_seen'), { hasTracker: false });
    page.tracker.user = 'somebody else';
    await page.track(event({ uid: 'A' }));
    expect(page.shown).toEqual(['user_id_seen A']);
    await page.track(event({ uid: 'B' }), event());
    expect(page.shown).toEqual(['user_id_seen A']);
  });

  test('attributes and explain work for any id', async () => {
    const page = open(only('user_id_seen'), { hasTracker: false });
    await page.track(event({ uid: 'A' }), event());
    expect(await page.evaluator.attributes({ name: 'user_id', id: 'A' })).toMatchObject({ user_id: { views: 1 } });
    expect(await page.evaluator.explain('user_id_seen', { name: 'user_id', id: 'A' })).toMatchObject({ holds: true });
  });
});
