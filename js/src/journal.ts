// Events that were tracked and are not yet part of the committed state. An event is here before the tracker's call
// returns, so it outlives its page: the next page of the origin reads it from here.
//
// Each page (a document, not a tab) writes one key of localStorage: lines of JSON, one an event, numbered from 1.
// Any page may apply any page's entries, since the committed state says which number of which page it contains.
import type { Payload } from './types.js';

export interface Entry {
  page: string;
  number: number;
  payload: Payload;
}

/** A page keeps at most so many events that wait for an engine. */
const mostEntries = 200;
/** Of so many pages at most, journals are kept. */
const mostPages = 50;
/** A page that has written nothing for so long, and whose entries are all applied, has nothing left to lose. */
const quietTime = 60_000;

type Line = [number: number, writtenAt: number, payload: Payload];

export class Journal {
  readonly #prefix: string;
  readonly #warn: (message: string, cause: unknown) => void;
  #storage: Storage;
  #page = newPage();
  #previousPage: string | null = null;
  #lastNumber = 0;

  /** `warn` is called once, if localStorage cannot be used. */
  constructor(namespace: string, warn: (message: string, cause: unknown) => void) {
    this.#prefix = `tripline:${encodeURIComponent(namespace)}:`;
    this.#warn = warn;
    this.#storage = new MemoryStorage();
    try {
      this.#storage = globalThis.localStorage;
      this.#storage.getItem(this.#prefix);
    } catch (error) {
      this.#fallBack(error);
    }
    this.#followPage();
  }

  /** Whether this page, or the one that was in its tab before, is the one named. */
  isOwn(page: string): boolean {
    return page === this.#page || page === this.#previousPage;
  }

  /** The page has come back from the back/forward cache. Meanwhile others may have applied and removed its entries. */
  renew(): void {
    this.#page = newPage();
    this.#lastNumber = 0;
    this.#followPage();
  }

  append(payload: Payload): void {
    const key = this.#prefix + this.#page;
    try {
      this.#write(key, payload);
    } catch (error) {
      if (this.#storage instanceof MemoryStorage) throw error;
      this.#fallBack(error);
      this.#write(key, payload);
    }
  }

  /** Entries that `applied` does not contain, older pages first, each page's in its order. */
  pending(applied: Readonly<Record<string, number>>): Entry[] {
    return this.#pages().flatMap((page) =>
      this.#read(page)
        .filter(([number]) => number > (applied[page] ?? 0))
        .map(([number, , payload]) => ({ page, number, payload })),
    );
  }

  /** The pages that `applied` must go on naming: those that have a journal. */
  retained(applied: Readonly<Record<string, number>>): Record<string, number> {
    const pages = new Set(this.#pages()).add(this.#page);
    return Object.fromEntries(Object.entries(applied).filter(([page]) => pages.has(page)));
  }

  /** Removes what is committed. A live page's journal is left to that page. */
  shorten(applied: Readonly<Record<string, number>>): void {
    const pages = this.#pages();
    pages.forEach((page, index) => {
      const lines = this.#read(page);
      const last = lines.at(-1);
      const done = last === undefined || last[0] <= (applied[page] ?? 0);
      if (page === this.#page) {
        this.#replace(page, lines.filter(([number]) => number > (applied[page] ?? 0)));
      } else if ((done && (last?.[1] ?? 0) < Date.now() - quietTime) || index < pages.length - mostPages) {
        this.#replace(page, []);
      }
    });
  }

  // sessionStorage goes along from page to page of a tab.
  #followPage(): void {
    try {
      this.#previousPage = sessionStorage.getItem(this.#prefix);
      sessionStorage.setItem(this.#prefix, this.#page);
    } catch {
      // Then the page has no known predecessor, and waits a moment before it takes over what that left.
    }
  }

  #write(key: string, payload: Payload): void {
    const line: Line = [this.#lastNumber + 1, Date.now(), payload];
    const lines = this.#storage.getItem(key)?.split('\n') ?? [];
    this.#storage.setItem(key, [...lines.slice(-mostEntries + 1), JSON.stringify(line)].join('\n'));
    this.#lastNumber += 1;
  }

  #pages(): string[] {
    return Array.from({ length: this.#storage.length }, (_, index) => this.#storage.key(index) ?? '')
      .filter((key) => key.startsWith(this.#prefix))
      .map((key) => key.slice(this.#prefix.length))
      .sort();
  }

  #read(page: string): Line[] {
    const text = this.#storage.getItem(this.#prefix + page) ?? '';
    return text.split('\n').flatMap((line) => parseLine(line) ?? []);
  }

  #replace(page: string, lines: Line[]): void {
    const key = this.#prefix + page;
    if (lines.length === 0) this.#storage.removeItem(key);
    else this.#storage.setItem(key, lines.map((line) => JSON.stringify(line)).join('\n'));
  }

  #fallBack(cause: unknown): void {
    const memory = new MemoryStorage();
    const key = this.#prefix + this.#page;
    try {
      const own = this.#storage.getItem(key);
      if (own !== null) memory.setItem(key, own);
    } catch {
      // It cannot be read either.
    }
    this.#storage = memory;
    this.#warn('localStorage cannot be used: events that are not yet counted when the page is left are lost.', cause);
  }
}

/** Sorts by age, and tells pages of one millisecond apart. */
function newPage(): string {
  return `${Date.now()}-${randomId()}`;
}

/** 32 hexadecimal digits. (crypto.randomUUID is not there on plain http.) */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function parseLine(line: string): [Line] | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    const [number, writtenAt, payload] = parsed as Line;
    const good = typeof number === 'number' && typeof writtenAt === 'number' && typeof payload === 'object' && payload;
    return good ? [[number, writtenAt, payload]] : undefined;
  } catch {
    return undefined; // somebody else wrote it
  }
}

/** What of localStorage is used here, for a page. */
class MemoryStorage implements Storage {
  readonly #items = new Map<string, string>();
  get length(): number {
    return this.#items.size;
  }
  key(index: number): string | null {
    return [...this.#items.keys()][index] ?? null;
  }
  getItem(key: string): string | null {
    return this.#items.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.#items.set(key, value);
  }
  removeItem(key: string): void {
    this.#items.delete(key);
  }
  clear(): void {
    this.#items.clear();
  }
}
