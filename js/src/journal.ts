// What was tracked, set or pushed and is not yet part of the committed state. It is here before the call returns, so it
// outlives its page: the next page of the origin reads it from here.
//
// Each page (a document, not a tab) writes keys of its own of localStorage, a line per entry. Any page may apply any
// page's entries, since the committed state says which number of which page it contains; none has to be known as dead.
import { attempt } from './attempt.js';
import { randomId } from './random-id.js';

export interface Entry<Content> {
  /** The page, and which of its parts. */
  page: string;
  /** Grows with each entry of a page. */
  number: number;
  /** Host clock in ms. */
  writtenAt: number;
  /** From storage: whoever wrote it, it is an object. */
  content: Content;
}

interface Line {
  number: number;
  writtenAt: number;
  json: string;
}

/** A page keeps so many events at most: beyond that, there was no engine for long. */
const mostEntries = 100;
/** Journals of so many other pages are kept. */
const mostPages = 20;
/** A page that has written nothing for so long, and whose entries are all applied, has nothing left to lose. */
const quietTime = 60_000;

export class Journal<Content extends object> {
  readonly #prefix: string;
  readonly #warn: (message: string, cause?: unknown) => void;
  /** localStorage, whose items are properties as well; or an object in its place. */
  #storage: Record<string, string> = {};
  /** Sorts by age, and tells pages of one millisecond apart. */
  readonly #page = `${Date.now()}-${randomId()}`;
  /** This page, and the last one before it that tracked something in this tab. */
  readonly #ownPages: readonly string[];
  #lastNumber = 0;
  #overflowed = false;
  #isKept = true;

  /** Journals of one name share their entries. `warn` is told when some may get lost. */
  constructor(name: string, warn: (message: string, cause?: unknown) => void) {
    this.#prefix = `tripline:${name.replace(/[:%]/g, encodeURIComponent)}:`;
    this.#warn = warn;
    try {
      this.#storage = globalThis.localStorage;
      this.#pages().slice(0, -mostPages).forEach((page) => this.#replace(page, []));
    } catch (error) {
      this.#fallBack(error);
    }
    this.#ownPages = [this.#page, attempt(() => sessionStorage.getItem(this.#prefix)) ?? this.#page];
  }

  /** The name of this page, which its parts begin with. */
  get page(): string {
    return this.#page;
  }

  /** Whether it is this page, or the last one before it that tracked something in this tab. */
  isOwn(page: string): boolean {
    return this.#ownPages.some((own) => page.startsWith(own));
  }

  /** Whether entries outlive the page. */
  get isKept(): boolean {
    return this.#isKept;
  }

  /** What is in another part need not be applied first. */
  append(content: Content, part = ''): void {
    if (this.#lastNumber === 0) attempt(() => sessionStorage.setItem(this.#prefix, this.#page));
    const line = { number: this.#lastNumber + 1, writtenAt: Date.now(), json: JSON.stringify(content) };
    const page = this.#page + part;
    try {
      this.#append(page, line);
    } catch (error) {
      this.#fallBack(error);
      this.#append(page, line);
    }
    this.#lastNumber = line.number;
  }

  /** Entries that `applied` does not contain, older pages first, each page's in its order. */
  pending(applied: Readonly<Record<string, number>>): Entry<Content>[] {
    return this.#pages().flatMap((page) =>
      this.#read(page)
        .filter(({ number }) => number > (applied[page] ?? 0))
        .flatMap(({ json, ...line }) => parseObject<Content>(json).map((content) => ({ page, ...line, content }))),
    );
  }

  /** What of `applied` must be remembered: the pages that have a journal. */
  retained(applied: Readonly<Record<string, number>>): Record<string, number> {
    return Object.fromEntries(Object.entries(applied).filter(([page]) => this.#prefix + page in this.#storage));
  }

  /** Removes what is committed. A journal that another page may still be writing is left to that page. */
  shorten(applied: Readonly<Record<string, number>>): void {
    for (const page of Object.keys(applied)) {
      const lines = this.#read(page);
      const left = lines.filter(({ number }) => number > (applied[page] ?? 0));
      const isQuiet = left.length === 0 && (lines.at(-1)?.writtenAt ?? 0) < Date.now() - quietTime;
      if (isQuiet || page.startsWith(this.#page)) this.#replace(page, left);
    }
  }

  remove(page: string, number: number): void {
    this.#replace(page, this.#read(page).filter((line) => line.number !== number));
  }

  #append(page: string, line: Line): void {
    const lines = this.#read(page);
    if (lines.length === mostEntries && !this.#overflowed) {
      this.#overflowed = true;
      this.#warn(`More than ${mostEntries} events wait for the engine: the oldest are lost.`);
    }
    this.#replace(page, [...lines.slice(1 - mostEntries), line]);
  }

  #pages(): string[] {
    return Object.keys(this.#storage)
      .filter((key) => key.startsWith(this.#prefix))
      .map((key) => key.slice(this.#prefix.length))
      .sort();
  }

  #read(page: string): Line[] {
    return (this.#storage[this.#prefix + page] ?? '').split('\n').flatMap(parseLine);
  }

  #replace(page: string, lines: readonly Line[]): void {
    const key = this.#prefix + page;
    const text = lines.map(({ number, writtenAt, json }) => `${number} ${writtenAt} ${json}`).join('\n');
    if (text === '') delete this.#storage[key];
    else this.#storage[key] = text;
  }

  #fallBack(cause: unknown): void {
    const own: Record<string, string> = {};
    try {
      for (const page of this.#pages()) {
        if (!page.startsWith(this.#page)) continue;
        const key = this.#prefix + page;
        own[key] = this.#storage[key] ?? '';
        delete this.#storage[key];
      }
    } catch {
      // It cannot be read either.
    }
    this.#storage = own;
    this.#isKept = false;
    this.#warn('localStorage cannot be used: events that are not yet counted when the page is left are lost.', cause);
  }
}

// sessionStorage goes along from page to page of a tab: it names the last one that tracked something. Where it cannot
// be used, a page waits a moment before it takes over what its predecessor left.

// Whoever wrote what is no line or no object: it is passed over.

function parseLine(line: string): Line[] {
  const [, number, writtenAt, json] = /^(\d+) (\d+) (.*)$/.exec(line) ?? [];
  return json === undefined ? [] : [{ number: Number(number), writtenAt: Number(writtenAt), json }];
}

function parseObject<Content>(json: string): Content[] {
  const content: unknown = attempt(() => JSON.parse(json));
  return typeof content === 'object' && content !== null ? [content as Content] : [];
}
