// Notes of started interventions in localStorage, besides the state: if the state cannot be stored, the next page and
// other tabs read them here. Each note has a key of its own, so that tabs do not overwrite each other's notes:
//
//   tripline.started:NAMESPACE:HASH → TIME
import { attempt } from '../support/attempt.js';
import { longestNote, mostStarted } from '../support/bounds.js';

export class StartedNotes {
  readonly #prefix: string;
  /** Hashes that localStorage did not take. */
  readonly #unwritten = new Set<string>();

  /** All pages of the origin share the notes of one name. */
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

  /** Removes notes older than `longestNote`, and the oldest ones beyond `mostStarted`. */
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

/** True also for a time a little in the future: the clock may have been set back. */
function isRecent(time: string | undefined): boolean {
  return Math.abs(Date.now() - Number(time ?? NaN)) < longestNote;
}
