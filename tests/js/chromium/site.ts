// A site on this machine, and the visitor's browser.
import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import type { TrackerPayload } from '../../../js/src/types.js';
import { readSample } from '../engine-module.js';
import { chromiumOptions } from '../../chromium.mjs';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const defaultPolicy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; img-src data:; frame-src 'self'; " +
  "require-trusted-types-for 'script'";

const html =
  '<!doctype html><link rel="icon" href="data:,"><title>Shop</title><script type="module" src="/page.js"></script>';

interface Answer {
  type: string;
  body: string | Buffer;
  status?: number;
}

export class Site {
  /** The events that the collector received, in order. */
  readonly collected: TrackerPayload[] = [];
  /** Responses that replace the site's own, by path. */
  readonly answers = new Map<string, Answer>();
  /** Request listeners for single paths. */
  readonly routes = new Map<string, RequestListener>();
  static readonly policy = defaultPolicy;
  policy = defaultPolicy;
  /** A second policy, which only reports. */
  reportOnly = '';
  readonly #server: Server;
  readonly #script: string;

  private constructor(script: string) {
    this.#script = script;
    this.#server = createServer((request, response) => {
      if (request.method === 'POST') {
        let body = '';
        request.on('data', (part: Buffer) => (body += part.toString()));
        request.on('end', () => {
          this.collected.push(...(JSON.parse(body) as { data: TrackerPayload[] }).data);
          this.#send(response, { type: 'text/plain', body: 'ok' });
        });
        return;
      }
      const { pathname } = new URL(request.url ?? '/', 'http://localhost');
      const route = this.routes.get(pathname);
      if (route) {
        route(request, response);
        return;
      }
      const slow = pathname === '/slow' ? 1000 : 0;
      setTimeout(() => this.#send(response, this.answers.get(pathname) ?? this.#answer(pathname)), slow);
    });
  }

  /** Opens a site whose pages run `script`. */
  static async open(script = 'page.ts'): Promise<Site> {
    const { outputFiles } = await build({
      entryPoints: [here(script)],
      bundle: true,
      format: 'esm',
      write: false,
      target: 'es2022',
      nodePaths: [here('../../../js/node_modules')],
      plugins: [
        {
          // The built files are loaded as they are.
          name: 'dist-is-external',
          setup: ({ onResolve }) =>
            onResolve({ filter: /\/js\/dist\// }, ({ path }) => ({
              path: path.replace(/^.*\/js/, ''),
              external: true,
            })),
        },
      ],
    });
    const site = new Site(outputFiles[0]?.text ?? '');
    await new Promise<void>((resolve) => site.#server.listen(0, '127.0.0.1', resolve));
    return site;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #answer(path: string): Answer {
    if (path === '/page.js') return { type: 'text/javascript', body: this.#script };
    if (path === '/definitions.json') return { type: 'application/json', body: readSample('ecom_bundle.json') };
    if (/^\/dist\/[\w.-]+$/.test(path)) {
      const type = path.endsWith('.wasm') ? 'application/wasm' : 'text/javascript';
      return { type, body: readFileSync(here(`../../../js${path}`)) };
    }
    return { type: 'text/html', body: html };
  }

  #send(response: ServerResponse, { type, body, status = 200 }: Answer): void {
    response.writeHead(status, {
      'Content-Type': type,
      'Content-Security-Policy': this.policy,
      ...(this.reportOnly && { 'Content-Security-Policy-Report-Only': this.reportOnly }),
      // For a page of an opaque origin, and for the tracker's preflight.
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Allow-Headers': 'content-type',
    });
    response.end(body);
  }
}

export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    ...chromiumOptions,
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  });
}

/** Opens a context for a new visitor. `complaints` collects the messages of the console. */
export async function newVisitor(browser: Browser): Promise<{ context: BrowserContext; complaints: string[] }> {
  const context = await browser.newContext();
  const complaints: string[] = [];
  context.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  context.on('weberror', (error) => complaints.push(`uncaught: ${error.error().message}`));
  return { context, complaints };
}

/** Opens a page and waits until its script has run. */
export async function visit(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage();
  await go(page, url);
  return page;
}

export async function go(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await ready(page);
}

export async function ready(page: Page): Promise<void> {
  await page.waitForFunction(() => globalThis.tripline !== undefined);
}
