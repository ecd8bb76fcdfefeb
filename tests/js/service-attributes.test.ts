// getServiceAttributes: a service's attributes from the page's own profiles, from a public service, or null.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { LocalEvaluator } from '../../js/src/evaluator/evaluator.js';
import type { EvaluatorOptions } from '../../js/src/evaluator/types.js';
import { memoryStore, type Problem } from '../../js/src/index.js';
import type { SubscriptionOptions } from '../../js/src/stream/options.js';
import { build } from '../../js/src/server.js';
import { serviceAttributes, type ServiceAttributesRequest } from '../../js/src/stream/service-attributes.js';
import { TrackerSubscription } from '../../js/src/stream/subscription.js';
import { wasmBytes } from './engine-module.js';
import { freshStorage, removeStorage } from './page-storage.js';
import { add, tutorial, view, visitor } from './visits.js';

const definitions = {
  ...tutorial,
  attribute_groups: [
    ...tutorial.attribute_groups,
    ...[1, 2].map((version) => ({
      name: 'visits',
      version,
      attribute_key: { name: 'domain_userid' },
      attributes: [{ name: `events_v${version}`, type: 'int32', aggregation: 'counter', events: [] }],
    })),
  ],
  services: [
    { name: 'shop', attribute_groups: [{ name: 'ecom_attributes' }] },
    { name: 'both', attribute_groups: [{ name: 'ecom_attributes', version: 1 }, { name: 'visits' }] },
    { name: 'second', attribute_groups: [{ name: 'visits', version: 2 }] },
  ],
};
const shop: ServiceAttributesRequest = { name: 'shop', attribute_key: 'domain_userid', identifier: visitor };
const stranger = '00000000-0000-4000-8000-000000000001';

/** A request that the server received. */
interface Asked {
  path: string | undefined;
  method: string | undefined;
  type: string | undefined;
  authorization: string | undefined;
  body: unknown;
}

let server: Server;
let endpoint: string;
let asked: Asked[];
let answer: (response: ServerResponse) => void;
const json = (value: unknown, status = 200) => {
  answer = (response) => void response.writeHead(status).end(JSON.stringify(value));
};
const evaluators: LocalEvaluator[] = [];
let warnings: Problem[];
let errors: Problem[];

