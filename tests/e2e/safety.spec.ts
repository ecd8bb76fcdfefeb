// Safety: no request leaves the shop's origin, nothing violates its policy, and no text becomes markup. In every file,
// shop.ts makes a test fail on a console error, a policy violation or a request to another origin.
import type { BrowserContext, Page } from '@playwright/test';
import definitions from '../../demo-shop/src/definitions.json' with { type: 'json' };
import { build } from '../../js/dist/server.js';
import catalogue from '../../demo-shop/src/catalogue.json' with { type: 'json' };
import { expect, test } from './shop.ts';
import { addProduct, banner, banners, fillInAddress, viewProduct } from './visitor.ts';

const markup = '<img src="/x" onerror="document.title=1"><script>document.title=1</script>';

const policy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'";

test.describe('being safe', () => {
  for (const path of ['/', '/products/canvas-tote', '/cart', '/checkout', '/nowhere']) {
    test(`${path} has the policy`, async ({ request }) => {
      const headers = (await request.get(path)).headers();
      expect(headers['content-security-policy']).toBe(policy);
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['referrer-policy']).toBe('strict-origin-when-cross-origin');
    });
  }

  test('every page is cross-origin isolated, and a whole visit passes the watch', async ({ page }) => {
    await page.goto('/');
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    await seeDiscountAndReminder(page);
    await page.goto('/checkout');
    await fillInAddress(page);
    await page.getByRole('button', { name: /Place order/ }).click();
    await page.waitForURL('**/orders/*');
    await page.waitForLoadState('networkidle');
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  });

  test('the watch sees a violation, an error and a strange request', async ({ page, watch }) => {
    await page.goto('/');
    await page.evaluate(() => {
      const image = document.createElement('img');
      image.src = 'https://elsewhere.example/x.png';
      document.body.append(image);
      console.error('a fault');
      void fetch('/strange').catch(() => undefined);
    });
    await expect.poll(() => watch.violations).toEqual(['img-src https://elsewhere.example/x.png on /']);
    await expect.poll(() => watch.strangeRequests).toContainEqual(expect.stringContaining('/strange'));
    await expect.poll(() => watch.errors).toContainEqual(expect.stringContaining('a fault'));
    await page.waitForLoadState('networkidle');
    for (const list of [watch.errors, watch.violations, watch.strangeRequests]) list.length = 0;
  });
});

test.describe('text stays text', () => {
  test('markup in utm_campaign and in the attributes of an intervention', async ({ page, context }) => {
    await serveDefinitions(context, (bundle) => {
      bundle.attribute_groups[0]!.attributes.push(lastCampaign);
    });
    const campaign = encodeURIComponent(markup);
    await page.goto(`/?utm_campaign=${campaign}&utm_source=${campaign}`);
    await expect(page.getByRole('listitem').filter({ hasText: 'Canvas tote' })).toBeVisible();
    await page.getByRole('button', { name: 'Add Canvas tote to cart' }).click();
    await expect(banner(page, 'cart_abandonment')).toBeVisible();
    await page.getByText('Why now?').click();
    await expect(page.getByText(`last_campaign = ${markup}`)).toBeVisible();
    await expectNoMarkup(page);
  });

  test('markup in a product’s name, on every page that shows it', async ({ page, context }) => {
    await serveCatalogue(context);
    await page.goto('/');
    await expect(page.getByText(markup).first()).toBeVisible();
    await expectNoMarkup(page);
    await addProduct(page, 'canvas-tote');
    await expect(page.getByRole('heading', { name: markup })).toBeVisible();
    await expectNoMarkup(page);
    for (const path of ['/cart', '/checkout']) {
      await page.goto(path);
      await expect(page.getByText(markup).first()).toBeVisible();
      await expectNoMarkup(page);
    }
  });

  test('markup in an intervention’s name: a program with it is refused, the shop goes on', async ({
    page,
    context,
    watch,
  }) => {
    const withName = (name: string): object => ({
      ...definitions,
      interventions: [{ ...definitions.interventions[0], name }],
    });
    await expect(build(withName(markup))).rejects.toThrow('is not a name here');
    const program = Buffer.from(await build(withName('x'.repeat(markup.length))));
    program.write(markup, program.indexOf('x'.repeat(markup.length)));
    await serveProgram(context, program);
    await addProduct(page, 'canvas-tote');
    await page.waitForLoadState('networkidle');
    await expect(banners(page)).toHaveCount(0);
    await expectNoMarkup(page);
    // The plugin prints the reason in the console, and does nothing else.
    expect(watch.errors.join()).toContain('the program is damaged');
    watch.errors.length = 0;
  });

  test('an intervention that the shop does not know shows nothing', async ({ page, context }) => {
    await serveDefinitions(context, (bundle) => {
      bundle.interventions[0]!.name = 'something_new';
    });
    await addProduct(page, 'canvas-tote');
    await page.waitForLoadState('networkidle');
    await expect(banners(page)).toHaveCount(0);
  });
});

