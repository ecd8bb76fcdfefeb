// Rule 16 with the real tracker, in Chromium: a page shows and reports only interventions for its present visitor.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { TrackerPayload } from '../../../js/src/types.js';
import type {} from './page.js';
import { go, newVisitor, openBrowser, ready, Site, visit } from './site.js';

let site: Site;
let browser: Browser;
let context: BrowserContext;
let complaints: string[];
let page: Page;

const pageView = { name: 'page_view', vendor: 'com.snowplowanalytics.snowplow', version: '1-0-0' };
const views = { name: 'views', type: 'int32', aggregation: 'counter', events: [pageView] };
const keys = ['user_id', 'domain_userid', 'domain_sessionid'];

/** For each key: `KEY_seen` fires with the first page view, `KEY_quiet` a second after the last one. */
const definitions = (...names: string[]): object => ({
  attribute_groups: keys.map((name) => ({
    name,
    version: 1,
    attribute_key: { name },
    attributes: [views, { ...views, name: 'recent', period: 'PT1S' }],
  })),
  interventions: [
    ...keys.flatMap((key) => [
      { name: `${key}_seen`, version: 1, criteria: { attribute: `${key}:views`, operator: '>=', value: 1 } },
      { name: `${key}_quiet`, version: 1, criteria: { attribute: `${key}:recent`, operator: '<', value: 1 } },
    ]),
    {
      name: 'both',
      version: 1,
      criteria: { attribute: 'domain_userid:views', operator: '>=', value: 1 },
      target_attribute_keys: [{ name: 'user_id' }, { name: 'domain_userid' }],
    },
  ].filter(({ name }) => names.includes(name)),
});

function serve(...names: string[]): void {
  site.answers.set('/definitions.json', { type: 'application/json', body: JSON.stringify(definitions(...names)) });
}

beforeAll(async () => {
  [site, browser] = await Promise.all([Site.open(), openBrowser()]);
});
afterAll(async () => {
  await browser.close();
  site.close();
});
beforeEach(async () => {
  site.collected.length = 0;
  site.answers.clear();
  ({ context, complaints } = await newVisitor(browser));
  page = await visit(context, site.url);
});
afterEach(async () => {
  await context.close();
  expect(complaints, 'the console').toEqual([]);
});

const notes = (of = page): Promise<string[]> => of.evaluate(() => tripline.notes);
const noted = (expected: string[], of = page): Promise<void> =>
  vi.waitFor(async () => expect((await notes(of)).sort()).toEqual(expected), { timeout: 10_000 });
/** Waits for longer than due timers and handlers need, before a test checks that nothing is shown. */
const quiet = (): Promise<void> => page.waitForTimeout(2500);
/** Waits until all events tracked so far have counted. */
const counted = (of = page): Promise<unknown> =>
  of.evaluate(() => tripline.plugin.getEvaluator()?.attributes({ name: 'user_id', id: 'A' }));
const handle = (of = page): Promise<void> =>
  of.evaluate(() => tripline.plugin.addInterventionHandlers({ banner: tripline.note }));

/** Returns `receive NAME` and `handle NAME` for the receipts that were sent. */
const receipts = (): string[] =>
  site.collected.flatMap(({ ue_pr, co }: TrackerPayload) => {
    const [, kind] = /\/intervention_(\w+)\/jsonschema/.exec(String(ue_pr)) ?? [];
    const [, name] = /"name":"(\w+)","version"/.exec(String(co)) ?? [];
    return kind ? [`${kind} ${name}`] : [];
  });
const sent = (): number => site.collected.filter(({ e }) => e === 'pv').length;

