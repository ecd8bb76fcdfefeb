// The types that a subscription and its stream share.
import type { BrowserTracker } from '@snowplow/browser-tracker';
import type { LocalEvaluator } from '../evaluator/evaluator.js';
import type { TrackerPayload } from '../types.js';
import type { SelectableEvent, Selector } from './selectors.js';

/** Options of `subscribeToInterventions`. */
export interface SubscriptionOptions {
  /** The server's address. Without a scheme it is https; for localhost and 127.0.0.1 it is http. */
  endpoint: string;
  /** Default: `/api/v1/interventions`. */
  apiPath?: string;
  /**
   * `only`: the server decides, and the page does not; the default without definitions. `always`: both do; the default
   * with definitions. `fallback`: the server decides if the engine cannot run in this browser.
   */
  mode?: 'only' | 'always' | 'fallback';
  /**
   * The place of an id in an event, by attribute key: a JSON Pointer to a canonical field (`/user_id`), to an entity's
   * property (`/co/VENDOR/NAME/path`) or to the event's (`/ue/VENDOR/NAME/path`), or a list of them, of which the first
   * that finds an id counts. `domain_userid` and `domain_sessionid` are there by default.
   */
  attributeKeyTargets?: Record<string, Selector>;
  /** Ids by attribute key that events do not change. */
  attributeKeyIds?: Record<string, string>;
  /** Time limit for the server's first answer (ms). Default: 2500. It doubles after each failure, up to 30 s. */
  connectionTimeoutMs?: number;
}

/** The state of a stream. */
export interface StreamStatus {
  /** The tracker's namespace. */
  tracker: string;
  /** `idle`: not connected, for `reason`. `waiting`: failed, retrying in `retryIn` ms. `closed`: ended for good. */
  state: 'idle' | 'connecting' | 'open' | 'waiting' | 'closed';
  /** The reason of `idle` and `waiting`. */
  reason?: string;
  /** Time until the next attempt (ms), if the state is `waiting`. */
  retryIn?: number;
}

/** The parts of the page that a stream depends on. */
export interface StreamHost {
  tracker: Pick<BrowserTracker, 'namespace' | 'getDomainUserInfo'>;
  evaluator: Pick<LocalEvaluator, 'ready' | 'commit' | 'on' | 'page' | 'pause' | 'problems' | 'emit' | 'visitor'>;
  hasDefinitions: boolean;
  /** Reads a payload. A function of the host, whose file the page has loaded already. */
  readEvent: (payload: TrackerPayload) => SelectableEvent;
  onStatus: (status: Omit<StreamStatus, 'tracker'>) => void;
}
