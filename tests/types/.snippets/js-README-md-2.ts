import { subscribeToInterventions } from 'tripline/snowplow';

const subscription = subscribeToInterventions({ endpoint: 'https://signals.example.com', mode: 'always' });
subscription.on('status', ({ tracker, state, reason }) => console.log(tracker, state, reason));
subscription.unsubscribe();

export {};
