// Prices an order. The page previews with this code and the server decides with it: the server reads only ids,
// quantities and codes from a request, never a price.

export interface Product {
  readonly id: string;
  readonly name: string;
  readonly category: string;
  readonly price: number;
  readonly summary: string;
  readonly description: string;
  readonly details: readonly string[];
}

export interface Category {
  readonly id: string;
  readonly name: string;
}

export interface Catalogue {
  readonly currency: string;
  readonly categories: readonly Category[];
  readonly products: readonly Product[];
}

export interface OrderLine {
  readonly product: Product;
  readonly quantity: number;
  readonly total: number;
}

export interface Refusal {
  readonly code: string;
  readonly reason: string;
}

/** All amounts are in the catalogue's currency, rounded to cents. `total` = goods - discount + shipping. */
export interface Order {
  readonly lines: readonly OrderLine[];
  readonly goods: number;
  readonly discount: number;
  readonly shipping: number;
  readonly total: number;
  readonly codes: readonly string[];
  readonly refusals: readonly Refusal[];
}

export const maximumQuantity = 20;
export const shippingPrice = 7.5;
export const freeShippingAbove = 100;
const discountRate = 0.1;

/** The description of each code that the checkout shows. */
export const codeDescriptions: ReadonlyMap<string, string> = new Map([
  ['SAVE10', '10% off your goods'],
  ['FREE', `Free shipping on goods over $${freeShippingAbove}`],
]);

/**
 * Prices an order. Ids that the catalogue does not have and quantities below 1 are left out. A code that does not apply
 * is listed in `refusals` with the reason, as a sentence for the visitor.
 */
export function priceOrder(
  catalogue: Catalogue,
  quantities: ReadonlyMap<string, number>,
  codes: readonly string[] = [],
): Order {
  const lines = orderLines(catalogue, quantities);
  const goods = sumMoney(lines.map((line) => line.total));
  const accepted: string[] = [];
  const refusals: Refusal[] = [];
  for (const code of new Set(codes.map(normalizeCode))) {
    const reason = refusalOf(code, goods);
    if (reason === undefined) accepted.push(code);
    else refusals.push({ code, reason });
  }
  const discount = accepted.includes('SAVE10') ? roundMoney(goods * discountRate) : 0;
  const shipping = lines.length === 0 || accepted.includes('FREE') ? 0 : shippingPrice;
  const total = roundMoney(goods - discount + shipping);
  return { lines, goods, discount, shipping, total, codes: accepted, refusals };
}

/** The rows of an order's summary: a name and an amount each. */
export function totalRows(order: Order): readonly (readonly [name: string, amount: string])[] {
  return [
    ['Goods', formatMoney(order.goods)],
    ...(order.discount > 0 ? [['Discount (SAVE10)', `−${formatMoney(order.discount)}`] as const] : []),
    ['Shipping', order.shipping === 0 ? 'Free' : formatMoney(order.shipping)],
    ['Total', formatMoney(order.total)],
  ];
}

export function categoryName(catalogue: Catalogue, product: Product): string {
  return catalogue.categories.find((category) => category.id === product.category)?.name ?? product.category;
}

export function normalizeCode(code: string): string {
  return code.trim().toUpperCase();
}

export function formatMoney(amount: number): string {
  return new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' }).format(amount);
}

function orderLines(catalogue: Catalogue, quantities: ReadonlyMap<string, number>): OrderLine[] {
  return catalogue.products.flatMap((product) => {
    const quantity = quantities.get(product.id) ?? 0;
    return quantity < 1 ? [] : [{ product, quantity, total: roundMoney(product.price * quantity) }];
  });
}

function refusalOf(code: string, goods: number): string | undefined {
  if (!codeDescriptions.has(code)) return `We do not know the code “${code}”.`;
  if (code === 'FREE' && goods <= freeShippingAbove) {
    return `FREE needs goods over ${formatMoney(freeShippingAbove)}. Yours come to ${formatMoney(goods)}.`;
  }
  return undefined;
}

function sumMoney(amounts: readonly number[]): number {
  return roundMoney(amounts.reduce((sum, amount) => sum + amount, 0));
}

// Applied after every step: 0.1 + 0.2 must not reach an event, whose schema requires multiples of 0.01.
function roundMoney(amount: number): number {
  return Math.round(amount * 100) / 100;
}