describe('login and logout', () => {
  test("a user's timer does not fire after logout, and does when the user is back", async () => {
    serve('user_id_quiet', 'domain_userid_quiet');
    await page.evaluate(() => {
      tripline.start({ handlers: { banner: tripline.note } });
      tripline.setUserId('A');
      tripline.pageView();
      tripline.setUserId(null);
      tripline.pageView();
    });
    await noted(['domain_userid_quiet']);
    await quiet();
    await noted(['domain_userid_quiet']);
    await page.evaluate(() => {
      tripline.setUserId('A');
      tripline.pageView();
    });
    await noted(['domain_userid_quiet', 'user_id_quiet']);
  });

  test('an intervention that waited for a user is neither shown nor reported to the next one', async () => {
    serve('user_id_seen');
    await page.evaluate(() => {
      tripline.start();
      tripline.setUserId('A');
      tripline.pageView();
    });
    await counted();
    await page.evaluate(() => {
      tripline.setUserId('B');
      tripline.plugin.addInterventionHandlers({
        banner: ({ target_attribute_key: { id } }) => tripline.notes.push(id),
      });
    });
    await quiet();
    await noted([]);
    await page.evaluate(() => tripline.pageView());
    await noted(['B']);
    await page.evaluate(() => {
      tripline.setUserId('A');
      tripline.pageView();
    });
    await noted(['A', 'B']);
    await vi.waitFor(() => expect(receipts()).toHaveLength(4));
    for (const { ue_pr, co, uid } of site.collected) {
      if (String(ue_pr).includes('/intervention_'))
        expect(String(co)).toContain(`"attributeKey":{"name":"user_id","id":"${String(uid)}"}`);
    }
  });

  test('the end of a handler after logout is not reported', async () => {
    serve('user_id_seen');
    await page.evaluate(() => {
      tripline.start({
        handlers: { banner: (it) => (tripline.note(it), new Promise((resolve) => addEventListener('end', resolve))) },
      });
      tripline.setUserId('A');
      tripline.pageView();
    });
    await noted(['user_id_seen']);
    await page.evaluate(() => {
      tripline.setUserId(null);
      dispatchEvent(new Event('end'));
      tripline.pageView();
    });
    await vi.waitFor(() => expect(sent()).toBe(2));
    await quiet();
    expect(receipts()).toEqual(['receive user_id_seen']);
  });

  test('of several targets, the first held one gets the intervention, once', async () => {
    serve('both');
    await page.evaluate(() => {
      tripline.start();
      tripline.setUserId('A');
      tripline.pageView();
      tripline.setUserId(null);
      tripline.pageView();
      tripline.plugin.addInterventionHandlers({
        banner: ({ target_attribute_key: { name } }) => tripline.notes.push(name),
      });
    });
    await noted(['domain_userid']);
    await page.evaluate(() => {
      tripline.setUserId('A');
      tripline.pageView();
    });
    await counted();
    await noted(['domain_userid']);
    expect(receipts()).toEqual(['receive both', 'handle both']);
  });
});

test('a session has its own timer, and no timer of a past session fires', async () => {
  serve('domain_sessionid_quiet');
  await page.evaluate(() => {
    tripline.start({ handlers: { banner: tripline.note } });
    for (let sessions = 1; sessions <= 3; ++sessions) {
      tripline.newSession();
      tripline.pageView();
    }
  });
  await noted(['domain_sessionid_quiet']);
  await quiet();
  await noted(['domain_sessionid_quiet']);
});

test('newSession without an event ends the old session', async () => {
  serve('domain_sessionid_seen', 'domain_sessionid_quiet');
  await page.evaluate(() => {
    tripline.start();
    tripline.pageView();
  });
  await counted();
  await page.evaluate(() => tripline.newSession());
  await handle();
  await noted(['expired domain_sessionid_seen']);
  await quiet();
  await noted(['expired domain_sessionid_seen']);
});

describe('clearUserData', () => {
  test('without an event: interventions for the old visitor expire, and the timers do not fire', async () => {
    serve('user_id_seen', 'domain_userid_seen', 'domain_sessionid_seen', 'user_id_quiet', 'domain_userid_quiet');
    await page.evaluate(() => {
      tripline.start();
      tripline.setUserId('A');
      tripline.pageView();
    });
    await counted();
    await page.evaluate(() => tripline.clearUserData());
    await handle();
    const expired = ['expired domain_sessionid_seen', 'expired domain_userid_seen', 'expired user_id_seen'];
    await noted(expired);
    await quiet();
    await noted(expired);
    expect(receipts()).toEqual([]);
  });

  test('that keeps the user keeps the interventions for the user', async () => {
    serve('user_id_seen', 'domain_userid_quiet', 'domain_sessionid_quiet');
    await page.evaluate(() => {
      tripline.start({ handlers: { banner: tripline.note } });
      tripline.setUserId('A');
      tripline.pageView();
    });
    await noted(['user_id_seen']);
    await page.evaluate(() => tripline.clearUserData({ preserveUser: true, preserveSession: false }));
    await quiet();
    await noted(['domain_userid_quiet', 'user_id_seen']);
  });

  test('while a handler runs: its end is not reported', async () => {
    serve('domain_userid_seen');
    await page.evaluate(() => {
      tripline.start({
        handlers: { banner: (it) => (tripline.note(it), new Promise((resolve) => addEventListener('end', resolve))) },
      });
      tripline.pageView();
    });
    await noted(['domain_userid_seen']);
    await page.evaluate(() => {
      tripline.clearUserData();
      dispatchEvent(new Event('end'));
    });
    await quiet();
    expect(receipts()).toEqual(['receive domain_userid_seen']);
  });

  test('then back: the page from the back/forward cache shows nothing for the old visitor', async () => {
    serve('domain_userid_seen');
    let tries = 0;
    do {
      // Chromium does not cache a page with an open transaction: then another visitor tries.
      expect(++tries).toBeLessThan(10);
      await context.clearCookies();
      await go(page, site.url);
      await page.evaluate(async () => {
        tripline.start();
        tripline.pageView();
        await tripline.plugin.getEvaluator()?.attributes({ name: 'user_id', id: 'A' });
        tripline.notes.push('same page');
        location.href = '/next';
      });
      await page.waitForURL('**/next');
      await ready(page);
      await page.evaluate(() => {
        tripline.start();
        tripline.clearUserData();
        tripline.pageView();
      });
      await page.goBack({ waitUntil: 'commit' });
      await ready(page);
    } while (!(await notes()).includes('same page'));
    await handle();
    await page.waitForTimeout(1000);
    expect(await notes()).not.toContain('domain_userid_seen');
  });
});

