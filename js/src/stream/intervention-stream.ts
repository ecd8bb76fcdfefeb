// The stream of interventions that a Signals server decides on: it asks for the visitor's ids, opens and closes the
// connection, and adds the interventions to the state. Loaded when the page subscribes.
import type { EngineBase } from '../engine/engine-base.js';
import { longestHidden, longestWaitForDefinitions } from '../support/bounds.js';
import { completeIntervention } from '../state/direct-intervention.js';
import { hashOf } from '../support/hash.js';
import { markOf, remembered, withDecided } from '../state/outbox.js';
import { messageOf } from '../support/problem.js';
import { explain } from '../engine/inspect.js';
import { withSnapshot } from '../state/shared-state.js';
import type { StoredState } from '../state/store.js';
import { Connection, type ConnectionState } from './connection.js';
import { addressOf, defaultPath } from './endpoint.js';
import { idsAfter, isId, type Selector } from './selectors.js';
import type { Message } from './sse.js';
import type { StreamHost, SubscriptionOptions } from './options.js';
import { inTime } from '../support/deadline-timer.js';
import type { Intervention, TrackerPayload } from '../types.js';

const defaultSelectors: Record<string, Selector> = {
  domain_userid: '/domain_userid',
  domain_sessionid: '/domain_sessionid',
};
const defaultTimeout = 2500;

/** Time to wait for the store (ms). After that, a stream begins without the place of the last page's stream. */
const longestReading = 1000;

export class InterventionStream {
  readonly #options: SubscriptionOptions;
  readonly #mode: Required<SubscriptionOptions>['mode'];
  readonly #host: StreamHost;
  readonly #ending = new AbortController();
  #ids: Record<string, string>;
  /** The ids of the option `attributeKeyIds`, which events do not change. */
  readonly #given: Record<string, string>;
  /** The last event's ids of the visitor. */
  #identity: readonly unknown[] = [];
  #connection: Connection | undefined;
  /** The connection's address. */
  #url = '';
  /** The place of the last stream, from the state or from this page's messages. */
  #last: StoredState['stream'];
  #isWanted = false;
  /** The last connection's. */
  #notBefore = 0;
  /** True after the page was hidden for `longestHidden`. */
  #isAsleep = false;
  #isWarned = false;
  #hiding: ReturnType<typeof setTimeout> | undefined;

  /** Throws a TypeError if the option `endpoint` is missing. */
  constructor(options: SubscriptionOptions, host: StreamHost) {
    if (typeof options?.endpoint !== 'string')
      throw new TypeError('the option "endpoint" must be the address of a server.');
    this.#options = options;
    this.#mode = options.mode ?? (host.hasDefinitions ? 'always' : 'only');
    this.#host = host;
    this.#given = idsIn(options.attributeKeyIds ?? {});
    this.#ids = { ...idsOf(host), ...this.#given };
    host.evaluator.visitor.streamedIds = (name, isKnown) => this.#idsOf(name, isKnown);
    void this.#begin();
  }

