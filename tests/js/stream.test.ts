// The server's stream of interventions: reading it, keeping it open, and combining it with the page's decisions.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { LocalEvaluator } from '../../js/src/evaluator/evaluator.js';
import type { EvaluatorOptions } from '../../js/src/evaluator/types.js';
import { memoryStore, type Intervention, type Problem, type Store } from '../../js/src/index.js';
import { readEvent } from '../../js/src/event/inputs.js';
import { InterventionStream } from '../../js/src/stream/intervention-stream.js';
import { idsAfter, type Selector } from '../../js/src/stream/selectors.js';
import { EventParser, type Message } from '../../js/src/stream/sse.js';
import type { StreamStatus, SubscriptionOptions } from '../../js/src/stream/options.js';
import type { TrackerPayload } from '../../js/src/types.js';
import { readSampleLines, wasmBytes } from './engine-module.js';
import { foreignModules } from './foreign-modules.js';
import { freshStorage, removeStorage } from './page-storage.js';
import { StreamServer, streamHead } from './stream-server.js';
import { add, domainUser, names, tutorial, view, visitor } from './visits.js';

const session = '388de625-7aba-44c7-8aeb-4fc58d08bf6e';

describe('a stream of bytes', () => {
  const parse = (parts: (string | Uint8Array)[]): { messages: Message[]; notes: unknown[] } => {
    const messages: Message[] = [];
    const notes: unknown[] = [];
    const parser = new EventParser({
      message: (message) => messages.push(message),
      place: (lastEventId) => notes.push(`at ${lastEventId}`),
      retry: (ms) => notes.push(ms),
      heartbeat: () => notes.push('beat'),
    });
    for (const part of parts) parser.push(typeof part === 'string' ? new TextEncoder().encode(part) : part);
    return { messages, notes };
  };
  const datas = (...parts: (string | Uint8Array)[]): string[] => parse(parts).messages.map(({ data }) => data);

  test.each<[string, string[], string[]]>([
    ['one message', ['data: a\n\n'], ['a']],
    ['without a space', ['data:a\n\n'], ['a']],
    ['only the first space is left out', ['data:  a\n\n'], [' a']],
    ['several lines', ['data: a\ndata: b\n\n'], ['a\nb']],
    ['carriage returns', ['data: a\r\rdata: b\r\n\r\n'], ['a', 'b']],
    ['a line end that is cut in two', ['data: a\r', '\n\r', '\ndata: b\n\n'], ['a', 'b']],
    ['a byte order mark', ['\ufeffdata: a\n\n'], ['a']],
    ['colons', ['data: {"a":"b:c"}\n\n'], ['{"a":"b:c"}']],
    ['one without end', ['data: a\n\ndata: b\n'], ['a']],
    ['comments and unknown fields', [': beat\ncolour: red\ndata: a\n\n'], ['a']],
    ['named messages', ['event: other\ndata: a\n\nevent: message\ndata: b\n\ndata: c\n\n'], ['b', 'c']],
    ['empty messages', ['data:\n\ndata\n\n\n\ndata: a\n\n'], ['a']],
  ])('%s', (_, parts, expected) => {
    expect(datas(...parts)).toEqual(expected);
  });

  test('gives the same messages in whatever parts it arrives', () => {
    const bytes = new TextEncoder().encode('id: 1\ndata: Größe 👟\r\n\r\n: beat\ndata: b\n\n');
    const whole = parse([bytes]);
    expect(whole.messages.map(({ data }) => data)).toEqual(['Größe 👟', 'b']);
    for (const size of [1, 2, 3, 7]) {
      const parts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      );
      expect(parse(parts)).toEqual(whole);
    }
  });

  test('an id lasts until the next one, and an id with a NUL is ignored', () => {
    const { messages } = parse(['data: a\n\nid: 1\ndata: b\n\ndata: c\n\nid: 2\0\ndata: d\n\nid\ndata: e\n\n']);
    expect(messages.map(({ lastEventId }) => lastEventId)).toEqual(['', '1', '1', '1', '']);
  });

  test('an id without a message is reported, once', () => {
    const { messages, notes } = parse([
      'id: 1\n\nid: 1\n\n',
      'id: 2\ndata: a\n\n\n',
      'event: other\nid: 3\ndata: b\n\n',
    ]);
    expect(messages).toEqual([{ data: 'a', lastEventId: '2' }]);
    expect(notes).toEqual(['at 1', 'at 3']);
  });

  test('retry and comments are reported', () => {
    expect(parse(['retry: 50\nretry: soon\n: beat\n\n']).notes).toEqual([50, 'beat']);
  });

  test('a line in very many parts is searched once, not again with each part', () => {
    const long = 'x'.repeat(900_000);
    expect(parse([...`data: ${long}`, '\n', '\n']).messages).toEqual([{ data: long, lastEventId: '' }]);
  });

  test('a message without end is refused', () => {
    expect(() => datas('data: ' + 'x'.repeat(2_000_000))).toThrow(RangeError);
    expect(() => datas(...Array<string>(3000).fill(`data: ${'x'.repeat(1000)}\n`))).toThrow(RangeError);
  });
});

