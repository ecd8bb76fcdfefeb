// What handlers were started for, noted in localStorage besides the state: where the state cannot be stored, the next page
// and other tabs know it from here. Each note has a key of its own, so that tabs which write at the same time lose nothing
// of each other:
//
//   tripline.started:NAMESPACE:HASH → TIME
import { attempt } from '../support/attempt.js';
import { longestNote, mostStarted } from '../support/bounds.js';

export class StartedNotes {
  readonly #prefix: string;
  /** What localStorage does not take. */
  readonly #unwritten = new Set<string>();

  /** Notes of one name are shared by all pages of the origin. */
  constructor(name: string) {
    this.#prefix = `tripline.started:${name.replace(/[:%]/g, encodeURIComponent)}:`;
  }

  keyOf(hash: string): string {
    return this.#prefix + hash;
  }

  has(hash: string): boolean {
    return this.#unwritten.has(hash) || isRecent(attempt(() => localStorage[this.keyOf(hash)] as string | undefined));
  }

  add(hash: string): void {
    const isWritten = attempt(() => (localStorage[this.keyOf(hash)] = String(Date.now())));
    if (isWritten === undefined) this.#unwritten.add(hash);
  }

  /** Removes those that are old, and the oldest of those that are too many. */
  tidy(): void {
    attempt(() => {
      const timeOf = (key: string): number => Number(localStorage[key]);
      const keys = this.#keys().sort((a, b) => timeOf(b) - timeOf(a));
      keys.forEach((key, place) => {
        if (place >= mostStarted || !isRecent(localStorage[key] as string)) delete localStorage[key];
      });
    });
  }

  clear(): void {
    this.#unwritten.clear();
    attempt(() => {
      for (const key of this.#keys()) delete localStorage[key];
    });
  }

  #keys(): string[] {
    return Object.keys(localStorage).filter((key) => key.startsWith(this.#prefix));
  }
}

/** Also a little in the future: the clock may have been set back. */
function isRecent(time: string | undefined): boolean {
  return Math.abs(Date.now() - Number(time ?? NaN)) < longestNote;
}
