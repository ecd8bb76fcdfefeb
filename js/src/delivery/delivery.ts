// Delivery of interventions to handlers: decides which page starts an intervention, and when an intervention expires.
import type { LoadReport } from '../../dist/engine/tripline.js';
import { longestSuspension, mostFed } from '../support/bounds.js';
import { Claims, type Claim } from './claims.js';
import { dispatch, type DispatchReport, type Handlers } from './dispatch.js';
import { Feedback } from './feedback.js';
import { marksOf, withReturned, withStarted, type Fate, type Sorted } from '../state/outbox.js';
import type { PageContext } from '../state/page-context.js';
import { PageLife } from './page-life.js';
import { Presence, readPresence, type Presences } from './presence.js';
import type { SharedState } from '../state/shared-state.js';
import type { StoredState, Waiting } from '../state/store.js';
import { deadlineTimer } from '../support/deadline-timer.js';

/** Time (ms) for which a decision of another tab is left to that tab. */
const courtesy = 2000;

export interface DeliveryOptions {
  /** Time after which an intervention expires if no handler was started for it (ms). */
  deliverWithin: number;
  /** Called when an intervention that waits may be started now. */
  onChance: () => void;
  /** Called for each step of a handler. */
  report: (waiting: Waiting, ...step: Parameters<DispatchReport>) => void;
}

export class Delivery {
  readonly #context: PageContext;
  readonly #handlers: Handlers;
  readonly #options: DeliveryOptions;
  readonly #claims: Claims;
  readonly #page: PageLife;
  readonly #presence: Presence;
  readonly #feedback: Feedback;
  readonly #runAt: (time: number) => void;
  /** Name and version of each intervention of the definitions; undefined if they are not loaded. */
  #interventions: ReadonlySet<string> | undefined;
  /** States of pages that made decisions which are not in the definitions. */
  #presences: Presences = new Map();

  constructor(context: PageContext, handlers: Handlers, options: DeliveryOptions) {
    this.#context = context;
    this.#handlers = handlers;
    this.#options = options;
    this.#claims = new Claims(context.namespace);
    this.#feedback = new Feedback(context.journal);
    this.#page = new PageLife(options.onChance, () => this.leave());
    this.#presence = new Presence(context.journal.page);
    this.#runAt = deadlineTimer(options.onChance);
  }

  /** Limits the decisions of rules that are dispatched here to the interventions of these definitions. */
  bind({ interventions }: Pick<LoadReport, 'interventions'>): void {
    this.#interventions = new Set(interventions.map(nameOf));
  }

  /** Starts and expires interventions. Both are committed before the first handler runs. */
  async run(shared: SharedState): Promise<void> {
    const { outbox = [] } = shared.state ?? {};
    const foreign = outbox.filter((waiting) => this.#interventions && !this.#isDefined(waiting));
    this.#presences = await readPresence(foreign.map(({ page }) => page));
    this.show(outbox);
    let sorted = this.#sort(outbox);
    if (isNothing(sorted)) return;
    const claim = await this.#claims.acquire(sorted.due.map((waiting) => marksOf(waiting)[0]));
    sorted = { due: [], expired: [], noted: [], rest: [] };
    let left: Waiting[] = [];
    try {
      await shared.update((state) => {
        sorted = this.#sort(state?.outbox ?? [], claim); // another tab may have started some
        return state && !isNothing(sorted) ? withStarted(state, sorted) : state;
      });
      for (const waiting of sorted.expired) this.#emitExpired(waiting);
      left = sorted.due.filter((waiting) => !this.#dispatch(waiting));
      if (left.length > 0) await shared.update((state) => state && withReturned(state, left));
    } finally {
      claim.end(sorted.due.length > left.length);
    }
    this.show([...sorted.rest, ...left]);
    this.#claims.notes.tidy();
  }

  /** Lets other pages see that this one lives while the outbox has a decision of it: called before that is committed. */
  show(outbox: StoredState['outbox']): void {
    this.#presence.show(outbox.some(({ origin, page }) => !origin && page.startsWith(this.#context.journal.page)));
  }

  /** Forgets which interventions were started. */
  forgetStarted(): void {
    this.#claims.notes.clear();
  }

  close(): void {
    this.#page.close();
    this.#runAt(Infinity);
    this.#claims.close();
    this.leave();
  }

  /** Hides the page from others, since it may never be seen again. */
  leave(): void {
    this.#presence.show(false);
  }

  /** Starts the handlers; returns false if the visitor has changed and is not a target any more. */
  #dispatch(waiting: Waiting): boolean {
    this.#context.visitor.look();
    const copy = this.#context.visitor.copyOf(waiting);
    if (!copy) return false;
    const { notes } = this.#claims;
    const marks = marksOf(waiting);
    if (marks.some((mark) => notes.has(mark))) return true; // a moment ago, by another decision
    marks.forEach((mark) => notes.add(mark));
    this.#follow(waiting, waiting.intervention.name, () =>
      dispatch(copy, this.#handlers, (...step) => this.#options.report(waiting, ...step)),
    );
    return true;
  }

  #emitExpired(waiting: Waiting): void {
    this.#follow(waiting, expiryOf(waiting), () => this.#context.listeners.emit('expired', waiting.intervention));
  }

