// The visitor who is at the page now, by its events and its tracker. Time passes for the visitor's ids, and
// interventions for the visitor may be shown (rule 16).
import { attempt } from '../support/attempt.js';
import { isReceipt } from '../event/inputs.js';
import { HeldIds, idOf } from './held-ids.js';
import { copiesOf } from './outbox.js';
import type { Waiting } from './store.js';
import type { AttributeKey, Intervention, TrackerPayload } from '../types.js';

/** The functions of a tracker that return ids of the visitor. */
export interface TrackerIds {
  getDomainUserInfo(): unknown;
  getUserId?(): unknown;
}

/** Keys that the payload of a visitor who has opted out lacks; that of an anonymous visitor has `vp` and `ds`. */
const signs = ['vp', 'ds', 'duid', 'sid', 'uid'];

/** The parts of a payload that may hold ids besides its fields, without their values. */
const withoutParts = { co: undefined, cx: undefined, ue_pr: undefined, ue_px: undefined };

type Id = string | undefined;

export class Visitor {
  readonly ids = new HeldIds();
  /** Returns the ids of an attribute key that a stream is open for; `isKnown`: the page knows the key. */
  streamedIds: (name: string, isKnown: boolean) => readonly string[] = () => [];
  readonly #page: string;
  readonly #tracker: TrackerIds | undefined;
  /** The last user and the last session, and since when (host clock in ms) the page has known them. */
  readonly #seen: Record<string, { id: Id; since: number }> = {};
  /** Users and sessions before the last ones. */
  readonly #past = new Set<Id>();
  /** The last payload, without ids that are known to be gone. */
  #last: TrackerPayload | undefined;
  #isOptedOut = false;
  /** The tracker's user id at the last payload. */
  #userId: unknown;
  /** The intervention that is reported on at this moment. */
  #reported: [Intervention, Waiting] | undefined;

  /** `page`: the journal's name of the page. Without a tracker, opting out cannot be recognised. */
  constructor(page: string, tracker?: TrackerIds) {
    this.#page = page;
    this.#tracker = tracker;
  }

  /** True if the visitor of the payload has opted out of tracking. */
  hasOptedOut(payload: TrackerPayload): boolean {
    return this.#tracker !== undefined && signs.every((key) => !payload[key]);
  }

  /** True if the visitor of the last payload has opted out. */
  get isOptedOut(): boolean {
    return this.#isOptedOut;
  }

  /** Records who the visitor of the payload is. */
  record(payload: TrackerPayload): void {
    this.#isOptedOut = this.hasOptedOut(payload);
    this.#hold(this.#isOptedOut ? {} : payload);
    this.#userId = this.#readUserId();
    const [user, session] = this.ids.identity;
    this.#see(user, session);
  }

  /**
   * Asks the tracker, which may have another user or session by now: then the old one is not held any more, and the new
   * one is held from its first event on. Does not ask a tracker whose last payload had no user, since it makes up ids.
   */
  look(): void {
    const [user, session] = this.ids.identity;
    const info = user && attempt(() => this.#tracker?.getDomainUserInfo() as unknown[]);
    if (!info) return;
    const [newUser, newSession] = [info[1], info[6]].map(idOf);
    // The tracker writes its cookie a little after an event; until then the cookie has old ids.
    if (this.#past.has(newUser) || this.#past.has(newSession)) return;
    const gone = {
      ...(newUser !== user && { duid: undefined, uid: undefined }),
      ...(newSession !== session && { sid: undefined }),
      ...(this.#readUserId() !== this.#userId && { uid: undefined }),
    };
    if (Object.keys(gone).length > 0) this.#hold({ ...this.#last, ...withoutParts, ...gone });
    this.#see(newUser, newSession);
  }

  /** Adapts to a clock that may have been set back to `now` (ms). */
  rebase(now: number): void {
    for (const seen of Object.values(this.#seen)) seen.since = Math.min(seen.since, now);
  }

  /** `domain_userid`, `domain_sessionid` and `user_id` of the last payload; undefined if there was none. */
  get identity(): readonly Id[] | undefined {
    return this.#last && this.ids.identity;
  }

  /** The ids for which time is evaluated. */
  get held(): AttributeKey[] {
    return this.#isOptedOut ? [] : this.ids.list;
  }

  /** Returns the first copy whose target is the visitor. */
  copyOf(waiting: Waiting): Intervention | undefined {
    return copiesOf(waiting).find((copy) => this.#isFor(copy, waiting));
  }

  /** True if the user or the session of the decision was replaced since. */
  hasLost({ decided, session, user }: Pick<Waiting, 'decided' | 'session' | 'user'>): boolean {
    return this.#hasReplaced('domain_sessionid', session, decided) || this.#hasReplaced('domain_userid', user, decided);
  }

  /** True if all its targets were replaced since the decision. */
  hasLostTargets(waiting: Waiting): boolean {
    return copiesOf(waiting).every(({ target_attribute_key: { name, id } }) =>
      this.#hasReplaced(name, id, waiting.decided),
    );
  }

  /** Calls `track`, which tracks a receipt, unless the intervention's target is not the visitor. */
  report(copy: Intervention, waiting: Waiting, track: () => void): void {
    this.look();
    if (!this.#isFor(copy, waiting, true)) return;
    this.#reported = [copy, waiting];
    try {
      track();
    } finally {
      this.#reported = undefined;
    }
  }

  /** Returns false for a receipt that must not be sent, since its tracker has another visitor by now. */
  allows(payload: TrackerPayload): boolean {
    if (!this.#reported || !isReceipt(payload)) return true;
    this.record(payload);
    return this.#isFor(...this.#reported, true);
  }

  // The page may push to any target, but an anonymous event must not name a user.
  #isFor({ target_attribute_key: key }: Intervention, { origin, page }: Waiting, isReport = false): boolean {
    const isKnown = this.ids.knows(key.name);
    if (this.#isOptedOut) return false;
    if (origin === 'push') {
      if (!this.#last || !isKnown) return true;
      if (page.startsWith(this.#page) && !(isReport && !this.ids.identity[0])) return true;
    }
    if (origin === 'stream' && this.streamedIds(key.name, isKnown).some((id) => idOf(id) === idOf(key.id))) return true;
    return this.#last !== undefined && this.ids.has(key);
  }

  #hold(payload: TrackerPayload): void {
    this.#last = payload;
    this.ids.hold(payload);
  }

  #see(domain_userid: Id, domain_sessionid: Id): void {
    for (const [name, id] of Object.entries({ domain_userid, domain_sessionid })) {
      const before = this.#seen[name]?.id;
      if (id === undefined || id === before) continue;
      if (before !== undefined) this.#past.add(before);
      this.#seen[name] = { id, since: Date.now() };
    }
  }

  /** True if another id has replaced `id`, which was the visitor's at `time`. */
  #hasReplaced(name: string, id: Id, time: number): boolean {
    const seen = this.#seen[name];
    return id !== undefined && seen !== undefined && seen.id !== idOf(id) && seen.since >= time;
  }

  #readUserId(): unknown {
    return attempt(() => this.#tracker?.getUserId?.());
  }
}
