import { newTracker, trackPageView } from '@snowplow/browser-tracker';
import { SignalsPlugin } from 'tripline/snowplow';

newTracker('sp1', 'https://collector.example.com', {
  plugins: [
    SignalsPlugin({
      definitions: '/definitions.json',
      handlers: {
        banner: (intervention, tracker) => showBanner(intervention.name, intervention.attributes),
      },
    }),
  ],
});
trackPageView();

export {};