beforeEach(async () => {
  freshStorage();
  [asked, warnings, errors] = [[], [], []];
  json({ domain_userid: [visitor], count: [4], nothing: [null], list: [['a', 'b']] });
  server = createServer((request: IncomingMessage, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      const { url: path, method, headers } = request;
      const [type, authorization] = [headers['content-type'], headers.authorization];
      asked.push({ path, method, type, authorization, body: JSON.parse(body) });
      answer(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  for (const evaluator of evaluators.splice(0)) evaluator.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  vi.restoreAllMocks();
  removeStorage();
});

interface TestHost {
  evaluator: LocalEvaluator;
  subscription?: TrackerSubscription;
}

function open(options: Partial<EvaluatorOptions> = {}, subscribed?: SubscriptionOptions, tracker?: object): TestHost {
  const evaluator = new LocalEvaluator(
    { definitions, wasm: wasmBytes, store: memoryStore(), ...options },
    undefined,
    true,
    tracker as never,
  );
  evaluators.push(evaluator);
  evaluator.on('warning', (problem) => warnings.push(problem));
  evaluator.on('error', (problem) => errors.push(problem));
  return { evaluator, ...(subscribed && { subscription: new TrackerSubscription(subscribed) }) };
}
const messages = (): string[] => warnings.map(({ code, message }) => `${code}: ${message}`);

describe('the page itself', () => {
  test('has the service, and holds the id: all its attributes, with the id', async () => {
    const host = open({}, { endpoint });
    host.evaluator.track(view());
    host.evaluator.track(add());
    const values = await serviceAttributes([host], shop);
    expect(values).toMatchObject({ domain_userid: visitor, count_product_views: 1, count_add_to_cart: 1 });
    expect(Object.keys(values ?? {}).sort()).toEqual(
      ['domain_userid', ...(tutorial.attribute_groups[0]?.attributes ?? []).map(({ name }) => name)].sort(),
    );
    expect([asked, warnings, errors]).toEqual([[], [], []]);
  });

  test('reads each group in the version that the service names, 1 by default', async () => {
    const host = open();
    host.evaluator.track(view());
    expect(await serviceAttributes([host], { ...shop, name: 'both' })).toMatchObject({
      events_v1: 1,
      count_product_views: 1,
    });
    expect(await serviceAttributes([host], { ...shop, name: 'second' })).toEqual({
      domain_userid: visitor,
      events_v2: 1,
    });
  });

  test('compares ids as the engine does', async () => {
    const host = open();
    host.evaluator.track(view());
    const values = await serviceAttributes([host], { ...shop, identifier: visitor.toUpperCase() });
    expect(values).toMatchObject({ domain_userid: visitor.toUpperCase(), count_product_views: 1 });
  });

  test('does not have it in a compiled program, and says so', async () => {
    const host = open({ definitions: await build(definitions, { wasm: wasmBytes }) });
    host.evaluator.track(view());
    expect(await serviceAttributes([host], shop)).toBeNull();
    expect(messages()).toEqual([
      'stream: Cannot read a service: the page has a compiled program, which contains no services, and there is no ' +
        'server to ask: give "endpoint", or call subscribeToInterventions.',
    ]);
    expect(await serviceAttributes([host], { ...shop, endpoint })).toMatchObject({ count: 4 });
    expect(errors).toEqual([]);
  });

  test.each([
    ['null', null],
    ['absent', undefined],
  ])('has no services where the list is %s (rule 30), and goes on evaluating', async (_, services) => {
    const host = open({ definitions: { ...definitions, services } as never });
    host.evaluator.track(view());
    expect(await serviceAttributes([host], shop)).toBeNull();
    expect(messages()).toEqual([expect.stringContaining('the definitions of this page have no such service')]);
    host.evaluator.track(view());
    const key = { name: 'domain_userid', id: visitor };
    expect(await host.evaluator.attributes(key)).toMatchObject({ ecom_attributes: { count_product_views: 2 } });
    expect(errors).toEqual([]);
  });

  test("the id wins over an attribute with its key's name", async () => {
    const [first] = tutorial.attribute_groups;
    const attributes = [{ name: 'domain_userid', type: 'int32', aggregation: 'counter', events: [] }];
    const group = { ...first, name: 'same_name', attributes };
    const host = open({
      definitions: {
        attribute_groups: [group],
        services: [{ name: 'shop', attribute_groups: [{ name: 'same_name' }] }],
      } as never,
    });
    host.evaluator.track(view());
    expect(await serviceAttributes([host], shop)).toEqual({ domain_userid: visitor });
  });

  test("a group's version that is null counts as 1 (rule 30)", async () => {
    const services = [{ name: 'first', attribute_groups: [{ name: 'visits', version: null }] }];
    const host = open({ definitions: { ...definitions, services } as never });
    host.evaluator.track(view());
    expect(await serviceAttributes([host], { ...shop, name: 'first' })).toEqual({
      domain_userid: visitor,
      events_v1: 1,
    });
  });

  test('each of several trackers is asked in turn', async () => {
    const other = open({ definitions: tutorial, namespace: 'other' });
    const host = open();
    host.evaluator.track(view());
    expect(await serviceAttributes([other, host], shop)).toMatchObject({ count_product_views: 1 });
    expect(warnings).toEqual([]);
  });
});

describe('a public service', () => {
  const expected = { domain_userid: visitor, count: 4, nothing: null, list: ['a', 'b'] };

  test('is asked for an id that the page does not hold, as the Node SDK asks, without a token', async () => {
    const host = open({}, { endpoint });
    host.evaluator.track(view());
    expect(await serviceAttributes([host], { ...shop, identifier: stranger })).toEqual(expected);
    expect(asked).toEqual([
      {
        path: '/api/v1/get-online-attributes',
        method: 'POST',
        type: 'application/json',
        authorization: undefined,
        body: { attribute_keys: { domain_userid: [stranger] }, service: 'shop' },
      },
    ]);
    expect(warnings).toEqual([]);
  });

  test.each<[string, () => TestHost]>([
    ['the definitions do not have the service', () => open({ definitions: tutorial }, { endpoint })],
    ['there are no definitions', () => open({ definitions: undefined as never }, { endpoint })],
    ['the engine cannot be loaded', () => open({ wasm: new Uint8Array([1]) }, { endpoint })],
    ['the page has tracked nothing', () => open({}, { endpoint })],
  ])('is asked if %s', async (why, openHost) => {
    const host = openHost();
    if (!why.includes('tracked')) host.evaluator.track(view());
    expect(await serviceAttributes([host], shop)).toEqual(expected);
  });

  test('is asked while only the server decides, since the page does not count then', async () => {
    const host = open({}, { endpoint });
    host.evaluator.track(view());
    await host.evaluator.ready;
    host.evaluator.pause(true);
    expect(await serviceAttributes([host], shop)).toEqual(expected);
  });

  test('of an endpoint that the call names, also without a tracker', async () => {
    expect(await serviceAttributes([], { ...shop, endpoint: `${endpoint}/` })).toEqual(expected);
    expect(asked[0]?.path).toBe('/api/v1/get-online-attributes');
  });

  test('beside the path of the stream', async () => {
    const host = open({ definitions: tutorial }, { endpoint, apiPath: '/signals/v2/interventions' });
    await serviceAttributes([host], shop);
    expect(asked[0]?.path).toBe('/signals/v2/get-online-attributes');
  });
});

describe('null and a warning', () => {
  test.each<[string, (response: ServerResponse) => void, RegExp]>([
    ['a service that is not public', (response) => response.writeHead(404).end('{}'), /answered with status 404/],
    ['an answer that is not JSON', (response) => response.writeHead(200).end('<html>'), /JSON/],
    ['an answer that is not an object', (response) => response.writeHead(200).end('[1]'), /is not an object/],
    ['a connection that is cut', (response) => response.destroy(), /./],
  ])('for %s', async (_, answers, why) => {
    answer = answers;
    const host = open({ definitions: tutorial }, { endpoint });
    expect(await serviceAttributes([host], shop)).toBeNull();
    expect(messages()).toEqual([
      expect.stringMatching(/^stream: Cannot read a service: the definitions of this page have no such service, and /),
    ]);
    expect(messages()[0]).toMatch(why);
    expect(errors).toEqual([]);
  });

  test('for a server that never answers: after ten seconds', async () => {
    answer = () => undefined;
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
      const ending = new AbortController();
      setTimeout(() => ending.abort(new Error(`nothing came within ${ms} ms`)), 50);
      return ending.signal;
    });
    const host = open({ definitions: tutorial }, { endpoint });
    expect(await serviceAttributes([host], shop)).toBeNull();
    expect(timeout).toHaveBeenCalledWith(10_000);
    expect(messages()).toEqual([expect.stringContaining('nothing came within 10000 ms')]);
  });

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a string', 'shop'],
    ['no name', { ...shop, name: undefined }],
    ['an empty key', { ...shop, attribute_key: '' }],
    ['an id that is a number', { ...shop, identifier: 5 }],
  ])('for %s as the argument', async (_, request) => {
    const host = open({}, { endpoint });
    expect(await serviceAttributes([host], request as never)).toBeNull();
    expect(messages()).toEqual([
      'stream: Cannot read a service: give {name, attribute_key, identifier}, each a string that is not empty.',
    ]);
    expect(asked).toEqual([]);
  });

  test.each<[string, object, string]>([
    ['another id', { identifier: stranger }, `this page does not hold the "domain_userid" "${stranger}"`],
    ['another key', { attribute_key: 'user_id' }, 'this page does not hold the "user_id"'],
    ['another service', { name: 'shopp' }, 'the definitions of this page have no such service'],
  ])('for %s where there is no server', async (_, changes, why) => {
    const host = open();
    host.evaluator.track(view());
    expect(await serviceAttributes([host], { ...shop, ...changes })).toBeNull();
    expect(messages()).toHaveLength(1);
    expect(messages()[0]).toContain(why);
    expect(messages()[0]).toContain('there is no server to ask: give "endpoint", or call subscribeToInterventions');
  });

  test('for a key of another group whose id is held', async () => {
    const host = open();
    host.evaluator.track(view({ uid: 'u1' }));
    const request = { ...shop, attribute_key: 'user_id', identifier: 'u1' };
    expect(await serviceAttributes([host], request)).toBeNull();
    expect(messages()[0]).toContain('the service is not for the attribute key "user_id"');
  });

  test('after an opt-out: the server is not told the id', async () => {
    const host = open({}, { endpoint }, { getDomainUserInfo: () => [] });
    host.evaluator.track(view());
    host.evaluator.track({ e: 'pv', eid: crypto.randomUUID() });
    expect(await serviceAttributes([host], shop)).toBeNull();
    expect(messages()).toEqual(['stream: Cannot read a service: the visitor has opted out.']);
    expect(asked).toEqual([]);
  });

  test('after unsubscribe: the server is not asked any more', async () => {
    const host = open({ definitions: tutorial }, { endpoint });
    host.subscription?.unsubscribe();
    expect(await serviceAttributes([host], shop)).toBeNull();
    expect(asked).toEqual([]);
  });

  test('without a tracker the console has it', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    expect(await serviceAttributes([], shop)).toBeNull();
    expect(warn.mock.calls[0]?.[0]).toContain('no tracker has the plugin, and there is no server to ask');
  });
});