describe('ids', () => {
  const [payload = {}] = readSampleLines<TrackerPayload>('aftertrack.ndjson');
  const cart =
    readSampleLines<TrackerPayload>('aftertrack.ndjson').find(({ ue_pr }) => String(ue_pr).includes('add_to_cart')) ??
    {};
  const from = (selector: Selector, event = cart, before: Record<string, string> = {}): Record<string, string> =>
    idsAfter(before, { key: selector }, readEvent(event));
  const base64 = (text: unknown): string => Buffer.from(String(text)).toString('base64url');

  test.each<[string, Selector, string | undefined]>([
    ['a canonical field', '/domain_userid', String(cart['duid'])],
    ['without the slash', 'domain_userid', String(cart['duid'])],
    ["a payload's key", '/duid', String(cart['duid'])],
    ['a number', '/vid', '1'],
    ['an entity', '/co/com.snowplowanalytics.snowplow.ecommerce/cart/cart_id', 'cart-1'],
    ['one of several entities', '/entities/com.snowplowanalytics.snowplow.ecommerce/product/1/id', 'P-200'],
    ['several entities as if they were one', '/co/com.snowplowanalytics.snowplow.ecommerce/product/id', undefined],
    ['the event', '/ue/com.snowplowanalytics.snowplow.ecommerce/snowplow_ecommerce_action/type', 'add_to_cart'],
    ['the first that finds something', ['/co/com.acme/user/id', '/domain_userid'], String(cart['duid'])],
    ['escapes', '/co/com.acme~1x/a~0b/id', undefined],
    ['an object', '/co/com.snowplowanalytics.snowplow.ecommerce/cart', undefined],
    ['an empty pointer', '', undefined],
    ['a property that every object has', '/co/com.snowplowanalytics.snowplow.ecommerce/cart/constructor', undefined],
    ['a property that every payload has', ['/toString', '/constructor', '/__proto__', '/hasOwnProperty'], undefined],
  ])('%s', (_, selector, expected) => {
    expect(from(selector)['key']).toBe(expected);
  });

  test('are also read from base64', () => {
    const { co, ue_pr, ...rest } = cart;
    const encoded = { ...rest, cx: base64(co), ue_px: base64(ue_pr) };
    expect(from('/co/com.snowplowanalytics.snowplow.ecommerce/cart/cart_id', encoded)['key']).toBe('cart-1');
    expect(from('/ue/com.snowplowanalytics.snowplow.ecommerce/snowplow_ecommerce_action/type', encoded)['key']).toBe(
      'add_to_cart',
    );
    expect(from('/co/a/b/c', { cx: '%%%' })).toEqual({});
  });

  test('of fields are dropped with the field, those of entities stay', () => {
    const before = { key: 'old' };
    expect(from('/user_id', { duid: '1' }, before)).toEqual({});
    expect(from('/co/com.acme/user/id', payload, before)).toEqual(before);
  });
});

interface Visit {
  evaluator: LocalEvaluator;
  stream: InterventionStream;
  statuses: string[];
  last: Omit<StreamStatus, 'tracker'> | undefined;
  interventions: Intervention[];
  warnings: Problem[];
}

let server: StreamServer;
let store: Store;
const visits: Visit[] = [];
beforeEach(async () => {
  freshStorage();
  store = memoryStore();
  server = await StreamServer.open();
});
afterEach(async () => {
  for (const { evaluator, stream } of visits.splice(0)) {
    stream.close();
    evaluator.close();
  }
  await server.stop();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  removeStorage();
});

type VisitOptions = Partial<SubscriptionOptions & Omit<EvaluatorOptions, 'definitions'>> & {
  definitions?: EvaluatorOptions['definitions'] | undefined;
  handle?: boolean;
};

function open({ wasm = wasmBytes, mode = 'always', handle = true, ...options }: VisitOptions = {}): Visit {
  const evaluator = new LocalEvaluator(
    { definitions: tutorial, wasm, store, ...options } as EvaluatorOptions,
    undefined,
    true,
  );
  const visit: Visit = {
    evaluator,
    statuses: [],
    last: undefined,
    interventions: [],
    warnings: [],
    stream: undefined as never,
  };
  if (handle) evaluator.on('intervention', (intervention) => visit.interventions.push(intervention));
  evaluator.on('warning', (problem) => visit.warnings.push(problem));
  evaluator.on('error', () => undefined);
  visit.stream = new InterventionStream(
    { endpoint: server.url, mode, ...options },
    {
      evaluator,
      tracker: { namespace: 'sp1', getDomainUserInfo: () => ['0', visitor, 0, 1, 0, 0, session] as never },
      hasDefinitions: true,
      readEvent,
      onStatus: (status) => {
        visit.statuses.push(status.state);
        visit.last = status;
      },
    },
  );
  visits.push(visit);
  return visit;
}

const offer = (changes: Partial<Intervention> = {}): Intervention => ({
  intervention_id: crypto.randomUUID(),
  name: 'offer',
  version: 1,
  attributes: { 'ecom_attributes:count_product_views': '4' },
  target_attribute_key: domainUser,
  ...changes,
});

const shown = (visit: Visit, expected: string[]): Promise<void> =>
  vi.waitFor(() => expect(names(visit.interventions)).toEqual(expected), { timeout: 10_000, interval: 5 });
const untilWaiting = (visit: Visit): Promise<void> =>
  vi.waitFor(() => expect(visit.last?.state).toBe('waiting'), { timeout: 10_000, interval: 5 });
const quiet = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 60));

/** Makes the waits between attempts a hundred times shorter. */
function hurry(): void {
  const wait = globalThis.setTimeout;
  vi.spyOn(globalThis, 'setTimeout').mockImplementation((call: () => void, ms = 0, ...rest: []) =>
    wait(call, ms > 400 && ms !== 2500 ? ms / 100 : ms, ...rest),
  );
}

