   import { newTracker, trackPageView } from '@snowplow/browser-tracker';
   import { SignalsPlugin, addInterventionHandlers } from 'tripline/snowplow';

   newTracker('sp1', 'https://collector.example.com', {
     plugins: [SignalsPlugin({ definitions: '/definitions.json' })],
   });
   addInterventionHandlers({
     banner: (intervention) => showBanner(intervention.name, intervention.attributes),
   });
   trackPageView();

export {};
