// The parts of a page's evaluator that all other parts use.
import type { Listeners } from '../support/listeners.js';
import type { OnDemand } from '../support/on-demand.js';
import type { AttributeUpdate, DirectIntervention, TrackerPayload } from '../types.js';
import type { EventLogs } from './event-logs.js';
import type { Journal } from './journal.js';
import type { Visitor } from './visitor.js';

/** An entry of the journal: an event, attributes to set, or a pushed intervention, which needs no engine. */
export type Input = { event: TrackerPayload } | { attributes: AttributeUpdate } | { intervention: DirectIntervention };

export interface PageContext {
  /** Keeps the evaluators of one origin apart. */
  readonly namespace: string;
  /** Has the definitions once the engine is there. */
  readonly source: { readonly bundle: Uint8Array | undefined };
  readonly listeners: Listeners;
  readonly journal: Journal<Input>;
  readonly visitor: Visitor;
  /** Applies entries other than events. A file on demand, since most pages do not set or push anything. */
  readonly setAndPush: OnDemand<typeof import('./set-and-push.js')>;
  /** Loaded before the engine if the definitions have event logs. */
  readonly eventLogs: OnDemand<EventLogs>;
}
