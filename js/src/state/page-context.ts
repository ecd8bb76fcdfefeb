// The parts of one page's evaluator that all others use.
import type { Listeners } from '../support/listeners.js';
import type { OnDemand } from '../support/on-demand.js';
import type { AttributeUpdate, DirectIntervention, TrackerPayload } from '../types.js';
import type { Journal } from './journal.js';
import type { Visitor } from './visitor.js';

/** An entry of the journal: an event, attributes to set, or an intervention that was pushed, which needs no engine. */
export type Input = { event: TrackerPayload } | { attributes: AttributeUpdate } | { intervention: DirectIntervention };

export interface PageContext {
  /** Keeps the evaluators of one origin apart. */
  readonly namespace: string;
  readonly listeners: Listeners;
  readonly journal: Journal<Input>;
  readonly visitor: Visitor;
  /** Takes in more than events: a file of its own, since most pages set and push nothing. */
  readonly setAndPush: OnDemand<typeof import('./set-and-push.js')>;
}
