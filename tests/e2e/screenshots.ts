// Takes pictures of every page and banner, for review, and the README's picture: npm --prefix tests/e2e run screenshots
import { test } from './shop.ts';
import { addProduct, banner, banners, fillInAddress, viewProduct } from './visitor.ts';
import type { Page } from '@playwright/test';

const sizes = { wide: { width: 1280, height: 860 }, narrow: { width: 375, height: 740 } } as const;

for (const [size, viewport] of Object.entries(sizes)) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test.describe(`${size} ${colorScheme}`, () => {
      test.use({ viewport, colorScheme });
      const take = (page: Page, name: string, fullPage = true): Promise<Buffer> =>
        page.screenshot({ path: `screenshots/${name}-${size}-${colorScheme}.png`, fullPage, animations: 'disabled' });

      test('pages', async ({ page, watch }) => {
        await page.goto('/');
        await page.waitForLoadState('networkidle');
        await take(page, 'list');
        await viewProduct(page, 'gooseneck-kettle');
        await take(page, 'product');
        await page.goto('/cart');
        await take(page, 'cart-empty');
        watch.expectedErrorPages.push('/products/nothing');
        await page.goto('/products/nothing');
        await take(page, 'message');
      });

      test('banners and checkout', async ({ page }) => {
        await addProduct(page, 'roll-top-backpack');
        await banner(page, 'cart_abandonment').waitFor();
        await take(page, 'banner-one', false);
        await viewProduct(page, 'task-lamp');
        await viewProduct(page, 'steel-bottle');
        await viewProduct(page, 'stoneware-mug');
        await banner(page, 'discount').waitFor();
        await page.getByRole('button', { name: 'Add to cart' }).click();
        await banner(page, 'free_shipping').waitFor();
        await page.getByText('Why now?').first().click();
        await take(page, 'banner-two', false);
        await page.keyboard.press('Escape');
        await banners(page).first().waitFor();
        await page.goto('/cart');
        await page.waitForLoadState('networkidle');
        await take(page, 'cart');
        await page.goto('/checkout');
        await page.getByRole('button', { name: /Use SAVE10/ }).click();
        await fillInAddress(page);
        await page.evaluate(() => scrollTo(0, 0));
        await take(page, 'checkout');
        await page.getByRole('button', { name: /Place order/ }).click();
        await page.waitForURL('**/orders/*');
        await page.waitForLoadState('networkidle');
        await take(page, 'order');
      });
    });
  }
}

test.describe('the picture of the README', () => {
  test.use({ viewport: { width: 1440, height: 760 }, colorScheme: 'light' });

  test('shows a product, and two banners', async ({ page }) => {
    for (const product of ['roll-top-backpack', 'task-lamp', 'steel-bottle']) await viewProduct(page, product);
    await addProduct(page, 'roll-top-backpack');
    await page.waitForLoadState('networkidle');
    await banner(page, 'discount').waitFor();
    await banner(page, 'cart_abandonment').waitFor();
    await page.getByText('Why now?').first().click();
    await page.evaluate(() => scrollTo(0, 0));
    await page.screenshot({ path: '../../.github/shop.png', animations: 'disabled' });
  });
});
