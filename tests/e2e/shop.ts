// Fixtures for every test: a shop in its own process, and a watch over the page that can fail the test at its end.
import { test as base, expect, type BrowserContext } from '@playwright/test';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export { expect };

/** Lists that must stay empty during a test. */
export class Watch {
  readonly errors: string[] = [];
  readonly violations: string[] = [];
  readonly strangeRequests: string[] = [];
  /** Addresses of missing documents that a test requests on purpose: Chromium reports each as an error. */
  readonly expectedErrorPages: string[] = [];
}

export const test = base.extend<{ watch: Watch }, { shopUrl: string }>({
  shopUrl: [
    async ({}, use) => {
      const { server, url } = await startShop();
      await use(url);
      server.kill();
      await once(server, 'exit');
    },
    { scope: 'worker' },
  ],

  baseURL: ({ shopUrl }, use) => use(shopUrl),

  watch: [
    async ({ context, shopUrl }, use) => {
      const watch = new Watch();
      await watchContext(context, shopUrl, watch);
      await use(watch);
      expect.soft(watch.errors, 'errors in the console').toEqual([]);
      expect.soft(watch.violations, 'violations of the Content-Security-Policy').toEqual([]);
      expect.soft(watch.strangeRequests, 'requests that are neither page assets nor the collector’s').toEqual([]);
    },
    { auto: true },
  ],
});

const ownPaths =
  /^\/($|cart$|checkout$|products\/|pictures\/|orders\/|assets\/|favicon\.svg$|definitions\.tripline$|com\.snowplowanalytics\.snowplow\/tp2$|nowhere$)/;

export async function watchContext(context: BrowserContext, shopUrl: string, watch: Watch): Promise<void> {
  context.on('console', (message) => {
    const { url } = message.location();
    if (!['error', 'warning'].includes(message.type())) return;
    if (watch.expectedErrorPages.includes(new URL(url, shopUrl).pathname)) return;
    watch.errors.push(`${message.type()}: ${message.text()} (${url})`);
  });
  context.on('weberror', (error) => watch.errors.push(`uncaught: ${error.error().message}`));
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (url.origin !== new URL(shopUrl).origin || !ownPaths.test(url.pathname)) {
      watch.strangeRequests.push(`${request.method()} ${request.url()}`);
    }
  });
  await context.exposeFunction('reportViolation', (text: string) => watch.violations.push(text));
  await context.addInitScript(() => {
    const report = (globalThis as unknown as { reportViolation: (text: string) => void }).reportViolation;
    document.addEventListener('securitypolicyviolation', (event) =>
      report(`${event.violatedDirective} ${event.blockedURI} on ${location.pathname}`),
    );
  });
}

async function startShop(): Promise<{ server: ChildProcess; url: string }> {
  const main = fileURLToPath(new URL('../../demo-shop/dist/server/server/main.js', import.meta.url));
  const server = spawn(process.execPath, [main, '--port', '0', '--no-sandbox'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: server.stdout })) {
    const url = /http:\/\/\S+/.exec(line)?.[0];
    if (url !== undefined) return { server, url };
  }
  throw new Error('The shop did not start. Is it built? Run .setup/build wasm js shop');
}
