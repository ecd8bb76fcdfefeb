// A cross-origin isolated site on this machine, and fresh visitors in Chromium. Isolation is what makes
// performance.now() step by 5 µs instead of 100.

import { build } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { chromiumOptions } from '../../chromium.mjs';

const root = new URL('../../../', import.meta.url);
const folders = {
  '/dist/': 'js/dist/',
  '/empty/': '.build/bench-wasm/bin/',
  '/samples/': 'tests/samples/',
  '/sessions/': 'tests/bench/sessions/',
};
const types = {
  js: 'text/javascript',
  wasm: 'application/wasm',
  json: 'application/json',
  ndjson: 'application/x-ndjson',
};

export class Site {
  /** Answers to GET by path: what a page has loaded. */
  loaded = new Map();

  /** `script`: the page's own module, in this folder. */
  static async open(script) {
    const site = new Site();
    site.scripts = await bundle({ '/page.js': `./${script}`, '/tracker.js': './tracker.js' });
    site.server = createServer((request, response) => void site.#answer(request, response));
    await new Promise((resolve) => site.server.listen(0, '127.0.0.1', resolve));
    site.browser = await chromium.launch(chromiumOptions);
    return site;
  }

  /** Runs `work(argument)` in the page of a visitor who was never here; it may use what page.js exports. */
  async visit(work, argument) {
    const context = await this.browser.newContext();
    const troubles = [];
    context.on('console', (message) => troubles.push(message.text()));
    context.on('weberror', (error) => troubles.push(String(error.error())));
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${this.server.address().port}/`);
    const result = await page.evaluate(work, argument);
    if (!(await page.evaluate(() => crossOriginIsolated))) troubles.push('The page is not isolated.');
    await context.close();
    if (troubles.length > 0) throw new Error(`The page complains: ${troubles.join('\n')}`);
    return result;
  }

  async close() {
    await this.browser.close();
    this.server.closeAllConnections();
    this.server.close();
  }

  async #answer(request, response) {
    const headers = {
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    };
    const path = new URL(request.url, 'http://localhost').pathname;
    try {
      const { type, body } = request.method === 'GET' ? await this.#find(path) : { type: 'text/plain', body: 'ok' };
      if (request.method === 'GET') this.loaded.set(path, Buffer.from(body));
      request.resume();
      response.writeHead(200, { ...headers, 'Content-Type': type }).end(body);
    } catch {
      response.writeHead(404, headers).end();
    }
  }

  async #find(path) {
    if (path === '/') {
      return { type: 'text/html', body: '<!doctype html><link rel="icon" href="data:,"><title>Shop</title>' };
    }
    const type = types[path.split('.').pop()];
    const script = this.scripts.get(path);
    if (script) return { type, body: script };
    const prefix = Object.keys(folders).find((each) => path.startsWith(each)) ?? '';
    if (!/^[\w.-]+$/.test(path.slice(prefix.length))) throw new Error('Not found');
    return { type, body: await readFile(new URL(folders[prefix] + path.slice(prefix.length), root)) };
  }
}

/** Scripts by address. The package's built files and the tracker are loaded as files of their own. */
async function bundle(sources) {
  const external = {
    name: 'files-of-their-own',
    setup: ({ onResolve }) => onResolve({ filter: /^\// }, ({ path }) => ({ path, external: true })),
  };
  const scripts = new Map();
  for (const [address, source] of Object.entries(sources)) {
    const { outputFiles } = await build({
      stdin: {
        contents: `export * from ${JSON.stringify(source)};`,
        resolveDir: fileURLToPath(new URL('.', import.meta.url)),
      },
      bundle: true,
      format: 'esm',
      target: 'es2022',
      minify: true,
      write: false,
      plugins: [external],
    });
    scripts.set(address, outputFiles[0].contents);
  }
  return scripts;
}
