import { getEvaluator } from 'tripline/snowplow';

await getEvaluator()?.reset(); // forgets profiles, what was sent, and what waits; in all tabs

export {};
