// The uses of Snowplow's own plugin that its documentation shows. They compile against that plugin and, unchanged, against
// `tripline/snowplow` in its place: the two tsconfig files beside this one. Nothing here runs.
import { newTracker, type BrowserTracker } from '@snowplow/browser-tracker';
import {
  addInterventionHandlers,
  removeInterventionHandlers,
  SignalsPlugin,
  subscribeToInterventions,
  type AttributeKeyId,
  type AttributeKeyName,
  type Handler,
  type HandlerId,
  type Intervention,
  type JSONPointer,
  type JSONPointerList,
  type MeasurementEvents,
  type MeasurementSettings,
  type OneOrMore,
  type SignalsHandlerConfiguration,
  type SignalsInterventionConfiguration,
  type TrackerId,
} from '@snowplow/signals-browser-plugin';

// The plugin alone, and with options.
newTracker('sp1', 'https://collector.example.com', { appId: 'shop', plugins: [SignalsPlugin()] });
const configuration: SignalsHandlerConfiguration = {
  handlers: {
    log(intervention) {
      console.log(intervention.name, intervention.version, intervention.attributes);
    },
  },
  measurement: {
    delivery: false,
    dispatch_accept: true,
    dispatch_error: (intervention) => intervention.version > 1,
    context: [
      { schema: 'iglu:com.example/campaign/jsonschema/1-0-0', data: { id: 5 } },
      (event: MeasurementEvents, intervention: Intervention) => ({
        schema: 'iglu:com.example/shown/jsonschema/1-0-0',
        data: { event, id: intervention.intervention_id },
      }),
      () => null,
    ],
  },
};
newTracker('sp2', 'https://collector.example.com', { plugins: [SignalsPlugin(configuration)] });

// Handlers: a method, an arrow function, one that fails, with types and without.
addInterventionHandlers({
  banner(intervention) {
    console.log('received', intervention);
  },
  later: async (intervention, tracker) => {
    await fetch(`/offers/${intervention.name}?for=${intervention.target_attribute_key?.id}`);
    tracker.newSession();
  },
  failing: () => Promise.reject(new Error('no room')),
});
const typed: Handler = ({ attributes }: Intervention, tracker: BrowserTracker) => {
  const value: OneOrMore<string | number | boolean> | undefined = attributes['shop:views'];
  return tracker.namespace + (Array.isArray(value) ? value.join() : String(value));
};
const id: HandlerId = 'typed';
const trackers: TrackerId[] = ['sp1'];
addInterventionHandlers({ [id]: typed }, trackers);
removeInterventionHandlers(id);
removeInterventionHandlers([id, 'banner'], trackers);

// Subscriptions: ids from events, and ids that stay.
subscribeToInterventions({ endpoint: '000000000000.signals.example.com' });
const pointer: JSONPointer = '/co/com.snowplowanalytics.snowplow/web_page/id';
const targets: Record<AttributeKeyName, JSONPointerList> = { pageview_id: pointer, user: ['/user_id', pointer] };
const ids: Record<AttributeKeyName, AttributeKeyId> = { network_userid: '177234df-d421-412e-ad8d-8bf97515b280' };
const subscription: SignalsInterventionConfiguration = {
  endpoint: 'https://signals.example.com',
  apiPath: '/api/v1/interventions',
  attributeKeyTargets: targets,
  attributeKeyIds: ids,
  connectionTimeoutMs: 10_000,
};
subscribeToInterventions(subscription, trackers);

// Code of a site that stands between: it keeps interventions, and makes settings.
export const seen = new Map<string, Intervention>();
addInterventionHandlers({ keep: (intervention) => seen.set(intervention.intervention_id, intervention) });
export const example: Intervention = {
  intervention_id: '550e8400-e29b-41d4-a716-446655440000',
  name: 'high_value_cart',
  version: 2,
  attributes: { cart_value: 250, items: ['P-100', 'P-200'], known: true },
};
export const settings = (isOn: boolean): Partial<MeasurementSettings> => {
  const events: MeasurementEvents[] = ['delivery', 'dispatch_accept', 'dispatch_error'];
  return Object.fromEntries(events.map((event) => [event, isOn]));
};

// @ts-expect-error: a handler is a function
addInterventionHandlers({ banner: 'show' });
// @ts-expect-error: a pointer begins with a slash
export const wrong: JSONPointer = 'user_id';
// @ts-expect-error: the endpoint is missing
subscribeToInterventions({});
