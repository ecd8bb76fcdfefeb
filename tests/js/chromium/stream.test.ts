// Subscriptions with the real tracker, in Chromium, to a server of another origin.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Intervention, TrackerPayload } from '../../../js/src/types.js';
import { StreamServer } from '../stream-server.js';
import type {} from './page.js';
import { go, newVisitor, openBrowser, ready, Site, visit } from './site.js';

let site: Site;
let sitePolicy: string;
let server: StreamServer;
let browser: Browser;
let context: BrowserContext;
let complaints: string[];
let page: Page;

beforeAll(async () => {
  [site, browser] = await Promise.all([Site.open(), openBrowser()]);
  sitePolicy = site.policy;
});
afterAll(async () => {
  await browser.close();
  site.close();
});
const policy = (): string => sitePolicy.replace(/connect-src 'self'[^;]*/, `connect-src 'self' ${server.url}`);
beforeEach(async () => {
  server = await StreamServer.open();
  site.policy = policy();
  site.collected.length = 0;
  site.routes.clear();
  ({ context, complaints } = await newVisitor(browser));
  page = await visit(context, site.url);
});
afterEach(async () => {
  await context.close();
  await server.stop();
});

const noted = (expected: string[], of = page): Promise<void> =>
  vi.waitFor(async () => expect(await of.evaluate(() => tripline.notes)).toEqual(expected), { timeout: 10_000 });
const noComplaints = (): void => expect(complaints, 'the console').toEqual([]);

const offer = (name = 'offer'): Omit<Intervention, 'target_attribute_key'> => ({
  intervention_id: crypto.randomUUID(),
  name,
  version: 1,
  attributes: { 'a:b': '4' },
});

/** Starts a tracker and a subscription, and notes its states. */
async function subscribe(options: object = {}, plugin: object = {}): Promise<void> {
  await page.evaluate(
    ([endpoint, options, plugin]) => {
      tripline.start({ handlers: { banner: tripline.note }, ...plugin });
      tripline.subscription = tripline.plugin.subscribeToInterventions({ endpoint, ...options });
      tripline.subscription.on('status', ({ tracker, state }) => tripline.states.push(`${tracker} ${state}`));
    },
    [server.url, options, plugin] as const,
  );
}

describe('a subscription', () => {
  test('requests the ids of the tracker, and its interventions reach handlers', async () => {
    await subscribe();
    await server.reached(1);
    server.send(offer(), '1');
    await noted(['offer']);
    const [user, session] = await page.evaluate(() => {
      const tracker = tripline.plugin.getEvaluator() && tripline.tracker;
      return [tracker?.getDomainUserInfo()[1], tracker?.getDomainUserInfo()[6]];
    });
    expect(server.asked).toHaveLength(1);
    expect(server.asked[0]?.query).toEqual({ domain_userid: user, domain_sessionid: session });
    expect(await page.evaluate(() => tripline.states)).toEqual(['sp1 connecting', 'sp1 open']);
    noComplaints();
  });

  test('is measured like any other intervention', async () => {
    await subscribe();
    await server.reached(1);
    server.send(offer());
    await noted(['offer']);
    await vi.waitFor(() => expect(site.collected).toHaveLength(2));
    const texts = site.collected.map(({ ue_pr }: TrackerPayload) => String(ue_pr));
    expect(texts[0]).toContain('/intervention_receive/');
    expect(texts[1]).toContain('/intervention_handle/');
    expect(String(site.collected[0]?.['co'])).toContain('"attribute":"a:b","value":"4"');
  });

  test('follows a new session, but not its own measurements', async () => {
    await subscribe();
    await server.reached(1);
    await page.evaluate(() => {
      tripline.newSession();
      tripline.pageView();
    });
    await vi.waitFor(() => expect(server.asked).toHaveLength(2));
    await server.reached(1);
    const [before, after] = server.asked.map(({ query }) => query);
    expect(after?.['domain_userid']).toBe(before?.['domain_userid']);
    expect(after?.['domain_sessionid']).not.toBe(before?.['domain_sessionid']);
    server.send(offer());
    await noted(['offer']);
    expect(server.asked).toHaveLength(2);
  });

  test('reads ids from events by selectors, also from events tracked before its code was loaded', async () => {
    await page.evaluate((endpoint) => {
      tripline.start({ handlers: { banner: tripline.note } });
      tripline.plugin.subscribeToInterventions({
        endpoint,
        attributeKeyTargets: {
          product_id: '/co/com.snowplowanalytics.snowplow.ecommerce/product/id',
          language: 'br_lang',
        },
        attributeKeyIds: { store_id: 's1' },
      });
      tripline.view();
      tripline.pageView();
    }, server.url);
    await server.reached(1);
    await vi.waitFor(() =>
      expect(server.asked.at(-1)?.query).toMatchObject({ product_id: 'P-100', language: 'en-US', store_id: 's1' }),
    );
  });

  test('that is made before its tracker waits for it', async () => {
    await page.evaluate((endpoint) => {
      tripline.plugin.subscribeToInterventions({ endpoint }, ['sp1']);
      tripline.start({ handlers: { banner: tripline.note } });
    }, server.url);
    await server.reached(1);
  });

  test('that is equal to the present one returns that one; another one replaces it', async () => {
    await subscribe();
    await server.reached(1);
    const same = await page.evaluate(
      (endpoint) => tripline.plugin.subscribeToInterventions({ endpoint }) === tripline.subscription,
      server.url,
    );
    expect(same).toBe(true);
    await page.evaluate(
      (endpoint) => void tripline.plugin.subscribeToInterventions({ endpoint, apiPath: '/other/interventions' }),
      server.url,
    );
    await vi.waitFor(() => expect(server.asked.at(-1)?.path).toBe('/other/interventions'));
    await server.reached(1);
    expect(await page.evaluate(() => tripline.states.at(-1))).toBe('sp1 closed');
  });

  test('ends by unsubscribe, and an equal one then starts again', async () => {
    await subscribe();
    await vi.waitFor(async () => expect(await page.evaluate(() => tripline.states)).toContain('sp1 open'));
    await page.evaluate(() => tripline.subscription?.unsubscribe());
    await server.reached(0);
    expect(await page.evaluate(() => tripline.states)).toEqual(['sp1 connecting', 'sp1 open', 'sp1 closed']);
    await page.evaluate((endpoint) => void tripline.plugin.subscribeToInterventions({ endpoint }), server.url);
    await server.reached(1);
    server.send(offer());
    await noted(['offer']);
    noComplaints();
  });

  test('without an endpoint is an error, and nothing is thrown', async () => {
    await page.evaluate(() => {
      tripline.start();
      tripline.plugin.subscribeToInterventions(undefined as never);
      tripline.plugin.subscribeToInterventions({ self: tripline, big: 1n } as never);
    });
    const told = expect.stringContaining('"endpoint"') as string;
    await vi.waitFor(async () =>
      expect(await page.evaluate(() => tripline.problems.map(({ message }) => message))).toEqual([told]),
    );
  });
});

