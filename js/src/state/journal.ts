// Events that were tracked, attributes that were set and interventions that were pushed, until the committed state
// contains them. Each is written before its call returns, so it outlives the page: the next page of the origin reads
// it.
//
// Each entry has a key of its own in localStorage, so that writing one takes no longer when others wait:
//
//   tripline:NAMESPACE:PAGE:NUMBER → TIME JSON
//
// A page is a document, not a tab. Any page may apply the entries of all pages, whether those live or not, since the
// committed state has the number of each page's last entry that it contains. Entries that do not fit into localStorage
// wait in the page's memory, as another part of the page, so that neither part waits for the other.
import { attempt } from '../support/attempt.js';
import { longestInJournal, mostCharacters, mostCharactersOfOrigin, mostEvents } from '../support/bounds.js';
import { randomId } from '../support/random-id.js';

export interface Entry<Content> {
  /** The page, with its part. */
  page: string;
  /** Grows with each entry of a page. */
  number: number;
  /** The host's clock (ms). It may be any number, if somebody has replaced the clock. */
  writtenAt: number;
  content: Content;
}

interface Place {
  key: string;
  page: string;
  number: number;
}

/** An entry of this page. */
interface OwnEntry extends Place {
  /** Characters of key and record in localStorage. */
  characters: number;
  /** The record, if it is in memory instead. */
  record?: string;
}

/** Numbers of entries, by page and part. */
type Numbers = Readonly<Record<string, number>>;

/** Time that applied entries of another page stay (ms): it may be about to read them. */
const quietTime = 60_000;
/** A page that has written this many characters measures the entries of all pages, and makes room for as many again. */
const measuredAfter = 50_000;

const inMemory = ' memory';

export class Journal<Content extends object> {
  readonly #prefix: string;
  readonly #isContent: (content: object) => content is Content;
  readonly #emit: (name: 'error' | 'warning', message: string, cause?: unknown) => void;
  /** localStorage, whose items are also properties; undefined if there is none. */
  readonly #storage: Record<string, string> | undefined;
  /** The name of this page: it sorts by age, and differs between pages of the same millisecond. */
  readonly #page = `${Date.now()}-${randomId()}`;
  /** This page, the last one before it that tracked something in this tab, and those before that have entries. */
  readonly #ownPages: readonly string[];
  #lastNumber = 0;
  /** Entries of this page that are not known to be applied, in their order. */
  #own: OwnEntry[] = [];
  /** Characters of these entries in localStorage. */
  #characters = 0;
  /** Characters of all pages, when they were last measured. */
  #measured = 0;
  /** Characters that this page has written since then. */
  #unmeasured = measuredAfter;
  #isMeasuring = false;
  #isKept = false;
  #isWarned = false;
  #lost = 0;
  #lostAndEmitted = 0;
  #emitsLater: ReturnType<typeof setTimeout> | undefined;
  /** Time until the next error about lost events (ms). */
  #quiet = 1000;
  #isShared = true;
  #isLasting = true;

  /** Journals of one name share their entries. A stored entry that is not `isContent` is dropped with an error. */
  constructor(
    name: string,
    isContent: (content: object) => content is Content,
    emit: (name: 'error' | 'warning', message: string, cause?: unknown) => void,
  ) {
    this.#prefix = `tripline:${name.replace(/[:%]/g, encodeURIComponent)}:`;
    this.#isContent = isContent;
    this.#emit = emit;
    try {
      this.#storage = globalThis.localStorage;
    } catch (error) {
      this.#warn(error);
    }
    this.#isKept = !!this.#storage;
    this.#ownPages = [...this.#pagesOfTab(), this.#page];
    globalThis.addEventListener?.('pagehide', () => this.close());
  }

  /** The name of this page. The names of its parts begin with it. */
  get page(): string {
    return this.#page;
  }

  /** Number of the last entry that was written; 0 if none was. */
  get lastNumber(): number {
    return this.#lastNumber;
  }

  /**
   * True for this page, and for pages before it in this tab: the last one that tracked events, and those with entries.
   */
  isOwn(page: string): boolean {
    return this.#ownPages.some((own) => page.startsWith(own));
  }

  /** True if the entry that was written last outlives the page. */
  get isKept(): boolean {
    return this.#isKept;
  }

