/**
 * The evaluator as the option `fetcher` of Snowplow's own `@snowplow/signals-browser-plugin`: the page decides on
 * interventions, and everything else, such as handlers and measurement, stays with that plugin.
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

/** An intervention whose attribute values are strings, as a server sends them. */
export type StringIntervention = Omit<Intervention, 'attributes'> & { attributes: Record<string, string> };

/** The object that the plugin calls. */
export interface Fetcher {
  /** Opens a server's stream beside the page's own decisions: the plugin's `subscribeToInterventions`. */
  configure(config: SubscriptionOptions): void;
  /** An event was tracked. */
  update(payload?: unknown): void;
}

/** The plugin's option `fetcher`. */
export type FetcherFactory = (
  tracker: BrowserTracker,
  dispatch: (intervention: StringIntervention, tracker: BrowserTracker) => void,
) => Fetcher;

/** Options of `evaluatorFetcher`. */
export interface FetcherOptions extends Omit<EvaluatorOptions, 'namespace' | 'deliverWithin'> {
  /** Called for each error. Default: the console shows the first error of each code. */
  onError?: (problem: Problem) => void;
  /** Called for each warning. */
  onWarning?: (problem: Problem) => void;
  /** Called with the evaluator of each tracker. */
  onEvaluator?: (evaluator: Evaluator, tracker: BrowserTracker) => void;
}

/**
 * Creates one evaluator for each tracker, by its namespace. It hands each intervention to the plugin at once. The
 * plugin loses an intervention if it has no handler by then, so give the handlers as the plugin's option.
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
