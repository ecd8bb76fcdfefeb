// Shows other pages of the origin that this page lives, by a lock that it holds. The browser releases the lock of a
// page that is closed or has crashed. A page that is left releases it, so that the back/forward cache can keep the
// page.
import { attempt } from '../support/attempt.js';
import { lock } from './claims.js';

const prefix = 'tripline:page:';

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
    if (isShown) void lock(prefix + this.#page, new Promise((resolve) => (this.#end = resolve)));
  }
}

/** Returns a function that tests whether a page is gone. Without locks it returns false for all pages. */
export async function readPresence(): Promise<(page: string) => boolean> {
  const held = await attempt(() => navigator.locks.query())?.then(({ held = [] }) => held, () => undefined);
  return (page) => held?.every(({ name }) => name !== prefix + page.split(' ')[0]) === true;
}
