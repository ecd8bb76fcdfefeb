// The types that Snowplow's own plugin exports, under its names, so that a site's code compiles with either plugin.
// Values of these types may be passed from one to the other: tests/types/drop-in.ts.
import type { BrowserTracker, SelfDescribingJson } from '@snowplow/browser-tracker';
import type { AttributeKey, Scalar } from '../types.js';

/** A value, or a list of values. */
export type OneOrMore<Value> = Value | Value[];
/** The name of an attribute key: `domain_userid`. */
export type AttributeKeyName = string;
/** An id of an attribute key. */
export type AttributeKeyId = string;
/** The id of a handler, of your choice. */
export type HandlerId = string;
/** The namespace of a tracker, or its id, which differs in the tracker's tag build. */
export type TrackerId = string;

/** Attributes of which none is a dictionary, by `group:attribute`: all but those of `category_count`. */
export type PlainAttributes = Record<string, OneOrMore<Scalar>>;

/**
 * An intervention, as Snowplow's plugin has it. `Attributes`: the types of the attributes, by `group:attribute`, if some
 * are dictionaries or if you know them.
 */
export interface Intervention<Attributes extends object = PlainAttributes> {
  /** A UUID. Copies for several targets share it, and are dispatched once. */
  intervention_id: string;
  name: string;
  version: number;
  /** Values by `group:attribute`; attributes without a value are left out. */
  attributes: Attributes;
  target_attribute_key?: { name: AttributeKeyName; id?: AttributeKeyId };
}

/** An intervention as this package's plugin dispatches it: always with its target. */
export interface DispatchedIntervention<Attributes extends object = PlainAttributes> extends Intervention<Attributes> {
  target_attribute_key: AttributeKey;
}

/**
 * Handles an intervention. Its result is ignored. An error that it throws or rejects with is tracked as its failure.
 */
export type Handler<Attributes extends object = PlainAttributes> = (
  intervention: Intervention<Attributes>,
  tracker: BrowserTracker,
) => unknown;

/** Handles an intervention that this package's plugin dispatches. Each `Handler` is one. */
export type DispatchHandler<Attributes extends object = PlainAttributes> = (
  intervention: DispatchedIntervention<Attributes>,
  tracker: BrowserTracker,
) => unknown;

/** An event that reports on an intervention. */
export type MeasurementEvents = 'delivery' | 'dispatch_accept' | 'dispatch_error';

type Choice<Given> = boolean | ((intervention: Given) => boolean);
type Entity = SelfDescribingJson;
type Entities<Given, Nothing> = (
  Entity | ((event: MeasurementEvents, intervention: Given, data: Record<string, unknown>) => Entity | Nothing)
)[];

/** Which events report on interventions. */
export type MeasurementSettings = Record<MeasurementEvents, Choice<Intervention>>;

/** Entities, or functions that make one for the event. */
export type MeasurementContext = Entities<DispatchedIntervention, null | undefined>;

/** Selects the events that are tracked: all, but for those with `false` or a function that returns false. */
export type MeasurementOptions = { [Event in MeasurementEvents]?: Choice<DispatchedIntervention> } & {
  /** Entities to add. */
  context?: MeasurementContext;
};

/** A JSON Pointer to an id in an event. */
export type JSONPointer = '' | `/${string}`;
/** A JSON Pointer, or a list of which the first that finds an id counts. */
export type JSONPointerList = OneOrMore<JSONPointer>;

/** Options of `subscribeToInterventions` that Snowplow's plugin has. */
export interface SignalsInterventionConfiguration {
  endpoint: string;
  apiPath?: string;
  attributeKeyTargets?: Record<AttributeKeyName, JSONPointerList>;
  attributeKeyIds?: Record<AttributeKeyName, AttributeKeyId>;
  connectionTimeoutMs?: number;
}

/** Receives interventions for a tracker of Snowplow's own plugin. */
export interface Fetcher {
  /** Sets the endpoint and the ids for which it receives. */
  configure(config: SignalsInterventionConfiguration): void;
  /** An event was tracked, or ids were given. */
  update(payload?: Record<string, unknown>, explicitEntities?: Record<AttributeKeyName, AttributeKeyId>): void;
}

/** The option `fetcher` of Snowplow's own plugin, which this package's does not have: see `tripline/fetcher`. */
export type FetcherFactory = (
  tracker: BrowserTracker,
  dispatch: (intervention: Intervention, tracker: BrowserTracker) => void,
) => Fetcher;

/** Options of Snowplow's own plugin. `SignalsPlugin` takes them, and leaves `fetcher` aside. */
export interface SignalsHandlerConfiguration {
  fetcher?: FetcherFactory;
  handlers?: Record<HandlerId, Handler>;
  measurement?: Partial<MeasurementSettings> & { context?: Entities<Intervention, null> };
}
