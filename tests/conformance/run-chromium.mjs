// Runs the conformance cases on the WebAssembly modules in a page of headless Chromium, under the
// strictest content security policy that they work with.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { chromium } from 'playwright-core';
import { assertNone, readCaseFiles } from './case-files.mjs';
import { chromiumOptions } from '../chromium.mjs';

const folders = {
  '/conformance/': new URL('./', import.meta.url),
  '/engine/': new URL('../../js/dist/engine/', import.meta.url),
};
const contentTypes = { mjs: 'text/javascript', js: 'text/javascript', wasm: 'application/wasm' };
const page404 = { status: 404, type: 'text/plain', body: 'Not found' };
const emptyPage = {
  status: 200,
  type: 'text/html',
  body: '<!doctype html><link rel="icon" href="data:,"><title>Conformance</title>',
};

let server;
let browser;
let page;
const troubles = [];

before(async () => {
  server = createServer(async (request, response) => {
    const { status, type, body } = await answer(new URL(request.url, 'http://localhost').pathname).catch(() => page404);
    response.writeHead(status, {
      'Content-Type': type,
      'Content-Security-Policy': "script-src 'self' 'wasm-unsafe-eval'",
    });
    response.end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

  browser = await chromium.launch(chromiumOptions);
  page = await browser.newPage();
  page.on('console', (message) => troubles.push(message.text()));
  page.on('pageerror', (error) => troubles.push(String(error)));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.evaluate(async () => {
    const [{ runTest }, { default: createModule }] = await Promise.all([
      import('/conformance/run-case.mjs'),
      import('/engine/tripline.js'),
    ]);
    const moduleOf = async (file) =>
      createModule({ wasm: await WebAssembly.compileStreaming(fetch(`/engine/${file}`)) });
    const modules = { compiler: await moduleOf('tripline.wasm'), runtime: await moduleOf('tripline-runtime.wasm') };
    globalThis.runTest = (file, test) => runTest(modules, file, test);
  });
});

after(async () => {
  await browser?.close();
  server?.closeAllConnections();
  server?.close();
});

async function answer(path) {
  if (path === '/') return emptyPage;
  for (const [prefix, folder] of Object.entries(folders)) {
    const file = path.slice(prefix.length);
    if (!path.startsWith(prefix) || !/^[\w-]+\.\w+$/.test(file)) continue;
    const type = contentTypes[file.split('.').pop()] ?? 'application/octet-stream';
    return { status: 200, type, body: await readFile(new URL(file, folder)) };
  }
  return page404;
}

for (const { name, content } of readCaseFiles()) {
  describe(name, () => {
    const { event_defaults, definitions, tests } = content;
    for (const each of tests) {
      test(each.name, async () => {
        const complaints = await page.evaluate(
          ([file, one]) => globalThis.runTest(file, one),
          [{ event_defaults, definitions }, each],
        );
        assertNone(complaints);
      });
    }
  });
}

test('the console stays empty', () => assertNone(troubles));