  /** Starts handlers or listeners, which may track. */
  #follow({ intervention: { name }, page, number = 0 }: Waiting, subject: string, start: () => void): void {
    const isOwn = page.startsWith(this.#context.journal.page);
    const isLoop = this.#feedback.follow(subject, isOwn ? number : 0, start);
    if (!isLoop || (subject !== name && this.#feedback.suspendedSince(name) !== undefined)) return;
    this.#context.listeners.fail(
      'handler',
      `The intervention "${name}" is suspended in this page for ${longestSuspension / 1000} s: ` +
        `${mostFed} times in a row, what its handlers tracked triggered it again. Do not track in a handler what the ` +
        'criteria of its intervention read.',
    );
  }

  /** Sorts the outbox by what this page may do with it now. With a claim, only claimed interventions are due. */
  #sort(outbox: readonly Waiting[], claim?: Claim): Sorted {
    this.#context.visitor.look();
    const sorted: Sorted = { due: [], expired: [], noted: [], rest: [] };
    for (const waiting of outbox) sorted[this.#checkedFate(waiting, claim)].push(waiting);
    if (sorted.rest.length > 0) this.#lookAgain();
    return sorted;
  }

  #checkedFate(waiting: Waiting, claim: Claim | undefined): Fate {
    const fate = this.#fate(waiting);
    const isQuiet = fate === 'expired' && this.#feedback.suspendedSince(expiryOf(waiting)) !== undefined;
    if (fate === 'rest' || isQuiet) return 'rest';
    const marks = marksOf(waiting);
    if (marks.some((mark) => this.#claims.notes.has(mark))) return 'noted';
    return fate === 'due' && claim?.has(marks[0]) === false ? 'rest' : fate;
  }

  #fate(waiting: Waiting): Fate {
    const { decided, page, intervention } = waiting;
    const age = Date.now() - decided;
    const isOwn = this.#context.journal.isOwn(page);
    if (age >= this.#options.deliverWithin || this.#context.visitor.hasLost(waiting)) return 'expired';
    if (!this.#isDefined(waiting)) {
      const presence = this.#presences.get(page);
      const isOver = isOwn ? presence !== undefined && presence !== 'lives' : presence === 'gone' && age >= courtesy;
      return isOver ? 'expired' : 'rest';
    }
    if (!this.#context.visitor.copyOf(waiting))
      return this.#context.visitor.hasLostTargets(waiting) ? 'expired' : 'rest';
    if (this.#handlers.size === 0 || this.#page.hidden || this.#page.leaving > 0) return 'rest';
    const since = this.#feedback.suspendedSince(intervention.name);
    if (since !== undefined)
      return page.startsWith(this.#context.journal.page) && decided >= since ? 'expired' : 'rest';
    return isOwn || age >= courtesy ? 'due' : 'rest';
  }

  /** True if it may be dispatched here. An intervention that is not in the definitions any more was switched off. */
  #isDefined({ intervention, origin }: Waiting): boolean {
    return origin !== undefined || this.#interventions?.has(nameOf(intervention)) === true;
  }

  // Sets a timer only if it can help: a new handler, and a hidden page that is shown, run the delivery by themselves.
  #lookAgain(): void {
    const isOfUse = this.#handlers.size > 0 && !this.#page.hidden;
    this.#runAt(isOfUse ? Date.now() + Math.max(courtesy, this.#page.leaving) : Infinity);
  }
}

function isNothing({ due, expired, noted }: Sorted): boolean {
  return due.length + expired.length + noted.length === 0;
}

/** The subject that stands for the listeners of `expired`. */
function expiryOf({ intervention }: Waiting): string {
  return `expired ${intervention.name}`;
}

function nameOf({ name, version }: { name: string; version: number }): string {
  return `${version} ${name}`;
}
