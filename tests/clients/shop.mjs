// Starts the demo shop with a sandbox, and acts as a visitor in Chromium.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { Sandbox } from '../sandbox/sandbox.mjs';
import { chromiumOptions } from '../chromium.mjs';

const main = fileURLToPath(new URL('../../demo-shop/dist/server/server/main.js', import.meta.url));

/** Starts a shop process that uses `sandbox`. It ends with the test `t`. */
export async function startShop(t, sandbox) {
  const shop = spawn(process.execPath, [main, '--port', '0', '--sandbox', sandbox.url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(async () => {
    shop.kill();
    if (shop.exitCode === null && shop.signalCode === null) await once(shop, 'exit');
  });
  let text = '';
  for await (const part of shop.stdout) {
    text += part;
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(text) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error('The shop did not start. Is it built? Run .setup/build wasm js shop');
}

/** Opens a browser with an empty profile. */
export async function openBrowser(t) {
  const browser = await chromium.launch(chromiumOptions);
  t.after(() => browser.close());
  return browser;
}

/** Opens a shop, its sandbox and a page of the shop. */
export async function openShop(t, ...options) {
  const sandbox = await Sandbox.start(t, ...options);
  const url = await startShop(t, sandbox);
  const browser = await openBrowser(t);
  const page = await (await browser.newContext({ baseURL: url })).newPage();
  return { sandbox, url, browser, page };
}

export const bannerTexts = {
  cart_abandonment: "Don't forget your items in cart!",
  discount: '10% off your next purchase!',
  free_shipping: 'Free shipping on orders over $100!',
};

/** Waits until the current page of the shop shows these banners. */
export async function seeBanners(page, ...names) {
  for (const name of names) await page.locator('.banner').getByText(bannerTexts[name]).waitFor({ timeout: 15_000 });
}

export function shownBanners(page) {
  return page.locator('.banner').evaluateAll((nodes) => nodes.map((node) => node.dataset.banner));
}

export async function viewProduct(page, id) {
  const answered = untilAnswered(page, id, 'product_view');
  await page.goto(`/products/${id}`);
  await answered;
}

export async function addProduct(page, id) {
  await viewProduct(page, id);
  const answered = untilAnswered(page, id, 'add_to_cart');
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await answered;
}

/** Chooses in the footer where to decide: `fallback` in the page, `only` on the server, `always` in both. */
export async function decide(page, mode) {
  await page.goto('/');
  const reloaded = page.waitForEvent('load');
  await page.getByLabel('Interventions are decided').selectOption(mode);
  await reloaded; // even for the present mode: selectOption() always fires a change event
  if (mode !== 'fallback') await connected(page);
}

export async function connected(page) {
  await page.locator('#stream-status').getByText('connected', { exact: true }).waitFor({ timeout: 30_000 });
}

export function visitorOf(page) {
  return page.locator('#visitor-id').textContent();
}

/** Views four products and adds more than $100 to the cart, as in the tutorial. Waits for each banner in turn. */
export async function shopForThreeBanners(page) {
  for (const product of ['canvas-tote', 'brass-pen', 'steel-bottle', 'wool-blanket']) await viewProduct(page, product);
  await seeBanners(page, 'discount');
  await addProduct(page, 'roll-top-backpack');
  await seeBanners(page, 'cart_abandonment');
  await addProduct(page, 'task-lamp');
  await seeBanners(page, 'free_shipping');
}

/** Waits for the collector's response to `action` on this product; a page may first resend events of the last page. */
function untilAnswered(page, id, action) {
  return page.waitForResponse((response) =>
    eventsIn(response).some(({ url, ue_pr }) => url.endsWith(`/${id}`) && ue_pr?.includes(action)),
  );
}

function eventsIn(response) {
  const request = response.request();
  return request.url().endsWith('/tp2') ? (JSON.parse(request.postData() ?? '{}').data ?? []) : [];
}
