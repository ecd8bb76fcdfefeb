import { randomUUID } from 'node:crypto';
import { maximumQuantity, priceOrder, type Catalogue, type Order } from '../src/order.ts';

export interface Customer {
  readonly name: string;
  readonly email: string;
  readonly street: string;
  readonly postcode: string;
  readonly city: string;
}

export interface PlacedOrder {
  readonly order: Order;
  readonly customer: Customer;
  readonly payment: string;
}

const quantityPrefix = 'quantity.';
const payments: readonly string[] = ['invoice', 'on_delivery'];

/**
 * Reads the checkout form. Prices come from the catalogue alone. A code that does not apply to the order refuses the
 * whole order, so that nobody pays more than the page showed. `problem` is a sentence for the visitor.
 */
export function readOrder(catalogue: Catalogue, form: unknown): { placed: PlacedOrder } | { problem: string } {
  const fields = readFields(form);
  const quantities = readQuantities(catalogue, fields);
  if (quantities === undefined) return { problem: 'The cart holds something that we cannot sell. Please check it.' };
  const order = priceOrder(catalogue, quantities, fields.get('code') ?? []);
  if (order.lines.length === 0) return { problem: 'Your cart is empty.' };
  if (order.refusals.length > 0) return { problem: order.refusals.map(({ reason }) => reason).join(' ') };
  const customer = readCustomer(fields);
  if (customer === undefined) return { problem: 'Please fill in your name, e-mail and address.' };
  const payment = fields.get('payment')?.[0] ?? '';
  if (!payments.includes(payment)) return { problem: 'Please choose how you would like to pay.' };
  return { placed: { order, customer, payment } };
}

/** Keeps the last orders, in memory. At the capacity, a new order replaces the oldest. */
export class OrderBook {
  static readonly capacity = 500;
  readonly #orders = new Map<string, PlacedOrder>();

  add(placed: PlacedOrder): string {
    const id = randomUUID();
    this.#orders.set(id, placed);
    for (const oldest of this.#orders.keys()) {
      if (this.#orders.size <= OrderBook.capacity) break;
      this.#orders.delete(oldest);
    }
    return id;
  }

  get(id: string): PlacedOrder | undefined {
    return this.#orders.get(id);
  }
}

// In the parsed form, a field that occurs once is a string, and one that occurs several times is a list.
function readFields(form: unknown): ReadonlyMap<string, readonly string[]> {
  const entries = typeof form === 'object' && form !== null ? Object.entries(form) : [];
  return new Map(entries.map(([name, value]) => [name, [value].flat().map(String)]));
}

/** Returns undefined for an unknown product, or a quantity that is not a whole number from 1 to the maximum. */
function readQuantities(
  catalogue: Catalogue,
  fields: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, number> | undefined {
  const quantities = new Map<string, number>();
  for (const [name, values] of fields) {
    if (!name.startsWith(quantityPrefix)) continue;
    const id = name.slice(quantityPrefix.length);
    const quantity = Number(values[0]);
    const known = catalogue.products.some((product) => product.id === id);
    if (!known || values.length !== 1 || !/^\d{1,2}$/.test(values[0] ?? '')) return undefined;
    if (quantity < 1 || quantity > maximumQuantity) return undefined;
    quantities.set(id, quantity);
  }
  return quantities;
}

function readCustomer(fields: ReadonlyMap<string, readonly string[]>): Customer | undefined {
  const read = (name: string): string => (fields.get(name)?.[0] ?? '').trim().slice(0, 200);
  const customer = {
    name: read('name'),
    email: read('email'),
    street: read('street'),
    postcode: read('postcode'),
    city: read('city'),
  };
  return Object.values(customer).includes('') ? undefined : customer;
}
