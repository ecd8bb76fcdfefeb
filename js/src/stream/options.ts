// The types that a subscription and its stream share.
import type { BrowserTracker } from '@snowplow/browser-tracker';
import type { LocalEvaluator } from '../evaluator/evaluator.js';
import type { TrackerPayload } from '../types.js';
import type { SelectableEvent, Selector } from './selectors.js';

/** Options of `subscribeToInterventions`. */
export interface SubscriptionOptions {
  /** The server's address. Without a scheme it is https, on this machine http. */
  endpoint: string;
  /** Default: `/api/v1/interventions`. */
  apiPath?: string;
  /**
   * `only`: the server decides, and the page does not; the default without definitions. `always`: both do; the default
   * with definitions. `fallback`: the server decides if the engine cannot run in this browser.
   */
  mode?: 'only' | 'always' | 'fallback';
  /**
   * By attribute key: where in an event its id is. A JSON Pointer to a canonical field (`/user_id`), to an entity's
   * property (`/co/VENDOR/NAME/path`) or to the event's (`/ue/VENDOR/NAME/path`), or a list of which the first counts.
   * Added to those for `domain_userid` and `domain_sessionid`.
   */
  attributeKeyTargets?: Record<string, Selector>;
  /** Ids that stay. */
  attributeKeyIds?: Record<string, string>;
  /** How long the server may take for its first answer (ms). Default: 2500; longer after failures. */
  connectionTimeoutMs?: number;
}

/** What a stream does now. */
export interface StreamStatus {
  /** The tracker's namespace. */
  tracker: string;
  /** `idle`: nothing is to be asked now. `waiting`: it failed, and is tried again. `closed`: for good. */
  state: 'idle' | 'connecting' | 'open' | 'waiting' | 'closed';
  /** Of `idle` and `waiting`. */
  reason?: string;
  /** Of `waiting`: in so many ms. */
  retryIn?: number;
}

/** What a stream depends on. */
export interface StreamHost {
  tracker: Pick<BrowserTracker, 'namespace' | 'getDomainUserInfo'>;
  evaluator: Pick<LocalEvaluator, 'ready' | 'commit' | 'on' | 'page' | 'pause' | 'problems' | 'emit' | 'visitor'>;
  hasDefinitions: boolean;
  /** The page has this code loaded already. */
  readEvent(payload: TrackerPayload): SelectableEvent;
  onStatus(status: Omit<StreamStatus, 'tracker'>): void;
}