/** Serves the server's stream at the site's own address, and returns that address. */
function ofTheSite(): string {
  site.routes.set('/api/v1/interventions', server.answer);
  return site.url;
}

describe('a message that the page missed while the server did not respond', () => {
  const silent = (): void => undefined;

  test.each(['the same', 'another'])(
    'is requested by Last-Event-ID until there is a response, by a page of %s origin',
    async (origin) => {
      await subscribe({ endpoint: origin === 'another' ? server.url : ofTheSite(), connectionTimeoutMs: 300 });
      await server.reached(1);
      server.send(offer(), '1');
      await noted(['offer']);
      server.opening = `id: 2\ndata: ${JSON.stringify(offer('missed'))}\n\n`;
      server.answers.push(silent, (_, response) => response.writeHead(503).end());
      server.cut();
      await noted(['offer', 'missed']);
      const asked = server.asked.filter(({ method }) => method === 'GET');
      expect(asked.map(({ lastEventId }) => lastEventId)).toEqual([undefined, '1', '1', '1']);
    },
    30_000,
  );

  test.each(['Größe', '☃ 👟'])('is requested by the bytes of the id "%s", as by EventSource', async (id) => {
    server.opening = 'retry: 100\n\n';
    await subscribe({ endpoint: ofTheSite() });
    await page.evaluate(() => {
      const source = new EventSource('/api/v1/interventions?by=EventSource');
      source.addEventListener('message', () => (document.title = 'received'));
    });
    await server.reached(2);
    server.send(offer(), id);
    await noted(['offer']);
    await vi.waitFor(async () => expect(await page.title()).toBe('received'));
    server.cut();
    const again = await vi.waitFor(
      () => {
        expect(server.asked.length).toBe(4);
        return server.asked.slice(2).map(({ lastEventId }) => lastEventId);
      },
      { timeout: 10_000 },
    );
    expect(again[0]).toBe(again[1]);
    expect(Buffer.from(again[0] ?? '', 'latin1').toString('utf8')).toBe(id);
  });
});

