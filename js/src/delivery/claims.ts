// Locks by which only one of several tabs starts an intervention, also if the tabs have no database in common.
import { longestClaim, longestLockRequest } from '../support/bounds.js';
import { StartedNotes } from './started-notes.js';
import { inTime } from '../support/deadline-timer.js';

/** The interventions that a page may start now. */
export interface Claim {
  has(name: string): boolean;
  /** Ends the claim; `hasStarted`: after `longestClaim`, so that other tabs can read the notes of the starts first. */
  end(hasStarted: boolean): void;
}

export class Claims {
  readonly notes: StartedNotes;
  readonly #releases = new Set<() => void>();
  readonly #releaseAll = (): void => this.#releases.forEach((release) => release());

  /** Claims of one namespace exclude each other. */
  constructor(namespace: string) {
    this.notes = new StartedNotes(namespace);
    // A page in the back/forward cache would keep its locks.
    globalThis.addEventListener?.('pagehide', this.#releaseAll);
  }

  /**
   * Claims each of the names that no other tab has claimed. Without locks, as on plain http, the page claims all names,
   * and only notes keep tabs apart.
   */
  async acquire(names: readonly string[]): Promise<Claim> {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    this.#releases.add(release);
    const refused = new Set<string>();
    const claims = [...new Set(names)].map(async (name) => {
      if (!(await lock(this.notes.keyOf(name), released))) refused.add(name);
    });
    await inTime(Promise.all(claims), longestLockRequest);
    return {
      has: (name) => names.includes(name) && !refused.has(name),
      end: (hasStarted) =>
        setTimeout(
          () => {
            release();
            this.#releases.delete(release);
          },
          hasStarted ? longestClaim : 0,
        ),
    };
  }

  close(): void {
    globalThis.removeEventListener?.('pagehide', this.#releaseAll);
    this.#releaseAll();
  }
}

/**
 * Takes a lock and holds it until `released`. Returns false if another page holds it; true also if there are no locks.
 */
export async function lock(name: string, released: Promise<void>): Promise<boolean> {
  try {
    return await new Promise((resolve, reject) => {
      const request = navigator.locks.request(name, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        return lock ? released : undefined;
      });
      request.catch(reject);
    });
  } catch {
    return true;
  }
}
