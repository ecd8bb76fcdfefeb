import type { Locator, Page } from '@playwright/test';
import type { AxeResults, ElementContext } from 'axe-core';
import axe from 'axe-core';
import { expect, test } from './shop.ts';
import { addProduct, banner, fillInAddress, viewProduct } from './visitor.ts';

for (const colorScheme of ['light', 'dark'] as const) {
  for (const viewport of [
    { width: 1280, height: 860 },
    { width: 375, height: 740 },
  ]) {
    test.describe(`reading the pages, ${colorScheme}, ${viewport.width} wide`, () => {
      test.use({ colorScheme, viewport, contextOptions: { reducedMotion: 'reduce' } });

      test('list, product, cart, checkout and confirmation have no findings', async ({ page }) => {
        await page.goto('/');
        await expect(page.getByRole('listitem').filter({ hasText: 'Steel bottle' })).toBeVisible();
        await expectAccessible(page);
        await addProduct(page, 'roll-top-backpack');
        await banner(page, 'cart_abandonment').waitFor();
        await expectAccessible(page);
        await page.goto('/cart');
        await expect(page.getByRole('heading', { name: 'Summary' })).toBeVisible();
        await expectAccessible(page);
        await page.goto('/checkout');
        await page.getByLabel('Code', { exact: true }).fill('SAVE10');
        await page.getByRole('button', { name: 'Apply' }).click();
        await expectAccessible(page);
        await fillInAddress(page);
        await page.getByRole('button', { name: /Place order/ }).click();
        await page.waitForURL('**/orders/*');
        await expectAccessible(page);
      });

      test('the empty cart and an error page have no findings', async ({ page, watch }) => {
        await page.goto('/cart');
        await expect(page.getByText('Your cart is empty.')).toBeVisible();
        await expectAccessible(page);
        watch.expectedErrorPages.push('/nowhere');
        await page.goto('/nowhere');
        await expectAccessible(page);
      });

      test('no page scrolls sideways', async ({ page }) => {
        await addProduct(page, 'roll-top-backpack');
        for (const path of ['/', '/products/roll-top-backpack', '/cart', '/checkout']) {
          await page.goto(path);
          await page.waitForLoadState('networkidle');
          const [content, width] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
          expect(content, path).toBeLessThanOrEqual(width);
        }
      });

      test('nothing jumps while a page loads', async ({ page }) => {
        await page.addInitScript(() => {
          const record = globalThis as unknown as { shift: number };
          record.shift = 0;
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) record.shift += (entry as unknown as { value: number }).value;
          }).observe({ type: 'layout-shift', buffered: true });
        });
        await addProduct(page, 'roll-top-backpack');
        for (const path of ['/', '/?category=desk', '/products/canvas-tote', '/cart', '/checkout']) {
          await page.goto(path);
          await page.waitForLoadState('networkidle');
          expect(await page.evaluate(() => (globalThis as unknown as { shift: number }).shift), path).toBeLessThan(
            0.01,
          );
        }
      });
    });
  }
}

test.describe('shopping by keyboard alone', () => {
  test('from the list to the confirmation', async ({ page }) => {
    await page.goto('/');
    await expect(page.getByRole('link', { name: 'Steel bottle' })).toBeVisible();
    await page.keyboard.press('Tab');
    await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('main')).toBeFocused();
    await tabTo(page, page.getByRole('main').getByRole('link', { name: 'Canvas tote' }));
    await page.keyboard.press('Enter');
    await page.waitForURL('**/products/canvas-tote');
    await expect(page.getByRole('heading', { name: 'Canvas tote' })).toBeVisible();
    await tabTo(page, page.getByRole('button', { name: 'Add to cart' }));
    await page.keyboard.press('Enter');
    await expect(banner(page, 'cart_abandonment')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(banner(page, 'cart_abandonment')).toHaveCount(0);
    await tabTo(page, page.getByText('In your cart').getByRole('link', { name: 'View cart' }));
    await page.keyboard.press('Enter');
    await page.waitForURL('**/cart');
    await tabTo(page, page.getByRole('button', { name: 'One more: Canvas tote' }));
    await page.keyboard.press('Space');
    await expect(page.getByRole('link', { name: 'Cart, 2 items' })).toBeVisible();
    await tabTo(page, page.getByRole('link', { name: 'Go to checkout' }));
    await page.keyboard.press('Enter');
    await page.waitForURL('**/checkout');
    for (const [field, value] of Object.entries({
      Name: 'Ada Example',
      'E-mail': 'ada@example.com',
      'Street and number': '1 Harbour Lane',
      Postcode: '12345',
      City: 'Exampleton',
    })) {
      await tabTo(page, page.getByLabel(field, { exact: true }));
      await page.keyboard.type(value);
    }
    await tabTo(page, page.getByLabel('Code', { exact: true }));
    await page.keyboard.type('SAVE10');
    await page.keyboard.press('Enter');
    await expect(page.getByText('SAVE10 is applied.')).toBeVisible();
    await tabTo(page, page.getByRole('button', { name: 'Place order, $50.70' }));
    await page.keyboard.press('Enter');
    await page.waitForURL('**/orders/*');
    await expect(page.getByRole('heading', { name: 'Thank you, Ada Example' })).toBeVisible();
  });

  test('Tab reaches a banner’s button, which passes the focus on', async ({ page }) => {
    await addProduct(page, 'canvas-tote');
    await expect(banner(page, 'cart_abandonment')).toBeVisible();
    await tabTo(page, page.getByRole('button', { name: /^Dismiss/ }));
    await page.keyboard.press('Enter');
    await expect(banner(page, 'cart_abandonment')).toHaveCount(0);
    await expect(page.getByRole('main')).toBeFocused();
  });

  test('the focused element is always visible, with banners open on a narrow screen', async ({ page }) => {
    await page.setViewportSize({ width: 375, height: 740 });
    for (const product of ['canvas-tote', 'brass-pen', 'task-lamp']) await viewProduct(page, product);
    await viewProduct(page, 'roll-top-backpack');
    await expect(banner(page, 'discount')).toBeVisible();
    await page.getByRole('button', { name: 'Add to cart' }).click();
    await expect(banner(page, 'cart_abandonment')).toBeVisible();
    await page.evaluate(() => scrollTo(0, 0));
    await page.getByRole('link', { name: 'Skip to content' }).focus();
    for (let step = 0; step < 30; step += 1) {
      await page.keyboard.press('Tab');
      expect(await coveredFocus(page)).toBeNull();
    }
  });
});

/** Returns the name of the focused element if another element covers its centre. */
function coveredFocus(page: Page): Promise<string | null> {
  return page.evaluate(() => {
    const focused = document.activeElement;
    if (focused === null || focused === document.body) return null;
    const { left, top, width, height } = focused.getBoundingClientRect();
    const hit = document.elementFromPoint(left + width / 2, top + height / 2);
    return focused.contains(hit) || hit?.contains(focused) ? null : focused.outerHTML;
  });
}

/** Presses Tab until `target` has the focus. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let step = 0; step < 60; step += 1) {
    await page.keyboard.press('Tab');
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`Tab did not reach ${String(target)}.`);
}

async function expectAccessible(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle');
  await page.evaluate(axe.source);
  const findings = await page.evaluate(async () => {
    const { run } = (globalThis as unknown as { axe: { run: (context: ElementContext) => Promise<AxeResults> } }).axe;
    const { violations } = await run(document);
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
  });
  expect(findings, page.url()).toEqual([]);
}
