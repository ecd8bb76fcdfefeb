import type { Page } from '@playwright/test';
import { expect, test } from './shop.ts';
import { actionsOf, addProduct, banner, fillInAddress, onPayloads, viewProduct } from './visitor.ts';

test.describe('being tracked', () => {
  test('a whole visit reaches the collector, in order, and no navigation loses an event', async ({ page }) => {
    const events = recordEvents(page);
    await page.goto('/?category=kitchen');
    await page.getByRole('link', { name: 'French press' }).click();
    await page.waitForURL('**/products/french-press');
    await page.getByRole('button', { name: 'Add to cart' }).click();
    await page.getByText('In your cart').getByRole('link', { name: 'View cart' }).click();
    await page.getByRole('button', { name: 'One more: French press' }).click();
    await page.getByRole('button', { name: 'One fewer: French press' }).click();
    await page.getByRole('link', { name: 'Go to checkout' }).click();
    await fillInAddress(page);
    await page.getByRole('button', { name: /Place order/ }).click();
    await page.waitForURL('**/orders/*');
    await expect
      .poll(() => events)
      .toEqual([
        'page_view /?category=kitchen',
        'list_view',
        'list_click',
        'page_view /products/french-press',
        'product_view',
        'add_to_cart',
        'page_view /cart',
        'add_to_cart',
        'remove_from_cart',
        'page_view /checkout',
        'checkout_step',
        'checkout_step',
        'page_view /orders/…',
        'transaction',
      ]);
  });

  test('the outcome of an intervention is measured once', async ({ page }) => {
    const reports: object[] = [];
    onPayloads(page, ({ ue_pr }) => {
      const event = ue_pr === undefined ? undefined : (JSON.parse(ue_pr) as { data: { schema: string } }).data;
      if (event?.schema.startsWith('iglu:com.snowplowanalytics.signals/')) reports.push(event);
    });
    await addProduct(page, 'canvas-tote');
    await expect(banner(page, 'cart_abandonment')).toBeVisible();
    await page.reload();
    await page.waitForLoadState('networkidle');
    const schema = (name: string): string => `iglu:com.snowplowanalytics.signals/${name}/jsonschema/1-0-0`;
    expect(reports).toEqual([
      { schema: schema('intervention_receive'), data: { handlers: ['banner'] } },
      { schema: schema('intervention_handle'), data: { handler: 'banner' } },
    ]);
  });

  test('an id stays from page to page and changes with a reset', async ({ page }) => {
    const ids = recordField(page, 'duid');
    await viewProduct(page, 'canvas-tote');
    await addProduct(page, 'brass-pen');
    expect(new Set(ids).size).toBe(1);
    await page.getByRole('button', { name: 'Reset user data' }).click();
    await expect.poll(() => new Set(ids).size).toBe(2);
  });

  test('a signed-in customer’s events carry a UUID as user_id, a guest’s none', async ({ page }) => {
    const ids = recordField(page, 'uid');
    await viewProduct(page, 'canvas-tote');
    expect(ids.filter(Boolean)).toEqual([]);
    await page.getByRole('button', { name: 'Sign in as a demo customer' }).click();
    await expect
      .poll(() => ids.at(-1))
      .toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await expect.poll(() => ids.at(-1)).toBeUndefined();
  });
});

/** Records page views and e-commerce actions as the collector receives them. */
function recordEvents(page: Page): string[] {
  const events: string[] = [];
  onPayloads(page, (payload) => {
    const { pathname, search } = new URL(payload.url);
    const path = pathname.startsWith('/orders/') ? '/orders/…' : pathname + search;
    events.push(...(payload.e === 'pv' ? [`page_view ${path}`] : actionsOf([payload])));
  });
  return events;
}

function recordField(page: Page, name: 'duid' | 'uid'): (string | undefined)[] {
  const values: (string | undefined)[] = [];
  onPayloads(page, (payload) => values.push(payload[name]));
  return values;
}
