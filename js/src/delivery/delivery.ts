// Brings decisions to handlers: decides which page starts what, and when it is too late.
import type { LoadReport } from '../../dist/engine/tripline.js';
import type { Listeners } from '../support/listeners.js';
import { longestSuspension, mostFed } from '../support/bounds.js';
import type { Claim, Claims } from './claims.js';
import { dispatch, type DispatchReport, type Handlers } from './dispatch.js';
import { Feedback } from './feedback.js';
import type { Journal } from '../state/journal.js';
import { marksOf, withReturned, withStarted, type Fate, type Sorted } from '../state/outbox.js';
import type { PageLife } from './page-life.js';
import { Presence, readPresence } from './presence.js';
import type { SharedState } from '../state/shared-state.js';
import type { Waiting } from '../state/store.js';
import { deadlineTimer } from '../support/deadline-timer.js';
import type { Visitor } from '../state/visitor.js';

/** What another tab has decided is left to that tab for so long (ms). */
const courtesy = 2000;

export class Delivery {
  readonly #listeners: Listeners;
  readonly #handlers: Handlers;
  readonly #report: (waiting: Waiting, ...step: Parameters<DispatchReport>) => void;
  readonly #journal: Journal<object>;
  readonly #claims: Claims;
  readonly #page: PageLife;
  readonly #deliverWithin: number;
  readonly #feedback = new Feedback();
  readonly #runAt: (time: number) => void;
  readonly #visitor: Visitor;
  readonly #presence: Presence;
  /** Name and version of what the definitions contain. undefined: they are not loaded. */
  #interventions: ReadonlySet<string> | undefined;
  #isGone: (page: string) => boolean = () => false;

  /** `deliverWithin`: in ms. `again` asks to be run again. */
  constructor(
    listeners: Listeners,
    handlers: Handlers,
    report: (waiting: Waiting, ...step: Parameters<DispatchReport>) => void,
    journal: Journal<object>,
    claims: Claims,
    page: PageLife,
    deliverWithin: number,
    again: () => void,
    visitor: Visitor,
  ) {
    this.#listeners = listeners;
    this.#handlers = handlers;
    this.#report = report;
    this.#journal = journal;
    this.#claims = claims;
    this.#page = page;
    this.#deliverWithin = deliverWithin;
    this.#runAt = deadlineTimer(again);
    this.#visitor = visitor;
    this.#presence = new Presence(journal.page);
  }

  /** What the definitions contain, and nothing else that rules decide, is dispatched here. */
  bind({ interventions }: Pick<LoadReport, 'interventions'>): void {
    this.#interventions = new Set(interventions.map(nameOf));
  }

  /** Starts what this page may start, and ends what is over. That is committed before the first handler runs. */
  async run(shared: SharedState): Promise<void> {
    const { outbox = [] } = shared.state ?? {};
    if (this.#interventions && outbox.some((waiting) => !this.#isDefined(waiting))) this.#isGone = await readPresence();
    let sorted = this.#sort(outbox);
    if (isNothing(sorted)) return;
    const claim = await this.#claims.take(sorted.due.map((waiting) => marksOf(waiting)[0]));
    sorted = { due: [], expired: [], noted: [], rest: [] };
    let left: Waiting[] = [];
    try {
      await shared.update((state) => {
        sorted = this.#sort(state?.outbox ?? [], claim); // another tab may have started some
        return state && !isNothing(sorted) ? withStarted(state, sorted) : state;
      });
      for (const { intervention } of sorted.expired) this.#listeners.emit('expired', intervention);
      left = sorted.due.filter((waiting) => !this.#dispatch(waiting));
      if (left.length > 0) await shared.update((state) => state && withReturned(state, left));
    } finally {
      claim.end(sorted.due.length > left.length);
    }
    this.#claims.notes.tidy();
  }

  close(): void {
    this.#runAt(Infinity);
    this.#claims.close();
    this.leave();
  }

  /** The page may be gone for good. */
  leave(): void {
    this.#presence.show(false);
  }

  /** False: it is for somebody else by now. */
  #dispatch(waiting: Waiting): boolean {
    this.#visitor.look();
    const copy = this.#visitor.copyOf(waiting);
    if (!copy) return false;
    marksOf(waiting).forEach((mark) => this.#claims.notes.add(mark));
    this.#noteFeedback(waiting);
    dispatch(copy, this.#handlers, (...step) => this.#report(waiting, ...step));
    return true;
  }

  #noteFeedback({ intervention: { name }, page, number }: Waiting): void {
    const { page: own, lastNumber } = this.#journal;
    if (number === undefined || !page.startsWith(own) || !this.#feedback.note(name, number, lastNumber)) return;
    this.#listeners.emit('error', {
      code: 'handler',
      message:
        `The intervention "${name}" is suspended in this page for ${longestSuspension / 1000} s: ` +
        `${mostFed} times in a row, what its handlers tracked triggered it again. Do not track in a handler what the ` +
        'criteria of its intervention read.',
    });
  }

  /** What is due is started only where it is part of `claim`. */
  #sort(outbox: readonly Waiting[], claim?: Claim): Sorted {
    this.#visitor.look();
    const sorted: Sorted = { due: [], expired: [], noted: [], rest: [] };
    for (const waiting of outbox) sorted[this.#checkedFate(waiting, claim)].push(waiting);
    if (sorted.rest.length > 0) this.#lookAgain();
    this.#presence.show(sorted.rest.some(({ origin, page }) => !origin && page.startsWith(this.#journal.page)));
    return sorted;
  }

  #checkedFate(waiting: Waiting, claim: Claim | undefined): Fate {
    const fate = this.#fate(waiting);
    if (fate === 'rest') return fate;
    const marks = marksOf(waiting);
    if (marks.some((mark) => this.#claims.notes.has(mark))) return 'noted';
    return fate === 'due' && claim?.has(marks[0]) === false ? 'rest' : fate;
  }

  #fate(waiting: Waiting): Fate {
    const { decided, page, intervention } = waiting;
    const age = Date.now() - decided;
    const isOwn = this.#journal.isOwn(page);
    if (age >= this.#deliverWithin || this.#visitor.hasLost(waiting)) return 'expired';
    if (!this.#isDefined(waiting)) return this.#interventions && (isOwn || this.#isGone(page)) ? 'expired' : 'rest';
    if (!this.#visitor.copyOf(waiting)) return this.#visitor.hasLostTargets(waiting) ? 'expired' : 'rest';
    if (this.#handlers.size === 0 || this.#page.hidden || this.#page.leaving > 0) return 'rest';
    const since = this.#feedback.suspendedSince(intervention.name);
    if (since !== undefined) return page.startsWith(this.#journal.page) && decided >= since ? 'expired' : 'rest';
    return isOwn || age >= courtesy ? 'due' : 'rest';
  }

  /** Whether it may still be dispatched here: definitions that lack what a rule decided have switched it off. */
  #isDefined({ intervention, origin }: Waiting): boolean {
    return origin !== undefined || this.#interventions?.has(nameOf(intervention)) === true;
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

function nameOf({ name, version }: { name: string; version: number }): string {
  return `${version} ${name}`;
}
