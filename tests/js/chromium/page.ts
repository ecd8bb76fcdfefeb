// The script of the test page: the real tracker with the built plugin, as on a site.
import { SnowplowEcommercePlugin, trackAddToCart, trackProductView } from '@snowplow/browser-plugin-snowplow-ecommerce';
import {
  clearUserData,
  disableAnonymousTracking,
  enableAnonymousTracking,
  newSession,
  newTracker,
  setOptOutCookie,
  setUserId,
  trackPageView,
  type BrowserPlugin,
  type BrowserTracker,
  type TrackerConfiguration,
} from '@snowplow/browser-tracker';
import { createEvaluator, type Attributes, type Problem } from '../../../js/dist/index.js';
import * as engine from '../../../js/dist/server.js';
import * as plugin from '../../../js/dist/snowplow.js';

/** The notes of handlers, listeners and hooks, in order. */
const notes: string[] = [];
const problems: Problem[] = [];

const product = { id: 'P-100', name: 'Red cap', category: 'Hats/Caps', price: 24.49, currency: 'USD' };

const page = {
  plugin,
  engine,
  notes,
  problems,
  /** The states of a subscription, in order. */
  states: [] as string[],
  subscription: undefined as plugin.Subscription | undefined,
  tracker: undefined as BrowserTracker | undefined,

  /** Our plugin. */
  signals(options: Partial<plugin.SignalsPluginOptions> = {}): BrowserPlugin {
    return plugin.SignalsPlugin({
      definitions: '/definitions.json',
      ...page.listeners,
      ...options,
    });
  },

  listeners: {
    onError: (problem: Problem) => problems.push(problem),
    onWarning: (problem: Problem) => problems.push(problem),
    onExpired: ({ name }: plugin.Intervention) => notes.push(`expired ${name}`),
  },

  /** A tracker with the ecommerce plugin and ours. */
  start(
    options: Partial<plugin.SignalsPluginOptions> = {},
    namespace = 'sp1',
    configuration: TrackerConfiguration = {},
  ): BrowserTracker {
    return page.startWith(page.signals(options), namespace, configuration);
  },

  startWith(signals: BrowserPlugin, namespace: string, configuration: TrackerConfiguration = {}): BrowserTracker {
    const tracker = newTracker(namespace, location.origin, {
      appId: 'test',
      synchronousCookieWrite: true,
      keepalive: true,
      cookieSecure: false,
      contexts: { webPage: true },
      plugins: [SnowplowEcommercePlugin(), signals],
      ...configuration,
    });
    if (!tracker) throw new Error('There is a tracker of that name already.');
    page.tracker = tracker;
    return tracker;
  },

  /** Notes the names of interventions. */
  note: ({ name }: plugin.Intervention) => notes.push(name),

  view: (...namespaces: string[]) => trackProductView(product, namespaces.length > 0 ? namespaces : undefined),
  add: () => trackAddToCart({ products: [product], total_value: 24.49, currency: 'USD' }),
  pageView: () => trackPageView(),
  newSession: () => newSession(),
  clearUserData,
  disableAnonymousTracking,
  enableAnonymousTracking,
  setOptOutCookie,
  setUserId,

  /** Returns the visitor's attributes, read by another evaluator of the same namespace. */
  async attributes(namespace = 'sp1'): Promise<Attributes[string] | undefined> {
    const evaluator = createEvaluator({ definitions: '/definitions.json', namespace });
    const id = /_sp_id\.[^=]*=([^.;]*)/.exec(document.cookie)?.[1] ?? '';
    const attributes = await evaluator.attributes({ name: 'domain_userid', id });
    evaluator.close();
    return attributes['ecom_attributes'];
  },
  createEvaluator,
};

declare global {
  var tripline: typeof page;
}
globalThis.tripline = page;
