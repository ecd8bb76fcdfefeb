// The tracker with the plugin and nothing else.
import { SignalsPlugin } from '/dist/snowplow.js';
import { newTracker, SnowplowEcommercePlugin, trackPageView } from '/tracker.js';

/** Resolves when the first intervention is handled: then all is loaded. */
export function start() {
  return new Promise((resolve, reject) => {
    newTracker('sp1', location.origin, {
      appId: 'demo-shop',
      cookieSecure: false,
      plugins: [
        SnowplowEcommercePlugin(),
        SignalsPlugin({
          definitions: onEveryPage,
          handlers: { banner: () => resolve() },
          onError: ({ message }) => reject(new Error(message)),
        }),
      ],
    });
    trackPageView();
  });
}

const attributeKey = { name: 'domain_userid', key: 'domain_userid' };
const onEveryPage = {
  attribute_keys: [attributeKey],
  attribute_groups: [
    {
      name: 'pages',
      version: 1,
      attribute_key: attributeKey,
      attributes: [{ name: 'views', type: 'int32', aggregation: 'counter', events: [{ name: 'page_view' }] }],
    },
  ],
  interventions: [
    {
      name: 'hello',
      version: 1,
      criteria: { attribute: 'pages:views', operator: '>', value: 0 },
      target_attribute_keys: [{ name: 'domain_userid' }],
    },
  ],
};
