// Brings decisions to handlers: decides which page starts what, and when it is too late.
import type { Announcer } from './announcer.js';
import type { Claim, Claims } from './claims.js';
import { dispatch, type DispatchReport, type Handlers } from './dispatch.js';
import { Feedback } from './feedback.js';
import type { Journal } from './journal.js';
import { marksOf, withStarted, type Fate, type Sorted } from './outbox.js';
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
  readonly #claims: Claims;
  readonly #page: PageLife;
  readonly #deliverWithin: number;
  readonly #feedback = new Feedback();
  readonly #runAt: (time: number) => void;
  #session: { id: string | undefined; since: number } = { id: undefined, since: 0 };

  /** `deliverWithin`: in ms. `again` asks to be run again. */
  constructor(
    announcer: Announcer,
    handlers: Handlers,
    report: DispatchReport,
    journal: Journal<object>,
    claims: Claims,
    page: PageLife,
    deliverWithin: number,
    again: () => void,
  ) {
    this.#announcer = announcer;
    this.#handlers = handlers;
    this.#report = report;
    this.#journal = journal;
    this.#claims = claims;
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
    let sorted = this.#sort(shared.state?.outbox);
    if (isNothing(sorted)) return;
    const claim = await this.#claims.take(sorted.due.map((waiting) => marksOf(waiting)[0]));
    sorted = this.#sort([]);
    try {
      await shared.update((state) => {
        sorted = this.#sort(state?.outbox, claim); // another tab may have started some
        return state && !isNothing(sorted) ? withStarted(state, sorted) : state;
      });
      for (const { intervention } of sorted.expired) this.#announcer.say('expired', intervention);
      for (const waiting of sorted.due) this.#dispatch(waiting);
    } finally {
      claim.end(sorted.due.length > 0);
    }
    this.#claims.notes.tidy();
  }

  close(): void {
    this.#runAt(Infinity);
    this.#claims.close();
  }

  #dispatch(waiting: Waiting): void {
    marksOf(waiting).forEach((mark) => this.#claims.notes.add(mark));
    this.#noteFeedback(waiting);
    dispatch(waiting.intervention, this.#handlers, this.#report);
  }

  #noteFeedback({ intervention: { name }, page, number }: Waiting): void {
    const { page: own, lastNumber } = this.#journal;
    if (number === undefined || !page.startsWith(own) || !this.#feedback.note(name, number, lastNumber)) return;
    this.#announcer.say('error', {
      code: 'handler',
      message:
        `The intervention "${name}" is suspended in this page for 60 s: 20 times in a row, what its handlers tracked ` +
        'triggered it again. Do not track in a handler what the criteria of its intervention read.',
    });
  }

  /** What is due is started only where it is part of `claim`. */
  #sort(outbox: readonly Waiting[] = [], claim?: Claim): Sorted {
    const sorted: Sorted = { due: [], expired: [], noted: [], rest: [] };
    for (const waiting of outbox) sorted[this.#checkedFate(waiting, claim)].push(waiting);
    if (sorted.rest.length > 0) this.#lookAgain();
    return sorted;
  }

  #checkedFate(waiting: Waiting, claim: Claim | undefined): Fate {
    const fate = this.#fate(waiting);
    if (fate === 'rest') return fate;
    const marks = marksOf(waiting);
    if (marks.some((mark) => this.#claims.notes.has(mark))) return 'noted';
    return fate === 'due' && claim?.has(marks[0]) === false ? 'rest' : fate;
  }

  #fate({ decided, page, session, intervention: { name } }: Waiting): Fate {
    const age = Date.now() - decided;
    const isOver = session !== undefined && session !== this.#session.id && this.#session.since >= decided;
    if (isOver || age >= this.#deliverWithin) return 'expired';
    if (this.#handlers.size === 0 || this.#page.hidden || this.#page.leaving > 0) return 'rest';
    const since = this.#feedback.suspendedSince(name);
    if (since !== undefined) return page.startsWith(this.#journal.page) && decided >= since ? 'expired' : 'rest';
    return this.#journal.isOwn(page) || age >= courtesy ? 'due' : 'rest';
  }

  // A new handler, and a hidden page that is shown, ask by themselves.
  #lookAgain(): void {
    const isOfUse = this.#handlers.size > 0 && !this.#page.hidden;
    this.#runAt(isOfUse ? Date.now() + Math.max(courtesy, this.#page.leaving) : Infinity);
  }
}

function isNothing({ due, expired, noted }: Sorted): boolean {
  return due.length + expired.length + noted.length === 0;
}
