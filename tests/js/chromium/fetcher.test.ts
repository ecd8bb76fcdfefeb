// tripline/fetcher inside Snowplow's own plugin, unmodified, in Chromium.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { TrackerPayload } from '../../../js/src/types.js';
import { StreamServer } from '../stream-server.js';
import type {} from './official.js';
import { newVisitor, openBrowser, Site } from './site.js';

let site: Site;
let browser: Browser;
let context: BrowserContext;
let complaints: string[];
let page: Page;

beforeAll(async () => {
  [site, browser] = await Promise.all([Site.open('official.ts'), openBrowser()]);
});
afterAll(async () => {
  await browser.close();
  site.close();
});
beforeEach(async () => {
  site.collected.length = 0;
  ({ context, complaints } = await newVisitor(browser));
  page = await context.newPage();
  await open('');
});
afterEach(async () => {
  await context.close();
  expect(complaints, 'the console').toEqual([]);
});

async function open(path: string): Promise<void> {
  await page.goto(site.url + path);
  await page.waitForFunction(() => globalThis.official !== undefined);
}

const shown = (names: string[]): Promise<void> =>
  vi.waitFor(
    async () => expect(await page.evaluate(() => official.interventions.map(({ name }) => name))).toEqual(names),
    { timeout: 10_000 },
  );

test("the page decides, and that plugin's handlers get the intervention, with values as strings", async () => {
  const id = await page.evaluate(() => {
    const tracker = official.start();
    for (let views = 1; views <= 4; ++views) official.view();
    return tracker.getDomainUserInfo()[1];
  });
  await shown(['discount']);
  expect(await page.evaluate(() => official.interventions)).toEqual([
    {
      intervention_id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      name: 'discount',
      version: 1,
      attributes: { 'ecom_attributes:count_product_views': '4', 'ecom_attributes:count_add_to_cart': '0' },
      target_attribute_key: { name: 'domain_userid', id },
    },
  ]);
  expect(await page.evaluate(() => official.problems)).toEqual([]);
});

test('that plugin measures it, as its schemas require', async () => {
  await page.evaluate(() => {
    official.start();
    official.add();
  });
  await shown(['cart_abandonment']);
  await vi.waitFor(() => expect(site.collected).toHaveLength(3));
  const [, received, handled] = site.collected.map(({ ue_pr }: TrackerPayload) => String(ue_pr));
  expect(received).toContain('/intervention_receive/jsonschema/1-0-0","data":{"handlers":["banner"]}');
  expect(handled).toContain('/intervention_handle/jsonschema/1-0-0","data":{"handler":"banner"}');
  const entities = (
    JSON.parse(String(site.collected[1]?.['co'])) as {
      data: { schema: string; data: { attributes: { value: unknown }[] } }[];
    }
  ).data;
  const instance = entities.find(({ schema }) => schema.includes('intervention_instance'));
  expect(instance?.data.attributes.map(({ value }) => value)).toEqual(['0', '1', '24.49']);
});

test('counts continue from page to page, and nothing fires twice', async () => {
  await page.evaluate(() => {
    official.start();
    official.add();
  });
  await shown(['cart_abandonment']);
  await open('next');
  await page.evaluate(() => {
    official.start();
    official.add();
    for (let views = 1; views <= 4; ++views) official.view();
  });
  await shown(['discount']);
});

test('after clearUserData, no intervention for the old visitor reaches that plugin', async () => {
  const criterion = { attribute: 'visit:recent', operator: '<', value: 1 };
  const pageView = { name: 'page_view', vendor: 'com.snowplowanalytics.snowplow', version: '1-0-0' };
  const definitions = {
    attribute_groups: [
      {
        name: 'visit',
        version: 1,
        attribute_key: { name: 'domain_userid' },
        attributes: [{ name: 'recent', type: 'int32', aggregation: 'counter', events: [pageView], period: 'PT1S' }],
      },
    ],
    interventions: [{ name: 'quiet', version: 1, criteria: criterion }],
  };
  await page.evaluate((definitions) => {
    official.start({ definitions });
    official.pageView();
    official.clearUserData();
  }, definitions);
  await page.waitForTimeout(2500);
  await shown([]);
  await page.evaluate(() => official.pageView());
  await shown(['quiet']);
});

test("that plugin's subscription opens a stream of ours beside it", async () => {
  const server = await StreamServer.open();
  const policy = site.policy;
  site.policy = policy.replace(/connect-src 'self'/, `connect-src 'self' ${server.url}`);
  try {
    await open('next');
    await page.evaluate((endpoint) => {
      official.start();
      official.subscribeToInterventions({ endpoint, attributeKeyTargets: { language: '/br_lang' } });
      official.add();
    }, server.url);
    await shown(['cart_abandonment']);
    await vi.waitFor(() => expect(server.asked.at(-1)?.query).toMatchObject({ language: 'en-US' }));
    await server.reached(1);
    server.cut();
    await server.reached(1);
    server.send({
      intervention_id: '550e8400-e29b-41d4-a716-446655440000',
      name: 'offer',
      version: 1,
      attributes: { 'a:b': '1' },
    });
    await shown(['cart_abandonment', 'offer']);
  } finally {
    site.policy = policy;
    await page.close();
    complaints.length = 0; // the browser's message about the stream that was cut
    await server.stop();
  }
});