describe('from page to page', () => {
  test('the next page asks a server of another origin for the messages since then', async () => {
    await subscribe();
    await server.reached(1);
    server.send(offer(), 'm1');
    await noted(['offer']);
    await go(page, `${site.url}next`);
    await server.reached(0);
    await subscribe();
    await server.reached(1);
    const { lastEventId, method } = server.asked.at(-1) ?? {};
    expect([method, lastEventId]).toEqual(['GET', 'm1']);
    noComplaints();
  });

  test('a server that does not allow the header gets requests without it', async () => {
    server.allowsHeader = false;
    await subscribe();
    await server.reached(1);
    server.send(offer(), 'm1');
    await noted(['offer']);
    server.cut();
    await server.reached(1);
    expect(server.asked.at(-1)).toMatchObject({ method: 'GET', lastEventId: undefined });
    server.send(offer('second'), 'm2');
    await noted(['offer', 'second']);
  });

  test('a page restored from the back/forward cache reconnects', async () => {
    await subscribe();
    await server.reached(1);
    await page.evaluate(() => {
      location.href = '/next';
    });
    await page.waitForURL('**/next');
    await ready(page);
    await server.reached(0);
    await page.goBack({ waitUntil: 'commit' });
    await server.reached(1);
    expect(await page.evaluate(() => tripline.states.length), 'the page is the same one').toBeGreaterThan(2);
    server.send(offer());
    await noted(['offer']);
  });

  test('a page that is hidden for a minute closes its stream, until it is visible again', async () => {
    const hide = (state: string): Promise<void> =>
      page.evaluate((state) => {
        Object.defineProperty(document, 'visibilityState', { configurable: true, value: state });
        document.dispatchEvent(new Event('visibilitychange'));
      }, state);
    await page.close();
    page = await context.newPage();
    await page.clock.install();
    await go(page, site.url);
    await subscribe();
    await server.reached(1);
    await hide('hidden');
    await page.clock.runFor(59_000);
    await server.reached(1);
    await page.clock.runFor(2_000);
    await server.reached(0);
    await page.evaluate(() => {
      tripline.newSession();
      tripline.pageView();
    });
    expect(await page.evaluate(() => tripline.states.at(-1))).toBe('sp1 idle');
    await hide('visible');
    await server.reached(1);
    server.send(offer());
    await noted(['offer']);
  });

  test('of two tabs, one shows the intervention', async () => {
    await subscribe();
    const other = await visit(context, site.url);
    const first = page;
    page = other;
    await subscribe();
    await server.reached(2);
    server.send(offer());
    const all = async (): Promise<string[]> =>
      (await Promise.all([first, other].map((each) => each.evaluate(() => tripline.notes)))).flat();
    await vi.waitFor(async () => expect(await all()).toEqual(['offer']), { timeout: 10_000 });
    await other.waitForTimeout(200);
    expect(await all()).toEqual(['offer']);
  });
});

describe('the mode', () => {
  test('always: the page decides, too, and an intervention that both decide is shown once', async () => {
    await subscribe();
    await server.reached(1);
    await page.evaluate(() => void tripline.add());
    await noted(['cart_abandonment']);
    const target = await page.evaluate(() => ({ name: 'domain_userid', id: tripline.tracker?.getDomainUserInfo()[1] }));
    server.send({ ...offer('cart_abandonment'), target_attribute_key: target });
    server.send(offer());
    await noted(['cart_abandonment', 'offer']);
  });

  test('only: the page does not decide, until unsubscribe', async () => {
    await subscribe({ mode: 'only' });
    await page.evaluate(() => void tripline.add());
    await server.reached(1);
    server.send(offer());
    await noted(['offer']);
    await page.evaluate(() => {
      tripline.subscription?.unsubscribe();
      tripline.add();
    });
    await noted(['offer', 'cart_abandonment']);
    expect(await page.evaluate(() => tripline.attributes())).toMatchObject({ count_add_to_cart: 1 });
  });

  test('only is the default without definitions, and the page does not load the engine', async () => {
    const loaded: string[] = [];
    page.on('request', (request) => loaded.push(new URL(request.url()).pathname));
    await subscribe({}, { definitions: undefined });
    await server.reached(1);
    server.send(offer());
    await noted(['offer']);
    expect(loaded.filter((path) => path.endsWith('.wasm') || path.endsWith('definitions.json'))).toEqual([]);
    expect(await page.evaluate(() => tripline.problems)).toEqual([]);
    noComplaints();
  });

  test('fallback: the server decides if the policy forbids WebAssembly', async () => {
    site.policy = policy().replace(" 'wasm-unsafe-eval'", '');
    await go(page, `${site.url}strict`);
    await subscribe({ mode: 'fallback' });
    await server.reached(1);
    server.send(offer());
    await noted(['offer']);
  });

  test('fallback: the page decides if it can', async () => {
    await subscribe({ mode: 'fallback' });
    await vi.waitFor(async () => expect(await page.evaluate(() => tripline.states)).toEqual(['sp1 idle']));
    await page.evaluate(() => void tripline.add());
    await noted(['cart_abandonment']);
    expect(server.asked).toEqual([]);
    noComplaints();
  });
});

test('only pages that subscribe load the code of streams', async () => {
  const loaded: string[] = [];
  page.on('request', (request) => loaded.push(new URL(request.url()).pathname));
  await page.evaluate(async () => {
    tripline.start();
    await tripline.attributes();
  });
  expect(loaded).not.toContain('/dist/intervention-stream.js');
  await page.evaluate((endpoint) => void tripline.plugin.subscribeToInterventions({ endpoint }), server.url);
  await server.reached(1);
  expect(loaded).toContain('/dist/intervention-stream.js');
});