  /** Reads the ids of an event, and connects again if they have changed. */
  update(payload: TrackerPayload): void {
    const selectors = { ...defaultSelectors, ...this.#options.attributeKeyTargets };
    const before = this.#identity;
    const event = this.#host.readEvent(payload);
    this.#identity = ['domain_userid', 'domain_sessionid', 'user_id'].map((name) => event.field(name));
    const isOther = before.some((id, i) => id !== undefined && id !== this.#identity[i]);
    const ids = idsAfter(isOther ? {} : this.#ids, selectors, event);
    this.#ids = { ...ids, ...this.#given };
    this.#connect();
  }

  close(): void {
    this.#ending.abort();
    this.#isWanted = false;
    this.#disconnect();
    this.#ids = {};
    clearTimeout(this.#hiding);
    this.#host.onStatus({ state: 'closed' });
  }

  async #begin(): Promise<void> {
    const { evaluator } = this.#host;
    const reading = evaluator.commit((state) => {
      this.#last ??= state?.stream;
      return state;
    });
    if (!(await inTime(reading, longestReading))) void reading.then(() => this.#reconnect());
    if (this.#ending.signal.aborted) return;
    this.#listen();
    if (this.#mode !== 'fallback') this.#want();
    else if (!(await evaluator.ready)) this.#fallBack();
    else {
      this.#host.onStatus({ state: 'idle', reason: 'The page evaluates by itself.' });
      const stop = evaluator.on('error', ({ code }) => code === 'wasm' && this.#fallBack());
      this.#ending.signal.addEventListener('abort', stop);
    }
  }

  // Pauses the evaluator: the server decides on the events from now on, and the page would decide on them again later.
  #fallBack(): void {
    this.#host.evaluator.pause(true);
    this.#want();
  }

  #want(): void {
    this.#isWanted = true;
    this.#connect();
  }

  #listen(): void {
    const { signal } = this.#ending;
    globalThis.addEventListener?.('pagehide', () => this.#disconnect(), { signal });
    globalThis.addEventListener?.('pageshow', () => this.#connect(), { signal });
    globalThis.document?.addEventListener('visibilitychange', () => this.#onVisibility(), { signal });
    if (globalThis.document) this.#onVisibility();
  }

  #onVisibility(): void {
    clearTimeout(this.#hiding);
    if (document.visibilityState === 'hidden') {
      this.#hiding = setTimeout(() => this.#sleep(), longestHidden);
    } else {
      this.#isAsleep = false;
      this.#connect();
    }
  }

  #sleep(): void {
    this.#isAsleep = true;
    this.#rest('The page is hidden.');
  }

  #rest(reason: string): void {
    this.#disconnect();
    this.#host.onStatus({ state: 'idle', reason });
  }

  #disconnect(): void {
    this.#notBefore = this.#connection?.notBefore ?? this.#notBefore;
    this.#connection?.close();
    this.#connection = undefined;
    this.#url = '';
  }

  #connect(): void {
    if (!this.#isWanted || this.#isAsleep) return;
    const query = new URLSearchParams(this.#ids).toString();
    if (this.#host.evaluator.visitor.isOptedOut) {
      this.#rest('The visitor has opted out.');
      return;
    }
    if (query === '') {
      this.#rest('There is no id to ask for.');
      return;
    }
    const url = `${this.#address()}?${query}`;
    if (url === this.#url) return;
    this.#disconnect();
    this.#url = url;
    const connection = new Connection({
      url,
      lastEventId: this.#last?.url === url ? this.#last.lastEventId : '',
      notBefore: this.#notBefore,
      timeout: this.#options.connectionTimeoutMs ?? defaultTimeout,
      onMessage: (message) => void this.#receive(url, message),
      onPlace: (lastEventId) => void this.#keepPlace(url, lastEventId),
      onState: (state) => this.#url === url && this.#onState(state),
    });
    this.#connection = connection;
  }

  // The store has returned the last page's place only after the connection began. Connects again from that place unless
  // a message has come meanwhile.
  #reconnect(): void {
    if (this.#connection && this.#last?.url === this.#url && this.#connection.lastEventId === '') {
      this.#disconnect();
      this.#connect();
    }
  }

  #address(): string {
    const { endpoint, apiPath = defaultPath } = this.#options;
    return addressOf(endpoint) + apiPath;
  }

  #onState(state: ConnectionState): void {
    if (state.state === 'closed') return;
    this.#host.onStatus(state);
    if (state.state === 'open') this.#isWarned = false;
    if (state.state !== 'waiting' || this.#isWarned) return;
    this.#isWarned = true;
    const retry = `Retrying in ${Math.ceil(state.retryIn / 1000)} s.`;
    const message = `Cannot receive interventions from ${this.#options.endpoint}: ${state.reason} ${retry}`;
    this.#host.evaluator.emit('warning', { code: 'stream', message });
  }

  async #receive(url: string, { data, lastEventId }: Message): Promise<void> {
    if (url !== this.#url) return;
    let intervention: Intervention;
    try {
      intervention = this.#read(data);
    } catch (cause) {
      const message = `A message of the stream was ignored: ${messageOf(cause)}`;
      this.#host.evaluator.emit('warning', { code: 'stream', message, cause });
      return;
    }
    this.#last = { url, lastEventId };
    const { evaluator } = this.#host;
    if (this.#mode === 'always') await inTime(evaluator.ready, longestWaitForDefinitions);
    await evaluator.commit((state, engine) => ({
      ...withReceived(state, this.#mode === 'always' ? engine : undefined, intervention, evaluator.page),
      stream: { url, lastEventId },
    }));
  }

  // Stores the place, so that the next page can ask for the messages that are sent while this page is being left.
  async #keepPlace(url: string, lastEventId: string): Promise<void> {
    if (url !== this.#url) return;
    this.#last = { url, lastEventId };
    await this.#host.evaluator.commit((state, engine) => ({
      ...(state ?? firstState(engine)),
      stream: { url, lastEventId },
    }));
  }

  /**
   * Returns the ids of an attribute key. For a key that the page does not know, the server may name any requested id.
   */
  #idsOf(name: string, isKnown: boolean): string[] {
    const ids = new Map(Object.entries(this.#ids));
    const id = ids.get(name);
    if (id !== undefined) return [id];
    return isKnown ? [] : [...ids.values()];
  }

  // A message without a target is for the first id of the request.
  #read(data: string): Intervention {
    const message = Object(JSON.parse(data)) as Partial<Intervention>;
    const [[name, id] = ['', '']] = Object.entries(this.#ids);
    const target = message.target_attribute_key;
    const isNamed = target && isId(target.id);
    return completeIntervention({
      ...message,
      target_attribute_key: isNamed ? target : { name: target?.name ?? name, id },
    });
  }
}

/**
 * Returns the visitor's ids. Before the first event they come from the tracker, which in anonymous mode has no user,
 * and a session that no event has.
 */
function idsOf({ evaluator: { visitor }, tracker }: StreamHost): Record<string, string> {
  const { 1: user, 6: session } = tracker.getDomainUserInfo() as unknown[];
  const [domain_userid, domain_sessionid] = visitor.identity ?? (isId(user) ? [user, session] : []);
  return idsIn({ domain_userid, domain_sessionid });
}

function idsIn(given: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(given).flatMap(([name, id]) => (isId(id) ? [[name, String(id)]] : [])));
}

/**
 * Returns the state with an intervention that a server decided on. Leaves the intervention out if its id is known, or
 * if it is a rule of the local definitions that fires once for a target and has fired here.
 */
export function withReceived(
  state: StoredState | undefined,
  engine: EngineBase | undefined,
  intervention: Intervention,
  page: string,
): StoredState {
  const before = state ?? firstState(engine);
  const rule = engine && explain(engine, intervention.name, intervention.target_attribute_key);
  const mark = hashOf(markOf(intervention));
  const firesOnce = rule?.version === intervention.version && engine?.repeats(intervention.name) === false;
  const own = rule?.targets.find(({ name }) => name === intervention.target_attribute_key.name);
  const hasFired = firesOnce && (own?.sent === true || before.started.includes(mark));
  const cause = { decided: Date.now(), page, session: undefined, once: firesOnce, origin: 'stream' as const };
  return {
    ...before,
    outbox: hasFired ? before.outbox : withDecided(before, [intervention], cause),
    started: firesOnce && !hasFired ? remembered([...before.started, mark]) : before.started,
  };
}

function firstState(engine: EngineBase | undefined): StoredState {
  return { ...withSnapshot(undefined, engine?.snapshot()), applied: {}, outbox: [], started: [] };
}
