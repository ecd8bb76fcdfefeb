// The script of the official plugin's test page: the real tracker, that plugin, unmodified, and tripline/fetcher in it.
import { SnowplowEcommercePlugin, trackAddToCart, trackProductView } from '@snowplow/browser-plugin-snowplow-ecommerce';
import { clearUserData, newTracker, trackPageView, type BrowserTracker } from '@snowplow/browser-tracker';
import {
  addInterventionHandlers,
  SignalsPlugin,
  subscribeToInterventions,
  type Intervention,
} from '@snowplow/signals-browser-plugin';
import { evaluatorFetcher, type FetcherOptions, type Problem } from '../../../js/dist/fetcher.js';

const product = { id: 'P-100', name: 'Red cap', category: 'Hats/Caps', price: 24.49, currency: 'USD' };

const interventions: Intervention[] = [];
const problems: Problem[] = [];

const page = {
  interventions,
  problems,
  subscribeToInterventions,
  addInterventionHandlers,

  start(options: Partial<FetcherOptions> = {}): BrowserTracker {
    const tracker = newTracker('sp1', location.origin, {
      appId: 'test',
      synchronousCookieWrite: true,
      keepalive: true,
      cookieSecure: false,
      plugins: [
        SnowplowEcommercePlugin(),
        SignalsPlugin({
          fetcher: evaluatorFetcher({
            definitions: '/definitions.json',
            onError: (problem) => problems.push(problem),
            onWarning: (problem) => problems.push(problem),
            ...options,
          }),
          handlers: { banner: (intervention) => interventions.push(intervention) },
        }),
      ],
    });
    if (!tracker) throw new Error('There is a tracker of that name already.');
    return tracker;
  },

  clearUserData: () => clearUserData(),
  pageView: () => trackPageView(),
  view: () => trackProductView(product),
  add: () => trackAddToCart({ products: [product], total_value: 24.49, currency: 'USD' }),
};

declare global {
  var official: typeof page;
}
globalThis.official = page;
