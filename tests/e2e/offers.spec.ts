// The three offers, as a visitor sees them. Prices: canvas-tote 24, gooseneck-kettle 60, french-press 40,
// roll-top-backpack 89, brass-pen 32, linen-notebook 14, stoneware-mug 16, task-lamp 75, zip-pouch 18.
import type { BrowserContext, Page } from '@playwright/test';
import { expect, test } from './shop.ts';
import { addProduct, banner, banners, bannerTexts, viewProduct, type BannerName } from './visitor.ts';

test.describe('being reminded of the cart', () => {
  test('shows nothing before something is added', async ({ page }) => {
    await viewProduct(page, 'canvas-tote');
    await expectNoBanner(page);
  });

  test('shows the reminder with the first product added, and never again', async ({ page, context }) => {
    const shown = await recordBanners(context);
    await addProduct(page, 'canvas-tote');
    await expect(banner(page, 'cart_abandonment')).toBeVisible();
    await page.getByRole('button', { name: 'Add to cart' }).click();
    await quiet(page);
    await page.reload();
    await expectNoBanner(page);
    await page.goto('/');
    await page.getByRole('button', { name: 'Add Linen notebook to cart' }).click();
    await expectNoBanner(page);
    expect(shown).toEqual(['cart_abandonment']);
  });
});

test.describe('leaving a page at once', () => {
  test('an event that the next navigation follows in the same task still counts', async ({ page, context }) => {
    const shown = await recordBanners(context);
    await page.goto('/');
    const add = page.getByRole('button', { name: 'Add Canvas tote to cart' });
    await add.evaluate((button: HTMLButtonElement) => {
      button.click();
      location.href = '/cart';
    });
    await page.waitForURL('**/cart');
    await expect.poll(() => shown).toEqual(['cart_abandonment']);
    await page.reload();
    await expectNoBanner(page);
    expect(shown).toEqual(['cart_abandonment']);
  });
});

test.describe('being offered a discount', () => {
  test('shows nothing after three views and the discount with the fourth', async ({ page, context }) => {
    const shown = await recordBanners(context);
    for (const product of ['canvas-tote', 'brass-pen', 'task-lamp']) {
      await viewProduct(page, product);
      await expectNoBanner(page);
    }
    await viewProduct(page, 'zip-pouch');
    await expect(banner(page, 'discount')).toBeVisible();
    await expect(banners(page)).toContainText('SAVE10');
    await viewProduct(page, 'brass-pen');
    await expectNoBanner(page);
    expect(shown).toEqual(['discount']);
  });

  test('counts a reload as a view, as the tracker does', async ({ page }) => {
    await viewProduct(page, 'canvas-tote');
    for (let view = 2; view <= 3; view += 1) {
      await page.reload();
      await expectNoBanner(page);
    }
    await page.reload();
    await expect(banner(page, 'discount')).toBeVisible();
  });

  test('counts views in two tabs together', async ({ page, context }) => {
    const shown = await recordBanners(context);
    const second = await context.newPage();
    await viewProduct(page, 'canvas-tote');
    await quiet(page);
    await viewProduct(second, 'brass-pen');
    await quiet(second);
    await viewProduct(page, 'task-lamp');
    await expectNoBanner(page);
    await viewProduct(second, 'zip-pouch');
    await expect.poll(() => shown).toEqual(['discount']);
    await quiet(page);
    await quiet(second);
    expect(shown).toEqual(['discount']);
  });
});

test.describe('being offered free shipping', () => {
  test('shows nothing at exactly $100.00 and the offer above it', async ({ page, context }) => {
    const shown = await recordBanners(context);
    await addProduct(page, 'gooseneck-kettle');
    await expect(banner(page, 'cart_abandonment')).toBeVisible();
    await addProduct(page, 'french-press');
    await expect(page.getByText('In your cart, $100.00 altogether.')).toBeVisible();
    await expectNoBanner(page);
    await page.goto('/');
    await page.getByRole('button', { name: 'Add Linen notebook to cart' }).click();
    await expect(banner(page, 'free_shipping')).toBeVisible();
    await expect(banners(page)).toContainText('FREE');
    await page.reload();
    await expectNoBanner(page);
    expect(shown).toEqual(['cart_abandonment', 'free_shipping']);
  });

  test('counts products that are added in the cart', async ({ page }) => {
    await addProduct(page, 'roll-top-backpack');
    await expect(banner(page, 'cart_abandonment')).toBeVisible();
    await page.goto('/cart');
    await page.getByRole('button', { name: 'One more: Roll-top backpack' }).click();
    await expect(banner(page, 'free_shipping')).toBeVisible();
  });
});

