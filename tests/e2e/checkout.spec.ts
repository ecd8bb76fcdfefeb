import type { APIRequestContext, APIResponse, Page } from '@playwright/test';
import { expect, test } from './shop.ts';
import {
  actionsOf,
  addProduct,
  banner,
  fillInAddress,
  onPayloads,
  viewProduct,
  type TrackerPayload,
} from './visitor.ts';

test.describe('ordering', () => {
  test('a guest orders two products and pays goods and shipping', async ({ page }) => {
    await addProduct(page, 'canvas-tote');
    await addProduct(page, 'steel-bottle');
    await page.getByRole('link', { name: 'View cart' }).first().click();
    await page.getByRole('link', { name: 'Go to checkout' }).click();
    await placeOrder(page);
    await expect(page.getByRole('heading', { name: 'Thank you, Ada Example' })).toBeVisible();
    await expectTotals(page, { Goods: '$53.50', Shipping: '$7.50', Total: '$61.00' });
    await expect(page.getByRole('link', { name: 'Cart, 0 items' })).toBeVisible();
  });

  test('the transaction is tracked once, not again on reload', async ({ page }) => {
    const transactions = recordTransactions(page);
    await addProduct(page, 'canvas-tote');
    await page.goto('/checkout');
    await placeOrder(page);
    await expect.poll(() => transactions.length).toBe(1);
    await page.reload();
    await page.waitForLoadState('networkidle');
    expect(transactions).toHaveLength(1);
    expect(transactions[0]!.co).toContain('"revenue":31.5');
  });

  test('reloading the confirmation does not order again', async ({ page }) => {
    await addProduct(page, 'canvas-tote');
    await page.goto('/checkout');
    await placeOrder(page);
    const address = page.url();
    await page.reload();
    expect(page.url()).toBe(address);
    await expect(page.getByRole('heading', { name: 'Thank you, Ada Example' })).toBeVisible();
  });

  test('quantities are changed in the cart', async ({ page }) => {
    await addProduct(page, 'canvas-tote');
    await page.goto('/cart');
    await page.getByRole('button', { name: 'One more: Canvas tote' }).click();
    await expect(page.getByRole('button', { name: 'One more: Canvas tote' })).toBeFocused();
    await expectTotals(page, { Goods: '$48.00', Shipping: '$7.50', Total: '$55.50' });
    await page.getByRole('button', { name: 'Remove Canvas tote' }).click();
    await expect(page.getByText('Your cart is empty.')).toBeVisible();
  });
});

test.describe('using a code', () => {
  test('a banner’s code is one click away at the checkout, also after a reload', async ({ page }) => {
    await seeDiscount(page);
    await page.reload();
    await page.getByRole('button', { name: 'Add to cart' }).click();
    await page.goto('/checkout');
    await page.getByRole('button', { name: /Use SAVE10/ }).click();
    await expect(page.getByText('SAVE10 is applied.')).toBeVisible();
    await placeOrder(page);
    await expectTotals(page, { Goods: '$16.00', 'Discount (SAVE10)': '−$1.60', Shipping: '$7.50', Total: '$21.90' });
  });

  test('a used code is not suggested again', async ({ page }) => {
    await seeDiscount(page);
    await page.getByRole('button', { name: 'Add to cart' }).click();
    await page.goto('/checkout');
    await page.getByRole('button', { name: /Use SAVE10/ }).click();
    await placeOrder(page);
    await addProduct(page, 'canvas-tote');
    await page.goto('/checkout');
    await expect(page.getByRole('heading', { name: 'Your order' })).toBeVisible();
    await expect(page.getByRole('button', { name: /Use SAVE10/ })).toHaveCount(0);
  });

  test('both codes together: 10% off the goods and free shipping', async ({ page }) => {
    await addProduct(page, 'roll-top-backpack');
    await addProduct(page, 'stoneware-mug');
    await page.goto('/checkout');
    await enterCode(page, 'save10');
    await enterCode(page, ' free ');
    await placeOrder(page);
    await expectTotals(page, { Goods: '$105.00', 'Discount (SAVE10)': '−$10.50', Shipping: 'Free', Total: '$94.50' });
  });

  test('FREE is refused at exactly $100.00, with the reason', async ({ page }) => {
    await addProduct(page, 'gooseneck-kettle');
    await addProduct(page, 'french-press');
    await page.goto('/checkout');
    await enterCode(page, 'FREE');
    await expect(page.getByText('FREE needs goods over $100.00. Yours come to $100.00.')).toBeVisible();
    await placeOrder(page);
    await expectTotals(page, { Goods: '$100.00', Shipping: '$7.50', Total: '$107.50' });
  });

  test('an unknown code is refused, with the reason', async ({ page }) => {
    await addProduct(page, 'canvas-tote');
    await page.goto('/checkout');
    await enterCode(page, '<b>HALF</b>');
    await expect(page.getByText('We do not know the code “<B>HALF</B>”.')).toBeVisible();
    await expect(page.locator('main b')).toHaveCount(0);
  });
});

