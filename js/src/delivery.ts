// Brings decisions to handlers: decides which page starts what, and when it is too late.
import type { Announcer } from './announcer.js';
import type { Journals } from './batch.js';
import type { Dispatcher } from './dispatch.js';
import { sortOutbox, withStarted, type Sorted } from './outbox.js';
import type { PageLife } from './page.js';
import type { SharedState } from './shared-state.js';
import type { Waiting } from './storage.js';

/** What another tab has decided is left to that tab for so long (ms). */
const courtesy = 2000;

/** What delivery depends on. */
export interface Surroundings {
  announcer: Announcer;
  dispatcher: Dispatcher;
  journals: Journals;
  page: PageLife;
  /** In ms. */
  deliverWithin: number;
  /** Asks to be run again. */
  again(): void;
}

export class Delivery {
  readonly #around: Surroundings;
  #session: { id: string; since: number } | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(surroundings: Surroundings) {
    this.#around = surroundings;
  }

  /** A new session ends what was decided before it. */
  noteSession(id: string | undefined): void {
    if (id !== undefined && id !== this.#session?.id) this.#session = { id, since: Date.now() };
  }

  /** Starts what this page may start, and ends what is over. That is committed before the first handler runs. */
  async run(shared: SharedState): Promise<void> {
    if (isNothing(this.#sort(shared.state?.outbox))) return;
    let sorted = this.#sort([]);
    await shared.update((state) => {
      sorted = this.#sort(state?.outbox); // another tab may have started some
      return state && !isNothing(sorted) ? withStarted(state, sorted) : state;
    });
    for (const { intervention } of sorted.expired) this.#around.announcer.say('expired', intervention);
    for (const { intervention } of sorted.due) this.#around.dispatcher.dispatch(intervention);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #sort(outbox: readonly Waiting[] = []): Sorted {
    const now = Date.now();
    const sorted = sortOutbox(outbox, {
      isExpired: (waiting) => this.#isExpired(waiting, now),
      isDue: (waiting) => this.#isDue(waiting, now),
    });
    if (sorted.rest.length > 0) this.#lookAgain();
    return sorted;
  }

  #isExpired({ decided, session }: Waiting, now: number): boolean {
    if (now - decided >= this.#around.deliverWithin) return true;
    const current = this.#session;
    return session !== undefined && current !== undefined && session !== current.id && current.since >= decided;
  }

  #isDue({ decided, page }: Waiting, now: number): boolean {
    const { dispatcher, journals } = this.#around;
    if (!dispatcher.hasHandlers || this.#around.page.hidden || this.#around.page.leaving > 0) return false;
    const isOwn = journals.inputs.isOwn(page) || journals.direct.isOwn(page);
    return isOwn || now - decided >= courtesy;
  }

  // A new handler, and a hidden page that is shown, ask by themselves.
  #lookAgain(): void {
    const { dispatcher, page, again } = this.#around;
    clearTimeout(this.#timer);
    if (dispatcher.hasHandlers && !page.hidden) this.#timer = setTimeout(again, Math.max(courtesy, page.leaving));
  }
}

function isNothing({ due, expired }: Sorted): boolean {
  return due.length + expired.length === 0;
}
