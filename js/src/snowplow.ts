/**
 * The plugin for Snowplow's browser tracker. It has the names and the behaviour of `@snowplow/signals-browser-plugin`,
 * so a site moves by changing one import and giving the definitions.
 *
 * @module
 */
import type { BrowserPlugin, BrowserTracker } from '@snowplow/browser-tracker';
import { isReceipt, readEvent } from './event/inputs.js';
import type { DispatchReport } from './delivery/dispatch.js';
import { LocalEvaluator } from './evaluator/evaluator.js';
import type { Evaluator, EvaluatorOptions } from './evaluator/types.js';
import { measure } from './delivery/measurement.js';
import type {
  DispatchedIntervention,
  DispatchHandler,
  HandlerId,
  MeasurementOptions,
  OneOrMore,
  PlainAttributes,
  TrackerId,
} from './delivery/plugin-types.js';
import { limited } from './engine/load.js';
import type { SubscriptionOptions } from './stream/options.js';
import type { ServiceAttributes, ServiceAttributesRequest } from './stream/service-attributes.js';
import { TrackerSubscription, type Feed, type Subscription } from './stream/subscription.js';
import { longestWaitForSubscription } from './support/bounds.js';
import { messageOf } from './support/problem.js';
import type { Problem } from './types.js';

export { createEvaluator } from './evaluator/evaluator.js';
export { indexedDbStore, memoryStore } from './state/store.js';
export type {
  AttributeKeyId,
  AttributeKeyName,
  DispatchedIntervention,
  DispatchHandler,
  Fetcher,
  FetcherFactory,
  Handler,
  HandlerId,
  Intervention,
  JSONPointer,
  JSONPointerList,
  MeasurementContext,
  MeasurementEvents,
  MeasurementEvents as MeasurementEvent,
  MeasurementOptions,
  MeasurementSettings,
  OneOrMore,
  PlainAttributes,
  SignalsHandlerConfiguration,
  SignalsInterventionConfiguration,
  TrackerId,
} from './delivery/plugin-types.js';
export type { Evaluator } from './evaluator/types.js';
export type { StreamStatus, SubscriptionOptions } from './stream/options.js';
export type { Selector } from './stream/selectors.js';
export type { ServiceAttributes, ServiceAttributesRequest } from './stream/service-attributes.js';
export type { Subscription } from './stream/subscription.js';
export type { AttributeKey, AttributeValue, Diagnostic, Problem, ProblemCode } from './types.js';

/** Options of `SignalsPlugin`. */
export interface SignalsPluginOptions<Attributes extends object = PlainAttributes> extends Partial<
  Omit<EvaluatorOptions, 'namespace'>
> {
  /**
   * The bundle, a compiled program, or the address of either. Without definitions the page evaluates nothing, and
   * interventions need a subscription.
   */
  definitions?: EvaluatorOptions['definitions'];
  /** Handlers by an id of your choice. `addInterventionHandlers` adds others later. */
  handlers?: Record<HandlerId, DispatchHandler<Attributes>>;
  /** Selects the events that report on interventions. Default: all. */
  measurement?: MeasurementOptions;
  /** Called for each error. Default: the console shows the first error of each code. */
  onError?: (problem: Problem) => void;
  /** Called for each warning. */
  onWarning?: (problem: Problem) => void;
  /** Called for each intervention for which no handler was started in time. */
  onExpired?: (intervention: DispatchedIntervention<Attributes>, tracker: BrowserTracker) => void;
}

interface Instance {
  tracker: BrowserTracker;
  evaluator: LocalEvaluator;
  hasDefinitions: boolean;
  subscription?: TrackerSubscription;
  feed?: Feed | undefined;
}

const instances = new Map<string, Instance>();
/** Handlers that were added before their tracker, by its id; "" for those that named none. */
const early = new Map<string, Record<HandlerId, DispatchHandler<never>>>();
/** Subscriptions that were made before their tracker, by its id. */
const earlySubscriptions = new Map<string, TrackerSubscription>();

/** Creates the plugin. It has one evaluator for each tracker, kept apart by the trackers' namespaces. */
export function SignalsPlugin<Attributes extends object = PlainAttributes>(
  options: SignalsPluginOptions<Attributes> = {},
): BrowserPlugin {
  const own = new Map<string, Instance>();
  return {
    activateBrowserPlugin(tracker) {
      if (own.has(tracker.namespace)) return;
      const instance = createInstance(tracker, options);
      own.set(tracker.namespace, instance);
      instances.set(tracker.namespace, instance);
      addHandlers(instance, options?.handlers ?? {});
      for (const id of ['', tracker.id, tracker.namespace]) {
        addHandlers(instance, early.get(id) ?? {});
        subscribe(instance, earlySubscriptions.get(id));
      }
      if (instance.hasDefinitions) return;
      setTimeout(() => {
        const message = 'There can be no interventions: give "definitions", or call subscribeToInterventions.';
        const isMissing = own.has(tracker.namespace) && !instance.subscription;
        if (isMissing) instance.evaluator.emit('warning', { code: 'options', message });
      }, longestWaitForSubscription);
    },
    afterTrack(payload) {
      const instance = own.get(String(payload['tna']));
      instance?.evaluator.track(payload);
      if (instance?.feed && !isReceipt(payload)) instance.feed.update(payload);
    },
    filter(payload) {
      return own.get(String(payload['tna']))?.evaluator.visitor.allows(payload) ?? true;
    },
    deactivatePlugin(core) {
      for (const [namespace, { tracker, evaluator, feed }] of own) {
        if (tracker.core !== core) continue;
        feed?.close();
        evaluator.close();
        own.delete(namespace);
        instances.delete(namespace);
      }
    },
  };
}

