// Which pages live, as other pages of the origin see it: a page that wants to be seen holds a lock. The browser drops the
// lock of a page that is closed or has crashed. One that is left gives it up, so that the back/forward cache can keep it.
import { attempt } from '../support/attempt.js';
import { lock } from './claims.js';

const prefix = 'tripline:page:';

export class Presence {
  readonly #page: string;
  #end: (() => void) | undefined;

  constructor(page: string) {
    this.#page = page;
  }

  /** Whether other pages see this one from now on. */
  show(isShown: boolean): void {
    if (isShown === !!this.#end) return;
    this.#end?.();
    this.#end = undefined;
    if (isShown) void lock(prefix + this.#page, new Promise((resolve) => (this.#end = resolve)));
  }
}

/** Tells of a page whether it is gone. Where the browser has no locks, none is known to be. */
export async function readPresence(): Promise<(page: string) => boolean> {
  const held = await attempt(() => navigator.locks.query())?.then(({ held = [] }) => held, () => undefined);
  return (page) => held?.every(({ name }) => name !== prefix + page.split(' ')[0]) === true;
}
