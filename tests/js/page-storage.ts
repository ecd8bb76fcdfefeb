// localStorage and sessionStorage for Node: objects whose items are properties, as in the browser. The tests in
// Chromium cover storage between tabs and renderers.

type Items = Record<string, string>;

const scope = globalThis as { localStorage?: Items; sessionStorage?: Items };

/** The number of characters of keys and values that fit into localStorage. */
let quota = Infinity;

/** Installs the empty storage of a new origin. */
export function freshStorage(): Items {
  quota = Infinity;
  const localStorage = new Proxy<Items>(
    {},
    {
      set(items, key: string, value: string) {
        if (charactersOf({ ...items, [key]: value }) > quota)
          throw new DOMException('The quota has been exceeded.', 'QuotaExceededError');
        items[key] = value;
        return true;
      },
    },
  );
  scope.localStorage = localStorage;
  newTab();
  return localStorage;
}

export function charactersOf(items: Items): number {
  return Object.entries(items).reduce((sum, [key, value]) => sum + key.length + value.length, 0);
}

export function newTab(): void {
  scope.sessionStorage = {
    getItem(key: string) {
      return (this as unknown as Items)[key] ?? null;
    },
    setItem(key: string, value: string) {
      (this as unknown as Items)[key] = value;
    },
    removeItem(key: string) {
      delete (this as unknown as Items)[key];
    },
  } as unknown as Items;
}

/** Lets only `characters` more characters fit into localStorage: reading works, writing more throws. */
export function fullStorage(characters = 0): void {
  quota = charactersOf(scope.localStorage ?? {}) + characters;
}

/** Makes every access to storage throw, as if the browser forbade it. */
export function forbiddenStorage(): void {
  const forbidden = {
    configurable: true,
    get(): never {
      throw new DOMException('Access is denied for this document.', 'SecurityError');
    },
  };
  Object.defineProperties(globalThis, { localStorage: forbidden, sessionStorage: forbidden });
}

export function removeStorage(): void {
  for (const name of ['localStorage', 'sessionStorage'] as const) {
    Object.defineProperty(globalThis, name, { configurable: true, writable: true, value: undefined });
    delete scope[name];
  }
}
