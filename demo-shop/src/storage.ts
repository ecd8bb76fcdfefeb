// The shop's data about a visitor, in localStorage.

export type ShopKey = 'shop.cart' | 'shop.offers' | 'shop.account' | 'shop.orders' | 'shop.deciding';

const keys: readonly ShopKey[] = ['shop.cart', 'shop.offers', 'shop.account', 'shop.orders'];

/** Returns null if nothing is stored, if the stored string is not JSON, or if storage is disabled. */
export function read(key: ShopKey): unknown {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null');
  } catch {
    return null;
  }
}

/** Has no effect where storage is full or disabled: the shop works on without the value. */
export function write(key: ShopKey, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Not stored, see above.
  }
}

/** Returns the strings of a stored list and drops every other item. */
export function readStrings(key: ShopKey): string[] {
  const stored = read(key);
  return Array.isArray(stored) ? stored.filter((item): item is string => typeof item === 'string') : [];
}

/** Removes the visitor's data. Keeps `shop.deciding`, which is a setting of the demo. */
export function forgetEverything(): void {
  for (const key of keys) localStorage.removeItem(key);
}