describe('anonymous tracking', () => {
  test('holds no user and no session, until it ends', async () => {
    serve('domain_userid_seen', 'domain_sessionid_quiet', 'domain_userid_quiet');
    await page.evaluate(() => {
      tripline.start();
      tripline.pageView();
      tripline.enableAnonymousTracking();
      tripline.pageView();
    });
    await counted();
    await handle();
    await quiet();
    await noted([]);
    await page.evaluate(() => {
      tripline.disableAnonymousTracking();
      tripline.pageView();
    });
    await noted(['domain_sessionid_quiet', 'domain_userid_quiet', 'domain_userid_seen']);
  });

  test('that keeps sessions holds the session', async () => {
    serve('domain_sessionid_quiet', 'domain_userid_quiet');
    await page.evaluate(() => {
      tripline.start({ handlers: { banner: tripline.note } });
      tripline.pageView();
      tripline.enableAnonymousTracking({ options: { withSessionTracking: true } });
      tripline.pageView();
    });
    await noted(['domain_sessionid_quiet']);
    await quiet();
    await noted(['domain_sessionid_quiet']);
  });

  test('from the start, with sessions: interventions for the session are shown and reported', async () => {
    serve('domain_sessionid_seen', 'domain_sessionid_quiet', 'domain_userid_seen');
    await page.evaluate(() => {
      tripline.start({ handlers: { banner: tripline.note } }, 'sp1', {
        anonymousTracking: { withSessionTracking: true },
      });
      tripline.pageView();
    });
    await noted(['domain_sessionid_quiet', 'domain_sessionid_seen']);
    await vi.waitFor(() => expect(receipts()).toHaveLength(4));
  });

  test('no report carries an old id, even if it is the first anonymous event', async () => {
    serve('domain_userid_seen');
    await page.evaluate(() => {
      tripline.start({
        handlers: { banner: (it) => (tripline.note(it), new Promise((resolve) => addEventListener('end', resolve))) },
      });
      tripline.pageView();
    });
    await noted(['domain_userid_seen']);
    await page.evaluate(() => {
      tripline.enableAnonymousTracking();
      dispatchEvent(new Event('end'));
    });
    await page.waitForTimeout(500);
    await page.evaluate(() => {
      tripline.plugin
        .getEvaluator()
        ?.push({ name: 'pushed', target_attribute_key: { name: 'domain_userid', id: 'x' } });
      tripline.pageView();
    });
    await noted(['domain_userid_seen', 'pushed']);
    await vi.waitFor(() => expect(sent()).toBe(2));
    expect(receipts()).toEqual(['receive domain_userid_seen']);
  });
});

