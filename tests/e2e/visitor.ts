// The actions of a visitor, and what the page then tracks.
import type { Locator, Page, Request } from '@playwright/test';
import { expect } from './shop.ts';

export const bannerTexts = {
  cart_abandonment: "Don't forget your items in cart!",
  discount: '10% off your next purchase!',
  free_shipping: 'Free shipping on orders over $100!',
} as const;

export type BannerName = keyof typeof bannerTexts;

export async function viewProduct(page: Page, id: string): Promise<void> {
  const path = `/products/${id}`;
  // Waits for the view of this product: the page may first resend events of the last page.
  const isView = (payload: TrackerPayload): boolean =>
    payload.url.endsWith(path) && actionsOf([payload]).includes('product_view');
  const tracked = page.waitForRequest((request) => payloadsOf(request).some(isView));
  await page.goto(path);
  await tracked;
}

/** Opens a product, which counts as a view, and adds it to the cart. */
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

/** An event in the tracker's form. */
export interface TrackerPayload {
  readonly e: string;
  readonly eid: string;
  readonly url: string;
  readonly duid?: string;
  readonly uid?: string;
  readonly ue_pr?: string;
  /** The entities, as JSON. */
  readonly co?: string;
}

/**
 * Calls `listener` once for each event that the page sends. If the visitor leaves a page before the collector responds,
 * the event stays in the tracker's queue and the next page sends it again with the same id: that is one event.
 */
export function onPayloads(page: Page, listener: (payload: TrackerPayload) => void): void {
  const seen = new Set<string>();
  page.on('request', (request) => {
    for (const payload of payloadsOf(request)) {
      if (seen.has(payload.eid)) continue;
      seen.add(payload.eid);
      listener(payload);
    }
  });
}

/** Returns the names of the e-commerce actions among events. */
export function actionsOf(payloads: readonly TrackerPayload[]): string[] {
  return payloads.flatMap(({ ue_pr }) => {
    const action = ue_pr === undefined ? undefined : (JSON.parse(ue_pr) as Sent).data;
    return action?.schema.includes('/snowplow_ecommerce_action/') ? [action.data.type] : [];
  });
}

function payloadsOf(request: Request): readonly TrackerPayload[] {
  if (!request.url().endsWith('/tp2')) return [];
  return (JSON.parse(request.postData() ?? '') as { data: TrackerPayload[] }).data;
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
