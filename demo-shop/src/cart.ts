import { maximumQuantity } from './order.ts';
import { read, write } from './storage.ts';

export interface Cart {
  readonly id: string;
  readonly quantities: ReadonlyMap<string, number>;
}

export function readCart(): Cart {
  const stored = read('shop.cart') as { id?: unknown; quantities?: unknown } | null;
  const pairs = Array.isArray(stored?.quantities) ? stored.quantities : [];
  return {
    id: typeof stored?.id === 'string' ? stored.id : crypto.randomUUID(),
    quantities: new Map(pairs.filter(isQuantity)),
  };
}

/** Changes one quantity by `delta`, within 0 and the maximum. Returns the stored cart. */
export function changeQuantity(productId: string, delta: number): Cart {
  const { id, quantities } = readCart();
  const changed = new Map(quantities);
  const quantity = Math.min((changed.get(productId) ?? 0) + delta, maximumQuantity);
  if (quantity > 0) changed.set(productId, quantity);
  else changed.delete(productId);
  write('shop.cart', { id, quantities: [...changed] });
  return { id, quantities: changed };
}

export function emptyCart(): void {
  write('shop.cart', null);
}

export function countItems(cart: Cart): number {
  return [...cart.quantities.values()].reduce((sum, quantity) => sum + quantity, 0);
}

function isQuantity(pair: unknown): pair is [string, number] {
  return Array.isArray(pair) && typeof pair[0] === 'string' && Number.isInteger(pair[1]) && pair[1] > 0;
}