describe('a stream', () => {
  test('requests the ids, and its interventions reach handlers', async () => {
    const visit = open();
    await server.reached(1);
    expect(server.asked).toEqual([
      {
        path: '/api/v1/interventions',
        method: 'GET',
        query: { domain_userid: visitor, domain_sessionid: session },
        lastEventId: undefined,
      },
    ]);
    const sent = offer();
    server.send(sent);
    await shown(visit, ['offer']);
    expect(visit.interventions).toEqual([sent]);
    expect(visit.statuses).toEqual(['connecting', 'open']);
    expect(visit.warnings).toEqual([]);
  });

  test('may send the all-zero UUID as an id: each message is shown', async () => {
    const visit = open();
    await server.reached(1);
    for (let times = 1; times <= 2; ++times)
      server.send(offer({ intervention_id: '00000000-0000-0000-0000-000000000000' }));
    await shown(visit, ['offer', 'offer']);
    expect(new Set(visit.interventions.map(({ intervention_id }) => intervention_id)).size).toBe(2);
  });

  test.each<[string, Partial<SubscriptionOptions>, string]>([
    ['a slash at the end', { endpoint: '/' }, '/api/v1/interventions'],
    ['a path', { endpoint: '/signals' }, '/signals/api/v1/interventions'],
    ['another API path', { apiPath: '/v2/interventions' }, '/v2/interventions'],
  ])('may have %s', async (_, options, path) => {
    open({ ...options, endpoint: server.url + (options.endpoint ?? '') });
    await server.reached(1);
    expect(server.asked[0]?.path).toBe(path);
  });

  test('at an endpoint without a scheme uses http on this machine', async () => {
    open({ endpoint: server.url.replace('http://', '') });
    await server.reached(1);
  });

  test('that is closed ends, and delivers nothing more', async () => {
    const visit = open();
    await vi.waitFor(() => expect(visit.last?.state).toBe('open'));
    visit.stream.close();
    await server.reached(0);
    await quiet();
    expect(visit.statuses).toEqual(['connecting', 'open', 'closed']);
    expect(server.asked).toHaveLength(1);
  });

  test('that is closed at once never opens', async () => {
    const visit = open();
    visit.stream.close();
    await visit.evaluator.ready;
    await quiet();
    expect(server.asked).toEqual([]);
    expect(visit.statuses).toEqual(['closed']);
  });

  test('accepts messages without optional fields', async () => {
    const visit = open();
    await server.reached(1);
    server.send({ intervention_id: 'a', name: 'bare', attributes: null });
    server.send({ intervention_id: 'b', name: 'idless', version: 2, target_attribute_key: { name: 'cart' } });
    await shown(visit, ['bare', 'idless']);
    expect(visit.interventions).toMatchObject([
      { version: 1, attributes: {}, target_attribute_key: domainUser },
      { version: 2, target_attribute_key: { name: 'cart', id: visitor } },
    ]);
  });

  test('ignores a message that is not an intervention, with a warning, and continues', async () => {
    const visit = open();
    await server.reached(1);
    for (const data of ['no JSON', '5', 'null', '{}', '[]', '{"name":5}', '{"name":"a","version":"x"}'])
      server.write(`data: ${data}\n\n`);
    server.write(new Uint8Array([0xff, 0xfe, 0x00, 0x0a, 0x0a]));
    server.write('event: offer\ndata: {"name":"named"}\n\n');
    server.send(offer());
    await shown(visit, ['offer']);
    expect(visit.warnings).toHaveLength(7);
    expect(visit.warnings.every(({ code }) => code === 'stream')).toBe(true);
    expect(server.asked).toHaveLength(1);
  });
});

describe('ids that change', () => {
  test('open another stream', async () => {
    const visit = open({ attributeKeyTargets: { user_id: '/user_id' }, attributeKeyIds: { store_id: 's1' } });
    await server.reached(1);
    visit.stream.update(add({ sid: session, uid: 'u1' }));
    await vi.waitFor(() => expect(server.asked).toHaveLength(2));
    visit.stream.update(add({ sid: session, uid: 'u1' }));
    visit.stream.update(add({ sid: 'another' }));
    await vi.waitFor(() => expect(server.asked).toHaveLength(3));
    expect(server.asked.map(({ query }) => query)).toEqual([
      { domain_userid: visitor, domain_sessionid: session, store_id: 's1' },
      { domain_userid: visitor, domain_sessionid: session, store_id: 's1', user_id: 'u1' },
      { domain_userid: visitor, domain_sessionid: 'another', store_id: 's1' },
    ]);
    await server.reached(1);
  });

  test('do not include invalid ids of the option attributeKeyIds', async () => {
    const nil = '00000000-0000-0000-0000-000000000000';
    const visit = open({
      attributeKeyIds: { domain_userid: nil, user_id: nil, store_id: '', country: 's1', none: null as never },
    });
    await server.reached(1);
    visit.stream.update(add({ sid: session, uid: nil }));
    visit.stream.update(add({ sid: 'another', uid: 'u1' }));
    await vi.waitFor(() => expect(server.asked).toHaveLength(2));
    expect(server.asked.map(({ query }) => query)).toEqual([
      { domain_userid: visitor, domain_sessionid: session, country: 's1' },
      { domain_userid: visitor, domain_sessionid: 'another', country: 's1' },
    ]);
    await server.reached(1);
    server.send(offer({ name: 'for nobody', target_attribute_key: { name: 'domain_userid', id: nil } }));
    await shown(visit, ['for nobody']);
    expect(visit.interventions[0]?.target_attribute_key, 'whom the stream was asked for').toEqual(domainUser);
  });

  test('to none make no request, until there is an id', async () => {
    const visit = open();
    await server.reached(1);
    visit.stream.update(add({ duid: undefined, sid: undefined }));
    await server.reached(0);
    expect(visit.last).toEqual({ state: 'idle', reason: 'There is no id to ask for.' });
    visit.stream.update(add());
    await server.reached(1);
  });
});

