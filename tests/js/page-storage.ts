// localStorage and sessionStorage for Node: objects whose items are properties, as the browser's are. How the browser's
// own behave between tabs and renderers is tested in Chromium.

type Items = Record<string, string>;

const scope = globalThis as { localStorage?: Items; sessionStorage?: Items };

/** Storage of an origin that was never visited. */
export function freshStorage(): Items {
  const localStorage: Items = {};
  scope.localStorage = localStorage;
  newTab();
  return localStorage;
}

export function newTab(): void {
  scope.sessionStorage = {
    getItem(key: string) {
      return (this as unknown as Items)[key] ?? null;
    },
    setItem(key: string, value: string) {
      (this as unknown as Items)[key] = value;
    },
  } as unknown as Items;
}

/** A full localStorage: reading works, writing throws. */
export function fullStorage(): void {
  scope.localStorage = new Proxy<Items>(scope.localStorage ?? {}, {
    set() {
      throw new DOMException('The quota has been exceeded.', 'QuotaExceededError');
    },
  });
}

/** The browser forbids storage altogether. */
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