test.describe('cheating by hand', () => {
  const address = {
    name: 'Ada',
    email: 'ada@example.com',
    street: '1 Lane',
    postcode: '12345',
    city: 'Town',
    payment: 'invoice',
  };

  const refused: [string, Record<string, string>, string][] = [
    [
      'FREE under $100',
      { 'quantity.canvas-tote': '1', code: 'FREE' },
      'FREE needs goods over $100.00. Yours come to $24.00.',
    ],
    [
      'FREE at exactly $100',
      { 'quantity.gooseneck-kettle': '1', 'quantity.french-press': '1', code: 'FREE' },
      'Yours come to $100.00.',
    ],
    ['an unknown code', { 'quantity.canvas-tote': '1', code: 'HALF' }, 'We do not know the code “HALF”.'],
    ['an unknown product', { 'quantity.gold-bar': '1' }, 'something that we cannot sell'],
    ['a negative quantity', { 'quantity.canvas-tote': '-1' }, 'something that we cannot sell'],
    ['a fraction', { 'quantity.canvas-tote': '0.1' }, 'something that we cannot sell'],
    ['too many', { 'quantity.canvas-tote': '21' }, 'something that we cannot sell'],
    ['an empty cart', {}, 'Your cart is empty.'],
    ['another way to pay', { 'quantity.canvas-tote': '1', payment: 'promise' }, 'choose how you would like to pay'],
    ['no name', { 'quantity.canvas-tote': '1', name: ' ' }, 'Please fill in your name'],
  ];

  for (const [name, fields, reason] of refused) {
    test(`${name} is refused`, async ({ request }) => {
      const response = await post(request, { ...address, ...fields });
      expect(response.status()).toBe(422);
      expect(await response.text()).toContain(reason);
    });
  }

  test('a price, discount or total that the client sends is ignored', async ({ request }) => {
    const fields = {
      'quantity.canvas-tote': '1',
      'price.canvas-tote': '0.01',
      price: '0.01',
      discount: '20',
      total: '0',
    };
    const response = await post(request, { ...address, ...fields });
    expect(response.status()).toBe(200);
    expect(await response.text()).toContain('<dt>Total</dt><dd>$31.50</dd>');
  });

  test('FREE above $100 applies when posted by hand', async ({ request }) => {
    const response = await post(request, { ...address, 'quantity.roll-top-backpack': '2', code: 'FREE' });
    expect(await response.text()).toContain('<dt>Shipping</dt><dd>Free</dd>');
  });

  test('a name is escaped in the confirmation', async ({ request }) => {
    const name = `"><script>alert('x')</script>&`;
    const text = await (await post(request, { ...address, name, 'quantity.canvas-tote': '1' })).text();
    expect(text).toContain('Thank you, &quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;');
    expect(text).not.toContain('<script>alert');
  });
});

test.describe('getting lost', () => {
  for (const address of ['/nowhere', '/products/gold-bar', '/orders/00000000-0000-4000-8000-000000000000']) {
    test(`${address} gets 404 and a page of the shop`, async ({ page, watch }) => {
      watch.expectedErrorPages.push(address);
      expect((await page.goto(address))?.status()).toBe(404);
      await expect(page.getByRole('link', { name: 'have a look around' })).toBeVisible();
    });
  }
});

async function placeOrder(page: Page): Promise<void> {
  await fillInAddress(page);
  await page.getByRole('button', { name: /Place order/ }).click();
  await page.waitForURL('**/orders/*');
  await expect(page.getByRole('link', { name: 'Cart, 0 items' })).toBeVisible();
}

async function enterCode(page: Page, code: string): Promise<void> {
  await page.getByLabel('Code', { exact: true }).fill(code);
  await page.getByRole('button', { name: 'Apply' }).click();
}

async function seeDiscount(page: Page): Promise<void> {
  for (const product of ['canvas-tote', 'brass-pen', 'task-lamp', 'stoneware-mug']) await viewProduct(page, product);
  await expect(banner(page, 'discount')).toBeVisible();
}

async function expectTotals(page: Page, totals: Record<string, string>): Promise<void> {
  const rows = Object.entries(totals).map(([name, amount]) => name + amount);
  await expect(page.locator('.totals > div')).toHaveText(rows);
}

function recordTransactions(page: Page): TrackerPayload[] {
  const transactions: TrackerPayload[] = [];
  onPayloads(page, (payload) => {
    if (actionsOf([payload]).includes('transaction')) transactions.push(payload);
  });
  return transactions;
}

function post(request: APIRequestContext, form: Record<string, string>): Promise<APIResponse> {
  return request.post('/checkout', { form });
}
