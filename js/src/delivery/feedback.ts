// Detects a handler that tracks events which trigger its own intervention: it would start the intervention for ever.
import { longestFed, longestSuspension, mostEvents, mostFed } from '../support/bounds.js';

/** Number of starts that a large round counts for if it is larger than the one before. */
const growth = 4;

/** By subject, the times of the fed starts that one event has led to. */
type Chain = Map<string, number[]>;

interface Round {
  /** Number of the journal's last entry when the round began. Starts by entries up to this one belong to it. */
  lastNumber: number;
  /** Number of its starts. */
  size: number;
  /** Number of starts of the round before. */
  before: number;
  /** Times at which it and the rounds before it began. */
  fed: number[];
}

/**
 * A subject is an intervention whose handlers start, or the listeners of `expired`. A start is fed if its event was tracked
 * after an earlier start of the subject:
 *
 * - An event that was tracked before a handler returned continues the chain of the event that started the handler.
 *   Every start in a chain but the first counts, however many chains run at the same time.
 * - For all other events the code that tracked them is unknown. Their starts count as rounds: all events that were
 *   tracked before a round's first start ran are one round, such as 60 impressions in one task. A large round ends the
 *   series, unless it is larger than the one before: handlers that track two events each double it, and must not run
 *   20 rounds.
 */
export class Feedback {
  readonly #journal: { readonly lastNumber: number };
  /** Chains by the number of the entry. */
  readonly #chains = new Map<number, Chain>();
  readonly #rounds = new Map<string, Round>();
  /** Suspended subjects, with the time of their suspension. */
  readonly #suspended = new Map<string, number>();

  constructor(journal: { readonly lastNumber: number }) {
    this.#journal = journal;
  }

  /** Runs `start`. `number`: this page's entry that triggered it, or 0. Returns true if this suspends the subject. */
  follow(subject: string, number: number, start: () => void): boolean {
    const { lastNumber } = this.#journal;
    let chain = this.#chains.get(number);
    let fed: number[] | undefined;
    if (chain) {
      fed = chain.get(subject);
      if (fed) fed.push(Date.now());
      else chain.set(subject, []);
    } else {
      fed = this.#fedByRound(subject, number, lastNumber);
      chain = new Map([[subject, fed ? [Date.now()] : []]]);
    }
    const isLoop = fed?.[mostFed - 1] !== undefined && fed.at(-1)! - fed.at(-mostFed)! < longestFed;
    const isNew = isLoop && this.suspendedSince(subject) === undefined;
    if (isNew) this.#suspended.set(subject, Date.now());
    if (isLoop) fed!.length = 0;
    start();
    for (let own = lastNumber + 1; own <= this.#journal.lastNumber; ++own) {
      this.#chains.set(own, chain);
      this.#chains.delete(own - mostEvents); // at most this many entries wait
    }
    return isNew;
  }

  /** Returns the fed starts of the series; undefined if the start belongs to the last round. */
  #fedByRound(subject: string, number: number, lastNumber: number): number[] | undefined {
    const round = this.#rounds.get(subject);
    if (round && number <= round.lastNumber) {
      ++round.size;
      return undefined;
    }
    const { size = 0, before = Infinity, fed = [] } = round ?? {};
    const weight = size <= mostFed ? 1 : size > before ? growth : 0;
    const next = round && weight > 0 ? [...fed, ...Array<number>(weight).fill(Date.now())].slice(-mostFed) : [];
    this.#rounds.set(subject, { lastNumber, size: 1, before: round ? size : Infinity, fed: next });
    return round && next;
  }

  /** Returns the time since which it is suspended (host clock in ms); undefined if it is not suspended. */
  suspendedSince(subject: string): number | undefined {
    const since = this.#suspended.get(subject);
    return Math.abs(Date.now() - (since ?? NaN)) < longestSuspension ? since : undefined;
  }
}