/** The name that Snowplow's documentation uses. */
export const SignalsInterventionsPlugin = SignalsPlugin;

/**
 * Adds handlers to the named trackers, or to all. Replaces a handler of the same id. If there is no such tracker yet,
 * the handlers wait for it. They get the interventions that have waited for a handler.
 */
export function addInterventionHandlers<Attributes extends object = PlainAttributes>(
  handlers: Record<HandlerId, DispatchHandler<Attributes>>,
  trackers?: TrackerId[],
): void {
  for (const id of trackers ?? ['']) {
    const found = find(id);
    for (const instance of found) addHandlers(instance, handlers);
    if (found.length === 0) early.set(id, { ...early.get(id), ...handlers });
  }
}

/** Removes handlers from the named trackers, or from all. */
export function removeInterventionHandlers(handlerIds: OneOrMore<HandlerId>, trackers?: TrackerId[]): void {
  for (const id of trackers ?? [...early.keys(), '']) {
    for (const handlerId of [handlerIds].flat()) {
      for (const { evaluator } of find(id)) evaluator.removeHandler(handlerId);
      delete early.get(id)?.[handlerId];
    }
  }
}

/**
 * Opens a stream of the interventions that a server decides on, for the named trackers, or for all. If there is no such
 * tracker yet, the subscription waits for it. A tracker has one stream: another subscription replaces an earlier one,
 * and an equal one changes nothing.
 */
export function subscribeToInterventions(options: SubscriptionOptions, trackers?: TrackerId[]): Subscription {
  const ids = trackers ?? [''];
  const wanted = new TrackerSubscription(options);
  const present = ids.flatMap(find).map((instance) => instance.subscription);
  const subscription = present.find((each) => each && !each.isEnded && each.key === wanted.key) ?? wanted;
  for (const id of ids) {
    const found = find(id);
    for (const instance of found) subscribe(instance, subscription);
    if (found.length === 0) earlySubscriptions.set(id, subscription);
  }
  return subscription;
}

/**
 * Returns the evaluator of a tracker, or of the first one, with its members `setAttributes`, `push`, `explain`,
 * `doctor` and the rest; undefined if no such tracker has the plugin.
 */
export function getEvaluator(tracker = ''): Evaluator | undefined {
  return find(tracker)[0]?.evaluator;
}

/**
 * Reads the attributes of a service for one identifier, by their names: from the page's own profiles if the definitions
 * of a tracker have the service and the page holds the identifier; else from a server, where the service must be
 * public. Resolves with null if neither can be read, after a warning. Never rejects. Loads a file on demand.
 */
export async function getServiceAttributes(
  request: ServiceAttributesRequest,
  trackers?: string[],
): Promise<ServiceAttributes | null> {
  let hosts: Instance[] = [];
  try {
    hosts = (trackers ?? ['']).flatMap(find);
    const code = await limited('service-attributes.js', undefined, () => import('./stream/service-attributes.js'));
    return await code.serviceAttributes(hosts, request);
  } catch (cause) {
    const message = `Cannot read a service: ${messageOf(cause)}`;
    hosts[0]?.evaluator.emit('error', { code: 'stream', message, cause });
    return null;
  }
}

/** Finds trackers by namespace or by id, which differ in the tracker's tag build. "" finds all. */
function find(id: string): Instance[] {
  return [...instances.values()].filter(({ tracker }) => id === '' || id === tracker.id || id === tracker.namespace);
}

function subscribe(instance: Instance, subscription: TrackerSubscription | undefined): void {
  if (!subscription || instance.subscription === subscription) return;
  instance.feed?.close();
  instance.subscription = subscription;
  instance.feed = subscription.open({ ...instance, readEvent });
}

function addHandlers({ evaluator, tracker }: Instance, handlers: Record<HandlerId, DispatchHandler<never>>): void {
  for (const [id, handler] of Object.entries(handlers)) {
    evaluator.addHandler(
      id,
      typeof handler === 'function' ? (intervention) => handler(intervention as never, tracker) : handler,
    );
  }
}

function createInstance(tracker: BrowserTracker, options: SignalsPluginOptions<never>): Instance {
  const { handlers: _, measurement = {}, onError, onWarning, onExpired, ...rest } = options ?? {};
  const report: DispatchReport = (...step) => {
    try {
      measure(tracker, measurement, ...step);
    } catch (error) {
      console.error('tripline: an intervention cannot be measured:', error);
    }
  };
  const evaluator = new LocalEvaluator({ ...rest, namespace: tracker.namespace }, report, true, tracker);
  if (onError) evaluator.on('error', onError);
  if (onWarning) evaluator.on('warning', onWarning);
  if (onExpired) evaluator.on('expired', (intervention) => onExpired(intervention as never, tracker));
  return { tracker, evaluator, hasDefinitions: rest.definitions !== undefined };
}
