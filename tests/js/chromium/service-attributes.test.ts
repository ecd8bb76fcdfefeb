// getServiceAttributes with the real tracker, in Chromium, and a server of another origin.
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { readSample } from '../engine-module.js';
import type {} from './page.js';
import { newVisitor, openBrowser, Site, visit } from './site.js';

let site: Site;
let browser: Browser;
let context: BrowserContext;
let complaints: string[];
let page: Page;
let server: Server;
let endpoint: string;
let bodies: string[];
let methods: string[];
/** Sends the answer to a POST. */
let answer: (response: ServerResponse) => void;

beforeAll(async () => {
  [site, browser] = await Promise.all([Site.open(), openBrowser()]);
});
afterAll(async () => {
  await browser.close();
  site.close();
});
beforeEach(async () => {
  [bodies, methods] = [[], []];
  answer = (response) => response.end('{"domain_userid":["u1"],"count":[4]}');
  server = createServer((request, response) => {
    methods.push(request.method ?? '');
    // As a public service allows it: any origin, no credentials.
    response.setHeader('Access-Control-Allow-Origin', '*');
    if (request.method === 'OPTIONS') {
      response.writeHead(204, { 'Access-Control-Allow-Headers': 'content-type' }).end();
      return;
    }
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      bodies.push(body);
      answer(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  site.policy = Site.policy.replace("connect-src 'self'", `connect-src 'self' ${endpoint}`);
  site.routes.clear();
  site.answers.clear();
  const bundle = JSON.parse(readSample('ecom_bundle.json')) as object;
  const services = [{ name: 'shop', attribute_groups: [{ name: 'ecom_attributes', version: 1 }] }];
  site.answers.set('/definitions.json', {
    type: 'application/json',
    body: '\ufeff' + JSON.stringify({ ...bundle, services }),
  });
  ({ context, complaints } = await newVisitor(browser));
  page = await visit(context, site.url);
});
afterEach(async () => {
  await context.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const noComplaints = (): void => expect(complaints, 'the console').toEqual([]);
const problems = (): Promise<string[]> =>
  page.evaluate(() => tripline.problems.map(({ code, message }) => `${code}: ${message}`));
const read = (name: string, endpoint?: string): Promise<Record<string, unknown> | null> =>
  page.evaluate(
    ([name, endpoint]) => {
      const identifier = tripline.tracker?.getDomainUserId() ?? '';
      return tripline.plugin.getServiceAttributes({
        name,
        attribute_key: 'domain_userid',
        identifier,
        endpoint,
      });
    },
    [name, endpoint] as const,
  );
const start = (): Promise<void> =>
  page.evaluate(() => {
    tripline.start();
    tripline.view();
  });

test('the page answers from its own profiles, without a request', async () => {
  await start();
  expect(await read('shop', endpoint)).toMatchObject({ count_product_views: 1 });
  expect(methods).toEqual([]);
  noComplaints();
});

test('a public service of another origin answers what the page does not have', async () => {
  await start();
  expect(await read('loyalty', endpoint)).toEqual({ domain_userid: 'u1', count: 4 });
  expect(methods).toEqual(['OPTIONS', 'POST']);
  expect(JSON.parse(bodies[0] ?? '')).toMatchObject({ service: 'loyalty' });
  expect(await problems()).toEqual([]);
  noComplaints();
});

test('null where a server refuses, and where the policy of the page forbids to ask', async () => {
  answer = (response) => response.writeHead(404).end('{"error":"There is no public service of that name."}');
  await start();
  expect(await read('loyalty', endpoint)).toBeNull();
  expect(await read('loyalty', 'https://elsewhere.example.com')).toBeNull();
  expect(await problems()).toEqual([
    expect.stringMatching(/^stream: Cannot read a service: .* answered with status 404\.$/),
    expect.stringMatching(/^stream: .*forbids it: add https:\/\/elsewhere\.example\.com to connect-src\.$/),
  ]);
});

test('null and an error where its file is missing, and a page that does not ask does not load it', async () => {
  const loaded: string[] = [];
  site.routes.set('/dist/service-attributes.js', (request, response) => {
    loaded.push(request.url ?? '');
    response.writeHead(404).end();
  });
  await start();
  await page.evaluate(() => tripline.plugin.getEvaluator()?.ready);
  expect(loaded).toEqual([]);
  expect(await read('shop')).toBeNull();
  expect(loaded).toHaveLength(1);
  expect(await problems()).toEqual([expect.stringMatching(/^stream: Cannot read a service: .*service-attributes\.js/)]);
});