test.describe('coming back', () => {
  test('shows no banner again in a second visit', async ({ page, context }) => {
    await seeAllBanners(page);
    await page.close();
    await context.clearCookies({ name: /^_sp_ses/ });
    const shown = await recordBanners(context);
    const later = await context.newPage();
    await addProduct(later, 'roll-top-backpack');
    await addProduct(later, 'task-lamp');
    await quiet(later);
    expect(shown).toEqual([]);
  });

  test('resetting the user data makes a new visitor, who sees each banner again', async ({ page, context }) => {
    await seeAllBanners(page);
    // Resets on the cart page: reloading a product page would count as the new visitor's first view.
    await page.goto('/cart');
    const before = await domainUserId(context);
    await page.getByRole('button', { name: 'Reset user data' }).click();
    await expect(page.getByText('Your cart is empty.')).toBeVisible();
    await expect.poll(() => domainUserId(context)).toMatch(/^[0-9a-f-]{36}$/);
    expect(await domainUserId(context)).not.toBe(before);
    const shown = await recordBanners(context);
    await seeAllBanners(page);
    await quiet(page);
    expect(shown.toSorted()).toEqual(Object.keys(bannerTexts));
  });

  test('signing in does not repeat banners', async ({ page, context }) => {
    await addProduct(page, 'canvas-tote');
    await expect(banner(page, 'cart_abandonment')).toBeVisible();
    const shown = await recordBanners(context);
    await page.getByRole('button', { name: 'Sign in as a demo customer' }).click();
    await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible();
    await addProduct(page, 'zip-pouch');
    await quiet(page);
    expect(shown).toEqual([]);
  });

  test('a signed-in customer sees a banner once, although two ids are targets', async ({ page, context }) => {
    const shown = await recordBanners(context);
    await page.goto('/');
    await page.getByRole('button', { name: 'Sign in as a demo customer' }).click();
    await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible();
    await addProduct(page, 'canvas-tote');
    await expect(banner(page, 'cart_abandonment')).toBeVisible();
    await quiet(page);
    expect(shown).toEqual(['cart_abandonment']);
  });
});

test.describe('dealing with banners', () => {
  test('several stack, and each is dismissed by its own button', async ({ page }) => {
    await threeViewsAndNinetyDollars(page);
    await viewProduct(page, 'stoneware-mug');
    await page.getByRole('button', { name: 'Add to cart' }).click();
    await expect(banners(page)).toHaveCount(2);
    await page.getByRole('button', { name: `Dismiss: ${bannerTexts.discount}` }).click();
    await expect(banner(page, 'discount')).toHaveCount(0);
    await expect(banner(page, 'free_shipping')).toBeVisible();
  });

  test('the Escape key dismisses the newest first', async ({ page }) => {
    await threeViewsAndNinetyDollars(page);
    await viewProduct(page, 'stoneware-mug');
    await expect(banner(page, 'discount')).toBeVisible();
    await page.getByRole('button', { name: 'Add to cart' }).click();
    await expect(banner(page, 'free_shipping')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(banner(page, 'free_shipping')).toHaveCount(0);
    await page.keyboard.press('Escape');
    await expect(banners(page)).toHaveCount(0);
  });

  test('a banner shows the values behind its decision', async ({ page }) => {
    await addProduct(page, 'canvas-tote');
    await page.getByText('Why now?').click();
    await expect(page.getByText('count_add_to_cart = 1')).toBeVisible();
    await expect(page.getByText('total_cart_value = 24')).toBeVisible();
  });

  test('a banner moves no content, and a narrow screen can be scrolled until it covers nothing', async ({ page }) => {
    await page.setViewportSize({ width: 375, height: 740 });
    await viewProduct(page, 'canvas-tote');
    const button = page.getByRole('button', { name: 'Add to cart' });
    await button.scrollIntoViewIfNeeded();
    const place = await button.boundingBox();
    await button.click();
    await expect(banner(page, 'cart_abandonment')).toBeVisible();
    expect(await button.boundingBox()).toEqual(place);
    const reset = page.getByRole('button', { name: 'Reset user data' });
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    const bottomOfPage = (await reset.boundingBox())!;
    const topOfBanner = (await banners(page).boundingBox())!.y;
    expect(bottomOfPage.y + bottomOfPage.height).toBeLessThanOrEqual(topOfBanner);
  });
});

/** Records every banner, in order, that any page of the context shows from its next document on. */
async function recordBanners(context: BrowserContext): Promise<string[]> {
  const shown: string[] = [];
  await context.exposeFunction('reportBanner', (name: string) => shown.push(name));
  await context.addInitScript(() => {
    const report = (globalThis as unknown as { reportBanner: (name: string) => void }).reportBanner;
    new MutationObserver((changes) => {
      for (const node of changes.flatMap((change) => [...change.addedNodes])) {
        if (node instanceof HTMLElement && node.dataset['banner'] !== undefined) report(node.dataset['banner']);
      }
    }).observe(document, { childList: true, subtree: true });
  });
  return shown;
}

async function seeAllBanners(page: Page): Promise<void> {
  await threeViewsAndNinetyDollars(page);
  await viewProduct(page, 'stoneware-mug');
  await page.getByRole('button', { name: 'Add to cart' }).click();
  for (const name of ['discount', 'free_shipping'] as const) await expectShown(page, name);
}

/** Adds $89 to the cart and views three products, so that the reminder of the cart is shown. */
async function threeViewsAndNinetyDollars(page: Page): Promise<void> {
  await addProduct(page, 'roll-top-backpack');
  await expectShown(page, 'cart_abandonment');
  await viewProduct(page, 'task-lamp');
  await viewProduct(page, 'brass-pen');
}

async function expectShown(page: Page, name: BannerName): Promise<void> {
  await expect(banner(page, name)).toBeVisible();
}

async function expectNoBanner(page: Page): Promise<void> {
  await quiet(page);
  await expect(banners(page)).toHaveCount(0);
}

/** Waits until the page has loaded and the network is idle: a banner would have appeared by then. */
async function quiet(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle');
  await page.waitForTimeout(500);
}

async function domainUserId(context: BrowserContext): Promise<string | undefined> {
  const cookie = (await context.cookies()).find(({ name }) => name.startsWith('_sp_id'));
  return cookie?.value.split('.')[0];
}
