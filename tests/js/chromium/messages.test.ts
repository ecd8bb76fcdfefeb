// Messages of a page in Chromium: a policy that forbids connections, a plugin without definitions and subscription.
import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type {} from './page.js';
import { newVisitor, openBrowser, Site, visit } from './site.js';

let site: Site;
/** A server of another origin. */
let server: Site;
let browser: Browser;
let context: BrowserContext;
let complaints: string[];

beforeAll(async () => {
  [site, server, browser] = await Promise.all([Site.open(), Site.open(), openBrowser()]);
});
afterAll(async () => {
  await browser.close();
  site.close();
  server.close();
});
beforeEach(async () => {
  site.answers.clear();
  site.policy = Site.policy;
  ({ context, complaints } = await newVisitor(browser));
});
afterEach(() => context.close());

const origin = (): string => server.url.replace(/\/$/, '');

describe('a fetch that the Content-Security-Policy forbids', () => {
  test.each([
    ['definitions', 'definitions.json'],
    ['wasm', 'dist/tripline.wasm'],
  ] as const)('%s: the error names connect-src', async (option, path) => {
    const page = await visit(context, site.url);
    const url = `${server.url}${path}`;
    const problems = await page.evaluate(
      async ([option, url]) => {
        tripline.start({ [option]: url });
        await tripline.plugin.getEvaluator()?.ready;
        return tripline.problems.map(({ code, message }) => ({ code, message }));
      },
      [option, url] as const,
    );
    expect(problems).toMatchObject([{ code: option }]);
    expect(problems[0]?.message).toContain(url);
    expect(problems[0]?.message).toContain(`add ${origin()} to connect-src`);
  });

  test.each([
    ['definitions in JSON, which are fetched first', '/definitions.json', ['definitions']],
    ['a program and its module, which are fetched side by side', '/shop.tripline', ['definitions', 'wasm']],
  ])("connect-src 'none': the errors of %s name it", async (_, definitions, codes) => {
    site.policy = Site.policy.replace("connect-src 'self'", "connect-src 'none'");
    const page = await visit(context, site.url);
    const problems = await page.evaluate(async (address) => {
      tripline.start({ definitions: address });
      await tripline.plugin.getEvaluator()?.ready;
      return tripline.problems.map(({ code, message }) => ({ code, message }));
    }, definitions);
    expect(problems.map(({ code }) => code).sort()).toEqual(codes);
    for (const { message } of problems) expect(message).toContain('connect-src');
  });

  test('a stream: the warning names connect-src', async () => {
    const page = await visit(context, site.url);
    await page.evaluate((endpoint) => {
      tripline.startWith(tripline.plugin.SignalsPlugin(tripline.listeners), 'sp1');
      tripline.plugin.subscribeToInterventions({ endpoint });
      tripline.pageView();
    }, server.url);
    await vi.waitFor(
      async () => {
        const problems = await page.evaluate(() => tripline.problems.map(({ code, message }) => ({ code, message })));
        expect(problems).toMatchObject([
          { code: 'stream', message: expect.stringContaining(`add ${origin()} to connect-src`) as string },
        ]);
      },
      { timeout: 10_000 },
    );
  });

  test('is not the reported cause for an unreachable server, nor under a policy that only reports', async () => {
    site.policy = Site.policy.replace("connect-src 'self'", 'connect-src *');
    site.reportOnly = "connect-src 'self'";
    const gone = await Site.open();
    const url = `${gone.url}definitions.json`;
    gone.close();
    const page = await visit(context, site.url);
    const messages = await page.evaluate(async (url) => {
      tripline.start({ definitions: url });
      await tripline.plugin.getEvaluator()?.ready;
      return tripline.problems.map(({ message }) => message);
    }, url);
    site.reportOnly = '';
    expect(messages).toMatchObject([expect.stringContaining(url)]);
    expect(messages[0]).not.toContain('connect-src');
  });
});

describe('a plugin', () => {
  test('with neither definitions nor a subscription causes a warning', async () => {
    const page = await visit(context, site.url);
    const report = await page.evaluate(async () => {
      tripline.startWith(
        tripline.plugin.SignalsPlugin({ ...tripline.listeners, handlers: { note: tripline.note } }),
        'sp1',
      );
      tripline.pageView();
      while (tripline.problems.length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
      return tripline.plugin.getEvaluator()?.doctor();
    });
    const [problem, ...others] = await page.evaluate(() => tripline.problems);
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ code: 'options' });
    expect(problem?.message).toMatch(/"definitions".*subscribeToInterventions/);
    expect(report?.findings.find(({ check }) => check === 'engine')?.message).toContain(problem?.message);
  });

  test.each(['before the tracker', 'after it', 'a little later'])('that subscribes %s causes none', async (when) => {
    const page = await visit(context, site.url);
    const problems = await page.evaluate(async (when) => {
      const subscribe = (): void =>
        void tripline.plugin.subscribeToInterventions({ endpoint: location.origin, apiPath: '/silent' });
      const time = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
      if (when === 'before the tracker') subscribe();
      tripline.startWith(tripline.plugin.SignalsPlugin(tripline.listeners), 'sp1');
      if (when === 'after it') subscribe();
      await time(200);
      if (when === 'a little later') subscribe();
      await time(2500);
      return tripline.problems.filter(({ code }) => code !== 'stream');
    }, when);
    expect(problems).toEqual([]);
  });

  test('that was removed causes none', async () => {
    const page = await visit(context, site.url);
    const problems = await page.evaluate(async () => {
      const tracker = tripline.startWith(tripline.plugin.SignalsPlugin(tripline.listeners), 'sp1');
      tracker.core.deactivate();
      await new Promise((resolve) => setTimeout(resolve, 2500));
      return tripline.problems;
    });
    expect(problems).toEqual([]);
  });

  test('without a handler is advised to add one by addInterventionHandlers', async () => {
    const page = await visit(context, site.url);
    const advice = await page.evaluate(async () => {
      tripline.start();
      const evaluator = tripline.createEvaluator({ definitions: '/definitions.json' });
      const reports = await Promise.all([tripline.plugin.getEvaluator()?.doctor(), evaluator.doctor()]);
      return reports.map((report) => report?.findings.find(({ check }) => check === 'delivery')?.message);
    });
    expect(advice[0]).toMatch(/addInterventionHandlers.*"handlers"/);
    expect(advice[0]).not.toMatch(/on\(|"intervention"/);
    expect(advice[1]).toContain("on('intervention'");
  });

  test('prints the message of an error once', async () => {
    const page = await visit(context, site.url);
    await page.evaluate(() => {
      const handlers = {
        broken: () => {
          throw new Error('no place for a banner');
        },
      };
      tripline.startWith(tripline.plugin.SignalsPlugin({ definitions: '/definitions.json', handlers }), 'sp1');
      tripline.add();
    });
    const printed = (): string[] => complaints.filter((text) => text.includes('tripline: '));
    await vi.waitFor(() => expect(printed()).toHaveLength(1), { timeout: 10_000 });
    expect(printed()[0]?.split('no place for a banner')).toHaveLength(2);
  });
});
