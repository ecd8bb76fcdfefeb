// Detects a handler that tracks events which trigger its own intervention: it would start the intervention for ever.
import { longestFed, longestSuspension, mostFed } from '../support/bounds.js';

interface Starts {
  /** Number of the journal's last entry at the last start. */
  lastNumber: number;
  /** Times of the starts in a row whose entries came after the start before. */
  fed: number[];
}

export class Feedback {
  readonly #starts = new Map<string, Starts>();
  /** Suspended interventions, with the time of their suspension. */
  readonly #suspended = new Map<string, number>();

  /** Notes a start. `number`: the entry that triggered it. Returns true if this start suspends the intervention. */
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

  /** Returns the time since which it is suspended (host clock in ms); undefined if it is not suspended. */
  suspendedSince(intervention: string): number | undefined {
    const since = this.#suspended.get(intervention);
    return Math.abs(Date.now() - (since ?? NaN)) < longestSuspension ? since : undefined;
  }
}
