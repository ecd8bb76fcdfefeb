// Who is at the page now, as its events and its tracker tell: whose time passes, and what may be shown (rule 16).
import { attempt } from '../support/attempt.js';
import { isReceipt } from '../event/inputs.js';
import { HeldIds, idOf } from './held-ids.js';
import { copiesOf } from './outbox.js';
import type { Waiting } from './store.js';
import type { AttributeKey, Intervention, TrackerPayload } from '../types.js';

/** What a tracker knows of the visitor. */
export interface TrackerIds {
  getDomainUserInfo(): unknown;
  getUserId?(): unknown;
}

/** A tracker whose visitor has opted out gives none of these; an anonymous one gives `vp` and `ds`. */
const signs = ['vp', 'ds', 'duid', 'sid', 'uid'];

/** What of a payload may hold ids, besides its fields. */
const withoutParts = { co: undefined, cx: undefined, ue_pr: undefined, ue_px: undefined };

type Id = string | undefined;

export class Visitor {
  readonly ids = new HeldIds();
  /** The ids of an attribute key that a stream is open for; `isKnown`: whether the page knows the key. */
  streamedIds: (name: string, isKnown: boolean) => readonly string[] = () => [];
  readonly #page: string;
  readonly #tracker: TrackerIds | undefined;
  /** The last user and the last session, and since when (host clock in ms) the page has known them. */
  readonly #seen: Record<string, { id: Id; since: number }> = {};
  /** Those before. */
  readonly #past = new Set<Id>();
  /** The last payload, without what is known to be over. */
  #last: TrackerPayload | undefined;
  #isOptedOut = false;
  /** What the tracker said with the last payload. */
  #userId: unknown;
  /** What is reported on at this moment. */
  #reported: [Intervention, Waiting] | undefined;

  /** `page`: as the journal names it. Without a tracker nobody opts out. */
  constructor(page: string, tracker?: TrackerIds) {
    this.#page = page;
    this.#tracker = tracker;
  }

  /** Whether the visitor of a payload wants nothing to be counted. */
  hasOptedOut(payload: TrackerPayload): boolean {
    return this.#tracker !== undefined && signs.every((key) => !payload[key]);
  }

  /** Whether the visitor of the last payload does. */
  get isOptedOut(): boolean {
    return this.#isOptedOut;
  }

  take(payload: TrackerPayload): void {
    this.#isOptedOut = this.hasOptedOut(payload);
    this.#hold(this.#isOptedOut ? {} : payload);
    this.#userId = this.#readUserId();
    const [user, session] = this.ids.identity;
    this.#see(user, session);
  }

  /**
   * Asks the tracker, which may have another user or session by now: then the old one is not held, and the new one is with
   * its first event. A tracker whose last payload had no user makes ids up, and is not asked.
   */
  look(): void {
    const [user, session] = this.ids.identity;
    const info = user && attempt(() => this.#tracker?.getDomainUserInfo() as unknown[]);
    if (!info) return;
    const [newUser, newSession] = [info[1], info[6]].map(idOf);
    // The tracker writes its cookie a little after an event: what is there until then is old.
    if (this.#past.has(newUser) || this.#past.has(newSession)) return;
    const gone = {
      ...(newUser !== user && { duid: undefined, uid: undefined }),
      ...(newSession !== session && { sid: undefined }),
      ...(this.#readUserId() !== this.#userId && { uid: undefined }),
    };
    if (Object.keys(gone).length > 0) this.#hold({ ...this.#last, ...withoutParts, ...gone });
    this.#see(newUser, newSession);
  }

  /** The clock may have been set back to `now`. */
  rebase(now: number): void {
    for (const seen of Object.values(this.#seen)) seen.since = Math.min(seen.since, now);
  }

  /** `domain_userid`, `domain_sessionid` and `user_id` of the last payload. undefined: there was none. */
  get identity(): readonly Id[] | undefined {
    return this.#last && this.ids.identity;
  }

  /** The ids whose time passes. */
  get held(): AttributeKey[] {
    return this.#isOptedOut ? [] : this.ids.list;
  }

  /** The first copy that is for whoever is at this page. */
  copyOf(waiting: Waiting): Intervention | undefined {
    return copiesOf(waiting).find((copy) => this.#isFor(copy, waiting));
  }

  /** Whether the user or the session of that time has gone for good. */
  hasLost({ decided, session, user }: Pick<Waiting, 'decided' | 'session' | 'user'>): boolean {
    return this.#hasReplaced('domain_sessionid', session, decided) || this.#hasReplaced('domain_userid', user, decided);
  }

  /** Whether all that it is for have gone for good. */
  hasLostTargets(waiting: Waiting): boolean {
    return copiesOf(waiting).every(({ target_attribute_key: { name, id } }) => this.#hasReplaced(name, id, waiting.decided));
  }

  /** Calls `track`, which tracks a receipt, unless that would carry an id that is not the visitor's. */
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

  /** Whether a payload may be sent: its tracker may have learned of another visitor just now. */
  allows(payload: TrackerPayload): boolean {
    if (!this.#reported || !isReceipt(payload)) return true;
    this.take(payload);
    return this.#isFor(...this.#reported, true);
  }

  // The site may push to whomever it likes, but an anonymous event must not name a user.
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
    this.ids.take(payload);
  }

  #see(domain_userid: Id, domain_sessionid: Id): void {
    for (const [name, id] of Object.entries({ domain_userid, domain_sessionid })) {
      const before = this.#seen[name]?.id;
      if (id === undefined || id === before) continue;
      if (before !== undefined) this.#past.add(before);
      this.#seen[name] = { id, since: Date.now() };
    }
  }

  /** Whether another one has taken the place of `id`, which was the visitor's at `time`. */
  #hasReplaced(name: string, id: Id, time: number): boolean {
    const seen = this.#seen[name];
    return id !== undefined && seen !== undefined && seen.id !== idOf(id) && seen.since >= time;
  }

  #readUserId(): unknown {
    return attempt(() => this.#tracker?.getUserId?.());
  }
}
