// A handler that tracks what triggers its own intervention would start it for ever.
import { longestFed, longestSuspension, mostFed } from '../support/bounds.js';

interface Starts {
  /** The journal's last entry when it was started last. */
  lastNumber: number;
  /** When it was started in a row by entries that came after its previous start. */
  fed: number[];
}

export class Feedback {
  readonly #starts = new Map<string, Starts>();
  /** Since when. */
  readonly #suspended = new Map<string, number>();

  /** `number`: of the entry that triggered it. Returns whether this start suspends the intervention. */
  note(intervention: string, number: number, lastNumber: number): boolean {
    const before = this.#starts.get(intervention);
    const now = Date.now();
    let fed = before && number > before.lastNumber ? [...before.fed, now].slice(-mostFed) : [];
    const isLoop = fed.length === mostFed && now - fed[0]! < longestFed;
    if (isLoop) {
      this.#suspended.set(intervention, now);
      fed = [];
    }
    this.#starts.set(intervention, { lastNumber, fed });
    return isLoop;
  }

  /** Since when (host clock in ms); undefined: it is not. */
  suspendedSince(intervention: string): number | undefined {
    const since = this.#suspended.get(intervention);
    return Math.abs(Date.now() - (since ?? NaN)) < longestSuspension ? since : undefined;
  }
}
