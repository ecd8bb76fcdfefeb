// Brings decisions to handlers: decides which page starts what, and when it is too late.
import type { Announcer } from './announcer.js';
import { dispatch, type DispatchReport, type Handlers } from './dispatch.js';
import type { Journal } from './journal.js';
import { withStarted, type Sorted } from './outbox.js';
import type { PageLife } from './page.js';
import type { SharedState } from './shared-state.js';
import type { Waiting } from './storage.js';
import { deadlineTimer } from './timers.js';

/** What another tab has decided is left to that tab for so long (ms). */
const courtesy = 2000;

export class Delivery {
  readonly #announcer: Announcer;
  readonly #handlers: Handlers;
  readonly #report: DispatchReport;
  readonly #journal: Journal<object>;
  readonly #page: PageLife;
  readonly #deliverWithin: number;
  readonly #runAt: (time: number) => void;
  #session: { id: string | undefined; since: number } = { id: undefined, since: 0 };

  /** `deliverWithin`: in ms. `again` asks to be run again. */
  constructor(
    announcer: Announcer,
    handlers: Handlers,
    report: DispatchReport,
    journal: Journal<object>,
    page: PageLife,
    deliverWithin: number,
    again: () => void,
  ) {
    this.#announcer = announcer;
    this.#handlers = handlers;
    this.#report = report;
    this.#journal = journal;
    this.#page = page;
    this.#deliverWithin = deliverWithin;
    this.#runAt = deadlineTimer(again);
  }

  /** A new session ends what was decided before it. */
  noteSession(id: string | undefined): void {
    if (id !== undefined && id !== this.#session.id) this.#session = { id, since: Date.now() };
  }

  /** The clock may have been set back to `now`. */
  rebase(now: number): void {
    this.#session.since = Math.min(this.#session.since, now);
  }

  /** Starts what this page may start, and ends what is over. That is committed before the first handler runs. */
  async run(shared: SharedState): Promise<void> {
    if (isNothing(this.#sort(shared.state?.outbox))) return;
    let sorted = this.#sort([]);
    await shared.update((state) => {
      sorted = this.#sort(state?.outbox); // another tab may have started some
      return state && !isNothing(sorted) ? withStarted(state, sorted) : state;
    });
    for (const { intervention } of sorted.expired) this.#announcer.say('expired', intervention);
    for (const { intervention } of sorted.due) dispatch(intervention, this.#handlers, this.#report);
  }

  close(): void {
    this.#runAt(Infinity);
  }

  #sort(outbox: readonly Waiting[] = []): Sorted {
    const sorted: Sorted = { due: [], expired: [], rest: [] };
    for (const waiting of outbox) sorted[this.#fate(waiting)].push(waiting);
    if (sorted.rest.length > 0) this.#lookAgain();
    return sorted;
  }

  #fate({ decided, page, session }: Waiting): keyof Sorted {
    const age = Date.now() - decided;
    const { id, since } = this.#session;
    const isOver = session !== undefined && session !== id && since >= decided;
    if (isOver || age >= this.#deliverWithin) return 'expired';
    if (this.#handlers.size === 0 || this.#page.hidden || this.#page.leaving > 0) return 'rest';
    return this.#journal.isOwn(page) || age >= courtesy ? 'due' : 'rest';
  }

  // A new handler, and a hidden page that is shown, ask by themselves.
  #lookAgain(): void {
    const isOfUse = this.#handlers.size > 0 && !this.#page.hidden;
    this.#runAt(isOfUse ? Date.now() + Math.max(courtesy, this.#page.leaving) : Infinity);
  }
}

function isNothing({ due, expired }: Sorted): boolean {
  return due.length + expired.length === 0;
}