describe('opting out', () => {
  test('by its cookie ends counting, timers, pushes and reports, until it is gone', async () => {
    serve('domain_userid_quiet', 'user_id_seen');
    await page.evaluate(() => {
      tripline.start({ handlers: { banner: tripline.note } });
      tripline.setOptOutCookie('opt-out');
      tripline.pageView();
      document.cookie = 'opt-out=1';
      tripline.setUserId('A');
      tripline.pageView();
      tripline.plugin.getEvaluator()?.push({ name: 'pushed', target_attribute_key: { name: 'shop', id: '1' } });
    });
    await quiet();
    await noted([]);
    expect(receipts()).toEqual([]);
    expect(await counted()).toMatchObject({ user_id: { views: 0 } });
    await page.evaluate(() => {
      document.cookie = 'opt-out=; max-age=0';
      tripline.setUserId('A');
      tripline.pageView();
    });
    await noted(['domain_userid_quiet', 'user_id_seen']); // the timer is the new user's
    await vi.waitFor(() => expect(receipts()).toHaveLength(4));
  });

  test('by Do Not Track, if the tracker respects it: nothing is counted, shown or kept', async () => {
    serve('domain_userid_seen');
    await page.addInitScript(() => Object.defineProperty(navigator, 'doNotTrack', { value: '1' }));
    await go(page, site.url);
    await page.evaluate(() => {
      tripline.start({ handlers: { banner: tripline.note } }, 'sp1', { respectDoNotTrack: true });
      tripline.pageView();
      tripline.plugin.getEvaluator()?.push({ name: 'pushed', target_attribute_key: { name: 'shop', id: '1' } });
    });
    await quiet();
    await noted([]);
    expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('tripline')))).toEqual(
      [],
    );
    expect(site.collected).toEqual([]);
  });
});

describe('two tabs', () => {
  test('each shows interventions for its own visitor', async () => {
    serve('user_id_seen');
    await page.evaluate(() => {
      tripline.start();
      tripline.setUserId('A');
      tripline.pageView();
    });
    await counted();
    const other = await visit(context, site.url);
    await other.evaluate(() => {
      tripline.start({ handlers: { banner: tripline.note } });
      tripline.pageView();
    });
    await other.waitForTimeout(4000);
    expect(await notes(other)).toEqual([]);
    await handle();
    await noted(['user_id_seen']);
  });

  test('clearUserData in one ends the old visitor in the other, which shows nothing for that visitor', async () => {
    serve('domain_userid_seen', 'domain_userid_quiet');
    await page.evaluate(() => {
      tripline.start();
      tripline.pageView();
    });
    await counted();
    const other = await visit(context, site.url);
    await other.evaluate(() => {
      tripline.start();
      tripline.clearUserData();
      tripline.pageView();
    });
    await noted(['expired domain_userid_seen'], other);
    await handle();
    await quiet();
    await noted([]);
  });

  test('an intervention that left the definitions stays for the tab that decided it, and expires when it closes', async () => {
    serve('domain_userid_seen');
    await page.evaluate(() => {
      tripline.start();
      tripline.pageView();
    });
    await counted();
    serve('domain_userid_quiet');
    const other = await visit(context, site.url);
    await other.evaluate(() => {
      tripline.start({ handlers: { banner: tripline.note } });
      tripline.pageView();
    });
    await noted(['domain_userid_quiet'], other);
    await other.waitForTimeout(5000);
    await noted(['domain_userid_quiet'], other);
    await page.close();
    await noted(['domain_userid_quiet', 'expired domain_userid_seen'], other);
  });

  test('an intervention that left the definitions is shown by the tab that decided it', async () => {
    serve('domain_userid_seen');
    await page.evaluate(() => {
      tripline.start();
      tripline.pageView();
    });
    await counted();
    serve('domain_userid_quiet');
    const other = await visit(context, site.url);
    await other.evaluate(() => {
      tripline.start();
      tripline.pageView();
    });
    await other.waitForTimeout(4000);
    await handle();
    await noted(['domain_userid_seen']);
  });

  test('the back/forward cache can keep a page although one of its interventions waits', async () => {
    serve('domain_userid_seen');
    let tries = 0;
    do {
      expect(++tries).toBeLessThan(10);
      await context.clearCookies();
      await go(page, site.url);
      await page.evaluate(async () => {
        tripline.start();
        tripline.pageView();
        await tripline.plugin.getEvaluator()?.attributes({ name: 'user_id', id: 'A' });
        await new Promise((resolve) => setTimeout(resolve, 200));
        const { held } = await navigator.locks.query();
        tripline.notes.push(`${held?.filter(({ name }) => name?.startsWith('tripline:page:')).length} lock`);
        location.href = '/next';
      });
      await page.waitForURL('**/next');
      await ready(page);
      await page.goBack({ waitUntil: 'commit' });
      await ready(page);
    } while ((await notes()).length === 0);
    await handle();
    await noted(['1 lock', 'domain_userid_seen']);
  });
});
