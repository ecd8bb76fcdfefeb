// The script of a page that uses Snowplow's own plugin, unmodified, with the sandbox in another origin.
import { SnowplowEcommercePlugin, trackAddToCart } from '@snowplow/browser-plugin-snowplow-ecommerce';
import { newTracker } from '@snowplow/browser-tracker';
import { SignalsPlugin, subscribeToInterventions } from '@snowplow/signals-browser-plugin';

const product = { id: 'P-1', name: 'Cap', category: 'Hats', price: 120, currency: 'USD' };

globalThis.received = [];
globalThis.start = (endpoint) => {
  const handlers = { banner: (intervention) => globalThis.received.push(intervention) };
  const tracker = newTracker('sp1', endpoint, {
    appId: 'test',
    cookieSecure: false,
    plugins: [SnowplowEcommercePlugin(), SignalsPlugin({ handlers })],
  });
  subscribeToInterventions({ endpoint });
  return tracker.getDomainUserId();
};
globalThis.add = () => trackAddToCart({ products: [product], total_value: 120, currency: 'USD' });
