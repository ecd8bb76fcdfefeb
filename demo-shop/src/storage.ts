// What the shop remembers about a visitor. Every key begins with "shop.", so that a reset finds all of them.

export type ShopKey = 'shop.cart' | 'shop.offers' | 'shop.account' | 'shop.orders' | 'shop.deciding';

const keys: readonly ShopKey[] = ['shop.cart', 'shop.offers', 'shop.account', 'shop.orders'];

/** Null where nothing is stored, what is stored is not JSON, or storage is switched off. */
export function read(key: ShopKey): unknown {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null');
  } catch {
    return null;
  }
}

/** Without effect where storage is full or switched off: the shop then forgets, but goes on. */
export function write(key: ShopKey, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Nothing to repair here.
  }
}

/** The strings of a stored list; anything else is left out. */
export function readStrings(key: ShopKey): string[] {
  const stored = read(key);
  return Array.isArray(stored) ? stored.filter((item): item is string => typeof item === 'string') : [];
}

/** All that is the visitor's. Who decides is a setting of the demo, and stays. */
export function forgetEverything(): void {
  for (const key of keys) localStorage.removeItem(key);
}