test('the shop loads compiled definitions, and no compiler', async ({ page }) => {
  const loaded: string[] = [];
  page.on('request', (request) => loaded.push(new URL(request.url()).pathname));
  await addProduct(page, 'canvas-tote');
  await expect(banners(page)).toHaveCount(1);
  expect(loaded).toContain('/definitions.tripline');
  const modules = loaded.filter((path) => path.endsWith('.wasm')).map((path) => path.replace(/-[\w-]{8}\./, '.'));
  expect(new Set(modules)).toEqual(new Set(['/assets/tripline-runtime.wasm']));
});

test.describe('when a file is missing', () => {
  test('the shop works with a damaged program', async ({ page, context, watch }) => {
    const program = Buffer.from(await build(definitions));
    program[200]! ^= 1;
    await serveProgram(context, program);
    await addProduct(page, 'canvas-tote');
    await page.goto('/cart');
    await expect(page.getByRole('heading', { name: 'Summary' })).toBeVisible();
    expect(watch.errors.join()).toContain('the program is damaged');
    watch.errors.length = 0;
  });

  test('the shop works without definitions', async ({ page, context, watch }) => {
    await context.route('**/definitions.tripline', (route) => route.fulfill({ status: 503 }));
    await addProduct(page, 'canvas-tote');
    await page.goto('/cart');
    await expect(page.getByRole('heading', { name: 'Summary' })).toBeVisible();
    watch.errors.length = 0;
  });

  test('the shop works without the engine', async ({ page, context, watch }) => {
    await context.route('**/assets/*.wasm', (route) => route.fulfill({ status: 503 }));
    await addProduct(page, 'canvas-tote');
    await page.goto('/cart');
    await expect(page.getByRole('heading', { name: 'Summary' })).toBeVisible();
    watch.errors.length = 0;
  });

  test('the shop shows a message without a catalogue', async ({ page, context, watch }) => {
    await context.route('**/assets/catalogue-*.json', (route) => route.fulfill({ status: 503 }));
    await page.goto('/');
    await expect(page.getByText('We could not load our products. Please reload the page.')).toBeVisible();
    watch.errors.length = 0;
  });
});

const lastCampaign = {
  name: 'last_campaign',
  type: 'string',
  events: [],
  aggregation: 'last',
  property: { type: 'atomic', name: 'mkt_campaign' },
};

interface Bundle {
  readonly attribute_groups: { readonly attributes: object[] }[];
  readonly interventions: { name: string }[];
}

async function serveDefinitions(context: BrowserContext, change: (bundle: Bundle) => void): Promise<void> {
  const bundle: Bundle = structuredClone(definitions);
  change(bundle);
  await serveProgram(context, Buffer.from(await build(bundle)));
}

async function serveProgram(context: BrowserContext, body: Buffer): Promise<void> {
  await context.route('**/definitions.tripline', (route) => route.fulfill({ body }));
}

async function serveCatalogue(context: BrowserContext): Promise<void> {
  const changed = structuredClone(catalogue);
  const product = changed.products.find(({ id }) => id === 'canvas-tote')!;
  Object.assign(product, { name: markup, summary: markup, description: markup, details: [markup] });
  await context.route('**/assets/catalogue-*.json', (route) => route.fulfill({ json: changed }));
}

async function expectNoMarkup(page: Page): Promise<void> {
  await expect(page.locator('script')).toHaveCount(1);
  await expect(page.locator('body script, [onerror], img[src="/x"]')).toHaveCount(0);
  expect(await page.title()).not.toBe('1');
}

async function seeDiscountAndReminder(page: Page): Promise<void> {
  for (const product of ['canvas-tote', 'brass-pen', 'task-lamp']) await viewProduct(page, product);
  await addProduct(page, 'roll-top-backpack');
  await expect(banner(page, 'cart_abandonment')).toBeVisible();
}
