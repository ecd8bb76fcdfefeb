/**
 * The evaluator as the option `fetcher` of Snowplow's own `@snowplow/signals-browser-plugin`: handlers, measurement and all
 * else stay that plugin's, and interventions are decided in the page.
 *
 * @module
 */
import type { BrowserTracker } from '@snowplow/browser-tracker';
import { isReceipt, readEvent } from './event/inputs.js';
import { LocalEvaluator } from './evaluator/evaluator.js';
import type { Evaluator, EvaluatorOptions } from './evaluator/types.js';
import { stringAttributes } from './delivery/string-attributes.js';
import type { SubscriptionOptions } from './stream/options.js';
import { TrackerSubscription, type Feed } from './stream/subscription.js';
import type { Intervention, TrackerPayload, Problem } from './types.js';

export type { Problem, ProblemCode } from './types.js';
export type { SubscriptionOptions } from './stream/options.js';

/** With attribute values as the server would send them: as texts. */
export type TextIntervention = Omit<Intervention, 'attributes'> & { attributes: Record<string, string> };

/** What the plugin calls. */
export interface Fetcher {
  /** Opens a server's stream beside the page's own decisions: the plugin's `subscribeToInterventions`. */
  configure(config: SubscriptionOptions): void;
  /** An event was tracked. */
  update(payload?: unknown): void;
}

/** What the plugin takes. */
export type FetcherFactory = (
  tracker: BrowserTracker,
  dispatch: (intervention: TextIntervention, tracker: BrowserTracker) => void,
) => Fetcher;

/** Options of `evaluatorFetcher`. */
export interface FetcherOptions extends Omit<EvaluatorOptions, 'namespace' | 'deliverWithin'> {
  /** Where it is not given, the console says it. */
  onError?: (problem: Problem) => void;
  /** Something works less well than it could. */
  onWarning?: (problem: Problem) => void;
  /** What evaluates for a tracker, when it is there. */
  onEvaluator?: (evaluator: Evaluator, tracker: BrowserTracker) => void;
}

/**
 * One evaluator for each tracker, by its namespace. What fires is handed to the plugin at once, which loses it if it has
 * no handler by then: give it the handlers as its option.
 */
export function evaluatorFetcher(options: FetcherOptions): FetcherFactory {
  return (tracker, dispatch) => {
    const { onError, onWarning, onEvaluator, ...rest } = Object(options) as FetcherOptions;
    const evaluator = new LocalEvaluator({ ...rest, namespace: tracker.namespace }, undefined, false, tracker);
    if (onError) evaluator.on('error', onError);
    if (onWarning) evaluator.on('warning', onWarning);
    evaluator.on('intervention', (intervention) =>
      dispatch({ ...intervention, attributes: stringAttributes(intervention.attributes) }, tracker),
    );
    onEvaluator?.(evaluator, tracker);
    return new EvaluatorFetcher(evaluator, tracker);
  };
}

class EvaluatorFetcher implements Fetcher {
  readonly #evaluator: LocalEvaluator;
  readonly #tracker: BrowserTracker;
  #feed: Feed | undefined;

  constructor(evaluator: LocalEvaluator, tracker: BrowserTracker) {
    this.#evaluator = evaluator;
    this.#tracker = tracker;
  }

  configure(config: SubscriptionOptions): void {
    this.#feed?.close();
    this.#feed = new TrackerSubscription(config).open({
      evaluator: this.#evaluator,
      tracker: this.#tracker,
      hasDefinitions: true,
      readEvent,
    });
  }

  update(payload?: unknown): void {
    if (typeof payload !== 'object' || payload === null) return;
    this.#evaluator.track(payload as TrackerPayload);
    if (this.#feed && !isReceipt(payload as TrackerPayload)) this.#feed.update(payload as TrackerPayload);
  }
}
