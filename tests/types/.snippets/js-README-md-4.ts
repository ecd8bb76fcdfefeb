import { newTracker } from '@snowplow/browser-tracker';
import { SignalsPlugin } from '@snowplow/signals-browser-plugin';
import { evaluatorFetcher } from 'tripline/fetcher';

newTracker('sp1', 'https://collector.example.com', {
  plugins: [
    SignalsPlugin({
      fetcher: evaluatorFetcher({ definitions: '/definitions.json' }),
      handlers: { banner: ({ name, attributes }) => showBanner(name, attributes) },
    }),
  ],
});

export {};
