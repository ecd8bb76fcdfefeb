// Shows other pages of the origin that this page lives, by a lock that it holds. The browser releases the lock of a
// page that is closed or has crashed. A page that is left releases it, so that the back/forward cache can keep the
// page.
import { attempt } from '../support/attempt.js';

const prefix = 'tripline:page:';

/** By page; where the browser has no locks, it is unknown. */
export type Presences = ReadonlyMap<string, 'lives' | 'gone' | 'unknown'>;

export class Presence {
  readonly #page: string;
  #end: (() => void) | undefined;

  constructor(page: string) {
    this.#page = page;
  }

  /** Shows or hides this page. */
  show(isShown: boolean): void {
    if (isShown === !!this.#end) return;
    this.#end?.();
    this.#end = undefined;
    if (!isShown) return;
    const ended = new Promise<void>((resolve) => (this.#end = resolve));
    // It waits for its former lock, if the browser has not released that yet.
    attempt(() => void navigator.locks.request(prefix + this.#page, {}, () => ended).catch(() => undefined));
  }
}

/** Returns whether each of the pages lives. */
export async function readPresence(pages: readonly string[]): Promise<Presences> {
  if (pages.length === 0) return new Map();
  const locks = await attempt(() => navigator.locks.query())?.catch(() => undefined);
  const names = locks && [...(locks.held ?? []), ...(locks.pending ?? [])].map(({ name }) => name);
  return new Map(
    pages.map((page) => [page, !names ? 'unknown' : names.includes(prefix + page.split(' ')[0]!) ? 'lives' : 'gone']),
  );
}
