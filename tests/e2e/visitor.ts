// What a visitor does, in the shop's own words.
import type { Locator, Page } from '@playwright/test';
import { expect } from './shop.ts';

export const bannerTexts = {
  cart_abandonment: "Don't forget your items in cart!",
  discount: '10% off your next purchase!',
  free_shipping: 'Free shipping on orders over $100!',
} as const;

export type BannerName = keyof typeof bannerTexts;

export async function viewProduct(page: Page, id: string): Promise<void> {
  const tracked = page.waitForRequest((request) => actionsOf(request.postData()).includes('product_view'));
  await page.goto(`/products/${id}`);
  await tracked;
}

/** Opens a product and adds it to the cart. That view counts, too. */
export async function addProduct(page: Page, id: string): Promise<void> {
  await viewProduct(page, id);
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await expect(page.getByText('In your cart')).toBeVisible();
}

export function banner(page: Page, name: BannerName): Locator {
  return page.getByRole('status', { name: 'Offers for you' }).getByText(bannerTexts[name]);
}

export function banners(page: Page): Locator {
  return page.locator('.banner');
}

/** The e-commerce actions in the body of a request to the collector. */
export function actionsOf(body: string | null): string[] {
  if (body === null || !body.startsWith('{')) return [];
  const { data } = JSON.parse(body) as { data: { ue_pr?: string }[] };
  return data.flatMap(({ ue_pr }) => {
    const action = ue_pr === undefined ? undefined : (JSON.parse(ue_pr) as Sent).data;
    return action?.schema.includes('/snowplow_ecommerce_action/') ? [action.data.type] : [];
  });
}

export async function fillInAddress(page: Page): Promise<void> {
  await page.getByLabel('Name').fill('Ada Example');
  await page.getByLabel('E-mail').fill('ada@example.com');
  await page.getByLabel('Street and number').fill('1 Harbour Lane');
  await page.getByLabel('Postcode').fill('12345');
  await page.getByLabel('City').fill('Exampleton');
}

interface Sent {
  readonly data: { readonly schema: string; readonly data: { readonly type: string } };
}