describe('a server that', () => {
  beforeEach(hurry);

  test('cannot be reached at first gets more requests, with one warning', async () => {
    await server.stop();
    const visit = open();
    await untilWaiting(visit);
    expect(visit.last?.reason).toMatch(/^The stream was cut, or did not begin: ./);
    expect(visit.last?.retryIn).toBeGreaterThanOrEqual(500);
    expect(visit.last?.retryIn).toBeLessThanOrEqual(1000);
    await vi.waitFor(() => expect(visit.statuses.filter((state) => state === 'waiting').length).toBeGreaterThan(2));
    await server.start();
    await server.reached(1);
    server.send(offer());
    await shown(visit, ['offer']);
    expect(visit.warnings.map(({ code, message }) => [code, message.includes(visitor)])).toEqual([['stream', false]]);
  });

  test.each([500, 502, 503, 429, 400, 401, 404, 204, 301])('responds with %i gets another request', async (status) => {
    server.answers.push((_, response) => response.writeHead(status, { 'Content-Type': 'text/plain' }).end());
    const visit = open();
    await untilWaiting(visit);
    expect(visit.last?.reason).toContain(`status ${status}`);
    const isLasting = status < 500 && status !== 429;
    expect(visit.last?.retryIn).toBeGreaterThanOrEqual(isLasting ? 30_000 : 500);
    if (!isLasting) await server.reached(1);
  });

  test('sends Retry-After gets no request until then', async () => {
    server.answers.push((_, response) => response.writeHead(503, { 'Retry-After': '7' }).end());
    const visit = open();
    await untilWaiting(visit);
    expect(visit.last?.retryIn).toBe(7000);
  });

  test.each<[string, (date: Date) => string]>([
    ['IMF-fixdate', (date) => date.toUTCString()],
    [
      'RFC 850',
      (date) => {
        const [, day = '', month = '', year = '', time = ''] =
          /^\w+, (\d+) (\w+) (\d+) (\S+)/.exec(date.toUTCString()) ?? [];
        return `Sunday, ${day}-${month}-${year.slice(2)} ${time} GMT`;
      },
    ],
    [
      'asctime',
      (date) => {
        const [, week = '', day = '', month = '', year = '', time = ''] =
          /^(\w+), (\d+) (\w+) (\d+) (\S+)/.exec(date.toUTCString()) ?? [];
        return `${week} ${month} ${String(Number(day)).padStart(2)} ${time} ${year}`;
      },
    ],
  ])('sends Retry-After as a date in the form of %s gets no request until then', async (_, form) => {
    server.answers.push((_, response) =>
      response.writeHead(503, { 'Retry-After': form(new Date(Date.now() + 30_000)) }).end(),
    );
    const visit = open();
    await untilWaiting(visit);
    expect(visit.last?.retryIn).toBeGreaterThan(25_000);
    expect(visit.last?.retryIn).toBeLessThanOrEqual(30_000);
  });

  /** Lets the page receive events of its window. */
  function fakeWindow(): EventTarget {
    const window = new EventTarget();
    vi.stubGlobal('addEventListener', window.addEventListener.bind(window));
    return window;
  }

  test('sends Retry-After gets no request until then, although the device is online again', async () => {
    vi.restoreAllMocks(); // waits take as long as they do
    const window = fakeWindow();
    server.answers.push((_, response) => response.writeHead(503, { 'Retry-After': '2' }).end());
    const visit = open();
    await untilWaiting(visit);
    const since = performance.now();
    for (let times = 1; times <= 3; ++times) {
      window.dispatchEvent(new Event('online'));
      await quiet();
    }
    expect(server.asked).toHaveLength(1);
    await server.reached(1);
    expect(performance.now() - since).toBeGreaterThan(1800);
    expect(server.asked).toHaveLength(2);
  });

  test('sends retry: gets no request until then, although the device is online again', async () => {
    vi.restoreAllMocks(); // waits take as long as they do
    const window = fakeWindow();
    server.opening = 'retry: 1500\n\n';
    const visit = open();
    await server.reached(1);
    await vi.waitFor(() => expect(visit.last?.state).toBe('open'));
    await quiet();
    server.cut();
    await untilWaiting(visit);
    window.dispatchEvent(new Event('online'));
    await quiet();
    expect(server.asked).toHaveLength(1);
    visit.stream.close();
    await quiet();
    expect(server.asked).toHaveLength(1);
  });

  test('fails without such a wish gets a request at once when the device is online again', async () => {
    const window = fakeWindow();
    server.answers.push((_, response) => response.writeHead(404).end());
    const visit = open();
    await untilWaiting(visit);
    window.dispatchEvent(new Event('online'));
    await server.reached(1);
  });

  test('sends Retry-After gets no request until then, although the visitor logs in or the page is seen again', async () => {
    const window = fakeWindow();
    server.answers.push((_, response) => response.writeHead(503, { 'Retry-After': '7' }).end());
    const visit = open();
    await untilWaiting(visit);
    visit.stream.update(view({ duid: crypto.randomUUID() }));
    await quiet();
    window.dispatchEvent(new Event('pagehide'));
    window.dispatchEvent(new Event('pageshow'));
    await quiet();
    expect(server.asked).toHaveLength(1);
    expect(visit.last).toMatchObject({ state: 'waiting', reason: 'The server has asked to wait.' });
    expect(visit.last?.retryIn).toBeGreaterThan(6000);
  });

  test("sends Retry-After as a date means the server's clock, not the device's", async () => {
    const ahead = (seconds: number): string => new Date(Date.now() + seconds * 1000).toUTCString();
    const headers = { Date: ahead(86_400), 'Retry-After': ahead(86_400 + 7) };
    server.answers.push((_, response) => response.writeHead(503, headers).end());
    const visit = open();
    await untilWaiting(visit);
    expect(visit.last?.retryIn).toBe(7000);
  });

  test.each<[string, number]>([
    ['99999999', 600_000],
    ['30, 30', 30_000],
    ['30 ,40', 30_000],
    ['Fri, 31 Dec 9999 23:59:59 GMT, Fri, 31 Dec 9999 23:59:59 GMT', 600_000],
    ['Sun, 06 Nov 1994 08:49:37 GMT', 0],
    ['Fri, 31 Dec 9999 23:59:59 GMT', 600_000],
    ['-5', 0],
    ['soon', 0],
    ['', 0],
  ])('sends Retry-After "%s" gets no request until then, or for the longest wait', async (value, atLeast) => {
    server.answers.push((_, response) => response.writeHead(503, { 'Retry-After': value }).end());
    const visit = open();
    await untilWaiting(visit);
    if (atLeast > 0) expect(visit.last?.retryIn).toBe(atLeast);
    else expect(visit.last?.retryIn).toBeLessThanOrEqual(1000);
  });

  test('responds with a page is not taken for a stream', async () => {
    server.answers.push((_, response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<p>'));
    const visit = open();
    await untilWaiting(visit);
    expect(visit.last?.reason).toContain('did not return an event stream');
  });

  test('does not respond in time loses the connection, and gets twice as long for the next', async () => {
    const silent: (typeof server.answers)[number] = () => undefined;
    server.answers.push(silent, silent);
    const visit = open({ connectionTimeoutMs: 30 });
    await server.reached(1);
    const reasons = visit.warnings.map(({ message }) => message);
    expect(reasons).toEqual([expect.stringContaining('no answer for 30 ms') as string]);
    await vi.waitFor(() => expect(visit.last?.state).toBe('open'));
  });

  test('is cut off is asked for the messages since then, and repeats are dropped', async () => {
    const visit = open();
    await server.reached(1);
    const [first, second] = [offer(), offer({ name: 'second' })];
    server.send(first, 'm1');
    await shown(visit, ['offer']);
    server.opening = `id: m1\ndata: ${JSON.stringify(first)}\n\nid: m2\ndata: ${JSON.stringify(second)}\n\n`;
    server.cut();
    await shown(visit, ['offer', 'second']);
    expect(server.asked.map(({ lastEventId }) => lastEventId)).toEqual([undefined, 'm1']);
    server.opening = '';
    server.cut();
    await vi.waitFor(() => expect(server.asked).toHaveLength(3));
    expect(server.asked[2]?.lastEventId).toBe('m2');
    expect(names(visit.interventions)).toEqual(['offer', 'second']);
  });

  test('sends an id without a message is asked from there, also by the next page', async () => {
    server.opening = 'id: m7\n\n';
    const visit = open();
    await server.reached(1);
    await vi.waitFor(() => expect(visit.last?.state).toBe('open'));
    server.opening = '';
    server.cut();
    await vi.waitFor(() => expect(server.asked).toHaveLength(2));
    await visit.evaluator.attributes(domainUser);
    visit.stream.close();
    open();
    await vi.waitFor(() => expect(server.asked).toHaveLength(3));
    expect(server.asked.map(({ lastEventId }) => lastEventId)).toEqual([undefined, 'm7', 'm7']);
  });

  test('is restarted is found again', async () => {
    const visit = open();
    await server.reached(1);
    await server.stop();
    await untilWaiting(visit);
    await server.start();
    await server.reached(1);
    server.send(offer());
    await shown(visit, ['offer']);
  });

  test('refuses Last-Event-ID gets a request without it, and with it the next time', async () => {
    const visit = open();
    await server.reached(1);
    server.send(offer(), 'm1');
    await shown(visit, ['offer']);
    server.answers.push((request) => request.socket.destroy());
    server.cut();
    await server.reached(1);
    server.cut();
    await vi.waitFor(() => expect(server.asked).toHaveLength(4));
    expect(server.asked.map(({ lastEventId }) => lastEventId)).toEqual([undefined, 'm1', undefined, 'm1']);
  });

  test.each([true, false])('does not respond in time gets Last-Event-ID again (its own origin: %j)', async (isOwn) => {
    if (isOwn) vi.stubGlobal('location', { origin: server.url });
    const visit = open({ connectionTimeoutMs: 30 });
    await server.reached(1);
    server.send(offer(), 'm1');
    await shown(visit, ['offer']);
    server.answers.push(
      () => undefined,
      () => undefined,
    );
    const before = server.asked.length;
    server.cut();
    await vi.waitFor(() => expect(server.asked.length).toBeGreaterThan(before + 2), { timeout: 10_000 });
    expect(new Set(server.asked.slice(before).map(({ lastEventId }) => lastEventId))).toEqual(new Set(['m1']));
  });

  test("is of the page's own origin always gets Last-Event-ID", async () => {
    vi.stubGlobal('location', { origin: server.url });
    const visit = open();
    await server.reached(1);
    server.send(offer(), 'm1');
    await shown(visit, ['offer']);
    server.answers.push(
      (request) => request.socket.destroy(),
      (_, response) => response.writeHead(503).end(),
    );
    server.cut();
    await vi.waitFor(() => expect(server.asked).toHaveLength(4), { timeout: 10_000 });
    expect(server.asked.map(({ lastEventId }) => lastEventId)).toEqual([undefined, 'm1', 'm1', 'm1']);
  });

  test('responds with an error gets Last-Event-ID again', async () => {
    const visit = open();
    await server.reached(1);
    server.send(offer(), 'm1');
    await shown(visit, ['offer']);
    server.answers.push(
      (_, response) => response.writeHead(500).end(),
      (_, response) => response.writeHead(503).end(),
    );
    server.cut();
    await vi.waitFor(() => expect(server.asked).toHaveLength(4), { timeout: 10_000 });
    expect(server.asked.map(({ lastEventId }) => lastEventId)).toEqual([undefined, 'm1', 'm1', 'm1']);
  });

  test.each(['é', 'Größe 👟', '☃', 'x'.repeat(200)])('sends the id "%s" gets the bytes of its UTF-8', async (id) => {
    const visit = open();
    await server.reached(1);
    server.send(offer(), id);
    await shown(visit, ['offer']);
    server.cut();
    await vi.waitFor(() => expect(server.asked).toHaveLength(2));
    expect(Buffer.from(server.asked[1]?.lastEventId ?? '', 'latin1').toString('utf8')).toBe(id);
  });

  test('ends every stream at once gets fewer and fewer requests', async () => {
    const end: (typeof server.answers)[number] = (_, response) => response.writeHead(200, streamHead).end();
    server.answers.push(end, end, end, end);
    const waits: number[] = [];
    const visit = open();
    await vi.waitFor(
      () => {
        if (visit.last?.retryIn !== undefined && waits.at(-1) !== visit.last.retryIn) waits.push(visit.last.retryIn);
        expect(waits.length).toBe(4);
      },
      { interval: 1, timeout: 10_000 },
    );
    for (const [index, wait] of waits.entries()) {
      expect(wait).toBeGreaterThanOrEqual(500 * 2 ** index);
      expect(wait).toBeLessThanOrEqual(1000 * 2 ** index);
    }
  });

  test.each<[number, number]>([
    [0, 1000],
    [1, 1000],
    [3000, 3000],
    [9_999_999, 60_000],
  ])('sends retry: %i gets the next request after %i ms', async (retry, wait) => {
    server.opening = `retry: ${retry}\n\n`;
    const visit = open();
    await server.reached(1);
    await vi.waitFor(() => expect(visit.last?.state).toBe('open'));
    server.cut();
    await untilWaiting(visit);
    expect(visit.last?.retryIn).toBe(wait);
  });

  test('falls silent after heartbeats loses the connection', async () => {
    const visit = open();
    await server.reached(1);
    await vi.waitFor(() => expect(server.asked.length).toBeGreaterThan(1), { timeout: 10_000 });
    expect(visit.warnings[0]?.message).toContain('fell silent');
  });

  test('sends a message without end loses the connection', async () => {
    const visit = open();
    await server.reached(1);
    server.write(`data: ${'x'.repeat(1_100_000)}`);
    await untilWaiting(visit);
    expect(visit.last?.reason).toContain('without end');
  });

  test('writes byte by byte is understood', async () => {
    const visit = open();
    await server.reached(1);
    for (const byte of new TextEncoder().encode(
      `data: ${JSON.stringify(offer({ attributes: { 'a:b': 'Größe 👟' } }))}\n\n`,
    )) {
      server.write(new Uint8Array([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await shown(visit, ['offer']);
    expect(visit.interventions[0]?.attributes).toEqual({ 'a:b': 'Größe 👟' });
  });
});

describe('from page to page', () => {
  test('the next page asks for the messages since then, and starts nothing twice', async () => {
    const first = open();
    await server.reached(1);
    const sent = offer();
    server.send(sent, 'm1');
    await shown(first, ['offer']);
    first.stream.close();
    first.evaluator.close();
    await server.reached(0);
    const next = open();
    await server.reached(1);
    expect(server.asked.at(-1)?.lastEventId).toBe('m1');
    server.send(sent, 'm1');
    server.send(offer({ name: 'second' }), 'm2');
    await shown(next, ['second']);
  });

  test('the id of a message belongs to the requested ids', async () => {
    const first = open();
    await server.reached(1);
    server.send(offer(), 'm1');
    await shown(first, ['offer']);
    first.stream.close();
    open({ attributeKeyIds: { store_id: 's1' } });
    await vi.waitFor(() => expect(server.asked).toHaveLength(2));
    expect(server.asked[1]?.lastEventId).toBeUndefined();
  });

  test('an intervention that the server repeats after 210 others is shown once', async () => {
    const visit = open();
    await server.reached(1);
    const first = offer({ name: 'first' });
    server.send(first);
    for (let others = 1; others <= 210; ++others) server.send(offer());
    server.send(first);
    server.send(offer({ name: 'last' }));
    await vi.waitFor(() => expect(visit.interventions.at(-1)?.name).toBe('last'), { timeout: 10_000 });
    expect(visit.interventions).toHaveLength(212);
  });

  test('two tabs show it once', async () => {
    const [one, other] = [open(), open()];
    await server.reached(2);
    server.send(offer());
    await vi.waitFor(() => expect([...one.interventions, ...other.interventions]).toHaveLength(1));
    await quiet();
    expect([...one.interventions, ...other.interventions]).toHaveLength(1);
  });
});

describe("together with the page's decisions", () => {
  const abandonment = offer({ name: 'cart_abandonment' });

  test('the same intervention is shown once, whether server or page was first', async () => {
    const event = add();
    const other = new LocalEvaluator({
      definitions: tutorial,
      wasm: wasmBytes,
      store: memoryStore(),
      namespace: 'server',
    });
    let decided: Intervention | undefined;
    other.on('intervention', (intervention) => (decided = intervention));
    other.track(event);
    await vi.waitFor(() => expect(decided).toBeDefined());
    other.close();

    const visit = open();
    await server.reached(1);
    server.send(decided);
    await shown(visit, ['cart_abandonment']);
    visit.evaluator.track(event);
    await visit.evaluator.attributes(domainUser);
    server.send(decided);
    server.send(offer());
    await shown(visit, ['cart_abandonment', 'offer']);
  });

  test('a rule that fired in the page is not shown again from the server under another id', async () => {
    const visit = open();
    await server.reached(1);
    visit.evaluator.track(add());
    await shown(visit, ['cart_abandonment']);
    server.send(abandonment);
    server.send(offer());
    await shown(visit, ['cart_abandonment', 'offer']);
  });

  test('a rule that arrived from the server does not fire in the page', async () => {
    const visit = open();
    await server.reached(1);
    server.send(abandonment);
    server.send({ ...abandonment, intervention_id: crypto.randomUUID() });
    await shown(visit, ['cart_abandonment']);
    visit.evaluator.track(add());
    expect(await visit.evaluator.attributes(domainUser)).toMatchObject({ ecom_attributes: { count_add_to_cart: 1 } });
    await quiet();
    expect(names(visit.interventions)).toEqual(['cart_abandonment']);
  });

  test('another version, another target and rules that the page does not have are shown every time', async () => {
    const visit = open();
    await server.reached(1);
    visit.evaluator.track(add());
    await shown(visit, ['cart_abandonment']);
    server.send({ ...abandonment, version: 2 });
    server.send({
      ...abandonment,
      intervention_id: 'a',
      target_attribute_key: { name: 'domain_sessionid', id: session },
    });
    server.send(offer());
    server.send(offer());
    await shown(visit, ['cart_abandonment', 'cart_abandonment', 'cart_abandonment', 'offer', 'offer']);
  });

  test('rules that use `changed` are shown every time', async () => {
    const definitions = structuredClone(tutorial);
    definitions.interventions.push({
      name: 'each',
      version: 1,
      criteria: { all: [{ attribute: 'ecom_attributes:count_add_to_cart', operator: 'changed' }] },
      target_attribute_keys: [{ name: 'domain_userid' }],
    } as never);
    const visit = open({ definitions });
    await server.reached(1);
    visit.evaluator.track(add());
    await shown(visit, ['cart_abandonment', 'each']);
    server.send(offer({ name: 'each' }));
    await shown(visit, ['cart_abandonment', 'each', 'each']);
    visit.evaluator.track(add());
    await shown(visit, ['cart_abandonment', 'each', 'each', 'each']);
  });
});

describe('while the page loads', () => {
  const never = new Promise<never>(() => undefined);

  test.each<[string, Partial<VisitOptions>]>([
    ['definitions', { definitions: never }],
    ['the module', { wasm: never }],
  ])('%s that never load keep no stream waiting', async (_, options) => {
    for (const mode of ['only', 'always'] as const) {
      const visit = open({ mode, ...options });
      await vi.waitFor(() => expect(visit.last?.state).toBe('open'));
      server.send(offer());
      await shown(visit, ['offer']);
      visit.stream.close();
      visit.evaluator.close();
      await server.reached(0);
    }
  });

  test.each<[string, Partial<VisitOptions>]>([
    ['definitions', { definitions: never }],
    ['the module', { wasm: never }],
  ])('%s that never load let the server decide in the mode fallback', async (_, options) => {
    const visit = open({ mode: 'fallback', loadTimeout: 60, ...options });
    await server.reached(1);
    server.send(offer());
    await shown(visit, ['offer']);
  });

  test('a message waits for the rules, which may have fired already', async () => {
    const before = open();
    await server.reached(1);
    before.evaluator.track(add());
    await shown(before, ['cart_abandonment']);
    before.stream.close();
    before.evaluator.close();
    await server.reached(0);
    const visit = open({ definitions: new Promise((resolve) => setTimeout(resolve, 300, tutorial)) });
    await server.reached(1);
    server.send(offer({ name: 'cart_abandonment' }));
    server.send(offer());
    await shown(visit, ['offer']);
    expect(await visit.evaluator.ready).toBe(true);
  });

  /** Returns a store that responds when `answer` is called. */
  function slowStore(): { store: Store; answer: () => void } {
    let answer = (): void => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    return { store: { update: (...change) => answered.then(() => store.update(...change)), close() {} }, answer };
  }

  test('a store that does not respond keeps no stream waiting', async () => {
    const visit = open({ mode: 'only', store: slowStore().store });
    await vi.waitFor(() => expect(visit.last?.state).toBe('open'), { timeout: 3000 });
  });

  test('a store that responds late has the last id, which is requested then', async () => {
    const first = open();
    await server.reached(1);
    server.send(offer(), 'm1');
    await shown(first, ['offer']);
    first.stream.close();
    first.evaluator.close();
    await server.reached(0);
    const { store: slow, answer } = slowStore();
    const visit = open({ store: slow });
    await vi.waitFor(() => expect(visit.last?.state).toBe('open'), { timeout: 3000 });
    expect(server.asked.at(-1)?.lastEventId).toBeUndefined();
    answer();
    await vi.waitFor(() => expect(server.asked.at(-1)?.lastEventId).toBe('m1'));
    await server.reached(1);
    server.send(offer({ name: 'second' }), 'm2');
    await shown(visit, ['second']);
  });
});

describe('the target of a message', () => {
  /** Tracks an event, as the plugin does. */
  const track = (visit: Visit, changes: TrackerPayload): void => {
    const event = view(changes);
    visit.evaluator.track(event);
    visit.stream.update(event);
  };
  const handle = ({ evaluator, interventions }: Visit): unknown =>
    evaluator.on('intervention', (intervention) => interventions.push(intervention));
  const forUser = (id: string): Intervention => offer({ target_attribute_key: { name: 'user_id', id } });
  const waiting = async (): Promise<number> => {
    let count = 0;
    await store.update('default', (state) => ((count = state?.outbox.length ?? 0), state));
    return count;
  };
  const received = (): Promise<void> =>
    vi.waitFor(async () => expect(await waiting()).toBe(1), { timeout: 10_000, interval: 5 });

  test.each<[string, TrackerPayload, TrackerPayload]>([
    ['the user has logged out', {}, { uid: 'A' }],
    ['another user has logged in', { uid: 'B' }, { uid: 'A' }],
    ['tracking is anonymous', { duid: undefined, sid: undefined }, { uid: 'A' }],
  ])('%s: it waits until the user is back', async (_, gone, back) => {
    const visit = open({ attributeKeyTargets: { user_id: '/user_id' }, handle: false });
    track(visit, { uid: 'A' });
    await vi.waitFor(() => expect(server.asked.at(-1)?.query).toMatchObject({ user_id: 'A' }), { timeout: 10_000 });
    await server.reached(1);
    server.send(forUser('A'));
    await received();
    track(visit, gone);
    handle(visit);
    await quiet();
    expect(visit.interventions).toEqual([]);
    track(visit, back);
    await shown(visit, ['offer']);
  });

  test('must be an id that the stream was opened for', async () => {
    const visit = open();
    await server.reached(1);
    server.send(forUser('A'));
    server.send(offer({ name: 'other', target_attribute_key: { name: 'domain_userid', id: 'other' } }));
    server.send(offer());
    await shown(visit, ['offer']);
    await quiet();
    expect(names(visit.interventions)).toEqual(['offer']);
  });

  test('may be an id of attributeKeyIds, whoever the visitor is', async () => {
    const visit = open({ attributeKeyIds: { store_id: 's1', user_id: 'shared' } });
    track(visit, { uid: 'A' });
    await server.reached(1);
    server.send(offer({ name: 'store', target_attribute_key: { name: 'store_id', id: 's1' } }));
    server.send(forUser('shared'));
    await shown(visit, ['store', 'offer']);
  });

  test.each(['constructor', 'toString', '__proto__'])('a key may have the name %s', async (name) => {
    const visit = open({});
    await server.reached(1);
    server.send(offer({ target_attribute_key: { name, id: visitor } }));
    await shown(visit, ['offer']);
  });

  test('copies for several targets are one intervention, and the first held target gets it', async () => {
    const visit = open({ handle: false });
    await server.reached(1);
    const one = forUser('A');
    server.send(one);
    server.send({ ...one, target_attribute_key: domainUser });
    await vi.waitFor(async () => {
      await store.update('default', (state) => (expect(state?.outbox[0]?.others).toHaveLength(1), state));
    });
    handle(visit);
    await shown(visit, ['offer']);
    expect(visit.interventions[0]?.target_attribute_key).toEqual(domainUser);
    expect(await waiting()).toBe(0);
  });

  test('ids of entities are dropped with the visitor', async () => {
    const visit = open({ attributeKeyTargets: { cart: '/co/com.snowplowanalytics.snowplow.ecommerce/cart/cart_id' } });
    visit.stream.update(add());
    await vi.waitFor(() => expect(server.asked.at(-1)?.query).toHaveProperty('cart', 'cart-1'));
    visit.stream.update(view());
    await quiet();
    expect(server.asked.at(-1)?.query).toHaveProperty('cart', 'cart-1');
    visit.stream.update(view({ duid: 'another' }));
    await vi.waitFor(() => expect(server.asked.at(-1)?.query).toMatchObject({ domain_userid: 'another' }));
    expect(server.asked.at(-1)?.query).not.toHaveProperty('cart');
  });

  test('a page with anonymous events does not request ids that the tracker makes up', async () => {
    const evaluator = new LocalEvaluator({ definitions: tutorial, wasm: wasmBytes, store }, undefined, true);
    evaluator.track(view({ duid: undefined, sid: undefined }));
    const statuses: unknown[] = [];
    const stream = new InterventionStream(
      { endpoint: server.url },
      {
        evaluator,
        tracker: { namespace: 'sp1', getDomainUserInfo: () => ['1', 'made up', 0, 1, 0, 0, 'made up'] as never },
        hasDefinitions: true,
        readEvent,
        onStatus: (status) => statuses.push(status),
      },
    );
    await vi.waitFor(() => expect(statuses).toEqual([{ state: 'idle', reason: 'There is no id to ask for.' }]));
    expect(server.asked).toEqual([]);
    stream.close();
    evaluator.close();
  });

  test('a page whose visitor has opted out requests nothing, and receives nothing', async () => {
    const tracker = { namespace: 'sp1', getDomainUserInfo: () => ['0', visitor, 0, 1, 0, 0, session] as never };
    const evaluator = new LocalEvaluator({ definitions: tutorial, wasm: wasmBytes, store }, undefined, true, tracker);
    const interventions: Intervention[] = [];
    evaluator.on('intervention', (intervention) => interventions.push(intervention));
    const statuses: string[] = [];
    const stream = new InterventionStream(
      { endpoint: server.url, attributeKeyIds: { store_id: 's1' } },
      {
        evaluator,
        tracker,
        hasDefinitions: true,
        readEvent,
        onStatus: ({ state, reason }) => statuses.push(`${state} ${reason ?? ''}`),
      },
    );
    await server.reached(1);
    const optedOut = { e: 'pv', tna: 'sp1' };
    server.send(offer({ target_attribute_key: { name: 'store_id', id: 's1' } }));
    evaluator.track(optedOut);
    stream.update(optedOut);
    await vi.waitFor(() => expect(statuses.at(-1)).toBe('idle The visitor has opted out.'));
    await quiet();
    expect(interventions).toEqual([]);
    const normal = view();
    evaluator.track(normal);
    stream.update(normal);
    await server.reached(1);
    stream.close();
    evaluator.close();
  });
});

describe('the mode', () => {
  test('fallback makes no request if the engine runs', async () => {
    const visit = open({ mode: 'fallback' });
    await vi.waitFor(() => expect(visit.last).toEqual({ state: 'idle', reason: 'The page evaluates by itself.' }));
    visit.stream.update(add());
    await quiet();
    expect(server.asked).toEqual([]);
  });

  test('fallback lets the server decide if the module is missing, and keeps no events', async () => {
    const visit = open({ mode: 'fallback', wasm: new Uint8Array([1, 2, 3]) });
    await server.reached(1);
    visit.evaluator.track(add());
    server.send(offer());
    await shown(visit, ['offer']);
    const items = (globalThis as { localStorage?: object }).localStorage ?? {};
    expect(Object.keys(items).filter((key) => key.startsWith('tripline:'))).toEqual([]); // notes of started interventions have another prefix
  });

  test.each(foreignModules)('fallback lets the server decide if the module %s', async (_, bytes) => {
    const visit = open({ mode: 'fallback', wasm: bytes() });
    await server.reached(1);
    server.send(offer());
    await shown(visit, ['offer']);
  });

  test.each<[string, Partial<VisitOptions>]>([
    ['the definitions have errors', { definitions: { interventions: 5 } }],
    ['the definitions are not JSON', { definitions: '{' }],
    ['there are no definitions', { definitions: undefined }],
    ['the definitions are null', { definitions: null as never }],
  ])('fallback lets the server decide if %s', async (_, options) => {
    const visit = open({ mode: 'fallback', ...options });
    await server.reached(1);
    server.send(offer());
    await shown(visit, ['offer']);
    expect(visit.statuses).not.toContain('idle');
  });

  test('fallback lets the server decide when the engine breaks', async () => {
    const visit = open({ mode: 'fallback' });
    await vi.waitFor(() => expect(visit.last?.state).toBe('idle'));
    vi.spyOn(DataView.prototype, 'setFloat64').mockImplementationOnce(() => {
      throw new WebAssembly.RuntimeError('unreachable');
    });
    visit.evaluator.track(add());
    await server.reached(1);
  });

  test('only needs no definitions', async () => {
    const visit = open({ mode: 'only', definitions: undefined });
    await server.reached(1);
    visit.evaluator.track(add());
    server.send(offer());
    await shown(visit, ['offer']);
  });
});