  /**
   * `isShared`: the pages that share this journal also share a state; if not, only entries of this tab are pending.
   * `isLasting`: another page can use the entries of this one; if not, they are in memory only.
   */
  serve(isShared: boolean, isLasting: boolean): void {
    this.#isShared = isShared;
    this.#isLasting = isLasting;
    if (isLasting) return;
    this.#own = this.#own.map((entry) => {
      const record = this.#record(entry);
      this.#remove(entry.key);
      return { ...this.#inMemory(entry), record };
    });
    this.#characters = 0;
  }

  /** Writes an entry. Entries of other parts need not be applied before it. Takes no longer when others wait. */
  append(content: Content, part = ''): void {
    const record = `${Date.now()} ${JSON.stringify(content)}`;
    const number = ++this.#lastNumber;
    if (number === 1) attempt(() => sessionStorage.setItem(this.#prefix, this.#ownPages.join(' ')));
    const place = this.#place(this.#page + part, number);
    const characters = place.key.length + record.length;
    const isWritten =
      this.#isLasting && this.#characters + characters <= mostCharacters && this.#write(place.key, record);
    this.#isKept = isWritten || !this.#isLasting;
    if (isWritten) {
      this.#own.push({ ...place, characters });
      this.#characters += characters;
      this.#unmeasured += characters;
      this.#measureSoon();
    } else {
      if (!this.#isKept) this.#warn();
      this.#own.push({ ...this.#inMemory(place), record });
    }
    if (this.#own.length <= mostEvents) return;
    const oldest = this.#own.shift()!;
    this.#remove(oldest.key);
    this.#characters -= oldest.characters;
    ++this.#lost;
  }

  /**
   * Returns the entries that `applied` lacks, older pages first, each page's in their order; `part`: only those of it.
   */
  pending(applied: Numbers, part = ''): Entry<Content>[] {
    let unreadable = 0;
    const drop = (key: string): [] => {
      this.#remove(key);
      ++unreadable;
      return [];
    };
    const stored = this.#keys(this.#prefix).flatMap((key) => placeOf(key) ?? drop(key));
    const entries = [...this.#inTime(stored, applied), ...this.#own.filter(({ record }) => record)]
      .filter(
        (place) => (this.#isShared || this.isOwn(place.page)) && place.page.includes(part) && !isIn(applied, place),
      )
      .sort(byAge)
      .flatMap((place) => this.#read(place) ?? drop(place.key));
    if (unreadable > 0) {
      this.#emit('error', `Events lost: ${unreadable}. Their entries in localStorage cannot be read.`);
    }
    return entries;
  }

  /** Returns the part of `applied` that must be remembered: the pages that have entries. */
  retained(applied: Numbers): Record<string, number> {
    const pages = new Set([...this.#places(this.#prefix), ...this.#own].map(({ page }) => page));
    return Object.fromEntries(Object.entries(applied).filter(([page]) => pages.has(page)));
  }

  /** Removes committed entries; those of another page only if they are older than `quietTime`. */
  shorten(applied: Numbers): void {
    for (const entry of this.#own.filter((own) => isIn(applied, own))) this.#remove(entry.key);
    this.#keep((entry) => !isIn(applied, entry));
    for (const place of this.#places(this.#prefix)) {
      const isQuiet = !(Math.abs(Date.now() - this.#writtenAt(place)) <= quietTime);
      if (isIn(applied, place) && isQuiet) this.#remove(place.key);
    }
    this.#emitLost();
  }

  remove(page: string, number: number): void {
    const { key } = this.#place(page, number);
    this.#remove(key);
    this.#keep((entry) => entry.key !== key);
  }

  #inMemory({ page, number }: Place): OwnEntry {
    return { ...this.#place(page.endsWith(inMemory) ? page : page + inMemory, number), characters: 0 };
  }

  /** Removes the entries of all pages. */
  clear(): void {
    for (const key of this.#keys(this.#prefix)) this.#remove(key);
    this.#keep(() => false);
  }

  #place(page: string, number: number): Place {
    return { key: `${this.#prefix}${page}:${number}`, page, number };
  }

  #keys(prefix: string): string[] {
    return attempt(() => Object.keys(this.#storage!).filter((key) => key.startsWith(prefix))) ?? [];
  }

  #places(prefix: string): Place[] {
    return this.#keys(prefix).flatMap((key) => placeOf(key) ?? []);
  }

  /** Returns the record of an entry from memory or localStorage; '' if it is in neither. */
  #record({ key, record }: Place & { record?: string }): string {
    return record ?? attempt(() => this.#storage![key]) ?? '';
  }

  #writtenAt(place: Place): number {
    return Number(split(this.#record(place))[0]);
  }

  /** Reads an entry; undefined if the record is not one that a journal writes. */
  #read(place: Place): Entry<Content> | undefined {
    const [time, json] = split(this.#record(place));
    const writtenAt = Number(time);
    const content: unknown = attempt(() => JSON.parse(json) as unknown);
    const isWhole = String(writtenAt) === time && Object(content) === content && this.#isContent(content as object);
    if (!isWhole) return undefined;
    return { page: place.page, number: place.number, writtenAt, content: content as Content };
  }

  #write(key: string, record: string): boolean {
    try {
      this.#storage![key] = record;
      return true;
    } catch (error) {
      this.#warn(error);
      return false;
    }
  }

  #remove(key: string): void {
    attempt(() => delete this.#storage![key]);
  }

  /** Drops the other entries of this page. */
  #keep(stays: (entry: OwnEntry) => boolean): void {
    this.#own = this.#own.filter(stays);
    this.#characters = this.#own.reduce((sum, { characters }) => sum + characters, 0);
  }

  // Measures later, since it takes longer when more entries wait, and writing must not.
  #measureSoon(): void {
    const isLittle = this.#unmeasured < measuredAfter && this.#measured + this.#unmeasured <= mostCharactersOfOrigin;
    if (isLittle || this.#isMeasuring) return;
    this.#isMeasuring = true;
    queueMicrotask(() => {
      this.#isMeasuring = false;
      this.#measured = this.#bounded();
      this.#unmeasured = 0;
    });
  }

  /** Drops the oldest entries of all pages, of any name, beyond the limit. Returns the characters of the rest. */
  #bounded(): number {
    const stored = this.#inTime(this.#places('tripline:')).sort(byAge);
    const sizes = stored.map((place) => place.key.length + this.#record(place).length);
    let total = sizes.reduce((sum, size) => sum + size, 0);
    if (total <= mostCharactersOfOrigin) return total;
    const dropped = new Set<string>();
    for (const [index, { key }] of stored.entries()) {
      if (total <= mostCharactersOfOrigin - measuredAfter) break;
      this.#remove(key);
      dropped.add(key);
      total -= sizes[index]!;
    }
    this.#keep(({ key }) => !dropped.has(key));
    this.#lost += dropped.size;
    return total;
  }

  /**
   * Returns the entries that are not too old, and removes the others; of this journal's name only if `applied` is
   * known.
   */
  #inTime(places: readonly Place[], applied?: Numbers): Place[] {
    const earliest = Date.now() - longestInJournal;
    return places.filter((place) => {
      // No entry is older than its page.
      const isOld = !(parseFloat(place.page) >= earliest) && this.#writtenAt(place) < earliest;
      if (!isOld || (!applied && place.key.startsWith(this.#prefix))) return true;
      this.#remove(place.key);
      if (!isIn(applied ?? {}, place)) ++this.#lost; // of another name it is not known
      return false;
    });
  }

  /** Emits the number of lost events, if it has changed since the last error. */
  close(): void {
    this.#emitLost(true);
  }

  // At once if they are twice as many as at the last error; else after a time that doubles, so that there are few errors.
  #emitLost(isOver = false): void {
    if (this.#lost === this.#lostAndEmitted) return;
    if (!isOver && this.#lost <= 2 * this.#lostAndEmitted) {
      this.#emitsLater ??= setTimeout(() => this.#emitLost(true), (this.#quiet *= 2));
      return;
    }
    clearTimeout(this.#emitsLater);
    this.#emitsLater = undefined;
    this.#lostAndEmitted = this.#lost;
    const why = 'Too many waited to be counted, or some waited for more than 30 days. An earlier error has the reason.';
    this.#emit('error', `Events lost: ${this.#lost}. ${why}`);
  }

  #warn(cause?: unknown): void {
    if (this.#isWarned) return;
    this.#isWarned = true;
    const consequence = 'They are lost if the page is left before they are counted.';
    this.#emit('warning', `Events do not fit into localStorage. ${consequence}`, cause);
  }

  /** Reads the pages of this tab that tracked events from sessionStorage, which the pages of a tab share. */
  #pagesOfTab(): string[] {
    const pages = attempt(() => sessionStorage.getItem(this.#prefix)?.split(' ')) ?? [];
    if (pages.every((page) => pagePattern.test(page))) {
      return pages.filter((page, i) => i === pages.length - 1 || this.#keys(this.#prefix + page).length > 0);
    }
    attempt(() => sessionStorage.removeItem(this.#prefix));
    this.#emit('warning', `The list of pages in sessionStorage was damaged and is dropped: ${pages.join(' ')}`);
    return [];
  }
}

const pagePattern = /^\S+-[\da-f]{32}$/;

/** Parses a key; undefined if it is not a key of a journal. */
function placeOf(key: string): Place | undefined {
  const [, page, number] = /^tripline:[^:]*:(\S+-[\da-f]{32}(?: \w+)?):([1-9]\d{0,14})$/.exec(key) ?? [];
  return page === undefined ? undefined : { key, page, number: Number(number) };
}

/** Splits a record into its time and its JSON. */
function split(record: string): [string, string] {
  const end = record.indexOf(' ');
  return [record.slice(0, Math.max(end, 0)), record.slice(end + 1)];
}

function isIn(applied: Numbers, { page, number }: Place): boolean {
  return number <= (applied[page] ?? 0);
}

/** Compares entries by their page, whatever the part, then by their number. */
function byAge(one: Place, other: Place): number {
  const [page = ''] = one.page.split(' ');
  const [otherPage = ''] = other.page.split(' ');
  return page === otherPage ? one.number - other.number : page < otherPage ? -1 : 1;
}
