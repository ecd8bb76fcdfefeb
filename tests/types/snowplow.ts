// Uses of `tripline/snowplow` that must compile, and, after @ts-expect-error, uses that must not. Nothing here runs.
import { newTracker, type BrowserPlugin, type BrowserTracker } from '@snowplow/browser-tracker';
import {
  addInterventionHandlers,
  getEvaluator,
  getServiceAttributes,
  removeInterventionHandlers,
  SignalsInterventionsPlugin,
  SignalsPlugin,
  subscribeToInterventions,
  type Handler,
  type Intervention,
  type AttributeValue,
  type MeasurementOptions,
  type Problem,
  type SignalsPluginOptions,
  type StreamStatus,
  type Subscription,
  type SubscriptionOptions,
} from 'tripline/snowplow';

const plugin: BrowserPlugin = SignalsPlugin({ definitions: '/definitions.json' });
newTracker('sp1', 'https://collector.example.com', { plugins: [plugin] });
newTracker('sp2', 'https://collector.example.com', {
  plugins: [SignalsInterventionsPlugin({ definitions: {}, wasm: '/tripline.wasm' })],
});

SignalsPlugin({
  definitions: '/definitions.json',
  handlers: {
    nothing: () => undefined,
    banner: ({ name }: Intervention) => name,
    withTracker: async (intervention, tracker: BrowserTracker) => {
      tracker.newSession();
      await fetch(`/seen/${intervention.intervention_id}`);
    },
  },
  measurement: {
    delivery: false,
    dispatch_accept: ({ name }) => name === 'discount',
    dispatch_error: true,
    context: [
      { schema: 'iglu:com.acme/test/jsonschema/1-0-0', data: { a: 1 } },
      (event, intervention, data) => ({
        schema: 'iglu:com.acme/test/jsonschema/1-0-0',
        data: { event, name: intervention.name, ...data },
      }),
      () => null,
    ],
  },
  deliverWithin: 60_000,
  onError: (problem: Problem) => problem.message,
  onWarning: ({ code }) => code === 'storage',
  onExpired: ({ name }, tracker) => tracker.namespace + name,
});

// Without definitions, interventions come from a subscription.
SignalsPlugin({});
SignalsPlugin();
SignalsPlugin({ handlers: { banner: () => undefined } });
// @ts-expect-error: the tracker sets the namespace
SignalsPlugin({ definitions: {}, namespace: 'sp1' });
// @ts-expect-error: a handler is a function
SignalsPlugin({ definitions: {}, handlers: { banner: 'show' } });
// @ts-expect-error: not an array
SignalsPlugin({ definitions: {}, handlers: [() => undefined] });
// @ts-expect-error: a handler gets an intervention, not its name
const handler: Handler = (name: string) => name;
void handler;
// @ts-expect-error: there is no such event
const measurement: MeasurementOptions = { shown: true };
void measurement;

addInterventionHandlers({ banner: ({ attributes }) => attributes });
addInterventionHandlers({ banner: (_, tracker) => tracker.getDomainUserId() }, ['sp1', 'sp2']);
// @ts-expect-error: the trackers must be a list
addInterventionHandlers({ banner: () => undefined }, 'sp1');
// @ts-expect-error: an object of handlers by id is missing
addInterventionHandlers(() => undefined);

removeInterventionHandlers('banner');
removeInterventionHandlers(['banner', 'other'], ['sp1']);
// @ts-expect-error: handlers are removed by id
removeInterventionHandlers(() => undefined);

const subscription: Subscription = subscribeToInterventions({ endpoint: 'https://signals.example.com' });
subscribeToInterventions(
  {
    endpoint: 'localhost:8787',
    apiPath: '/api/v1/interventions',
    mode: 'fallback',
    attributeKeyTargets: { user_id: '/user_id', cart: ['/co/com.acme/cart/id', '/user_id'] },
    attributeKeyIds: { store: '5' },
    connectionTimeoutMs: 5000,
  } satisfies SubscriptionOptions,
  ['sp1'],
);
const stop: () => void = subscription.on(
  'status',
  ({ state, reason = '', retryIn = 0 }: StreamStatus) => `${state} ${reason} ${retryIn}`,
);
stop();
subscription.unsubscribe();
// @ts-expect-error: the endpoint is missing
subscribeToInterventions({});
// @ts-expect-error: there is no such mode
subscribeToInterventions({ endpoint: '', mode: 'never' });
// @ts-expect-error: there is no such event
subscription.on('message', () => undefined);

void getEvaluator()?.doctor();
void getEvaluator('sp1')?.push({ name: 'hello', target_attribute_key: { name: 'user_id', id: '1' } });
// @ts-expect-error: it may be undefined
void getEvaluator().doctor();

export const options: SignalsPluginOptions = { definitions: '/definitions.json' };

const read = await getServiceAttributes({ name: 'shop', attribute_key: 'domain_userid', identifier: 'u1' });
const views: AttributeValue | null | undefined = read?.['count_product_views'];
void views;
void getServiceAttributes(
  { name: 'shop', attribute_key: 'domain_userid', identifier: 'u1', endpoint: 'https://signals.example.com' },
  ['sp1'],
);
// @ts-expect-error: the id is missing
void getServiceAttributes({ name: 'shop', attribute_key: 'domain_userid' });
